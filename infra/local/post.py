"""Receives what SES sends: the emulator hands each mail on by SMTP, whole, as a relay would."""

import email
import email.policy
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage

from infra.local.settings import HOST

LONGEST_LINE = 1_048_576  # bytes


@dataclass(frozen=True, slots=True)
class Message:
    """One sent mail, decoded. `sent_at` is when it reached the mailbox, in UTC."""

    id: str
    channel: str
    to: tuple[str, ...]
    subject: str
    headers: dict[str, str]
    text: str
    html: str
    sent_at: str


class Post:
    """The mails of this run, oldest first."""

    def __init__(self) -> None:
        self._messages: list[Message] = []
        self._lock = threading.Lock()

    def add(self, raw: bytes, recipients: tuple[str, ...]) -> None:
        """Keep a mail as it came in."""
        with self._lock:
            self._messages.append(read_message(raw, recipients, datetime.now(UTC)))

    def messages(self) -> list[Message]:
        """Return all mails, oldest first."""
        with self._lock:
            return list(self._messages)

    def message(self, message_id: str) -> Message | None:
        """Return one mail, or None."""
        return next((message for message in self.messages() if message.id == message_id), None)


def read_message(raw: bytes, recipients: tuple[str, ...], received: datetime) -> Message:
    """Decode a MIME message: headers unfolded, encoded words and both bodies as text."""
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    sent_at = received.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Message(
        id=str(parsed["Message-ID"]).strip("<> "),
        channel="email",
        to=recipients,
        subject=str(parsed["Subject"] or ""),
        headers={name: str(value) for name, value in parsed.items()},
        text=_body(parsed, "plain"),
        html=_body(parsed, "html"),
        sent_at=sent_at,
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part else ""


class Session(socketserver.StreamRequestHandler):
    """One SMTP conversation, in which everything is accepted."""

    post: Post
    warn: Callable[[str], object]

    def handle(self) -> None:
        """Take the mails of one connection."""
        self._reply("220 mailbox")
        recipients: list[str] = []
        taken = 0
        while (line := self.rfile.readline(LONGEST_LINE)) and not line.upper().startswith(b"QUIT"):
            verb = line[:4].upper()
            if verb == b"RCPT":
                recipients.append(line.partition(b"<")[2].partition(b">")[0].decode("ascii", "replace"))
            if verb == b"DATA":
                self._reply("354 go on")
                self.post.add(b"".join(self._data()), tuple(recipients))
                recipients, taken = [], taken + 1
            self._reply("250 ok")
        self._reply("221 bye")
        if not taken:
            type(self).warn("A mail is missing from the mailbox: the emulator hands on 7-bit mails only.")

    def _data(self) -> Iterator[bytes]:
        while (line := self.rfile.readline(LONGEST_LINE)) not in {b".\r\n", b""}:
            yield line[1:] if line.startswith(b".") else line

    def _reply(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128


@contextmanager
def receiving(post: Post, warn: Callable[[str], object]) -> Iterator[int]:
    """Take mail on a port of the system's choice, which is the value of the block."""
    session = type("SessionOf", (Session,), {"post": post, "warn": staticmethod(warn)})
    with _Server((HOST, 0), session) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
