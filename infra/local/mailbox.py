"""A page with everything that was sent, for people, and the same as JSON, for tests."""

import json
import secrets
from dataclasses import asdict
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from infra.local.post import Message, Post
from infra.local.web import QuietHandler

# A mail shows as it would to its reader: no scripts, nothing fetched, links in a window of their own.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "sandbox allow-popups allow-popups-to-escape-sandbox; frame-ancestors 'self'"
)
PAGE_POLICY = (
    "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
LISTED = 200  # mails on the page; the JSON has all of them

PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("pages")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
PAGES.filters["path"] = lambda text: quote(text, safe="")


def mailbox_of(post: Post, reference: str) -> type[QuietHandler]:
    """Return a handler that shows the mails of a post, with a link to the page at `reference`."""
    return type("MailboxOf", (Mailbox,), {"post": post, "reference": reference})


class Mailbox(QuietHandler):
    """`GET /api/messages` has all mails as JSON, oldest first; `?to=address` only those to one address."""

    post: Post
    reference: str

    def do_GET(self) -> None:
        """Answer with the list, one mail, or JSON."""
        url = urlsplit(self.path)
        match unquote(url.path).strip("/").split("/"):
            case [""]:
                self._list()
            case ["api", "messages"]:
                self._json(parse_qs(url.query).get("to", []))
            case ["messages", message_id, *rest] if message := self.post.message(message_id):
                self._message(message, rest)
            case _:
                self._page(404, "missing.html")

    do_HEAD = do_GET

    def _list(self) -> None:
        newest = list(reversed(self.post.messages()))
        self._page(200, "list.html", messages=newest[:LISTED], total=len(newest), reference=self.reference)

    def _json(self, to: list[str]) -> None:
        wanted = [asdict(message) for message in self.post.messages() if not to or set(to) & set(message.to)]
        self.answer(200, "application/json", json.dumps(wanted).encode())

    def _message(self, message: Message, rest: list[str]) -> None:
        if rest == ["html"]:
            body = message.html.replace("<head>", '<head><base target="_blank">', 1).encode()
            self.answer(200, "text/html; charset=utf-8", body, _headers(MAIL_POLICY))
        else:
            self._page(200, "message.html", message=message)

    def _page(self, status: int, name: str, **values: object) -> None:
        nonce = secrets.token_urlsafe(16)
        body = PAGES.get_template(name).render(nonce=nonce, **values).encode()
        self.answer(status, "text/html; charset=utf-8", body, _headers(PAGE_POLICY.format(nonce=nonce)))


def _headers(policy: str) -> dict[str, str]:
    return {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
