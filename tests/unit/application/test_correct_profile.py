"""Corrections that meet something else on their way."""

from collections.abc import Callable
from itertools import count

import pytest

from jobipro.application.correct_profile import CorrectProfile
from jobipro.domain.errors import Conflict, NotAuthenticated, SubjectErased
from jobipro.domain.events import EventType
from jobipro.domain.ids import SubjectId
from tests.fakes.market import Market
from tests.fakes.meanwhile import Meanwhile


@pytest.fixture
def marie(market: Market) -> SubjectId:
    return market.active()


def correcting(market: Market, happens: Callable[[], None], times: int = 1) -> CorrectProfile:
    commit = Meanwhile(market.store, happens, times)
    return CorrectProfile(market.store.load, commit, market.accounts, market.outbox, market.clock, market.ids)


def marries(market: Market, subject: SubjectId) -> Callable[[], None]:
    numbers = count(1)

    def change() -> None:
        account = market.account(subject)
        other = account.with_person(family_name=f"Roy {next(numbers)}")
        market.store.commit(market.accounts.saved(other, before=account))

    return change


def told(market: Market) -> list[EventType]:
    return [event.type for event in market.events() if event.type is EventType.PROFILE_CORRECTED]


def test_a_correction_that_met_another_is_applied_on_top_of_it(market: Market, marie: SubjectId) -> None:
    correct = correcting(market, marries(market, marie))

    correct(market.caller(marie), {"given_name": "Anne"})

    person = market.account(marie).person
    assert (person.given_name, person.family_name) == ("Anne", "Roy 1")
    assert len(told(market)) == 1


def test_a_correction_that_meets_another_twice_is_a_conflict(market: Market, marie: SubjectId) -> None:
    correct = correcting(market, marries(market, marie), times=2)

    with pytest.raises(Conflict):
        correct(market.caller(marie), {"given_name": "Anne"})

    assert market.account(marie).person.given_name == "Marie"
    assert told(market) == []


def test_a_correction_that_another_made_already_is_not_made_twice(market: Market, marie: SubjectId) -> None:
    correct = correcting(market, marries(market, marie))

    correct(market.caller(marie), {"family_name": "Roy 1"})

    assert told(market) == []


def test_a_correction_does_not_bring_back_somebody_erased_meanwhile(market: Market, marie: SubjectId) -> None:
    correct = correcting(market, lambda: market.erase(marie))

    with pytest.raises((NotAuthenticated, SubjectErased)):
        correct(market.caller(marie), {"given_name": "Anne"})

    assert told(market) == []
    assert "Anne" not in repr(market.store.rows)


def test_only_the_named_fields_change(market: Market, marie: SubjectId) -> None:
    before = market.account(marie)
    correct = CorrectProfile(
        market.store.load, market.store.commit, market.accounts, market.outbox, market.clock, market.ids
    )

    after = correct(market.caller(marie), {"phone": "+15145550123"})

    assert after.person == before.with_person(phone="+15145550123").person
    assert market.account(marie).person == after.person
