"""Coverage: in line with the account as it stands, whatever comes late, twice, out of order, half-way or at once."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from jobipro.adapters.dynamodb.rows import Key
from jobipro.application.cover_provider import cells_wanted
from jobipro.domain.accounts import AccountStatus, ProviderProfile
from jobipro.domain.coverage import Location, cells_of_circle, snap
from jobipro.domain.errors import Unavailable
from jobipro.domain.events import Event, EventType
from jobipro.domain.ids import SERVICE, SubjectId
from jobipro.domain.subject_keys import KeyClass
from jobipro.domain.trades import Trade
from tests.fakes.faults import Crash, Faults
from tests.fakes.market import MONTREAL, OTTAWA, Market, plumber

WIDE = plumber(radius_km=100, trades=list(Trade)[:10])
STEPS = 3
"""Transactions that it takes to move from Ottawa to `WIDE`."""


def rows_of(market: Market, subject: SubjectId) -> set[tuple[str, str]]:
    """Return trade and cell of the coverage rows that are there."""
    keys = [key for key in market.rows("COV#") if key.sk == subject]
    return {(key.pk.split("#")[1], key.pk.split("#")[2]) for key in keys}


def listed(market: Market, subject: SubjectId) -> set[tuple[str, str]]:
    return {(trade.value, cell) for trade, cell in market.store.load(market.coverage.covered(subject)).cells}


def wanted(profile: ProviderProfile) -> set[tuple[str, str]]:
    cells = cells_of_circle(snap(profile.base), profile.radius_km)
    return {(trade.value, cell) for trade in profile.trades for cell in cells}


class Meddled:
    """A store in which something else happens just before the n-th commit."""

    def __init__(self, market: Market, at: int, meddle: Callable[[], object]) -> None:
        self._market, self._at, self._meddle = market, at, meddle
        self.load, self.find = market.store.load, market.store.find

    def commit(self, *writes: Any) -> None:
        self._at -= 1
        if self._at == -1:
            self._meddle()
        self._market.store.commit(*writes)


@pytest.mark.parametrize("profile", [plumber(), plumber(OTTAWA, 3), WIDE])
def test_a_row_for_every_trade_and_cell(market, profile):
    provider = market.provider(profile)

    assert rows_of(market, provider) == listed(market, provider) == wanted(profile)


def test_a_row_holds_the_snapped_base_and_the_radius_under_the_service_key(market):
    provider = market.provider()
    service_key = market.store.load(market.keys.key(SERVICE))
    cell = min(rows_of(market, provider))

    found = market.store.find(market.coverage.covering((Trade(cell[0]), cell[1]), service_key), 10).items

    assert [(each.subject, each.base, each.radius_km) for each in found] == [(provider, snap(MONTREAL), 25)]
    assert found[0].base != MONTREAL


def test_a_change_moves_the_rows(market):
    provider = market.provider(plumber())

    for profile in (plumber(OTTAWA), plumber(OTTAWA, 60, [Trade.ROOFING, Trade.MOVING]), plumber(radius_km=5), WIDE):
        market.cover_provider(market.changed(provider, profile))
        assert rows_of(market, provider) == listed(market, provider) == wanted(profile)


def test_a_change_within_the_same_cells_rewrites_what_they_hold(market):
    provider = market.provider(plumber(radius_km=10))
    market.cover_provider(market.changed(provider, plumber(radius_km=11)))
    service_key = market.store.load(market.keys.key(SERVICE))

    for trade, cell in rows_of(market, provider):
        (each,) = market.store.find(market.coverage.covering((Trade(trade), cell), service_key), 10).items
        assert each.radius_km == 11


def test_an_event_that_comes_again_costs_one_look(market):
    provider = market.provider(covered=False)
    event = market.changed(provider, plumber())
    market.cover_provider(event)
    before = dict(market.store.rows)
    market.calls()

    market.cover_provider(event)

    assert [call for call in market.calls() if call != "Decrypt"] == ["BatchGetItem"]
    assert market.store.rows == before


def test_covering_takes_one_look_and_one_transaction_for_ninety_rows(market):
    market.provider()  # makes the service key
    provider = market.provider(WIDE, covered=False)
    event = market.changed(provider, WIDE)
    market.calls()

    market.cover_provider(event)

    transactions = -(-len(wanted(WIDE)) // 90)
    assert [call for call in market.calls() if call != "Decrypt"] == [
        "BatchGetItem",
        *["TransactWriteItems"] * transactions,
    ]


def test_whoever_makes_the_service_key_first_keeps_it(market):
    provider, other = market.provider(covered=False), market.provider(covered=False)
    event, rival = market.changed(provider, plumber()), market.changed(other, plumber())

    market.cover_provider(event, Meddled(market, 0, lambda: market.cover_provider(rival)))

    service_key = market.store.load(market.keys.key(SERVICE))
    (trade, cell), *_ = rows_of(market, provider)
    found = market.store.find(market.coverage.covering((Trade(trade), cell), service_key), 10).items
    assert {each.subject for each in found} == {provider, other}


def test_a_suspended_account_covers_nothing(market):
    provider = market.provider()
    event = market.changed(provider, plumber(OTTAWA))
    account = market.account(provider)
    market.store.commit(market.accounts.saved(replace(account, status=AccountStatus.SUSPENDED), before=account))

    market.cover_provider(event)

    assert rows_of(market, provider) == listed(market, provider) == set()


def test_who_is_no_provider_any_more_covers_nothing(market):
    provider = market.provider()
    event = market.changed(provider, plumber(OTTAWA))
    account = market.account(provider)
    market.store.commit(market.accounts.saved(account.with_person(provider=None), before=account))

    market.cover_provider(event)

    assert rows_of(market, provider) == listed(market, provider) == set()


@pytest.mark.parametrize("profile", [plumber(), WIDE])
def test_an_erased_provider_leaves_neither_rows_nor_list(market, profile):
    provider = market.provider(profile)
    event = market.changed(provider, plumber(OTTAWA))
    market.erase(provider)

    market.cover_provider(event)

    assert rows_of(market, provider) == set()
    assert Key("accounts", f"A#{provider}", "COVERAGE") not in market.store.rows


def test_somebody_unknown_leaves_nothing(market):
    event = Event(market.ids.event(), EventType.PROVIDER_CHANGED, market.clock.now(), market.ids.subject())

    market.cover_provider(event)

    assert market.store.rows == {}


@pytest.mark.parametrize("step", range(STEPS))
def test_an_erasure_between_any_two_steps_leaves_no_rows(market, step):
    market.provider()
    provider = market.provider(plumber(OTTAWA))
    event = market.changed(provider, WIDE)

    market.cover_provider(event, Meddled(market, step, lambda: market.erase(provider)))
    market.cover_provider(event)

    assert rows_of(market, provider) == set()


@pytest.mark.parametrize("step", range(STEPS))
def test_a_key_that_goes_before_the_account_closes_leaves_no_rows(market, step):
    market.provider()
    provider = market.provider(plumber(OTTAWA))
    event = market.changed(provider, WIDE)
    erased = market.keys.erased(provider, KeyClass.PERSONAL, market.clock.now())

    market.cover_provider(event, Meddled(market, step, lambda: market.store.commit(erased)))
    market.cover_provider(event)

    assert rows_of(market, provider) == set()


@pytest.mark.parametrize("step", range(STEPS))
def test_a_change_between_any_two_steps_is_what_counts(market, step):
    provider = market.provider(plumber(OTTAWA))
    event = market.changed(provider, WIDE)
    latest = plumber(radius_km=60, trades=[Trade.MOVING])

    market.cover_provider(event, Meddled(market, step, lambda: market.cover_provider(market.changed(provider, latest))))

    assert rows_of(market, provider) == listed(market, provider) == wanted(latest)


@pytest.mark.parametrize("step", range(STEPS + 1))
@pytest.mark.parametrize("after", [False, True])
def test_a_crash_at_any_step_is_made_good_by_the_event_that_comes_again(market, step, after):
    provider = market.provider(plumber(OTTAWA))
    event = market.changed(provider, WIDE)
    faults = Faults(at=step, after=after)
    with pytest.raises(Crash):
        market.cover_provider(event, faults.around(market.store))
    assert rows_of(market, provider) <= listed(market, provider)

    market.cover_provider(event)

    assert rows_of(market, provider) == listed(market, provider) == wanted(WIDE)


@pytest.mark.parametrize("seen_first", [0, 1])
def test_a_look_torn_by_a_change_is_taken_again(market, seen_first):
    provider = market.provider(plumber(OTTAWA))
    event = market.changed(provider, WIDE)
    latest = plumber(radius_km=60, trades=[Trade.MOVING])

    class Torn:
        commit = staticmethod(market.store.commit)
        looks = 0

        def load(self, *reads: Any) -> Any:
            """Look at one row early and at the others late: a batch of reads is no transaction."""
            self.looks += 1
            if self.looks > 1:
                return market.store.load(*reads)
            early = market.store.load(reads[seen_first])
            market.cover_provider(market.changed(provider, latest))
            return tuple(early if n == seen_first else market.store.load(read) for n, read in enumerate(reads))

    torn = Torn()
    market.cover_provider(event, torn)

    assert torn.looks == 2
    assert rows_of(market, provider) == listed(market, provider) == wanted(latest)


def test_rows_that_others_keep_changing_are_left_for_later(market):
    provider = market.provider()
    event = market.changed(provider, plumber(OTTAWA))

    class Contested:
        load = staticmethod(market.store.load)
        find = staticmethod(market.store.find)

        def commit(self, *writes: Any) -> None:
            market.store.rows[Key("accounts", f"A#{provider}", "COVERAGE")]["revision"] += 1
            market.store.commit(*writes)

    with pytest.raises(Unavailable):
        market.cover_provider(event, Contested())
    market.cover_provider(event)
    assert rows_of(market, provider) == wanted(plumber(OTTAWA))


PROFILES = (
    plumber(),
    plumber(radius_km=80),
    plumber(OTTAWA, 40, [Trade.PLUMBING, Trade.ROOFING]),
    plumber(OTTAWA, 100, list(Trade)[:6]),
    plumber(Location(60.7, -135.05), 100, [Trade.SNOW_REMOVAL]),
)


class Coverages(RuleBasedStateMachine):
    """Two providers who change, are erased, and whose events come whenever and however often they like."""

    @initialize()
    def begin(self) -> None:
        self.market = Market()
        self.providers = [self.market.customer(), self.market.customer()]
        self.events: list[Event] = []
        self.erased: set[SubjectId] = set()
        self.latest: dict[SubjectId, ProviderProfile] = {}

    def _change(self, who: int, profile: ProviderProfile) -> None:
        provider = self.providers[who]
        if provider not in self.erased:
            self.events.append(self.market.changed(provider, profile))
            self.latest[provider] = profile

    @rule(who=st.integers(0, 1), profile=st.sampled_from(PROFILES))
    def change(self, who: int, profile: ProviderProfile) -> None:
        self._change(who, profile)

    @precondition(lambda self: self.events)
    @rule(data=st.data())
    def an_event_comes(self, data: st.DataObject) -> None:
        self.market.cover_provider(data.draw(st.sampled_from(self.events)))

    @precondition(lambda self: self.events)
    @rule(data=st.data(), step=st.integers(0, 8), after=st.booleans())
    def an_event_comes_and_the_process_dies(self, data: st.DataObject, step: int, after: bool) -> None:
        faults = Faults(at=step, after=after)
        event = data.draw(st.sampled_from(self.events))
        with suppress(Crash):
            self.market.cover_provider(event, faults.around(self.market.store))

    @precondition(lambda self: self.events)
    @rule(data=st.data(), step=st.integers(0, 5), who=st.integers(0, 1), profile=st.sampled_from(PROFILES))
    def two_come_at_once(self, data: st.DataObject, step: int, who: int, profile: ProviderProfile) -> None:
        events = st.sampled_from(self.events)
        first, second = data.draw(events), data.draw(events)

        def meddle() -> None:
            self._change(who, profile)
            self.market.cover_provider(second)

        self.market.cover_provider(first, Meddled(self.market, step, meddle))

    @precondition(lambda self: self.events)
    @rule(data=st.data(), step=st.integers(0, 5), who=st.integers(0, 1))
    def somebody_is_erased_meanwhile(self, data: st.DataObject, step: int, who: int) -> None:
        def erase() -> None:
            if self.providers[who] not in self.erased:
                self.erased.add(self.providers[who])
                self.market.erase(self.providers[who])

        self.market.cover_provider(data.draw(st.sampled_from(self.events)), Meddled(self.market, step, erase))

    @invariant()
    def every_row_is_listed(self) -> None:
        for provider in self.providers:
            assert rows_of(self.market, provider) <= listed(self.market, provider)

    def teardown(self) -> None:
        if not hasattr(self, "market"):
            return
        for provider in self.providers:
            last = [event for event in self.events if event.subject == provider][-1:]
            for event in last:
                self.market.cover_provider(event)
            expected = wanted(self.latest[provider]) if last and provider not in self.erased else set()
            assert rows_of(self.market, provider) == listed(self.market, provider) == expected


Coverages.TestCase.settings = settings(max_examples=60, stateful_step_count=15, deadline=None)
TestCoverages = Coverages.TestCase


@settings(max_examples=50, deadline=None)
@given(
    latitude=st.floats(42, 70),
    longitude=st.floats(-140, -53),
    radius_km=st.integers(1, 100),
    count=st.integers(1, 10),
)
def test_nobody_covers_more_than_a_bounded_number_of_rows(latitude, longitude, radius_km, count):
    market = Market()
    somebody = market.account(market.customer())
    profile = plumber(Location(latitude, longitude), radius_km, list(Trade)[:count])

    # Cells are smaller towards the Pacific: around Haida Gwaii a circle of 100 km touches 38 of them.
    most = 35 if longitude > -128 else 45
    assert len(cells_wanted(somebody.with_person(provider=profile))) <= most * count
