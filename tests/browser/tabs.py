"""Tabs of a real browser, and what one can find out about a page in them."""

from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Page, Request, Response

PHONE = (390, 844)
DESKTOP = (1280, 800)
WAYS = [(size, scheme) for size in (PHONE, DESKTOP) for scheme in ("light", "dark")]
"""How a page can be looked at."""

NARROWEST = 320
"""CSS pixels of width in which nothing may need scrolling sideways. Source: WCAG 2.2, 1.4.10 Reflow."""

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""Axe's names for the success criteria of WCAG 2.0 to 2.2, levels A and AA, and what it advises besides."""

IN_REACH = "a[href], button, input, summary"

_SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

_MEASURED = """targets => targets.filter(each => each.checkVisibility()).map(each => {
    const {width, height} = each.getBoundingClientRect();
    return [each.tagName, each.innerText || each.type, Math.min(width, height)];
})"""

_FOCUSED = """() => {
    const {activeElement} = document, style = getComputedStyle(activeElement);
    const {top, bottom} = activeElement.getBoundingClientRect();
    const ring = style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth);
    const all = [...document.querySelectorAll('a[href], button, input, summary, pre, iframe')];
    return [all.filter(each => each.checkVisibility()).indexOf(activeElement), ring, 0 <= top && bottom <= innerHeight];
}"""


@dataclass  # without slots: playwright leaves notes of its own on what listens to a page
class Tab:
    """One page; `answer` is what the server said when it was opened or the last button was pressed."""

    page: Page
    answer: Response | None = None
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen from the start."""
        self.page.on("request", self._note_request)
        self.page.on("console", self._note_complaint)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def opened(self, url: str) -> "Tab":
        """Go to an address."""
        self.answer = self.page.goto(url)
        return self

    def pressed(self) -> "Tab":
        """Press the first button and wait for the page that answers."""
        with self.page.expect_navigation() as answered:
            self.page.get_by_role("button").first.click()
        self.answer = answered.value
        return self

    def shown(self, size: tuple[int, int], scheme: Any = "light") -> "Tab":
        """Show the page in a window of this size, `light` or `dark`."""
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.page.emulate_media(color_scheme=scheme)
        return self

    def with_text_twice_as_large(self) -> "Tab":
        """Enlarge text, as a reader's own setting does."""
        self.page.evaluate("document.documentElement.style.fontSize = '200%'")
        return self

    def with_text_as_set(self) -> "Tab":
        """Take that back."""
        self.page.evaluate("document.documentElement.style.fontSize = ''")
        return self

    @property
    def status(self) -> int:
        """The status of the answer."""
        assert self.answer is not None
        return self.answer.status

    @property
    def language(self) -> str | None:
        """The language that the page says it is in."""
        return self.page.locator("html").get_attribute("lang")

    @property
    def sideways(self) -> int:
        """How many pixels one has to scroll sideways to see all of it."""
        return int(self.page.evaluate(_SIDEWAYS))

    @property
    def targets(self) -> list[tuple[str, str, float]]:
        """What can be pressed: element, words, and the smaller of width and height in CSS pixels."""
        measured: list[Any] = self.page.locator(IN_REACH).evaluate_all(_MEASURED)
        return [(tag, words, side) for tag, words, side in measured]

    def violations(self, *but: str) -> list[str]:
        """Return what axe finds wrong, one line each; `but` are rules that do not apply here."""
        if self.page.evaluate("() => typeof axe") == "undefined":
            self.page.evaluate(AXE_SCRIPT)
        rules = {rule: {"enabled": False} for rule in but}
        options = {"resultTypes": ["violations"], "runOnly": RULES, "rules": rules}
        found = self.page.evaluate("options => axe.run(options)", options)["violations"]
        return [f"{each['id']}: {node['html']}: {node['failureSummary']}" for each in found for node in each["nodes"]]

    def focus_goes(self) -> list[tuple[int, float, bool]]:
        """Press Tab until everything was reached.

        Return of each stop its place among what can be reached, the width of the line around it, and whether all of it
        is in the window.
        """
        self.page.bring_to_front()
        stops: list[tuple[int, float, bool]] = []
        while not stops or stops[-1][0] not in {-1, *(place for place, _, _ in stops[:-1])}:
            self.page.keyboard.press("Tab")
            stops.append(tuple(self.page.evaluate(_FOCUSED)))
        return stops[:-1]

    def _note_request(self, request: Request) -> None:
        self.asked.append(request.url)

    def _note_complaint(self, message: ConsoleMessage) -> None:
        """Chromium logs every answer of 400 and above, which is no complaint about the page."""
        if message.type in {"error", "warning"} and "the server responded with a status of 4" not in message.text:
            self.complaints.append(message.text)
