"""Keyed digests and signed cursors of the edge: nothing can be guessed from them, and none can be forged."""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping

from jobipro.adapters.secrets import RotatingKey
from jobipro.domain.errors import FieldError, Invalid

_MAC = 16


class EdgeDigests:
    """Names for counters and replays: HMAC-SHA256, base64url, of what must not be stored itself."""

    def __init__(self, keys: RotatingKey) -> None:
        self._keys = keys

    def __call__(self, purpose: str, message: str) -> str:
        """Return the digest of a message for one purpose."""
        _, key = self._keys.signing(purpose)
        digest = hmac.digest(key, message.encode(), "sha256")
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


class SignedCursors:
    """Where a list goes on: ids only, signed for one list of one person."""

    def __init__(self, keys: RotatingKey) -> None:
        self._keys = keys

    def sign(self, owner: str, after: Mapping[str, str] | None) -> str | None:
        """Return the cursor that continues behind a row, None at the end of the list."""
        if after is None:
            return None
        body = json.dumps(after, sort_keys=True, separators=(",", ":")).encode()
        number, key = self._keys.signing("cursor")
        return base64.urlsafe_b64encode(bytes([number]) + self._mac(key, owner, body) + body).decode().rstrip("=")

    def verify(self, owner: str, cursor: str | None) -> Mapping[str, str] | None:
        """Return the row a cursor names, None for no cursor; `Invalid` when it is not one of this list's."""
        if cursor is None:
            return None
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        number, mac, body = raw[:1], raw[1 : 1 + _MAC], raw[1 + _MAC :]
        key = self._keys.of("cursor", number[0]) if number else None
        if key is None or not hmac.compare_digest(mac, self._mac(key, owner, body)):
            raise Invalid(FieldError("cursor", "`next` of the page before, unchanged."))
        after: Mapping[str, str] = json.loads(body)
        return after

    def _mac(self, key: bytes, owner: str, body: bytes) -> bytes:
        return hmac.digest(key, owner.encode() + b"\0" + body, "sha256")[:_MAC]
