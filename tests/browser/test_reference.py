"""The page of the API in a browser: it fits, loads nothing from elsewhere, and keeps a log-in."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.browser.tabs import Tab
from tests.description import operations
from tests.integration.stack import Stack, link

RENDERERS_OWN = ("heading-order", "nested-interactive", "region", "select-name", "target-size")
"""Axe's rules that swagger-ui's own markup breaks, in which nothing of ours can be changed."""

WIDTHS = {"desktop": 1280, "phone": 390}


@dataclass(frozen=True, slots=True)
class Reference:
    """The page, open, and what the browser had to say about it."""

    page: Page
    asked_for: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def operation(self, name: str) -> Locator:
        """Return the block of an operation, unfolded."""
        block = self.page.locator(f"[id^=operations-][id$='-{name}']")
        if block.locator("button.execute").count() == 0:
            block.locator(".opblock-summary-control").click()
        return block

    def execute(self, name: str) -> int:
        """Send an operation as it stands there; return the status that the page shows of the answer."""
        block = self.operation(name)
        block.locator("button.execute").click()
        status = int(block.locator(".live-responses-table .response-col_status").last.inner_text().split()[0])
        block.locator("button.btn-clear").click()
        return status


@pytest.fixture(scope="module", params=WIDTHS)
def reference(stack: Stack, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Reference]:
    """The page, at the width of a desktop and of a phone."""
    page = browser.new_page(viewport={"width": WIDTHS[request.param], "height": 800}, color_scheme="dark")
    opened = Reference(page)
    page.on("request", lambda each: opened.asked_for.append(each.url))
    page.on("console", lambda each: opened.complaints.append(each.text) if each.type == "error" else None)
    page.on("pageerror", lambda each: opened.complaints.append(str(each)))
    page.goto(stack.description["reference"])
    page.locator(".opblock").first.wait_for()
    yield opened
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_as_it_opens_it_breaks_no_rule_of_accessibility_but_those_of_its_renderer(reference: Reference, scheme: Any):
    reference.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")

    assert Tab(reference.page).violations(*RENDERERS_OWN) == []


def test_it_shows_every_operation_in_the_width_there_is(reference: Reference):
    reference.operation("post_signup").locator("button.execute").wait_for()

    assert reference.page.locator(".opblock").count() == len(operations())
    assert reference.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_it_loads_nothing_from_elsewhere_and_breaks_no_rule_of_its_own(reference: Reference, stack: Stack):
    reference.operation("get_me").locator("button.execute").wait_for()

    own = (stack.description["reference"] + "/", "data:")
    assert [url for url in reference.asked_for if not url.startswith(own)] == []
    assert reference.complaints == []


@pytest.mark.parametrize("reference", ["phone"], indirect=True)
def test_somebody_signs_up_and_logs_in_on_it_and_is_logged_in_from_then_on(reference: Reference, stack: Stack):
    address = f"marie-{secrets.token_hex(6)}@example.com"

    assert reference.execute("get_me") == 401
    for name in ("post_signup", "post_session"):
        body = reference.operation(name).locator("textarea.body-param__text")
        body.fill(body.input_value().replace("marie@example.com", address))
    assert reference.execute("post_signup") == 202
    token = link(stack.mailbox.wait_for(address, link="/verify/"), "/verify/").rpartition("/")[2]
    reference.operation("post_verify").locator("[data-param-name=token] input").fill(token)
    assert reference.execute("post_verify") == 200
    assert reference.execute("post_session") == 200
    assert reference.execute("get_me") == 200
    reference.page.reload()
    assert reference.execute("get_me") == 200
