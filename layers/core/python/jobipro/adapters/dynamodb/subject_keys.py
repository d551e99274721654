"""People's wrapped keys: table `subject-keys`, with a small cache of open ones.

The cache saves calls to KMS, never the look at a key's row: a key is opened from a row that was just read, and every
transaction that writes personal values checks the row again.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from jobipro.adapters.dynamodb.rows import Absent, Check, Equals, Item, Key, Put, Update
from jobipro.adapters.sealing import DataKey
from jobipro.application.ports.storage import Read, Rows, Write
from jobipro.domain.errors import AlreadyDone, ServiceError, SubjectErased
from jobipro.domain.ids import SubjectId
from jobipro.domain.subject_keys import KeyClass, SubjectKey
from jobipro.domain.times import written

TABLE = "subject-keys"
VERSION = 1
ACTIVE = "ACTIVE"
ERASED = "ERASED"

CACHED_KEYS = 256
CACHED_SECONDS = 300.0
CACHED_USES = 1_000


class DataKeys(Protocol):
    """Where data keys come from."""

    def generate(self, subject: SubjectId, key_class: KeyClass, version: int) -> tuple[DataKey, bytes]:
        """Return a new key and its wrapped form."""
        ...

    def open(self, subject: SubjectId, key_class: KeyClass, version: int, wrapped: bytes) -> DataKey:
        """Return the key of a wrapped form; `Unintelligible` when it is another person's or use's."""
        ...


def row_of(subject: SubjectId, key_class: KeyClass) -> Key:
    """Return where a person's key of a class is kept."""
    return Key(TABLE, f"K#{subject}", f"{key_class.value}#{VERSION}")


def still_active(key: SubjectKey) -> Write:
    """Insist that a key was not erased."""
    place = Key(TABLE, f"K#{key.subject}", f"{key.key_class.value}#{key.version}")
    return Write(Check(place, (Equals("status", ACTIVE),)), refused=lambda row: SubjectErased())


def still_there(subject: SubjectId, refusal: type[ServiceError]) -> Write:
    """Insist that somebody was not erased, without opening a key of theirs; raise `refusal` if they were."""
    place = row_of(subject, KeyClass.PERSONAL)
    return Write(Check(place, (Equals("status", ACTIVE),)), refused=lambda row: refusal())


@dataclass(slots=True)
class _Cached:
    key: DataKey
    until: float
    uses: int


class SubjectKeys:
    """Makes, opens and ends people's keys."""

    def __init__(self, data_keys: DataKeys, seconds: Callable[[], float] = time.monotonic) -> None:
        self._data_keys = data_keys
        self._seconds = seconds
        self._cache: OrderedDict[tuple[str, str, bytes], _Cached] = OrderedDict()

    def create(self, subject: SubjectId, key_class: KeyClass, at: datetime) -> tuple[DataKey, Write]:
        """Return a new key and the write that keeps it; whoever is first with it keeps it."""
        key, wrapped = self._data_keys.generate(subject, key_class, VERSION)
        row = {"status": ACTIVE, "wrapped_key": wrapped, "epoch": 1, "created_at": written(at)}
        return key, Write(Put(row_of(subject, key_class), row, when=(Absent(),)), refused=AlreadyDone)

    def key(self, subject: SubjectId, key_class: KeyClass = KeyClass.PERSONAL) -> Read[DataKey]:
        """Read a person's key."""
        return Read((row_of(subject, key_class),), lambda rows: self.opened(rows, subject, key_class))

    def key_if_any(self, subject: SubjectId, key_class: KeyClass) -> Read[DataKey | None]:
        """Read a person's key, None when they never had one of that class."""
        place = row_of(subject, key_class)
        return Read((place,), lambda rows: self.opened(rows, subject, key_class) if place in rows else None)

    def opened(self, rows: Rows, subject: SubjectId, key_class: KeyClass = KeyClass.PERSONAL) -> DataKey:
        """Return the open key from its row; `SubjectErased` when it is gone."""
        row = rows.get(row_of(subject, key_class), {})
        if row.get("status") != ACTIVE:
            raise SubjectErased
        wrapped: bytes = row["wrapped_key"]
        name = (subject, key_class.value, wrapped)
        cached = self._cache.get(name)
        now = self._seconds()
        if cached is None or cached.until <= now or cached.uses >= CACHED_USES:
            cached = _Cached(self._data_keys.open(subject, key_class, VERSION, wrapped), now + CACHED_SECONDS, 0)
            self._cache[name] = cached
            self._forget(now)
        self._cache.move_to_end(name)
        cached.uses += 1
        return cached.key

    def erased(self, subject: SubjectId, key_class: KeyClass, at: datetime) -> Write:
        """Destroy a person's key and leave a tombstone; doing it twice changes nothing."""
        return Write(
            Update(
                row_of(subject, key_class),
                set={"status": ERASED, "erased_at": written(at)},
                remove=("wrapped_key",),
                when=(Equals("status", ACTIVE),),
            ),
            refused=_erased_before,
        )

    def _forget(self, now: float) -> None:
        """Drop what has lapsed, so that no plaintext outstays its time, then the least used above the bound."""
        for name in [name for name, cached in self._cache.items() if cached.until <= now]:
            del self._cache[name]
        while len(self._cache) > CACHED_KEYS:
            self._cache.popitem(last=False)


def _erased_before(row: Item | None) -> AlreadyDone:
    return AlreadyDone(row)
