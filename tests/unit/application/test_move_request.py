"""Moving a request on: as the table of states allows, told once, calm when repeated, and by nobody else."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from jobipro.domain.errors import Conflict, Invalid, NotFound, Unavailable
from jobipro.domain.events import EventType
from jobipro.domain.ids import RequestId, SubjectId
from jobipro.domain.lifecycle import (
    CONFIRMED_AFTER,
    TRANSITIONS,
    Action,
    Actor,
    CancelReason,
    DisputeReason,
    State,
    allowed,
    outcome,
)
from jobipro.domain.offers import offer_id
from tests.fakes.faults import Crash, Faults
from tests.fakes.market import Market
from tests.fakes.meanwhile import Meanwhile

ASKED = (Action.CANCEL, Action.COMPLETE, Action.CONFIRM, Action.DISPUTE)
REASONS = {Action.CANCEL: CancelReason.PRICE, Action.DISPUTE: DisputeReason.DAMAGE}


@pytest.fixture
def request_id(market: Market, customer: SubjectId) -> str:
    return market.posted(customer).refs["request"]


def row(market: Market, request: str, sort: str = "REQUEST"):
    (found,) = [row for key, row in market.store.rows.items() if key.pk == f"R#{request}" and key.sk == sort]
    return found


def put_into(market: Market, request: str, state: State, provider: SubjectId) -> None:
    """Put a request into a state, with somebody engaged where that state is reached by engagement alone."""
    engaged = state not in (State.POSTED, State.MATCHED, State.OFFERED, State.EXPIRED)
    more = {"provider": provider, "offer": offer_id(RequestId(request), provider)} if engaged else {}
    row(market, request).update(state=state.value, **more)


def told(market: Market, kind: EventType) -> list[tuple[str, dict[str, str]]]:
    return [(event.subject, dict(event.refs)) for event in market.events() if event.type is kind]


def cancelled(market: Market) -> list[str]:
    return [refs["request"] for _, refs in told(market, EventType.REQUEST_CANCELLED)]


def test_a_cancelled_request_says_so_everywhere(market, customer, request_id):
    assert market.cancel(customer, request_id) is State.CANCELLED

    assert market.read_request(market.caller(customer), request_id).state is State.CANCELLED
    assert cancelled(market) == [request_id]
    step = row(market, request_id, "T#2")
    assert (step["before"], step["action"], step["after"]) == ("posted", "cancel", "cancelled")
    assert step["event"] == "RequestCancelled"
    standing = market.standing(request_id)
    assert (standing.ended_at, standing.due_at) == (market.clock.now(), None)


def test_cancelling_again_changes_nothing(market, customer, request_id):
    market.cancel(customer, request_id)
    before = dict(market.store.rows)

    assert market.cancel(customer, request_id) is State.CANCELLED
    assert market.store.rows == before


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", ASKED)
@pytest.mark.parametrize("actor", [Actor.CUSTOMER, Actor.PROVIDER])
def test_each_side_does_in_each_state_what_the_table_says_and_nothing_else(
    market, customer, provider, request_id, state, action, actor
):
    put_into(market, request_id, state, provider)
    before = market.standing(request_id)
    who = customer if actor is Actor.CUSTOMER else provider
    moves = [each for each in TRANSITIONS if (each.before, each.action, each.actor) == (state, action, actor)]
    ever = any((each.action, each.actor) == (action, actor) for each in TRANSITIONS)

    def asked() -> Any:
        return market.move_request(market.caller(who), request_id, action, REASONS.get(action))

    if actor is Actor.PROVIDER and before.provider is None:
        with pytest.raises(NotFound):
            asked()
    elif moves:
        assert asked() is moves[0].after is outcome(action)
        assert market.standing(request_id).version == before.version + 1
        return
    elif state is outcome(action) and ever:
        assert asked() is state
    else:
        with pytest.raises(Conflict) as refused:
            asked()
        assert (refused.value.state, refused.value.allowed) == (state, allowed(state, actor))
    assert market.standing(request_id) == before


@pytest.mark.parametrize("state", [State.ENGAGED, State.DISPUTED])
def test_calling_a_job_off_takes_a_reason_which_is_kept_with_the_move(market, customer, provider, request_id, state):
    put_into(market, request_id, state, provider)

    with pytest.raises(Invalid) as refused:
        market.cancel(provider, request_id)
    assert [each.field for each in refused.value.fields] == ["reason"]

    market.cancel(provider, request_id, CancelReason.NO_SHOW)
    assert row(market, request_id, "T#2")["reason"] == "no-show"
    ((who, refs),) = told(market, EventType.REQUEST_TOLD)
    assert (who, refs["about"], refs["reason"]) == (customer, "job-cancelled", "no-show")


def test_whoever_did_not_move_it_is_told_and_the_events_name_both_sides(market, customer, provider, request_id):
    put_into(market, request_id, State.ENGAGED, provider)
    refs = {
        "request": request_id,
        "customer": customer,
        "provider": provider,
        "offer": offer_id(RequestId(request_id), provider),
    }

    market.move_request(market.caller(provider), request_id, Action.COMPLETE)
    market.move_request(market.caller(customer), request_id, Action.CONFIRM)

    assert told(market, EventType.REQUEST_COMPLETED) == [(customer, refs)]
    assert told(market, EventType.REQUEST_CONFIRMED) == [(customer, refs)]
    assert told(market, EventType.REQUEST_TOLD) == [
        (customer, refs | {"about": "job-completed"}),
        (provider, refs | {"about": "job-confirmed"}),
    ]


def test_a_job_that_is_done_waits_for_objections_to_the_millisecond(market, provider, request_id):
    put_into(market, request_id, State.ENGAGED, provider)

    market.move_request(market.caller(provider), request_id, Action.COMPLETE)

    assert market.standing(request_id).due_at == market.clock.now() + CONFIRMED_AFTER
    assert row(market, request_id)["due_kind"] == "deadline"


def test_nothing_is_due_for_a_job_that_is_disputed(market, customer, provider, request_id):
    put_into(market, request_id, State.ENGAGED, provider)
    market.move_request(market.caller(provider), request_id, Action.COMPLETE)

    market.move_request(market.caller(customer), request_id, Action.DISPUTE, DisputeReason.BADLY_DONE)

    assert market.standing(request_id).due_at is None
    assert not {"due_kind", "due_at"} & set(row(market, request_id))


def test_the_end_of_a_request_is_its_first(market, customer, provider, request_id):
    put_into(market, request_id, State.DISPUTED, provider)
    market.move_request(market.caller(customer), request_id, Action.CONFIRM)
    ended = market.clock.now()
    market.clock.forward(timedelta(days=1))

    market.move_request(market.caller(customer), request_id, Action.CONFIRM)

    assert market.standing(request_id).ended_at == ended


def crossing(market: Market, request: str, **changes: object) -> Meanwhile:
    """Return a commit before which somebody else moves the request."""

    def move() -> None:
        row(market, request).update(version=row(market, request)["version"] + 1, **changes)

    return Meanwhile(market.store, move)


@pytest.mark.parametrize("reason", [None, CancelReason.PRICE])
def test_who_takes_a_request_back_while_an_offer_is_accepted_calls_no_job_off(market, customer, request_id, reason):
    commit = crossing(market, request_id, state="engaged")

    with pytest.raises(Conflict) as refused:
        replace(market.move_request, commit=commit)(market.caller(customer), request_id, Action.CANCEL, reason)

    assert (refused.value.state, refused.value.allowed) == ("engaged", ("cancel", "dispute"))
    assert cancelled(market) == []


def test_a_request_that_is_matched_at_the_same_moment_is_cancelled_all_the_same(market, customer, request_id):
    commit = crossing(market, request_id, state="matched")

    replace(market.move_request, commit=commit)(market.caller(customer), request_id, Action.CANCEL)

    assert market.read_request(market.caller(customer), request_id).state is State.CANCELLED
    assert cancelled(market) == [request_id]
    assert row(market, request_id, "T#3")["before"] == "matched"


def test_who_confirms_and_disputes_at_the_same_moment_does_one_of_them(market, customer, provider, request_id):
    put_into(market, request_id, State.COMPLETED, provider)
    commit = crossing(market, request_id, state="disputed")

    with pytest.raises(Conflict) as refused:
        replace(market.move_request, commit=commit)(market.caller(customer), request_id, Action.CONFIRM)

    assert refused.value.state == "disputed"
    assert told(market, EventType.REQUEST_CONFIRMED) == []


def test_a_request_that_never_stands_still_is_not_looked_at_for_ever(market, customer, request_id):
    def move() -> None:
        row(market, request_id).update(state="matched", version=row(market, request_id)["version"] + 1)

    commit = Meanwhile(market.store, move, times=1000)
    with pytest.raises(Unavailable):
        replace(market.move_request, commit=commit)(market.caller(customer), request_id, Action.CANCEL)


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_and_another_try_cancel_once(market, customer, request_id, after):
    faults = Faults(at=0, after=after)
    with pytest.raises(Crash):
        replace(market.move_request, commit=faults.around(market.store.commit))(
            market.caller(customer), request_id, Action.CANCEL
        )

    market.cancel(customer, request_id)

    assert cancelled(market) == [request_id]


@pytest.mark.commitment("security.least-access")
def test_nobody_moves_what_is_not_theirs(market, customer, provider, request_id):
    put_into(market, request_id, State.ENGAGED, provider)
    strangers = [market.customer(), market.provider()]
    market.calls()

    for stranger in strangers:
        for each in (request_id, RequestId("req_" + "z" * 26), "nonsense"):
            for action in ASKED:
                with pytest.raises(NotFound):
                    market.move_request(market.caller(stranger), each, action, REASONS.get(action))

    assert "TransactWriteItems" not in market.calls()
    assert market.standing(request_id).state is State.ENGAGED


def test_a_move_takes_two_calls(market, customer, request_id):
    market.calls()
    market.cancel(customer, request_id)

    assert market.calls() == ["BatchGetItem", "TransactWriteItems"]
