"""What the clock does to requests: exactly at their time, once, and nothing that was settled before."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from jobipro.domain.events import EventType
from jobipro.domain.ids import RequestId, SubjectId
from jobipro.domain.lifecycle import CONFIRMED_AFTER, OPEN_FOR, Action, DisputeReason, State
from jobipro.domain.offers import offer_id
from tests.fakes.faults import Crash, Faults
from tests.fakes.market import Market
from tests.fakes.meanwhile import Meanwhile

MINUTE, INSTANT = timedelta(minutes=1), timedelta(milliseconds=1)


def tick(market: Market, **changes: Any) -> dict[str, int]:
    """Do what is due now, and return what it counted."""
    counts: dict[str, int] = {}
    for piece in replace(market.move_overdue, **changes)():
        for name, count in piece().items():
            counts[name] = counts.get(name, 0) + count
    return counts


def happened(market: Market, kind: EventType) -> list[str]:
    return [event.refs["request"] for event in market.events() if event.type is kind]


def row(market: Market, request: str) -> dict[str, object]:
    (found,) = [row for key, row in market.store.rows.items() if key.pk == f"R#{request}" and key.sk == "REQUEST"]
    return found


def completed(market: Market, customer: SubjectId, provider: SubjectId) -> RequestId:
    request = market.matched(customer)
    engaged = {"provider": provider, "offer": offer_id(request, provider)}
    row(market, request).update(state="engaged", **engaged)
    market.move_request(market.caller(provider), request, Action.COMPLETE)
    return request


@pytest.mark.parametrize("state", [State.POSTED, State.MATCHED, State.OFFERED])
def test_a_request_expires_thirty_days_after_it_was_posted_whatever_came_in_between(market, customer, provider, state):
    posted_at = market.clock.now()
    event = market.posted(customer)
    request = event.refs["request"]
    market.clock.forward(timedelta(days=3))
    if state is not State.POSTED:
        market.notify_providers(event)
    if state is State.OFFERED:
        market.offered(request, provider)
    market.clock.forward(posted_at + OPEN_FOR - INSTANT - market.clock.now())

    assert tick(market) == {}
    assert market.standing(request).state is state
    market.clock.forward(INSTANT)
    assert tick(market) == {"RequestsExpired": 1}

    standing = market.standing(request)
    assert (standing.state, standing.ended_at) == (State.EXPIRED, market.clock.now())
    assert happened(market, EventType.REQUEST_EXPIRED) == [request]
    assert [event.refs["about"] for event in market.events() if "about" in event.refs][-1] == "request-expired"


def test_work_that_nobody_objects_to_is_confirmed_after_seventy_two_hours(market, customer, provider):
    request = completed(market, customer, provider)
    market.clock.forward(CONFIRMED_AFTER - INSTANT)
    assert tick(market) == {}
    market.clock.forward(INSTANT)

    assert tick(market) == {"RequestsConfirmed": 1}
    assert market.standing(request).state is State.CONFIRMED
    (step,) = [row for key, row in market.store.rows.items() if row.get("after") == "confirmed"]
    assert (step["actor"], step["action"]) == ("service", "confirm")
    assert happened(market, EventType.REQUEST_CONFIRMED) == [request]


def test_a_job_that_is_disputed_in_the_last_moment_is_not_confirmed(market, customer, provider):
    request = completed(market, customer, provider)
    market.clock.forward(CONFIRMED_AFTER)

    def dispute() -> None:
        market.move_request(market.caller(customer), request, Action.DISPUTE, DisputeReason.NOT_DONE)

    assert tick(market, commit=Meanwhile(market.store, dispute)) == {}
    assert market.standing(request).state is State.DISPUTED
    market.clock.forward(timedelta(days=60))
    assert tick(market) == {}


def test_what_was_settled_before_is_left_alone(market, customer, provider):
    cancelled = market.matched(customer)
    market.cancel(customer, cancelled)
    confirmed = completed(market, customer, provider)
    market.move_request(market.caller(customer), confirmed, Action.CONFIRM)
    engaged = market.matched(customer)
    market.offered(engaged, provider)
    row(market, engaged).update(state="engaged")
    before = {request: market.standing(request).state for request in (cancelled, confirmed)}

    market.clock.forward(timedelta(days=90))
    row(market, engaged).pop("due_kind"), row(market, engaged).pop("due_at")

    assert tick(market) == {}
    assert {request: market.standing(request).state for request in before} == before


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_moves_nothing_twice(market, customer, provider, after):
    request = completed(market, customer, provider)
    market.clock.forward(CONFIRMED_AFTER)
    faults = Faults(at=0, after=after)
    with pytest.raises(Crash):
        tick(market, commit=faults.around(market.store.commit))

    tick(market)

    assert happened(market, EventType.REQUEST_CONFIRMED) == [request]


def test_two_ticks_at_the_same_moment_move_it_once(market, customer, provider):
    request = completed(market, customer, provider)
    market.clock.forward(CONFIRMED_AFTER)

    def other() -> None:
        assert tick(market) == {"RequestsConfirmed": 1}

    assert tick(market, commit=Meanwhile(market.store, other)) == {}
    assert happened(market, EventType.REQUEST_CONFIRMED) == [request]


def test_it_opens_no_key(market, customer, provider):
    completed(market, customer, provider)
    market.matched(customer)
    market.clock.forward(OPEN_FOR)
    market.forgotten_keys()
    market.calls()

    assert tick(market) == {"RequestsConfirmed": 1, "RequestsExpired": 1}
    assert "Decrypt" not in market.calls()


def test_the_request_of_somebody_erased_expires_like_any_other(market, customer):
    request = market.matched(customer)
    market.erase(customer)
    market.clock.forward(OPEN_FOR)

    assert tick(market) == {"RequestsExpired": 1}
    assert market.standing(request).state is State.EXPIRED
