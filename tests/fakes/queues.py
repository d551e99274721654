"""Queues in memory."""

from collections.abc import Iterable

from jobipro.domain.errors import Unavailable
from jobipro.domain.events import Event, Queue


class FakeQueues:
    """Keeps what was sent; `down` names queues that take nothing."""

    def __init__(self) -> None:
        self.sent: list[tuple[Queue, Event]] = []
        self.down: set[Queue] = set()
        self.calls: list[str] = []

    def send(self, queue: Queue, events: Iterable[Event]) -> None:
        several = list(events)
        self.calls += ["SendMessageBatch"] * -(-len(several) // 10)
        if queue in self.down:
            raise Unavailable
        self.sent += [(queue, event) for event in several]

    def of(self, queue: Queue) -> list[Event]:
        """Return what a queue holds, in the order in which it came."""
        return [event for to, event in self.sent if to is queue]
