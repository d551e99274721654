"""The life of a request."""

import pytest

from jobipro.domain.errors import Conflict
from jobipro.domain.lifecycle import FIRST, TRANSITIONS, Action, Actor, State, after, allowed


def test_a_request_is_posted_first():
    assert FIRST is State.POSTED


@pytest.mark.parametrize("state", [State.POSTED, State.MATCHED, State.OFFERED])
def test_a_customer_can_cancel_until_somebody_is_engaged(state):
    assert after(state, Action.CANCEL, Actor.CUSTOMER).after is State.CANCELLED


@pytest.mark.parametrize("state", sorted(set(State) - {State.POSTED, State.MATCHED, State.OFFERED}))
def test_nobody_can_cancel_afterwards(state):
    with pytest.raises(Conflict) as refused:
        after(state, Action.CANCEL, Actor.CUSTOMER)

    assert (refused.value.state, refused.value.allowed) == (state.value, allowed(state, Actor.CUSTOMER))


def test_a_request_is_matched_once():
    assert after(State.POSTED, Action.MATCH).after is State.MATCHED
    with pytest.raises(Conflict):
        after(State.MATCHED, Action.MATCH)


def test_a_customer_is_told_what_a_customer_may_do():
    assert allowed(State.POSTED, Actor.CUSTOMER) == ("cancel",)
    assert set(allowed(State.POSTED)) == {"cancel", "match"}


def test_a_state_and_an_action_lead_to_one_state_only():
    moves = [(move.before, move.action, move.actor) for move in TRANSITIONS]
    assert len(moves) == len(set(moves))
