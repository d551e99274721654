"""AWS as it was recorded, in a process of its own: answers the calls of one recording after the other over HTTP.

`POST /play/<number>` says which recording is next, `POST /played` asks how many calls came otherwise than recorded: not
at all, or too many, which are refused with a status that no client tries again. Secrets are told, and keys opened, at
any time.
"""

import json
import re
import sys
import threading
import zlib
from base64 import b64decode, b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

WRAPPED = re.compile(r'("wrapped_key": ?{"B": ?")([^"]+)')
FLOOR, SECRET, OPEN = "PutItem", "GetSecretValue", "Decrypt"
PLAY = 8
"""Bytes of a wrapped key that change with each play."""

type Told = dict[str, Any]


class Replay:
    """Which recording is being played, and what its next call is."""

    def __init__(self, recordings: list[list[Told]], secrets: dict[str, str]) -> None:
        self._recordings = recordings
        self._secrets = secrets
        self._keys = {_lasting(each["wrapped"]): each for one in recordings for each in one if each["wrapped"]}
        self._new: set[bytes] = set()
        self._left: list[Told] = []
        self._plays = 0
        self._strays = 0

    def play(self, number: int) -> None:
        """Begin a recording."""
        self._left, self._strays = list(reversed(self._recordings[number])), 0
        self._new = {_lasting(each["wrapped"]) for each in self._left if each["wrapped"]}
        self._plays += 1

    def played(self) -> int:
        """Return how many calls came otherwise than recorded."""
        return len(self._left) + self._strays

    def answer(self, operation: str, body: bytes) -> tuple[int, str, bytes]:
        """Return status, content type and body of the answer to a call."""
        if operation == FLOOR:
            return 200, "application/x-amz-json-1.0", b"{}"
        if operation == SECRET:
            return 200, "application/x-amz-json-1.1", self._secrets[json.loads(body)["SecretId"]].encode()
        answer = self._count(operation)
        if operation == OPEN:
            answer = self._keys.get(_lasting(json.loads(body)["CiphertextBlob"]))
        return self._whole(answer) if answer else (400, "application/x-amz-json-1.0", b'{"__type": "NotRecorded"}')

    def _count(self, operation: str) -> Told | None:
        """Return what is next, if it is this; else it came otherwise than recorded."""
        if self._left and self._left[-1]["operation"] == operation:
            return self._left.pop()
        self._strays += 1
        return None

    def _whole(self, answer: Told) -> tuple[int, str, bytes]:
        return answer["status"], answer["content_type"], WRAPPED.sub(self._of_somebody_new, answer["body"]).encode()

    def _of_somebody_new(self, found: re.Match[str]) -> str:
        """Change a wrapped key that is opened in this play, so that it is never one that is open still."""
        lasting = _lasting(found[2])
        changed = b64encode(lasting + self._plays.to_bytes(PLAY)).decode() if lasting in self._new else found[2]
        return found[1] + changed


class Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one packet an answer
    replay: Replay

    def do_POST(self) -> None:
        """Answer a call, or begin a recording."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith("/play/"):
            self.replay.play(int(self.path.rpartition("/")[2]))
            return self._write(200, "text/plain", b"")
        if self.path == "/played":
            return self._write(200, "text/plain", str(self.replay.played()).encode())
        return self._write(*self.replay.answer(_operation(self.headers.get("X-Amz-Target", ""), body), body))

    def _write(self, status: int, content_type: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("x-amz-crc32", str(zlib.crc32(content)))
        self.send_header("x-amzn-RequestId", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEF")
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _lasting(wrapped: str) -> bytes:
    return b64decode(wrapped)[:-PLAY]


def _operation(target: str, body: bytes) -> str:
    if target:
        return target.rpartition(".")[2]
    found = re.search(rb"(?:^|&)Action=(\w+)", body)
    return found[1].decode() if found else ""


def main(path: str) -> None:
    """Serve the recordings in a file, tell the port, and end when whoever started this is gone."""
    told = json.loads(Path(path).read_text())
    Handler.replay = Replay(told["recordings"], told["secrets"])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
