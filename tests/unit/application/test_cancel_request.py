"""Cancelling: as the table of states allows, told once, calm when repeated."""

from dataclasses import replace

import pytest

from jobipro.domain.errors import Conflict, NotFound
from jobipro.domain.events import EventType
from jobipro.domain.ids import RequestId, SubjectId
from jobipro.domain.lifecycle import State
from tests.fakes.faults import Crash, Faults
from tests.fakes.market import Market


@pytest.fixture
def market() -> Market:
    return Market()


@pytest.fixture
def customer(market: Market) -> SubjectId:
    return market.customer()


@pytest.fixture
def request_id(market: Market, customer: SubjectId) -> str:
    return market.posted(customer).refs["request"]


def row(market: Market, request: str, sort: str = "REQUEST"):
    (found,) = [row for key, row in market.store.rows.items() if key.pk == f"R#{request}" and key.sk == sort]
    return found


def cancelled(market: Market) -> list[str]:
    return [event.refs["request"] for event in market.events() if event.type is EventType.REQUEST_CANCELLED]


def test_a_cancelled_request_says_so_everywhere(market, customer, request_id):
    market.cancel_request(market.caller(customer), request_id)

    assert market.read_request(market.caller(customer), request_id).state is State.CANCELLED
    assert cancelled(market) == [request_id]
    step = row(market, request_id, "T#2")
    assert (step["before"], step["action"], step["after"]) == ("posted", "cancel", "cancelled")
    assert step["event"] == "RequestCancelled"


def test_cancelling_again_changes_nothing(market, customer, request_id):
    market.cancel_request(market.caller(customer), request_id)
    before = dict(market.store.rows)

    assert market.cancel_request(market.caller(customer), request_id) == request_id
    assert market.store.rows == before


@pytest.mark.parametrize("state", [State.COMPLETED, State.CONFIRMED, State.REVIEWED, State.EXPIRED, State.DISPUTED])
def test_what_can_no_longer_be_cancelled_says_its_state_and_what_it_allows(market, customer, request_id, state):
    row(market, request_id)["state"] = state.value

    with pytest.raises(Conflict) as refused:
        market.cancel_request(market.caller(customer), request_id)

    assert refused.value.state == state
    assert "cancel" not in refused.value.allowed
    assert cancelled(market) == []


def test_a_request_that_moves_at_the_same_moment_is_not_cancelled(market, customer, request_id):
    def engaged_first(*writes):
        row(market, request_id).update(state="engaged", version=2)
        market.store.commit(*writes)

    with pytest.raises(Conflict) as refused:
        replace(market.cancel_request, commit=engaged_first)(market.caller(customer), request_id)

    assert refused.value.state == State.ENGAGED
    assert cancelled(market) == []


def test_a_request_that_is_matched_at_the_same_moment_is_cancelled_all_the_same(market, customer, request_id):
    def matched_first(*writes):
        if row(market, request_id)["state"] == "posted":
            row(market, request_id).update(state="matched", version=2)
        market.store.commit(*writes)

    replace(market.cancel_request, commit=matched_first)(market.caller(customer), request_id)

    assert market.read_request(market.caller(customer), request_id).state is State.CANCELLED
    assert cancelled(market) == [request_id]
    assert row(market, request_id, "T#3")["before"] == "matched"


def test_two_clicks_at_the_same_moment_cancel_once(market, customer, request_id):
    def other_click_first(*writes):
        market.cancel_request(market.caller(customer), request_id)
        market.store.commit(*writes)

    replace(market.cancel_request, commit=other_click_first)(market.caller(customer), request_id)

    assert cancelled(market) == [request_id]


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_and_another_try_cancel_once(market, customer, request_id, after):
    faults = Faults(at=0, after=after)
    with pytest.raises(Crash):
        replace(market.cancel_request, commit=faults.around(market.store.commit))(market.caller(customer), request_id)

    market.cancel_request(market.caller(customer), request_id)

    assert cancelled(market) == [request_id]


def test_nobody_cancels_what_is_not_theirs(market, customer, request_id):
    stranger = market.caller(market.customer())
    market.calls()

    for each in (request_id, RequestId("req_" + "z" * 26), "nonsense"):
        with pytest.raises(NotFound):
            market.cancel_request(stranger, each)

    assert market.calls() == ["BatchGetItem"] * 3
    assert market.read_request(market.caller(customer), request_id).state is State.POSTED


def test_cancelling_takes_two_calls(market, customer, request_id):
    market.calls()
    market.cancel_request(market.caller(customer), request_id)

    assert market.calls() == ["BatchGetItem", "TransactWriteItems"]
