"""Table `limits`: how often something was done, and which calls were made before; every row expires by itself.

| row | key | holds |
|---|---|---|
| counter | `L#<rule>#<digest>` / `<window>` | how often |
| attempt | `I#<digest>` / `-` | digest of what was asked with an Idempotency-Key, and ids of what came of it |
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from jobipro.adapters.dynamodb.rows import Below, Item, Key, Put, Update
from jobipro.application.ports.storage import Read, Rows, Write
from jobipro.domain.errors import AlreadyDone, FieldError, IdempotencyMismatch, LimitReached, ServiceError
from jobipro.domain.limits import Rule, window_of

TABLE = "limits"
REMEMBERED = timedelta(hours=24)
"""How long a repeated call with the same Idempotency-Key gets the first one's answer."""


class Limits:
    """Counters by digest: neither an address nor a network source is stored."""

    def __init__(self, digest: Callable[[str, str], str], rules: Mapping[str, Rule]) -> None:
        self._digest = digest
        self._rules = rules

    def counted(self, rule: str, who: str, now: datetime) -> Write:
        """Count once more; `LimitReached` when the window is full."""
        limit = self._rules[rule]
        window = window_of(limit, now)
        counter = Update(
            Key(TABLE, f"L#{rule}#{self._digest('limits', f'{rule} {who}')}", window.start),
            add={"count": 1},
            set={"expires_at": window.ends_at},
            when=(Below("count", limit.count),),
        )
        return Write(counter, refused=lambda row: LimitReached(window.retry_after))


class Attempts:
    """What was asked with an Idempotency-Key."""

    def __init__(self, digest: Callable[[str, str], str]) -> None:
        self._digest = digest

    def made(self, who: str, key: str | None, asked: str, now: datetime) -> Read[Mapping[str, str] | None]:
        """Read what a call under a key was answered, None when there was none.

        `IdempotencyMismatch` when something else was asked.
        """
        if key is None:
            return Read((), lambda rows: None)
        place = self._row(who, key)

        def build(rows: Rows) -> Mapping[str, str] | None:
            row = rows.get(place)
            if row is None or row["expires_at"] < int(now.timestamp()):
                return None
            if row["fingerprint"] != self._digest("attempt body", asked):
                raise _mismatch()
            return dict(row["answer"])

        return Read((place,), build)

    def first(self, who: str, key: str, asked: str, answer: Mapping[str, str], now: datetime) -> Write:
        """Claim a key for a call.

        When it is taken: `AlreadyDone` with the first answer in `before` if the same was asked, otherwise
        `IdempotencyMismatch`.
        """
        fingerprint = self._digest("attempt body", asked)
        seconds = int(now.timestamp())
        row = {
            "fingerprint": fingerprint,
            "answer": dict(answer),
            "expires_at": seconds + int(REMEMBERED.total_seconds()),
        }

        def taken(before: Item | None) -> ServiceError:
            if before and before["fingerprint"] == fingerprint:
                return AlreadyDone(before["answer"])
            return _mismatch()

        return Write(Put(self._row(who, key), row, when=(Below("expires_at", seconds),)), refused=taken)

    def _row(self, who: str, key: str) -> Key:
        return Key(TABLE, f"I#{self._digest('attempt', f'{who} {key}')}")


def _mismatch() -> IdempotencyMismatch:
    return IdempotencyMismatch(FieldError("Idempotency-Key", "A key that no other call was made with."))
