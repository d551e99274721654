"""What keeps callers within bounds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from jobipro.application.ports.storage import Read, Write


class Limits(Protocol):
    """Counters."""

    def counted(self, rule: str, who: str, now: datetime) -> Write: ...


class Attempts(Protocol):
    """Calls made with an Idempotency-Key."""

    def made(self, who: str, key: str | None, asked: str, now: datetime) -> Read[Mapping[str, str] | None]: ...
    def first(self, who: str, key: str, asked: str, answer: Mapping[str, str], now: datetime) -> Write: ...


class Cursors(Protocol):
    """Where lists go on."""

    def sign(self, owner: str, after: Mapping[str, str] | None) -> str | None: ...
    def verify(self, owner: str, cursor: str | None) -> Mapping[str, str] | None: ...
