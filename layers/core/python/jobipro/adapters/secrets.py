"""Secrets from Secrets Manager, one a use: fetched when first needed, looked at again every five minutes.

A secret of signing keys is JSON: `{"current": 1, "1": "…", "2": "…"}`. To rotate, add a number and move `current`; what
was signed with an older number goes on verifying for as long as that number stays.
"""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from jobipro.adapters.aws import translated

FRESH_SECONDS = 300.0

UNKNOWN_SECONDS = 1.0
"""How old what is held must be before a number it does not have is looked for again: a process that rotated earlier may
have signed with it, but whoever makes numbers up shall not keep us fetching."""


class Secret:
    """One secret that is JSON; nothing is fetched before the first use, so a snapshot of the process holds none."""

    def __init__(self, client: Any, secret: str, seconds: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._secret = secret
        self._seconds = seconds
        self._fetched_at = float("-inf")
        self._held: Mapping[str, Any] = {}

    def value(self, oldest: float = FRESH_SECONDS) -> Mapping[str, Any]:
        """Return what the secret holds, fetched `oldest` seconds ago at most: the same object until it is fetched."""
        now = self._seconds()
        if now - self._fetched_at >= oldest:
            with translated({}):
                self._held = json.loads(self._client.get_secret_value(SecretId=self._secret)["SecretString"])
            self._fetched_at = now
        return self._held


class RotatingKey:
    """The keys of one secret."""

    def __init__(self, client: Any, secret: str, seconds: Callable[[], float] = time.monotonic) -> None:
        self._secret = Secret(client, secret, seconds)
        self._held: Mapping[str, Any] = {}
        self._current = 0
        self._masters: dict[int, bytes] = {}
        self._derived: dict[tuple[int, str], bytes] = {}

    @property
    def current(self) -> int:
        """The number of the key that signs now."""
        self._refresh(FRESH_SECONDS)
        return self._current

    def of(self, purpose: str, number: int) -> bytes | None:
        """Return the 32-byte key of a number for one purpose (HKDF-SHA256), None when there is no such number."""
        self._refresh(FRESH_SECONDS if number in self._masters else UNKNOWN_SECONDS)
        name = (number, purpose)
        if name not in self._derived and number in self._masters:
            hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode())
            self._derived[name] = hkdf.derive(self._masters[number])
        return self._derived.get(name)

    def signing(self, purpose: str) -> tuple[int, bytes]:
        """Return the number of the key that signs now, and that key for one purpose."""
        number = self.current
        key = self.of(purpose, number)
        if key is None:
            raise ValueError("the secret names a current key that it does not hold")
        return number, key

    def _refresh(self, oldest: float) -> None:
        held = self._secret.value(oldest)
        if held is self._held:
            return
        self._held = held
        self._current = int(held["current"])
        self._masters = {int(number): text.encode() for number, text in held.items() if number != "current"}
        self._derived = {}
