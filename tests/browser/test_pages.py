"""The pages that links in mails lead to, in a real browser: everybody can use them, and they keep to themselves."""

import pytest

from jobipro.adapters.rendering import pages
from tests.browser.gallery import LOOKED_AT, PAGES, Gallery
from tests.browser.tabs import DESKTOP, NARROWEST, PHONE, WAYS
from tests.integration.stack import Stack

every = pytest.mark.parametrize(("name", "language"), PAGES)

STATUSES = {"link-not-valid": 404, "verify-taken": 409, "reset-password-refused": 422}


def test_the_gallery_has_every_page_there_is():
    variants = {"reset-password-refused", "unsubscribe-account"}

    assert {name for name, _ in PAGES} - variants == pages.PAGES


@every
def test_a_page_breaks_no_rule_of_accessibility(seen: Gallery, name: str, language: str):
    tab = seen.pages[name, language]

    assert {way: found for way in WAYS if (found := tab.shown(*way).violations())} == {}


@every
def test_a_page_says_what_it_is_and_in_which_language(seen: Gallery, name: str, language: str):
    tab = seen.pages[name, language]
    both = language == "both"
    headings = tab.page.get_by_role("heading").all_inner_texts()

    assert tab.status == STATUSES.get(name, 200)
    assert tab.language == ("en" if both else language)
    assert tab.page.title() == " · ".join(headings) + " – JobiPro"
    assert len(headings) == (2 if both else 1)


@every
def test_nothing_of_a_page_is_wider_than_a_narrow_window_even_in_large_letters(seen: Gallery, name: str, language: str):
    tab = seen.pages[name, language]

    narrow = tab.shown((NARROWEST, 640)).sideways
    tab.shown(PHONE).with_text_twice_as_large()
    enlarged = (
        tab.sideways,
        tab.page.locator("button").evaluate_all("all => all.filter(each => each.scrollWidth > each.clientWidth)"),
    )
    tab.with_text_as_set()

    assert (narrow, enlarged) == (0, (0, []))


@every
def test_what_can_be_pressed_is_large_enough_for_a_thumb(seen: Gallery, name: str, language: str):
    targets = seen.pages[name, language].shown(PHONE).targets

    assert {tag for tag, _, _ in targets} >= {"A"}
    assert [target for target in targets if target[2] < (24 if target[0] == "A" else 44)] == []


@every
def test_a_page_fetches_nothing_keeps_nothing_and_breaks_no_rule_of_its_own(
    seen: Gallery, stack: Stack, name: str, language: str
):
    tab = seen.pages[name, language]

    assert len(tab.asked) == (1 if name in LOOKED_AT else 2)
    assert all(url.startswith(stack.description["api"]) for url in tab.asked)
    assert tab.complaints == []
    assert tab.page.context.cookies() == []
    assert tab.page.evaluate("() => document.scripts.length") == 0


@every
@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_the_keyboard_reaches_everything_in_order_and_one_sees_where_it_is(
    seen: Gallery, name: str, language: str, size: tuple[int, int]
):
    stops = seen.pages[name, language].shown(size).focus_goes()

    assert [place for place, _, _ in stops] == list(range(len(stops)))
    assert len(stops) == len(seen.pages[name, language].targets)
    assert all(ring >= 2 and in_window for _, ring, in_window in stops)
