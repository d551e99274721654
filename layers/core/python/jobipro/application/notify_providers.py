"""The providers in reach hear of a request, in waves, until there are offers enough or nobody is left."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from jobipro.application.ports.events import Queues
from jobipro.application.ports.people import SubjectKeys
from jobipro.application.ports.requests import Coverage, Offers, OrderKeys, Requests
from jobipro.application.ports.storage import Commit, Find, Load, Write
from jobipro.application.ports.system import Clock
from jobipro.domain import lifecycle
from jobipro.domain.coverage import order_key, reaches
from jobipro.domain.errors import AlreadyDone, Conflict, SubjectErased, Unintelligible
from jobipro.domain.events import Event, EventType, Queue
from jobipro.domain.ids import SERVICE, RequestId, SubjectId
from jobipro.domain.lifecycle import Action, Actor, State
from jobipro.domain.requests import WAVE, WAVES_APART, Request, Wave, opportunity_id, seeking
from jobipro.domain.subject_keys import KeyClass, SubjectKey

PAGE = 1_000
"""Coverage rows a query."""

ORDER = "fairness"
"""What the keys that make the order are derived for."""


@dataclass(frozen=True, slots=True, repr=False)
class _Turn:
    """Where an order goes on: behind whoever was told last."""

    key_number: int
    secret: bytes
    after: str


@dataclass(frozen=True, slots=True)
class NotifyProviders:
    """Send the next wave of a request on its way: one delivery each, to those in reach whose turn it is.

    The deliveries go out before it is noted that they did: whoever dies in between sends the same ones again, under the
    same ids, and the delivery drops what it has seen. The order is drawn anew for every request (a keyed digest of
    request and provider), so nobody is first by habit. Somebody who comes into reach later is told if their place in
    the order is still ahead.
    """

    load: Load
    find: Find
    commit: Commit
    requests: Requests
    offers: Offers
    coverage: Coverage
    keys: SubjectKeys
    order: OrderKeys
    queues: Queues
    clock: Clock

    def __call__(self, event: Event) -> int:
        """Return how many providers were told; Unintelligible for an event that names no request."""
        if "request" not in event.refs:
            raise Unintelligible
        try:
            request, wave, service_key = self.load(
                self.requests.request(RequestId(event.refs["request"]), event.subject),
                self.requests.wave(RequestId(event.refs["request"])),
                self.keys.key_if_any(SERVICE, KeyClass.PERSONAL),
            )
        except SubjectErased:
            return 0  # the customer is gone, and the request with them
        now = self.clock.now()
        if request is None or not seeking(request) or not _its_turn(event, wave):
            return 0
        turn = self._turn(wave)
        ahead = self._ahead(request, service_key, turn)
        next_ones = heapq.nsmallest(WAVE + 1, ahead)
        told, anybody_left = next_ones[:WAVE], len(next_ones) > WAVE
        self.queues.send(Queue.DELIVERIES, [_opportunity(request, provider, now) for _, provider in told])
        sent = Wave(
            request=request.id,
            customer=request.customer,
            n=wave.n + 1 if wave else 1,
            after=told[-1][0] if told else turn.after,
            key_number=turn.key_number,
            due_at=now + WAVES_APART if anybody_left else None,
            finished=not anybody_left,
        )
        try:
            self.commit(
                self.requests.wave_sent(sent, before=wave),
                self.offers.told(request, [provider for _, provider in told], now),
                self._matched(request, now) if told else (),
            )
        except AlreadyDone:
            return 0  # another process sent the same wave at the same time, under the same ids
        except Conflict:
            return self(event)  # the request moved on while we told of it; it never comes back to where it was
        return len(told)

    def _turn(self, wave: Wave | None) -> _Turn:
        """Return where the order goes on; from its start, under the key of today, when the key it had is gone."""
        secret = self.order.of(ORDER, wave.key_number) if wave else None
        if wave is None or secret is None:
            number, secret = self.order.signing(ORDER)
            return _Turn(number, secret, after="")
        return _Turn(wave.key_number, secret, wave.after)

    def _ahead(self, request: Request, service_key: SubjectKey | None, turn: _Turn) -> Iterator[tuple[str, SubjectId]]:
        """Return everybody in reach whose turn is still to come, with their place in the order."""
        for provider in self._in_reach(request, service_key):
            place = order_key(turn.secret, request.id, provider).hex()
            if place > turn.after:
                yield place, provider

    def _in_reach(self, request: Request, service_key: SubjectKey | None) -> Iterator[SubjectId]:
        """Return the providers whose circle holds the area, but for the customer, who may be a provider, too."""
        if service_key is None:
            return  # nobody has ever covered anything
        covering = self.coverage.covering((request.trade, request.cell), service_key)
        page = self.find(covering, PAGE)
        while True:
            for each in page.items:
                if each.subject != request.customer and reaches(each.base, each.radius_km, request.details.area):
                    yield each.subject
            if page.after is None:
                return
            page = self.find(covering, PAGE, page.after)

    def _matched(self, request: Request, now: datetime) -> tuple[Write, ...]:
        """Return the move of a request whose first providers were found; its row says which event it is."""
        if request.state is not State.POSTED:
            return ()
        return self.requests.moved(request, lifecycle.after(State.POSTED, Action.MATCH, Actor.SERVICE), now)


def _its_turn(event: Event, wave: Wave | None) -> bool:
    """Tell whether an event asks for the wave that is next; one that was handled before does not.

    Where offers enough came in, the next wave is due no more; it is again when one of them is withdrawn.
    """
    if event.type is EventType.REQUEST_POSTED:
        return wave is None
    return wave is not None and wave.due_at is None and not wave.finished


def _opportunity(request: Request, provider: SubjectId, now: datetime) -> Event:
    refs = {"request": request.id, "customer": request.customer}
    return Event(opportunity_id(request.id, provider), EventType.OPPORTUNITY_MATCHED, now, provider, refs)
