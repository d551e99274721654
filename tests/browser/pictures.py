"""`make pictures`: the screenshots of docs/pictures, taken of a stack of its own."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from infra.chromium import started as started_browser
from infra.local.failure import CannotRun
from infra.local.settings import ROOT
from tests.integration.people import MONTREAL, Person, settled
from tests.integration.stack import Mail, Stack, link, started

PICTURES = ROOT / "docs" / "pictures"

PHONE = (390, 560)
MAIL = (640, 400)
WIDE = (920, 480)


def main() -> str | None:
    """Take all pictures; return what is missing for that, if something is."""
    try:
        with (
            started_browser() as browser,
            tempfile.TemporaryDirectory() as folder,
            started(Path(folder) / "stack") as stack,
        ):
            for name, (url, size, scheme) in scenes(stack).items():
                take(browser, url, size, scheme, PICTURES / f"{name}.png")
    except CannotRun as failure:
        return str(failure)
    return None


def scenes(stack: Stack) -> dict[str, tuple[str, tuple[int, int], Any]]:
    """Do what the README's main job does, with a second provider who speaks French; return what there is to see then.

    By the name of the picture: the address of a page, the size of the window, and whether it is light or dark.
    """
    noor, luc = (
        Person(stack, email, details={"role": "provider", "language": language})
        for email, language in (("noor@example.com", "en"), ("luc@example.com", "fr"))
    )
    maya = Person(stack, "maya@example.com")
    for person in (noor, luc, maya):
        person.joined()
    for person in (noor, luc):
        assert person.offer("plumbing", "handyman", base=MONTREAL).status_code == 200
    settled(stack)
    waiting = Person(stack, "sam@example.com")
    assert waiting.sign_up().status_code == 202
    confirming = link(stack.mailbox.wait_for(waiting.email, link="/verify/"), "/verify/")
    words = {
        "title": "Kitchen tap drips",
        "description": "It has dripped since Monday, more when hot. The valve under the sink is stiff.\n\n"
        "I am at home most evenings after six.",
    }
    assert maya.post_request(**words).status_code == 201
    settled(stack)
    mailbox = stack.description["mailbox"]
    return {
        "mailbox": (mailbox, WIDE, "light"),
        "mail-opportunity": (_shown(mailbox, noor.last_mail()), MAIL, "light"),
        "mail-french": (_shown(mailbox, luc.last_mail()), PHONE, "dark"),
        "unsubscribe-phone": (link(noor.last_mail(), "/unsubscribe/"), PHONE, "light"),
        "verification-phone": (confirming, PHONE, "light"),
    }


def take(browser: Browser, url: str, size: tuple[int, int], scheme: Any, picture: Path) -> None:
    """Write an address as PNG, whole, as wide as the window and at least as high."""
    width, height = size
    page: Page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        locale="en-CA",
        device_scale_factor=1.5,
    )
    page.goto(url)
    picture.parent.mkdir(exist_ok=True)
    page.screenshot(path=picture, full_page=True)
    page.close()


def _shown(mailbox: str, mail: Mail) -> str:
    return f"{mailbox}/messages/{mail['id']}/html"


if __name__ == "__main__":
    sys.exit(main())
