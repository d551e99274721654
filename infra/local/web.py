"""What the servers of this machine share: an HTTP server on the loopback address, in threads, without a log."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from infra.local.failure import CannotRun
from infra.local.settings import HOST

OURSELVES = frozenset({HOST, "localhost", "::1"})
"""The names under which a browser or a program on this machine reaches us."""


class QuietHandler(BaseHTTPRequestHandler):
    """Keeps connections open and writes no log: paths hold link tokens."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, the base class names it so
        """Say nothing."""

    def parse_request(self) -> bool:
        """Refuse what was meant for another name: a web page elsewhere can point a name of its own at this machine."""
        if not super().parse_request():
            return False
        if _named(self.headers.get("Host", "")) in OURSELVES:
            return True
        self.close_connection = True
        self.answer(HTTPStatus.MISDIRECTED_REQUEST, "text/plain", b"Only 127.0.0.1 and localhost are served here.\n")
        return False

    def answer(self, status: int, media_type: str, body: bytes, headers: dict[str, str] | None = None) -> None:
        """Send a whole response; a HEAD request gets its headers only."""
        self.send_response_only(status)
        for name, value in {"Content-Type": media_type, "Cache-Control": "no-store", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _named(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


@contextmanager
def serving(port: int, handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    """Serve a port of the loopback address while the block runs; its number is the block's value (0 asks for any)."""
    try:
        server = _Server((HOST, port), handler)
    except OSError:
        raise _taken(port) from None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def refuse_taken(*ports: int) -> None:
    """Raise CannotRun when one of the ports is in use."""
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                raise _taken(port) from None


def _taken(port: int) -> CannotRun:
    return CannotRun(f"Port {port} is taken: stop what uses it, or move all ports with PORT=9000.")
