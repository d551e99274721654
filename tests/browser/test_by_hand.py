"""The links of mails followed with the keyboard alone, in a browser that runs no scripts."""

import pytest
from playwright.sync_api import Browser, Page

from jobipro.domain.link_tokens import digest
from tests.integration import insider
from tests.integration.people import provider, somebody
from tests.integration.stack import Stack, link


@pytest.fixture
def page(browser: Browser) -> Page:
    """A page in which scripts are off, of a reader of French."""
    return browser.new_context(java_script_enabled=False, locale="fr-CA").new_page()


def test_an_address_is_verified_with_tab_and_enter(stack: Stack, page: Page):
    person = somebody(stack)
    person.sign_up()
    page.goto(link(stack.mailbox.wait_for(person.email, link="/verify/"), "/verify/"))

    _press(page, "Tab", "Enter")

    assert page.title() == "Votre adresse est confirmée – JobiPro"
    person.log_in()


@pytest.mark.commitment("approval.unsubscribe")
def test_a_person_unsubscribes_with_tab_and_enter(stack: Stack, page: Page):
    person = provider(stack, "roofing")
    account_mail = stack.mailbox.wait_for(person.email)
    page.goto(link(account_mail, "/unsubscribe/"))

    _press(page, "Tab", "Enter")

    assert page.title() == "Vous ne recevrez plus de courriels facultatifs – JobiPro"
    assert person.call("GET", "/me/preferences").json()["email"]["opportunities"] is False


def test_a_password_is_chosen_with_the_keyboard_and_a_short_one_is_not_taken(stack: Stack, page: Page):
    person = somebody(stack).joined()
    stack.api.post("/password-resets", {"email": person.email})
    page.goto(link(stack.mailbox.wait_for(person.email, link="/password-resets/"), "/password-resets/"))

    page.keyboard.press("Tab")
    page.keyboard.type("too short")
    page.keyboard.press("Enter")
    still = page.title()
    page.keyboard.press("Control+A")
    page.keyboard.type("five loud birch paddles")
    _press(page, "Tab", "Enter")

    assert still == "Choisissez un nouveau mot de passe – JobiPro"
    assert page.title() == "Votre mot de passe est changé – JobiPro"
    person.password = "five loud birch paddles"
    person.log_in()


@pytest.mark.parametrize("how", ["used", "run out", "cut", "of another purpose"])
def test_a_link_that_is_no_good_shows_one_plain_page_and_no_button(stack: Stack, page: Page, how: str):
    person = somebody(stack)
    person.sign_up()
    url = link(stack.mailbox.wait_for(person.email, link="/verify/"), "/verify/")
    token = url.rpartition("/")[2]
    if how == "used":
        person.verify()
    if how == "run out":
        insider.change(stack, "accounts", f"T#{digest(token)}", "-", expires="2026-01-01T00:00:00.000Z")
    bad = {"cut": url[:-1], "of another purpose": url.replace("/verify/", "/password-resets/")}

    answer = page.goto(bad.get(how, url))

    assert answer is not None
    assert answer.status == 404
    assert page.title() == "Ce lien ne fonctionne pas – JobiPro"
    assert page.get_by_role("button").count() == 0


def _press(page: Page, *keys: str) -> None:
    """Press keys; the last one leads to another page."""
    for key in keys[:-1]:
        page.keyboard.press(key)
    with page.expect_navigation():
        page.keyboard.press(keys[-1])
