"""Mail scanners open every link, run the scripts of its page, and stay a while: nothing comes of it."""

import re
import time
from collections.abc import Iterator
from itertools import chain
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.tabs import Tab
from tests.integration import insider
from tests.integration.people import Person, customer, provider, settled, somebody, unsubscribe_path
from tests.integration.stack import Mail, Stack, links

STAYS = 3.0  # seconds

type Rows = dict[tuple[str, str, str], dict[str, Any]]


def everything(stack: Stack) -> Rows:
    """Return every row of every table that is not about to expire by itself."""
    settled(stack)
    soon = time.time() + 600
    return {
        (table, row["pk"], row["sk"]): row
        for table in stack.description["tables"]
        for row in insider.rows(stack, table)
        if row.get("expires_at", soon) >= soon
    }


def scan(scanner: BrowserContext, stack: Stack, mails: list[Mail]) -> list[Tab]:
    """Open what the mails' texts, HTML and headers lead to, and what those pages lead to; return the tabs."""
    mailbox = stack.description["mailbox"]
    tabs = [Tab(scanner.new_page()).opened(f"{mailbox}/messages/{mail['id']}/html") for mail in mails]
    shown = (url for tab in tabs for url in tab.page.locator("a").evaluate_all("all => all.map(each => each.href)"))
    written = chain.from_iterable(links(mail) for mail in mails)
    headed = (re.findall(r"https?://[^>]+", mail["headers"]["List-Unsubscribe"])[0] for mail in mails)
    found = sorted({url for url in chain(shown, written, headed) if url.startswith("http")})
    opened = [Tab(scanner.new_page()).opened(url) for url in found]
    for url in {url for tab in opened for url in _leads_to(tab)} | set(found):
        for method in ("HEAD", "GET", "OPTIONS"):
            scanner.request.fetch(url, method=method)
    tabs[0].page.wait_for_timeout(STAYS * 1000)
    return opened


def _leads_to(tab: Tab) -> Iterator[str]:
    """Yield what a page's links, forms and buttons name."""
    named = "all => all.map(each => each.getAttribute('href') ?? each.getAttribute('action'))"
    for url in tab.page.locator("a, form").evaluate_all(named):
        if urljoin(tab.page.url, url).startswith("http"):
            yield urljoin(tab.page.url, url)
            yield urljoin(tab.page.url, url + "&stop=all&List-Unsubscribe=One-Click&password=five+loud+birch+paddles")


@pytest.mark.commitment("approval.unsubscribe", "account.email-verified")
def test_a_scanner_that_opens_every_link_of_a_mail_changes_nothing(stack: Stack, browser: Browser):
    waiting, moving = somebody(stack, "waiting"), somebody(stack, "moving")
    assert waiting.sign_up().status_code == 202
    told = provider(stack, "painting", name="told")
    asking = customer(stack, "asking")
    assert asking.call("POST", "/me/email", {"email": moving.email, "current_password": asking.password}).ok
    settled(stack)
    assert asking.post_request(trade="painting").status_code == 201
    assert stack.api.post("/password-resets", {"email": told.email}).status_code == 202
    people = (waiting, moving, told, asking)
    before = everything(stack)
    mails = [mail for person in people for mail in person.mails()]

    opened = scan(browser.new_context(), stack, mails)

    assert {tab.status for tab in opened} == {200, 404}  # 404: links that their people used before
    assert everything(stack) == before
    assert [mail for person in people for mail in person.mails()] == mails
    _all_links_still_work(stack, waiting, moving, told)


def _all_links_still_work(stack: Stack, waiting: Person, moving: Person, told: Person) -> None:
    assert waiting.verify().status_code == 200
    waiting.log_in()
    assert moving.verify().status_code == 200
    approvals = told.call("GET", "/me/preferences").json()
    assert approvals["email"]["opportunities"] is True
    told.password = "five loud birch paddles"
    reset = stack.mailbox.wait_for(told.email, link="/password-resets/")
    assert told.follow(reset, "/password-resets/", {"password": told.password}).status_code == 200
    (opportunity,) = told.mails("New request near you")
    path = unsubscribe_path(stack, opportunity)
    assert stack.api.call("POST", path, data={"stop": "category"}).status_code == 200
    told.log_in()
    assert told.call("GET", "/me/preferences").json()["email"]["opportunities"] is False
