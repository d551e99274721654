"""What every move of a request writes: the move itself, and the events that tell of it."""

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from datetime import datetime

from jobipro.application.ports.events import Outbox
from jobipro.application.ports.requests import Requests
from jobipro.application.ports.storage import Write
from jobipro.application.ports.system import Ids
from jobipro.domain import offers
from jobipro.domain.errors import Moved, Unavailable
from jobipro.domain.events import Event, EventType
from jobipro.domain.ids import SubjectId
from jobipro.domain.lifecycle import Actor, Reason, State, Transition
from jobipro.domain.requests import Standing, moved

LOOKS = 8
"""How often a request that moves on while something is done with it is looked at."""


@dataclass(frozen=True, slots=True)
class Moves:
    """Makes moves of requests into writes, for one transaction with whatever else comes of them."""

    requests: Requests
    outbox: Outbox
    ids: Ids

    def made(
        self,
        before: Standing,
        move: Transition,
        at: datetime,
        *,
        reason: Reason | None = None,
        offer: offers.Standing | None = None,
    ) -> Iterator[Write]:
        """Yield the writes of a move; `offer` is the one made, withdrawn or accepted by it.

        The first of them is refused with `Moved` when the request is not as it was read.
        """
        yield from self.requests.moved(before, move, at, reason=reason, offer=offer)
        for event in events(before, move, at, self.ids, offer, reason):
            yield self.outbox.recorded(event)


def events(
    before: Standing,
    move: Transition,
    at: datetime,
    ids: Ids,
    offer: offers.Standing | None = None,
    reason: Reason | None = None,
) -> Iterator[Event]:
    """Yield the events of a move: what happened, to the customer's name, and one for each mail that goes with it.

    Their refs are `request` and `customer`; `provider` and `offer` where somebody is engaged or an offer is moved;
    `about` names the kind of mail, which says `reason` where one was given.
    """
    now = moved(before, move, at, offer)
    provider, offered = (offer.provider, offer.id) if offer else (now.provider, now.offer)
    refs: dict[str, str] = {"request": now.id, "customer": now.customer}
    if provider is not None and offered is not None:
        refs |= {"provider": provider, "offer": offered}
    yield Event(ids.event(), move.event, at, now.customer, refs)
    told: dict[Actor, SubjectId | None] = {Actor.CUSTOMER: now.customer, Actor.PROVIDER: provider}
    why = {"reason": reason.value} if reason else {}
    for actor, kind in move.tells:
        subject = told[actor]
        if subject is not None:
            yield Event(ids.event(), EventType.REQUEST_TOLD, at, subject, refs | {"about": kind} | why)


def settled[T](look: Callable[[], T], again: Set[State]) -> T:
    """Do what a request must stand still for, and return what that gives.

    It is looked at again when it moved meanwhile, to a state in `again`; otherwise `Moved` says where it stands, as
    what was asked for in one state may not be meant in another.
    """
    for _ in range(LOOKS):
        try:
            return look()
        except Moved as meanwhile:
            if meanwhile.state not in again:
                raise
    raise Unavailable
