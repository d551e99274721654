"""The page of the API: swagger-ui with the description of this run, and nothing from elsewhere."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest

from infra.local import reference
from infra.local.failure import CannotRun
from infra.local.reference import reference_of
from infra.local.settings import HOST, ROOT, Ports, Settings
from infra.local.web import serving

SETTINGS = Settings(Ports.counted_from(9000))
KEPT = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))


@pytest.fixture
def url() -> Iterator[str]:
    """The page of a stack whose API is at port 9000."""
    with serving(0, reference_of(SETTINGS)) as port:
        yield f"http://{HOST}:{port}"


def get(url: str) -> tuple[str, Message]:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read().decode(errors="replace"), answer.headers


def test_the_description_is_the_kept_one_with_the_address_of_this_run(url: str):
    text, headers = get(f"{url}/openapi.json")

    told = json.loads(text)
    assert headers["Content-Type"] == "application/json"
    assert [server["url"] for server in told["servers"]] == ["http://127.0.0.1:9000"]
    assert told | {"servers": KEPT["servers"]} == KEPT


def test_all_that_the_page_loads_is_served_here(url: str):
    page, _ = get(url)

    loaded = re.findall(r'<(?:script|link)[^>]* (?:src|href)="([^"]+)"', page)
    assert len(loaded) >= 4
    for path in loaded:
        text, headers = get(url + path)
        assert text
        assert headers["Content-Type"] in {"text/css", "text/javascript", "image/png"}


def test_the_page_links_to_the_mailbox(url: str):
    assert f'<a href="{SETTINGS.mailbox_url}">' in get(url)[0]


@pytest.mark.parametrize("path", ["", "/openapi.json", "/reference.js", "/swagger-ui-bundle.js"])
def test_scripts_and_styles_are_its_own_and_only_this_runs_api_is_called(url: str, path: str):
    _, headers = get(url + path)

    policy = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self' http://127.0.0.1:9000",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/../web.py", "/%2e%2e/web.py", "/swagger-ui-bundle.js.map", "/base.html", "//x"])
def test_nothing_else_is_served(url: str, path: str):
    with pytest.raises(urllib.error.HTTPError) as refused:
        get(url + path)

    assert refused.value.code == 404


def test_without_swagger_ui_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reference, "PACKAGE", "nobody_has_this")

    with pytest.raises(CannotRun, match=r"^The page of the API lacks swagger-ui: .*installs it\.$"):
        reference_of(SETTINGS)


def test_without_the_files_of_swagger_ui_it_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "hollow.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(reference, "PACKAGE", "hollow")

    with pytest.raises(CannotRun):
        reference_of(SETTINGS)
