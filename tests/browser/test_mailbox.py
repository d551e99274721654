"""The local mailbox in a real browser: everybody can read it, and new mail shows by itself."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.gallery import Gallery
from tests.browser.tabs import NARROWEST, WAYS, Tab
from tests.integration.people import settled, somebody
from tests.integration.stack import Stack

PLACES = ("list", "mail", "missing")

every = pytest.mark.parametrize("place", PLACES)


@pytest.fixture(scope="module")
def opened(seen: Gallery, stack: Stack, browser: Browser) -> Iterator[dict[str, Tab]]:
    """The list of all mails, a long one of them, and the page for one that is not there."""
    mailbox = stack.description["mailbox"]
    mail = seen.mails["opportunity", "fr"]
    urls = {"list": mailbox, "mail": f"{mailbox}/messages/{mail['id']}", "missing": f"{mailbox}/messages/x"}
    context = browser.new_context()
    yield {place: Tab(context.new_page()).opened(url) for place, url in urls.items()}
    context.close()


@every
def test_the_mailbox_breaks_no_rule_of_accessibility(opened: dict[str, Tab], place: str):
    tab = opened[place]

    assert {way: found for way in WAYS if (found := tab.shown(*way).violations())} == {}


@every
def test_the_mailbox_fits_a_narrow_window(opened: dict[str, Tab], place: str):
    assert opened[place].shown((NARROWEST, 640)).sideways == 0


@every
def test_the_mailbox_fetches_nothing_from_elsewhere(opened: dict[str, Tab], stack: Stack, place: str):
    tab = opened[place]

    assert all(url.startswith(stack.description["mailbox"]) for url in tab.asked)
    assert tab.complaints == []


def test_new_mail_shows_by_itself_without_a_complaint(opened: dict[str, Tab], stack: Stack):
    tab = opened["list"]
    person = somebody(stack)
    before = tab.page.get_by_role("listitem").first.inner_text()

    assert person.sign_up().status_code == 202
    settled(stack)
    tab.page.get_by_text(f"to {person.email}").wait_for()

    assert person.email not in before
    assert "Confirm your e-mail address" in tab.page.get_by_role("listitem").first.inner_text()
    assert tab.complaints == []


def test_a_mail_is_opened_with_the_keyboard_alone(stack: Stack, seen: Gallery, browser: Browser):
    tab = Tab(browser.new_page()).opened(stack.description["mailbox"])
    first = tab.page.get_by_role("listitem").first.locator(".subject").inner_text()

    for _ in range(2):  # the link to the page of the API comes first
        tab.page.keyboard.press("Tab")
    ring = tab.page.locator(":focus").evaluate("each => parseFloat(getComputedStyle(each).outlineWidth)")
    with tab.page.expect_navigation():
        tab.page.keyboard.press("Enter")

    assert ring >= 2
    assert tab.page.get_by_role("heading", level=1).inner_text() == first
    tab.page.close()
