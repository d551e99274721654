"""Gives the deployed API one readable address, as a custom domain does on AWS.

Method, path, query, headers and body pass as they came. `X-Forwarded-For` is set, not extended: it becomes the source
that the functions see, and API Gateway takes that from the connection too.
"""

import http.client
import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

from infra.local.settings import HOST
from infra.local.web import QuietHandler

# API Gateway's own bound on a request's body.
MOST_BODY = 10 * 1024 * 1024
ANSWERED_WITHIN = 35.0  # seconds; API Gateway waits 29 for a function
REUSED_WITHIN = 60.0  # seconds; the emulator closes an idle connection after 75

# RFC 9110, section 7.6.1, and what is set here.
NOT_PASSED = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "x-forwarded-for",
        "x-forwarded-port",
        "x-forwarded-proto",
    }
)

FOR_AWS = "x-amz-"
"""Headers by which the emulator takes a request for one to another of its services."""

REFUSALS = {
    400: ("bad-request", "This request could not be understood."),
    404: ("not-found", "There is nothing here."),
    413: ("body-too-large", "The body is too large."),
    503: ("unavailable", "The service is busy; try again in a moment."),
}
"""What API Gateway would answer in the words of template.yaml, by status."""

REFUSAL_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Allow, Retry-After, X-Correlation-Id",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "sandbox",
    "Connection": "close",
}


class BodyRefused(Exception):
    """A body that is too large or cut wrongly; holds the status that says so."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class Route:
    """From a port of ours to one stage of one API in the embedded cloud."""

    port: int
    cloud_port: int
    api_id: str
    stage: str

    @property
    def prefix(self) -> str:
        """Where the emulator serves the stage."""
        return f"/_aws/execute-api/{self.api_id}/{self.stage}"


def proxy_to(route: Route) -> type[QuietHandler]:
    """Return a handler that passes each request on along a route."""
    return type("ProxyTo", (Proxy,), {"route": route})


class Proxy(QuietHandler):
    """One client's connection, with a connection of its own to the emulator."""

    route: Route

    def setup(self) -> None:
        """Prepare both connections; the second opens with the first request."""
        super().setup()
        self._upstream = http.client.HTTPConnection(HOST, self.route.cloud_port, timeout=ANSWERED_WITHIN)
        self._used_at = time.monotonic()

    def finish(self) -> None:
        """Close both."""
        self._upstream.close()
        super().finish()

    def pass_on(self) -> None:
        """Answer one request with what the API answers."""
        try:
            self._send(read_body(self))
            response = self._upstream.getresponse()
            content = response.read()
        except BodyRefused as refusal:
            self._refuse(refusal.status)
        except (http.client.InvalidURL, UnicodeError):
            self._refuse(400)
        except (OSError, http.client.HTTPException):
            self._upstream.close()
            self._refuse(503)
        else:
            self._used_at = time.monotonic()
            self._give_back(response, content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = pass_on

    def _send(self, body: bytes) -> None:
        if time.monotonic() - self._used_at > REUSED_WITHIN:
            self._upstream.close()
        # Not self.path, in which the server has already joined slashes at the start.
        target = self.requestline.split()[1]
        self._upstream.putrequest(self.command, self.route.prefix + target, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in NOT_PASSED and not name.lower().startswith(FOR_AWS):
                self._upstream.putheader(name, value)
        self._upstream.putheader("X-Forwarded-For", self.client_address[0])
        self._upstream.putheader("X-Forwarded-Proto", "http")
        self._upstream.putheader("X-Forwarded-Port", str(self.route.port))
        if body or self.command in {"POST", "PUT", "PATCH"}:
            self._upstream.putheader("Content-Length", str(len(body)))
        self._upstream.endheaders(body or None)

    def _give_back(self, response: http.client.HTTPResponse, content: bytes) -> None:
        self.send_response_only(response.status, response.reason)
        for name, value in response.getheaders():
            if name.lower() not in NOT_PASSED:
                self.send_header(name, value)
        length = response.getheader("Content-Length") if self.command == "HEAD" else str(len(content))
        if length is not None and response.status not in {204, 304}:
            self.send_header("Content-Length", length)
        self.end_headers()
        self.wfile.write(content)

    def _refuse(self, status: int) -> None:
        """Answer in the place of API Gateway, and hang up: what follows on the connection may be the body."""
        code, detail = REFUSALS[status]
        request = str(uuid.uuid4())
        problem = {
            "type": f"urn:jobipro:problem:{code}",
            "title": code.replace("-", " ").capitalize(),
            "status": status,
            "code": code,
            "detail": detail,
            "correlation_id": request,
        }
        headers = REFUSAL_HEADERS | {"X-Correlation-Id": request}
        self.close_connection = True
        self.answer(status, "application/problem+json", json.dumps(problem).encode(), headers)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what is no HTTP, or a method that no route can have, without repeating any of it."""
        self._refuse(404 if code == HTTPStatus.NOT_IMPLEMENTED else 400)


def read_body(request: QuietHandler) -> bytes:
    """Return the body of a request, whichever way its length is told. BodyRefused when it cannot be taken."""
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        return b"".join(_chunks(request))
    length = _number(request.headers.get("Content-Length", "0"), 10)
    if length > MOST_BODY:
        raise BodyRefused(413)
    return request.rfile.read(length)


def _chunks(request: QuietHandler) -> Iterator[bytes]:
    """Yield the chunks of RFC 9112, section 7.1, and pass over the trailer."""
    total = 0
    while size := _number(request.rfile.readline(1024).partition(b";")[0].decode("latin-1"), 16):
        total += size
        if total > MOST_BODY:
            raise BodyRefused(413)
        yield request.rfile.read(size)
        request.rfile.readline(3)
    while request.rfile.readline(65537).strip():
        continue


def _number(text: str, base: int) -> int:
    try:
        number = int(text, base)
    except ValueError:
        raise BodyRefused(400) from None
    if number < 0:
        raise BodyRefused(400)
    return number
