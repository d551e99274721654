"""A page that shows the API's description and lets one try it: swagger-ui, with nothing from elsewhere."""

import json
import mimetypes
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from infra.local.failure import CannotRun
from infra.local.mailbox import PAGES
from infra.local.settings import Settings
from infra.local.web import QuietHandler

PACKAGE = "drf_spectacular_sidecar"
"""Brings swagger-ui as it is built. It is looked up and not imported: importing it would start Django."""
RENDERER = ("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png")
OWN = ("reference.css", "reference.js")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' {api}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def reference_of(settings: Settings) -> type[QuietHandler]:
    """Return a handler that shows the API of a stack. CannotRun when swagger-ui is not there."""
    return type("ReferenceOf", (Reference,), {"settings": settings, "files": _files()})


class Reference(QuietHandler):
    """`GET /openapi.json` is the API's description, with the address of this very stack; the page is at `/`."""

    settings: Settings
    files: Mapping[str, Path]

    def do_GET(self) -> None:
        """Answer with the page, the description, or a file of the page."""
        name = urlsplit(self.path).path.removeprefix("/")
        if name == "":
            self._give("text/html; charset=utf-8", self._page())
        elif name == "openapi.json":
            self._give("application/json", self._description())
        elif name in self.files:
            self._give(mimetypes.types_map[self.files[name].suffix], self.files[name].read_bytes())
        else:
            self.answer(404, "text/plain", b"There is nothing here.\n", self._headers())

    do_HEAD = do_GET

    def _page(self) -> bytes:
        return PAGES.get_template("reference.html").render(mailbox=self.settings.mailbox_url).encode()

    def _description(self) -> bytes:
        described = json.loads((self.settings.root / "docs" / "openapi.json").read_bytes())
        described["servers"] = [{"url": self.settings.api_url, "description": "This run."}]
        return json.dumps(described, ensure_ascii=False).encode()

    def _give(self, media_type: str, body: bytes) -> None:
        self.answer(200, media_type, body, self._headers())

    def _headers(self) -> dict[str, str]:
        return {
            "Content-Security-Policy": POLICY.format(api=self.settings.api_url),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }


def _files() -> dict[str, Path]:
    """Return where each file of the page is, by its name."""
    found = find_spec(PACKAGE)
    folders = (found.submodule_search_locations if found else None) or []
    built = [Path(folder) / "static" / PACKAGE / "swagger-ui-dist" for folder in folders]
    files = {name: folder / name for folder in built for name in RENDERER if (folder / name).is_file()}
    if len(files) < len(RENDERER):
        raise CannotRun("The page of the API lacks swagger-ui: remove .venv and start again, which installs it.")
    return files | {name: Path(__file__).with_name("pages") / name for name in OWN}
