"""What these tests look for is found where it is: a page that does everything wrong is told so."""

from playwright.sync_api import Browser

from tests.browser.tabs import NARROWEST, Tab

WRONG = """
<html><head><title></title><style>a:focus { outline: none }</style></head><body>
<p style="color: #999; background: #fff; width: 500px">Words that are hard to read, far to the right.</p>
<input><a href="https://elsewhere.example/" style="display: block; width: 9px; height: 9px"></a>
<button tabindex="1">First by force</button>
<script>console.error("something broke")</script>
</body></html>
"""


def test_a_page_that_does_everything_wrong_is_told_so(browser: Browser):
    tab = Tab(browser.new_page()).shown((NARROWEST, 640))
    tab.page.set_content(WRONG)

    told = {violation.partition(":")[0] for violation in tab.violations()}
    stops = tab.focus_goes()

    assert told >= {"color-contrast", "document-title", "html-has-lang", "label", "link-name", "tabindex"}
    assert tab.sideways > 0
    assert [place for place, _, _ in stops] == [2, 0, 1]
    assert [ring > 0 for _, ring, _ in stops] == [True, True, False]
    assert ("A", "", 9) in tab.targets
    assert tab.complaints == ["something broke"]
    tab.page.close()
