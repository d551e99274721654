"""The life of a service request: one table says which states follow one another, who may ask, and who is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from jobipro.domain.errors import Conflict
from jobipro.domain.events import EventType


class State(StrEnum):
    """Where a request stands."""

    POSTED = "posted"
    MATCHED = "matched"
    OFFERED = "offered"
    ENGAGED = "engaged"
    COMPLETED = "completed"
    CONFIRMED = "confirmed"
    REVIEWED = "reviewed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    DISPUTED = "disputed"


class Action(StrEnum):
    """What somebody may ask for."""

    MATCH = "match"
    OFFER = "offer"
    WITHDRAW = "withdraw"
    ACCEPT = "accept"
    COMPLETE = "complete"
    CONFIRM = "confirm"
    CANCEL = "cancel"
    DISPUTE = "dispute"
    EXPIRE = "expire"


class Actor(StrEnum):
    """Who asks, and who is told: the provider is whoever makes an offer and, later on, whoever is engaged."""

    CUSTOMER = "customer"
    PROVIDER = "provider"
    SERVICE = "service"


class Guard(StrEnum):
    """What must hold besides, in words."""

    NONE = "-"
    OTHERS_OFFER = "other offers stand"
    NOBODY_OFFERS = "no other offer stands"
    REASON = "a reason is given"
    DUE = "its time has come"


class CancelReason(StrEnum):
    """Why a job is called off."""

    NO_LONGER_NEEDED = "no-longer-needed"
    PROVIDER_UNAVAILABLE = "provider-unavailable"
    CUSTOMER_UNAVAILABLE = "customer-unavailable"
    NO_SHOW = "no-show"
    PRICE = "price"
    OTHER = "other"


class DisputeReason(StrEnum):
    """What somebody objects to."""

    NOT_DONE = "not-done"
    BADLY_DONE = "badly-done"
    DAMAGE = "damage"
    PRICE = "price"
    OTHER = "other"


type Reason = CancelReason | DisputeReason
"""Words of ours, kept in clear: they say nothing of anybody."""

FIRST = State.POSTED
"""The state in which a request begins; `RequestPosted` tells of it."""

OPEN_FOR = timedelta(days=30)
"""How long a request looks for a provider. Source: the design, "Request lifecycle"."""

CONFIRMED_AFTER = timedelta(hours=72)
"""How long after completion a customer may object before the work counts as confirmed."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One move: from a state, by an action of somebody, to a state, told by an event.

    `tells` are the mails that go out with it: to whom, and of which kind.
    """

    before: State
    action: Action
    actor: Actor
    after: State
    event: EventType
    guard: Guard = Guard.NONE
    tells: tuple[tuple[Actor, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Deadline:
    """What the service does with a request that stays in a state for too long, counted from when it came there."""

    action: Action
    within: timedelta


_POSTED, _MATCHED, _OFFERED, _ENGAGED = State.POSTED, State.MATCHED, State.OFFERED, State.ENGAGED
_COMPLETED, _CONFIRMED, _DISPUTED = State.COMPLETED, State.CONFIRMED, State.DISPUTED
_CANCELLED, _EXPIRED = State.CANCELLED, State.EXPIRED
_CUSTOMER, _PROVIDER, _SERVICE = Actor.CUSTOMER, Actor.PROVIDER, Actor.SERVICE
_OFFER_MADE = ((_CUSTOMER, "offer-made"),)
_ENDED_BY_CUSTOMER, _ENDED_BY_PROVIDER = ((_PROVIDER, "job-cancelled"),), ((_CUSTOMER, "job-cancelled"),)
_OBJECTED_BY_CUSTOMER, _OBJECTED_BY_PROVIDER = ((_PROVIDER, "job-disputed"),), ((_CUSTOMER, "job-disputed"),)
_CONFIRMED_TOLD = ((_PROVIDER, "job-confirmed"),)
_EXPIRED_TOLD = ((_CUSTOMER, "request-expired"),)

TRANSITIONS: tuple[Transition, ...] = (
    Transition(_POSTED, Action.MATCH, _SERVICE, _MATCHED, EventType.REQUEST_MATCHED),
    Transition(_MATCHED, Action.OFFER, _PROVIDER, _OFFERED, EventType.OFFER_MADE, tells=_OFFER_MADE),
    Transition(_OFFERED, Action.OFFER, _PROVIDER, _OFFERED, EventType.OFFER_MADE, tells=_OFFER_MADE),
    Transition(_OFFERED, Action.WITHDRAW, _PROVIDER, _OFFERED, EventType.OFFER_WITHDRAWN, Guard.OTHERS_OFFER),
    Transition(_OFFERED, Action.WITHDRAW, _PROVIDER, _MATCHED, EventType.OFFER_WITHDRAWN, Guard.NOBODY_OFFERS),
    Transition(
        _OFFERED,
        Action.ACCEPT,
        _CUSTOMER,
        _ENGAGED,
        EventType.OFFER_ACCEPTED,
        tells=((_CUSTOMER, "provider-engaged"), (_PROVIDER, "offer-accepted")),
    ),
    Transition(
        _ENGAGED,
        Action.COMPLETE,
        _PROVIDER,
        _COMPLETED,
        EventType.REQUEST_COMPLETED,
        tells=((_CUSTOMER, "job-completed"),),
    ),
    Transition(_COMPLETED, Action.CONFIRM, _CUSTOMER, _CONFIRMED, EventType.REQUEST_CONFIRMED, tells=_CONFIRMED_TOLD),
    Transition(
        _COMPLETED, Action.CONFIRM, _SERVICE, _CONFIRMED, EventType.REQUEST_CONFIRMED, Guard.DUE, tells=_CONFIRMED_TOLD
    ),
    Transition(_POSTED, Action.CANCEL, _CUSTOMER, _CANCELLED, EventType.REQUEST_CANCELLED),
    Transition(_MATCHED, Action.CANCEL, _CUSTOMER, _CANCELLED, EventType.REQUEST_CANCELLED),
    Transition(_OFFERED, Action.CANCEL, _CUSTOMER, _CANCELLED, EventType.REQUEST_CANCELLED),
    Transition(
        _ENGAGED,
        Action.CANCEL,
        _CUSTOMER,
        _CANCELLED,
        EventType.REQUEST_CANCELLED,
        Guard.REASON,
        tells=_ENDED_BY_CUSTOMER,
    ),
    Transition(
        _ENGAGED,
        Action.CANCEL,
        _PROVIDER,
        _CANCELLED,
        EventType.REQUEST_CANCELLED,
        Guard.REASON,
        tells=_ENDED_BY_PROVIDER,
    ),
    Transition(
        _ENGAGED,
        Action.DISPUTE,
        _CUSTOMER,
        _DISPUTED,
        EventType.REQUEST_DISPUTED,
        Guard.REASON,
        tells=_OBJECTED_BY_CUSTOMER,
    ),
    Transition(
        _ENGAGED,
        Action.DISPUTE,
        _PROVIDER,
        _DISPUTED,
        EventType.REQUEST_DISPUTED,
        Guard.REASON,
        tells=_OBJECTED_BY_PROVIDER,
    ),
    Transition(
        _COMPLETED,
        Action.DISPUTE,
        _CUSTOMER,
        _DISPUTED,
        EventType.REQUEST_DISPUTED,
        Guard.REASON,
        tells=_OBJECTED_BY_CUSTOMER,
    ),
    Transition(_DISPUTED, Action.CONFIRM, _CUSTOMER, _CONFIRMED, EventType.REQUEST_CONFIRMED, tells=_CONFIRMED_TOLD),
    Transition(
        _DISPUTED,
        Action.CANCEL,
        _PROVIDER,
        _CANCELLED,
        EventType.REQUEST_CANCELLED,
        Guard.REASON,
        tells=_ENDED_BY_PROVIDER,
    ),
    Transition(_POSTED, Action.EXPIRE, _SERVICE, _EXPIRED, EventType.REQUEST_EXPIRED, Guard.DUE, tells=_EXPIRED_TOLD),
    Transition(_MATCHED, Action.EXPIRE, _SERVICE, _EXPIRED, EventType.REQUEST_EXPIRED, Guard.DUE, tells=_EXPIRED_TOLD),
    Transition(_OFFERED, Action.EXPIRE, _SERVICE, _EXPIRED, EventType.REQUEST_EXPIRED, Guard.DUE, tells=_EXPIRED_TOLD),
)

DEADLINES: Mapping[State, Deadline] = {
    State.POSTED: Deadline(Action.EXPIRE, OPEN_FOR),
    State.MATCHED: Deadline(Action.EXPIRE, OPEN_FOR),
    State.OFFERED: Deadline(Action.EXPIRE, OPEN_FOR),
    State.COMPLETED: Deadline(Action.CONFIRM, CONFIRMED_AFTER),
}
"""What happens by the clock. The thirty days count from posting, whatever came in between; `clocks` sees to both."""

SEEKING = frozenset({State.POSTED, State.MATCHED, State.OFFERED})
"""States in which a request still looks for a provider."""

ENGAGED_STATES = frozenset({State.ENGAGED, State.COMPLETED, State.DISPUTED})
"""States in which somebody is at work, or was and it is not settled."""

ENDED = frozenset({State.CONFIRMED, State.REVIEWED, State.CANCELLED, State.EXPIRED})
"""States in which nothing is left to do; the first one that a request comes to is its end."""


def outcome(action: Action) -> State:
    """Return the state that an action leads to wherever it is allowed; ValueError for one that leads to several."""
    (state,) = {move.after for move in TRANSITIONS if move.action is action}
    return state


def may_ask(actor: Actor, action: Action) -> bool:
    """Tell whether an action is ever somebody's to ask for."""
    return any(move.actor is actor and move.action is action for move in TRANSITIONS)


def due_at(state: State, posted_at: datetime, now: datetime) -> datetime | None:
    """Return when the service moves a request that comes into a state now, None when it never does."""
    deadline = DEADLINES.get(state)
    if deadline is None:
        return None
    return (posted_at if state in SEEKING else now) + deadline.within


def allowed(state: State, actor: Actor | None = None) -> tuple[str, ...]:
    """Return the names of the actions that a state allows, to everybody or to one actor."""
    moves = (move for move in TRANSITIONS if move.before is state and (actor is None or move.actor is actor))
    return tuple(dict.fromkeys(move.action.value for move in moves))


def after(state: State, action: Action, actor: Actor | None = None, guard: Guard | None = None) -> Transition:
    """Return the move that an action makes; `Conflict`, with the state and what it allows, when there is none.

    `guard` chooses where an action leads to different states.
    """
    for move in TRANSITIONS:
        fits = move.before is state and move.action is action and (actor is None or move.actor is actor)
        if fits and (guard is None or move.guard is guard):
            return move
    raise Conflict(state.value, allowed(state, actor))
