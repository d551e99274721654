"""The life of a service request: one table says which states follow one another, who may ask for it, and what is told.

`offered`, `engaged` and what comes after are states that a row may be in one day; the moves into them join the table
together with the use cases that make them.
"""

from dataclasses import dataclass
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
    CANCEL = "cancel"


class Actor(StrEnum):
    """Who asks."""

    CUSTOMER = "customer"
    SERVICE = "service"


FIRST = State.POSTED
"""The state in which a request begins; `RequestPosted` tells of it."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One move: from a state, by an action of somebody, to a state, told by an event."""

    before: State
    action: Action
    actor: Actor
    after: State
    event: EventType


TRANSITIONS: tuple[Transition, ...] = (
    Transition(State.POSTED, Action.MATCH, Actor.SERVICE, State.MATCHED, EventType.REQUEST_MATCHED),
    Transition(State.POSTED, Action.CANCEL, Actor.CUSTOMER, State.CANCELLED, EventType.REQUEST_CANCELLED),
    Transition(State.MATCHED, Action.CANCEL, Actor.CUSTOMER, State.CANCELLED, EventType.REQUEST_CANCELLED),
    Transition(State.OFFERED, Action.CANCEL, Actor.CUSTOMER, State.CANCELLED, EventType.REQUEST_CANCELLED),
)


def allowed(state: State, actor: Actor | None = None) -> tuple[str, ...]:
    """Return the names of the actions that a state allows, to everybody or to one actor."""
    return tuple(
        move.action.value for move in TRANSITIONS if move.before is state and (actor is None or move.actor is actor)
    )


def after(state: State, action: Action, actor: Actor | None = None) -> Transition:
    """Return the move that an action makes; `Conflict`, with the state and what it allows, when there is none."""
    for move in TRANSITIONS:
        if move.before is state and move.action is action and (actor is None or move.actor is actor):
            return move
    raise Conflict(state.value, allowed(state, actor))
