"""What falls due by the clock, in pieces of work small enough to fit between two ticks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from jobipro.application.erase_subject import UNPROVEN, EraseSubject
from jobipro.application.moves import Moves
from jobipro.application.ports.events import Outbox, Queues
from jobipro.application.ports.messages import Messages, Name
from jobipro.application.ports.people import Accounts
from jobipro.application.ports.requests import Requests
from jobipro.application.ports.storage import Commit, Find, Load, Search
from jobipro.application.ports.system import Clock, Ids
from jobipro.domain.errors import AlreadyDone, Moved
from jobipro.domain.events import Event, EventType, Queue
from jobipro.domain.ids import RequestId, SubjectId
from jobipro.domain.lifecycle import DEADLINES, Actor, Guard, after

type Piece = Callable[[], Mapping[str, int]]
"""A bounded piece of work; it returns what it counted, by the names of metrics."""

type Task = Callable[[], Iterator[Piece]]
"""Work that is due, piece by piece; looking for it goes on only as long as pieces are asked for."""

PAGE = 100
"""Rows looked at in one query, and the most that one transaction takes."""

HANDED_OVER_AGAIN = timedelta(hours=1)
"""When a message whose quiet hours are over is handed over once more if it still waits: well after its queue gave up
(five deliveries, six minutes apart), so that none is lost between here and there."""


def pages[T](find: Find, search: Search[T], limit: int = PAGE) -> Iterator[Sequence[T]]:
    """Yield what a search finds, a page at a time."""
    after = None
    while True:
        found = find(search, limit, after)
        if found.items:
            yield found.items
        if found.after is None:
            return
        after = found.after


@dataclass(frozen=True, slots=True)
class EraseOverdue:
    """Erase sign-ups that were never finished or verified, and whoever an eraser left behind half-way."""

    find: Find
    erase: EraseSubject
    accounts: Accounts
    clock: Clock

    def __call__(self) -> Iterator[Piece]:
        """Yield a piece of work a person; it counts `SubjectsErased`."""
        for page in pages(self.find, self.accounts.to_erase(self.clock.now())):
            for subject in page:
                yield partial(self._one, subject)

    def _one(self, subject: SubjectId) -> Mapping[str, int]:
        return {"SubjectsErased": int(self.erase(subject, only=UNPROVEN))}


@dataclass(frozen=True, slots=True)
class AnnounceWaves:
    """Tell that the next wave of providers may hear of a request."""

    load: Load
    commit: Commit
    find: Find
    requests: Requests
    outbox: Outbox
    clock: Clock
    ids: Ids

    def __call__(self) -> Iterator[Piece]:
        """Yield a piece of work a request; it counts `WavesAnnounced`."""
        for page in pages(self.find, self.requests.waves_due(self.clock.now())):
            for request in page:
                yield partial(self._one, request)

    def _one(self, request: RequestId) -> Mapping[str, int]:
        now = self.clock.now()
        wave = self.load(self.requests.wave(request))
        if wave is None or wave.due_at is None or wave.due_at > now:
            return {}
        refs = {"request": request, "wave": str(wave.n)}
        try:
            self.commit(
                self.requests.wave_announced(wave),
                self.outbox.recorded(Event(self.ids.event(), EventType.WAVE_DUE, now, wave.customer, refs)),
            )
        except AlreadyDone:
            return {}
        return {"WavesAnnounced": 1}


@dataclass(frozen=True, slots=True)
class MoveOverdue:
    """Expire requests that found nobody in time, and confirm work that nobody objected to."""

    load: Load
    commit: Commit
    find: Find
    requests: Requests
    moves: Moves
    clock: Clock

    def __call__(self) -> Iterator[Piece]:
        """Yield a piece of work a request; it counts `RequestsExpired` or `RequestsConfirmed`."""
        for page in pages(self.find, self.requests.overdue(self.clock.now())):
            for request in page:
                yield partial(self._one, request)

    def _one(self, request: RequestId) -> Mapping[str, int]:
        now = self.clock.now()
        found = self.load(self.requests.standing(request))
        if found is None or found.due_at is None or found.due_at > now:
            return {}
        move = after(found.state, DEADLINES[found.state].action, Actor.SERVICE, Guard.DUE)
        try:
            self.commit(self.moves.made(found, move, now))
        except Moved:
            return {}  # somebody was faster; if it is due again, the next minute finds it
        return {f"Requests{move.after.value.capitalize()}": 1}


@dataclass(frozen=True, slots=True)
class HandOverWaiting:
    """Hand messages whose quiet hours are over to the deliveries again."""

    load: Load
    commit: Commit
    find: Find
    messages: Messages
    queues: Queues
    clock: Clock

    def __call__(self) -> Iterator[Piece]:
        """Yield a piece of work a page; it counts `MessagesHandedOver`."""
        for names in pages(self.find, self.messages.due(self.clock.now())):
            yield partial(self._page, names)

    def _page(self, names: Sequence[Name]) -> Mapping[str, int]:
        """Put a page off, then hand it over: whoever dies in between has only put it off."""
        now = self.clock.now()
        still = self.load(self.messages.waiting(names))
        due = [message for message in still if message.due_at is not None and message.due_at <= now]
        if not due:
            return {}
        later = now + HANDED_OVER_AGAIN
        try:
            self.commit(self.messages.kept(replace(message, due_at=later), before=message) for message in due)
        except AlreadyDone:
            return {}  # one of them was just delivered: the next minute looks again
        self.queues.send(Queue.DELIVERIES, [message.waiting for message in due if message.waiting is not None])
        return {"MessagesHandedOver": len(due)}
