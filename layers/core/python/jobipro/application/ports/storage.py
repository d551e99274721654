"""Loading and committing: every look and every transaction of a use case goes through these."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, overload

from jobipro.domain.errors import AlreadyDone, ServiceError, SubjectErased
from jobipro.domain.subject_keys import SubjectKey

type Item = Mapping[str, Any]
"""A stored row: strings, integers, bytes, booleans, None, lists and maps of them."""


@dataclass(frozen=True, slots=True)
class Key:
    """Where a row lives: logical table, partition key, sort key."""

    table: str
    pk: str
    sk: str = "-"


type Rows = Mapping[Key, Item]


@dataclass(frozen=True, slots=True)
class Read[T]:
    """Rows to look at, and what they make."""

    keys: tuple[Key, ...]
    build: Callable[[Rows], T]


def several[T](reads: Iterable[Read[T]]) -> Read[tuple[T, ...]]:
    """Return several reads of a kind as one; a look takes at most 100 rows."""
    parts = tuple(reads)
    keys = tuple(dict.fromkeys(key for read in parts for key in read.keys))
    return Read(keys, lambda rows: tuple(read.build(rows) for read in parts))


def unless_erased[T](read: Read[T]) -> Read[T | None]:
    """Return a read that makes None of what somebody erased has left."""

    def build(rows: Rows) -> T | None:
        try:
            return read.build(rows)
        except SubjectErased:
            return None

    return Read(read.keys, build)


@dataclass(frozen=True, slots=True)
class Write:
    """One row to write.

    `refused` turns the row that stood in the way (or None) into the error to raise when the write's condition does
    not hold. `under` names the keys its personal values are sealed with: they must still be active at that moment.
    """

    action: Any
    refused: Callable[[Item | None], ServiceError] = AlreadyDone
    under: tuple[SubjectKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Search[T]:
    """One query: rows of a partition (or of a whole table), in order, and what each makes.

    `beside` are rows looked at together with the query, for instance a person's key.
    """

    table: str
    build: Callable[[Item, Rows], T]
    index: str | None = None
    partition: tuple[str, str] | None = None
    from_to: tuple[str, str, str] | None = None
    newest_first: bool = False
    beside: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Found[T]:
    """A page of what a search found; `after` continues it, None at the end."""

    items: Sequence[T]
    after: Mapping[str, str] | None = None


class Load(Protocol):
    """One consistent look at the rows of all reads given; raises `SubjectErased` when a person's key is gone."""

    @overload
    def __call__[A](self, a: Read[A], /) -> A: ...
    @overload
    def __call__[A, B](self, a: Read[A], b: Read[B], /) -> tuple[A, B]: ...
    @overload
    def __call__[A, B, C](self, a: Read[A], b: Read[B], c: Read[C], /) -> tuple[A, B, C]: ...
    @overload
    def __call__[A, B, C, D](self, a: Read[A], b: Read[B], c: Read[C], d: Read[D], /) -> tuple[A, B, C, D]: ...
    @overload
    def __call__[A, B, C, D, E](
        self, a: Read[A], b: Read[B], c: Read[C], d: Read[D], e: Read[E], /
    ) -> tuple[A, B, C, D, E]: ...


class Commit(Protocol):
    """Write all or nothing. Conflicts with another transaction are retried; they are never a refusal."""

    def __call__(self, *writes: Write | Iterable[Write]) -> None: ...


class Find(Protocol):
    """Run one query; `limit` is how many rows are read at most."""

    def __call__[T](self, search: Search[T], limit: int, after: Mapping[str, str] | None = None) -> Found[T]: ...
