"""Every kind of mail as a mail program shows it, in a real browser."""

import pytest
from playwright.sync_api import Browser, BrowserContext

from jobipro.domain.language import Language
from jobipro.domain.messages import KINDS
from tests.browser.gallery import Gallery
from tests.browser.tabs import NARROWEST, PHONE, WAYS, Tab
from tests.integration.stack import Stack, links

every = pytest.mark.parametrize(("kind", "language"), [(kind, each) for kind in sorted(KINDS) for each in Language])

WHOLE_PAGE = ("landmark-one-main", "region")
"""Axe's rules about landmarks: those around a mail are the mail program's."""


@pytest.fixture(scope="module")
def reader(browser: Browser) -> BrowserContext:
    """A mail program. The mailbox forbids scripts in mails, and axe is one."""
    return browser.new_context(bypass_csp=True)


@pytest.fixture(scope="module")
def opened(seen: Gallery, stack: Stack, reader: BrowserContext) -> dict[tuple[str, str], Tab]:
    """Each mail's HTML in a tab."""
    mailbox = stack.description["mailbox"]
    return {
        of: Tab(reader.new_page()).opened(f"{mailbox}/messages/{mail['id']}/html") for of, mail in seen.mails.items()
    }


@every
def test_a_mail_breaks_no_rule_of_accessibility(opened: dict[tuple[str, str], Tab], kind: str, language: str):
    tab = opened[kind, language]

    assert {way: found for way in WAYS if (found := tab.shown(*way).violations(*WHOLE_PAGE))} == {}


@every
def test_a_mail_is_whole_without_images_scripts_or_anything_fetched(
    opened: dict[tuple[str, str], Tab], seen: Gallery, kind: str, language: str
):
    tab, mail = opened[kind, language], seen.mails[kind, language]

    assert tab.asked == [tab.page.url]
    assert tab.complaints == []
    assert tab.page.evaluate("() => document.images.length + document.scripts.length") == 0
    assert tab.language == mail["headers"]["Content-Language"] == language
    assert tab.page.title() == mail["subject"]
    assert tab.page.locator("h1").is_visible()


@every
def test_a_mail_fits_a_narrow_window(opened: dict[tuple[str, str], Tab], kind: str, language: str):
    assert opened[kind, language].shown((NARROWEST, 640)).sideways == 0


@every
def test_what_a_mail_asks_for_and_the_way_out_are_large_enough_for_a_thumb(
    opened: dict[tuple[str, str], Tab], seen: Gallery, kind: str, language: str
):
    tab = opened[kind, language].shown(PHONE)

    for url in set(links(seen.mails[kind, language])):
        box = tab.page.locator(f'a[href="{url}"]').bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
