"""Events go from the outbox to the queues that want them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import batched

from jobipro.application.ports.events import Outbox, Queues
from jobipro.application.ports.storage import Commit, Find
from jobipro.application.ports.system import Clock
from jobipro.application.sweep import Piece, pages
from jobipro.domain.errors import Unintelligible
from jobipro.domain.events import Event, Queue

IN_ONE_COMMIT = 100
"""Rows of one transaction. Source: DynamoDB, TransactWriteItems."""

OVERDUE = timedelta(minutes=2)
"""How long the stream has before an event is sent from its row. Source: the design, "Outbox"."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """Send events to their queues, then forget them.

    Whoever dies in between sends them again: consumers take an event twice without harm.
    """

    commit: Commit
    outbox: Outbox
    queues: Queues

    def __call__(self, bodies: Mapping[str, str]) -> tuple[str, ...]:
        """Return the names of those bodies that cannot be understood or routed; their rows stay.

        Raises Unavailable when a queue did not take all; then every row stays.
        """
        events: dict[str, Event] = {}
        wanted: dict[Queue, list[Event]] = {}
        lost = []
        for name, body in bodies.items():
            try:
                event = Event.from_body(body)
                queues = event.queues
            except Unintelligible:
                lost.append(name)
                continue
            if event.id not in events:
                events[event.id] = event
                for queue in queues:
                    wanted.setdefault(queue, []).append(event)
        for queue, several in wanted.items():
            self.queues.send(queue, several)
        for batch in batched(events.values(), IN_ONE_COMMIT, strict=False):
            self.commit(self.outbox.handed_over(event) for event in batch)
        return tuple(lost)


@dataclass(frozen=True, slots=True)
class HandOverOverdue:
    """Hand over from their rows the events that the stream left behind."""

    find: Find
    hand_over: HandOver
    outbox: Outbox
    clock: Clock

    def __call__(self) -> Iterator[Piece]:
        """Yield a piece of work a page; it counts `EventsSentAgain` and `UnroutableEvents`."""
        for bodies in pages(self.find, self.outbox.waiting()):
            overdue = {str(place): body for place, body in enumerate(bodies) if self._overdue(body)}
            if overdue:
                yield partial(self._again, overdue)

    def _again(self, bodies: Mapping[str, str]) -> Mapping[str, int]:
        lost = self.hand_over(bodies)
        return {"EventsSentAgain": len(bodies) - len(lost), "UnroutableEvents": len(lost)}

    def _overdue(self, body: str) -> bool:
        """Tell whether an event is late; one that cannot be read is told of at once, since no stream will help it."""
        try:
            return Event.from_body(body).at <= self.clock.now() - OVERDUE
        except Unintelligible:
            return True
