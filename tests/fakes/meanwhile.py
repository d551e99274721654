"""Somebody else who is quicker: something happens between a use case's look and its writing."""

from collections.abc import Callable, Iterable

from jobipro.application.ports.storage import Write
from tests.fakes.store import FakeStore


class Meanwhile:
    """A `commit` before which something happens, as often as told."""

    def __init__(self, store: FakeStore, happens: Callable[[], object], times: int = 1) -> None:
        self._store = store
        self._happens = happens
        self._times = times

    def __call__(self, *writes: Write | Iterable[Write]) -> None:
        if self._times:
            self._times -= 1
            self._happens()
        self._store.commit(*writes)
