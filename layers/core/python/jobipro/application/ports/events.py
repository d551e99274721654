"""Events on their way."""

from collections.abc import Iterable
from typing import Protocol

from jobipro.application.ports.storage import Search, Write
from jobipro.domain.events import Event, Queue


class Outbox(Protocol):
    """Events that wait to be handed over."""

    def recorded(self, event: Event) -> Write: ...
    def handed_over(self, event: Event) -> Write: ...
    def waiting(self) -> Search[str]: ...


class Queues(Protocol):
    """The queues between functions."""

    def send(self, queue: Queue, events: Iterable[Event]) -> None: ...
