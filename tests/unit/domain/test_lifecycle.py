"""The life of a request."""

from datetime import UTC, datetime, timedelta

import pytest

from jobipro.domain.errors import Conflict
from jobipro.domain.lifecycle import DEADLINES, FIRST, TRANSITIONS, Action, Actor, Guard, State, after, allowed, due_at


def test_a_request_is_posted_first():
    assert FIRST is State.POSTED


@pytest.mark.parametrize("state", [State.POSTED, State.MATCHED, State.OFFERED])
def test_a_customer_can_cancel_until_somebody_is_engaged(state):
    assert after(state, Action.CANCEL, Actor.CUSTOMER).after is State.CANCELLED


@pytest.mark.parametrize("state", sorted(set(State) - {State.POSTED, State.MATCHED, State.OFFERED, State.ENGAGED}))
def test_no_customer_can_cancel_afterwards(state):
    with pytest.raises(Conflict) as refused:
        after(state, Action.CANCEL, Actor.CUSTOMER)

    assert (refused.value.state, refused.value.allowed) == (state.value, allowed(state, Actor.CUSTOMER))


@pytest.mark.parametrize("actor", [Actor.CUSTOMER, Actor.PROVIDER])
def test_a_job_is_cancelled_with_a_reason(actor):
    assert after(State.ENGAGED, Action.CANCEL, actor).guard is Guard.REASON


def test_a_request_is_matched_once():
    assert after(State.POSTED, Action.MATCH).after is State.MATCHED
    with pytest.raises(Conflict):
        after(State.MATCHED, Action.MATCH)


def test_everybody_is_told_what_they_may_do():
    assert allowed(State.POSTED, Actor.CUSTOMER) == ("cancel",)
    assert allowed(State.OFFERED, Actor.CUSTOMER) == ("accept", "cancel")
    assert allowed(State.OFFERED, Actor.PROVIDER) == ("offer", "withdraw")
    assert set(allowed(State.POSTED)) == {"match", "cancel", "expire"}


def test_a_state_an_action_and_a_guard_lead_to_one_state_only():
    moves = [(move.before, move.action, move.actor, move.guard) for move in TRANSITIONS]
    assert len(moves) == len(set(moves))


def test_every_state_but_the_first_is_reached_by_a_move():
    assert {move.after for move in TRANSITIONS} == set(State) - {FIRST, State.REVIEWED}


def test_what_the_clock_does_is_a_move_of_the_table():
    for state, deadline in DEADLINES.items():
        assert after(state, deadline.action, Actor.SERVICE).guard is Guard.DUE


def test_thirty_days_count_from_posting_and_seventy_two_hours_from_completion():
    posted, now = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)
    assert due_at(State.OFFERED, posted, now) == posted + timedelta(days=30)
    assert due_at(State.COMPLETED, posted, now) == now + timedelta(hours=72)
    assert due_at(State.ENGAGED, posted, now) is None
