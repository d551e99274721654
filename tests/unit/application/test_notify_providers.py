"""Matching: who hears of a request, in which order, in which waves, and that nobody hears of it twice."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jobipro.domain.accounts import ProviderProfile
from jobipro.domain.coverage import Location, coarse_area, distance_km, in_canada, snap
from jobipro.domain.errors import Unavailable, Unintelligible
from jobipro.domain.events import Event, EventType, Queue
from jobipro.domain.ids import RequestId, SubjectId
from jobipro.domain.lifecycle import State
from jobipro.domain.postal import MailingAddress
from jobipro.domain.provinces import Province
from jobipro.domain.requests import WAVES_APART, ContactPreference, Wave, opportunity_id
from jobipro.domain.trades import Trade
from tests.fakes.faults import Crash, Faults
from tests.fakes.market import MONTREAL, OTTAWA, Market, plumber


def told(market: Market) -> list[SubjectId]:
    """Return who was told, in the order in which the deliveries were sent."""
    return [event.subject for event in market.deliveries()]


def wave_of(market: Market, event: Event) -> Wave:
    wave = market.store.load(market.requests.wave(RequestId(event.refs["request"])))
    assert isinstance(wave, Wave)
    return wave


def state_of(market: Market, event: Event) -> State:
    (row,) = [
        row for key, row in market.store.rows.items() if key.pk == f"R#{event.refs['request']}" and "state" in row
    ]
    return State(row["state"])


def placed(market: Market, count: int, profile: ProviderProfile | None = None) -> set[SubjectId]:
    return {market.placed(profile or plumber()) for _ in range(count)}


@pytest.mark.commitment("purpose.fulfil-request", "sharing.request-details")
def test_who_does_the_trade_and_reaches_the_area_hears_of_it_and_nobody_else(market, customer):
    near = market.provider(plumber(radius_km=5))
    far_reaching = market.provider(plumber(OTTAWA, 100), covered=True)
    in_reach = market.provider(plumber(Location(45.40, -73.58), 40))
    market.provider(plumber(OTTAWA, 50))
    market.provider(plumber(trades=[Trade.ROOFING]))

    assert market.notify_providers(market.posted(customer)) == 2

    assert distance_km(snap(OTTAWA), coarse_area(MONTREAL)) > 100
    assert far_reaching not in told(market)
    assert set(told(market)) == {near, in_reach}


@pytest.mark.commitment("sharing.only-as-stated")
def test_a_delivery_holds_ids_only(market, customer):
    provider = market.provider()
    event = market.posted(customer)
    market.notify_providers(event)

    (delivery,) = market.deliveries()
    request = RequestId(event.refs["request"])
    assert delivery.type is EventType.OPPORTUNITY_MATCHED
    assert delivery.id == opportunity_id(request, provider)
    assert delivery.subject == provider
    assert delivery.refs == {"request": request, "customer": customer}


def test_customers_are_not_told_of_their_own_request(market):
    provider = market.provider()

    assert market.notify_providers(market.posted(provider)) == 0
    assert told(market) == []


def test_a_request_that_found_somebody_is_matched(market, customer):
    market.provider()
    event = market.posted(customer)

    market.notify_providers(event)

    assert state_of(market, event) is State.MATCHED
    (step,) = [row for row in market.store.rows.values() if row["sk"] == "T#2"]
    assert (step["before"], step["after"], step["actor"]) == ("posted", "matched", "service")
    assert step["event"] == "RequestMatched"


@pytest.mark.parametrize("providers", [0, 1])
def test_a_request_that_found_nobody_stays_posted_and_is_not_tried_again(market, customer, providers):
    for _ in range(providers):
        market.provider(plumber(OTTAWA))
    event = market.posted(customer)

    assert market.notify_providers(event) == 0

    assert state_of(market, event) is State.POSTED
    assert wave_of(market, event).finished
    assert market.calls().count("SendMessageBatch") == 0


def test_twenty_five_at_a_time_ten_minutes_apart_and_everybody_once(market, customer):
    everybody = placed(market, 60)
    event = market.posted(customer)

    assert market.notify_providers(event) == 25
    assert wave_of(market, event).due_at == market.clock.now() + WAVES_APART
    market.clock.forward(WAVES_APART - timedelta(seconds=1))
    assert market.waves_due() == []
    market.clock.forward(timedelta(seconds=1))
    assert [market.notify_providers(due) for due in market.waves_due()] == [25]
    market.clock.forward(WAVES_APART)
    assert [market.notify_providers(due) for due in market.waves_due()] == [10]

    assert wave_of(market, event).finished
    market.clock.forward(timedelta(days=1))
    assert market.waves_due() == []
    assert Counter(told(market)) == Counter(everybody)


@pytest.mark.parametrize("count", [24, 25, 26, 50, 51])
def test_waves_end_exactly_when_nobody_is_left(market, customer, count):
    everybody = placed(market, count)

    sizes = market.all_waves(market.posted(customer))

    assert sizes == [25] * (count // 25) + ([count % 25] if count % 25 else [])
    assert Counter(told(market)) == Counter(everybody)


def test_with_three_offers_no_further_wave_goes(market, customer):
    placed(market, 60)
    event = market.posted(customer)
    market.notify_providers(event)
    (row,) = [row for row in market.store.rows.values() if row["sk"] == "REQUEST"]
    row["offers"] = 2
    market.clock.forward(WAVES_APART)
    assert [market.notify_providers(due) for due in market.waves_due()] == [25]

    row["offers"] = 3
    market.clock.forward(WAVES_APART)
    assert [market.notify_providers(due) for due in market.waves_due()] == [0]
    assert market.waves_due() == []
    assert len(told(market)) == 50


def test_a_cancelled_request_is_told_to_nobody_any_more(market, customer):
    placed(market, 60)
    event = market.posted(customer)
    market.notify_providers(event)
    market.cancel(customer, event.refs["request"])

    market.clock.forward(WAVES_APART)
    assert [market.notify_providers(due) for due in market.waves_due()] == [0]
    assert state_of(market, event) is State.CANCELLED


def test_a_request_cancelled_before_anybody_was_told_stays_cancelled(market, customer):
    market.provider()
    event = market.posted(customer)
    market.cancel(customer, event.refs["request"])

    assert market.notify_providers(event) == 0
    assert told(market) == []
    assert state_of(market, event) is State.CANCELLED


def test_the_request_of_somebody_erased_is_told_to_nobody(market, customer):
    market.provider()
    event = market.posted(customer)
    market.erase(customer)

    assert market.notify_providers(event) == 0
    assert told(market) == []


def test_events_that_come_again_tell_nobody_anything(market, customer):
    placed(market, 60)
    event = market.posted(customer)
    market.notify_providers(event)
    assert market.notify_providers(event) == 0

    market.clock.forward(WAVES_APART)
    (due,) = market.waves_due()
    market.notify_providers(due)
    assert market.notify_providers(due) == 0
    assert market.notify_providers(event) == 0
    assert len(told(market)) == 50

    market.clock.forward(WAVES_APART)
    (last,) = market.waves_due()
    market.notify_providers(last)
    for again in (event, due, last):
        assert market.notify_providers(again) == 0
    assert len(told(market)) == 60


@pytest.mark.parametrize("refs", [{}, {"approval": "apr_" + "a" * 26}])
def test_an_event_that_names_no_request_is_not_understood(market, refs):
    event = Event(market.ids.event(), EventType.WAVE_DUE, market.clock.now(), market.ids.subject(), refs)

    with pytest.raises(Unintelligible):
        market.notify_providers(event)


def test_the_request_of_another_customer_is_not_looked_into(market, customer):
    market.provider()
    event = market.posted(customer)

    assert market.notify_providers(replace(event, subject=market.customer())) == 0
    assert told(market) == []


class Both:
    """Store and queues of one process, for faults that strike either."""

    def __init__(self, market: Market, faults: Faults) -> None:
        self.store, self.queues = faults.around(market.store), faults.around(market.queues)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(4))
def test_a_crash_anywhere_ends_as_if_there_had_been_none(at, after):
    def run(crash: bool) -> tuple[set[str], State, Wave]:
        market = Market()
        customer = market.customer()
        placed(market, 30)
        event = market.posted(customer)
        if crash:
            process = Both(market, Faults(at=at, after=after))
            with pytest.raises(Crash):
                market.notify_providers(event, process.store, process.queues)
        market.notify_providers(event)
        return {delivery.id for delivery in market.deliveries()}, state_of(market, event), wave_of(market, event)

    assert run(crash=True) == run(crash=False)


def test_a_wave_sent_by_two_processes_at_once_is_the_same_wave(market, customer):
    placed(market, 30)
    event = market.posted(customer)

    class Slow:
        load, find = staticmethod(market.store.load), staticmethod(market.store.find)

        def commit(self, *writes: Any) -> None:
            market.notify_providers(event)
            market.store.commit(*writes)

    assert market.notify_providers(event, Slow()) == 0

    deliveries = market.deliveries()
    assert len(deliveries) == 50
    assert deliveries[:25] == deliveries[25:]
    assert wave_of(market, event).n == 1


def meanwhile(market: Market, once: Callable[[], object]) -> Any:
    """Return a store in which something happens just before the first commit."""

    class Meddled:
        load, find = staticmethod(market.store.load), staticmethod(market.store.find)
        meddled = False

        def commit(self, *writes: Any) -> None:
            if not self.meddled:
                self.meddled = True
                once()
            market.store.commit(*writes)

    return Meddled()


def test_a_request_cancelled_while_it_is_told_of_is_looked_at_again(market, customer):
    placed(market, 30)
    event = market.posted(customer)
    store = meanwhile(market, lambda: market.cancel(customer, event.refs["request"]))

    assert market.notify_providers(event, store) == 0

    assert state_of(market, event) is State.CANCELLED
    assert market.store.load(market.requests.wave(RequestId(event.refs["request"]))) is None


def test_a_queue_that_takes_nothing_leaves_the_wave_for_later(market, customer):
    everybody = placed(market, 3)
    event = market.posted(customer)
    market.queues.down = {Queue.DELIVERIES}
    with pytest.raises(Unavailable):
        market.notify_providers(event)
    assert state_of(market, event) is State.POSTED

    market.queues.down = set()
    market.notify_providers(event)

    assert set(told(market)) == everybody


def test_a_wave_costs_one_look_a_query_a_page_a_send_for_ten_and_one_transaction(market, customer):
    placed(market, 1_010, plumber(radius_km=3))
    event = market.posted(customer)
    market.forgotten_keys()
    market.calls()

    market.notify_providers(event)

    assert Counter(market.calls()) == {
        "BatchGetItem": 1,
        "Decrypt": 2,
        "Query": 2,
        "SendMessageBatch": 3,
        "TransactWriteItems": 1,
    }
    assert market.secrets.calls == ["GetSecretValue"]


def test_order_is_fair_over_many_requests():
    market = Market(limits={"request.posted": 1_000})
    customer = market.customer()
    everybody = placed(market, 50, plumber(radius_km=3))
    for _ in range(60):
        market.notify_providers(market.posted(customer))

    times = Counter(told(market))
    assert set(times) == everybody
    assert all(12 <= count <= 48 for count in times.values())  # 30 of 60 expected; 4.6 standard deviations


def test_order_does_not_follow_names_or_places(market, customer):
    placed(market, 40, plumber(radius_km=3))
    first, second = market.posted(customer), market.posted(customer)
    market.notify_providers(first)
    one = told(market)
    market.notify_providers(second)
    other = told(market)[25:]

    assert one != sorted(one)
    assert one != other


def test_rotating_the_key_between_waves_tells_everybody_once(market, customer):
    everybody = placed(market, 60)
    event = market.posted(customer)
    market.notify_providers(event)
    market.secrets.held |= {"current": 2, "2": "second"}
    market.clock.forward(timedelta(hours=1))

    while due := market.waves_due():
        for each in due:
            market.notify_providers(each)
        market.clock.forward(WAVES_APART)

    assert Counter(told(market)) == Counter(everybody)


def test_losing_the_key_between_waves_leaves_nobody_out(market, customer):
    everybody = placed(market, 60)
    event = market.posted(customer)
    market.notify_providers(event)
    market.secrets.held = {"current": 2, "2": "second"}
    market.clock.forward(timedelta(hours=1))

    while due := market.waves_due():
        for each in due:
            market.notify_providers(each)
        market.clock.forward(WAVES_APART)

    assert set(told(market)) == everybody
    assert len({delivery.id for delivery in market.deliveries()}) == len(everybody)


def test_who_comes_into_reach_later_is_told_at_most_once(market, customer):
    placed(market, 40)
    event = market.posted(customer)
    market.notify_providers(event)
    placed(market, 20)
    while True:
        market.clock.forward(WAVES_APART)
        due = market.waves_due()
        if not due:
            break
        market.notify_providers(due[0])

    assert max(Counter(told(market)).values()) == 1
    assert len(told(market)) >= 40


in_canada_places = st.builds(Location, st.floats(42.5, 69), st.floats(-139, -54))
a_bit_off = st.tuples(st.floats(-1.2, 1.2), st.floats(-1.8, 1.8))
radii = st.integers(1, 100)
few_trades = st.sets(st.sampled_from([Trade.PLUMBING, Trade.ROOFING]), min_size=1)


@settings(max_examples=60, deadline=None)
@given(place=in_canada_places, others=st.lists(st.tuples(a_bit_off, radii, few_trades), min_size=1, max_size=12))
def test_matching_finds_whom_looking_at_everybody_would_find(place, others):
    market = Market()
    customer = market.customer()
    expected = set()
    for (north, east), radius_km, trades in others:
        base = Location(place.latitude + north, place.longitude + east)
        assume(in_canada(base))
        provider = market.placed(plumber(base, radius_km, sorted(trades)))
        if Trade.PLUMBING in trades and distance_km(snap(base), coarse_area(place)) <= radius_km:
            expected.add(provider)

    market.all_waves(market.posted(customer, location=place))

    assert Counter(told(market)) == Counter(expected)


nearby = st.builds(
    lambda north, east: Location(MONTREAL.latitude + north, MONTREAL.longitude + east),
    st.floats(-0.02, 0.02),
    st.floats(-0.02, 0.02),
).filter(lambda place: coarse_area(place) == coarse_area(MONTREAL))


@pytest.mark.commitment("sharing.request-details")
@settings(max_examples=30, deadline=None)
@given(
    location=nearby,
    street=st.text("abcdefgh", min_size=1),
    phone=st.sampled_from(["+15145550123", "+16135550199", "+33123456789"]),
    preference=st.sampled_from(ContactPreference),
    family_name=st.text("abcdefgh", min_size=1, max_size=20),
)
def test_what_is_not_shared_does_not_change_a_byte_of_what_is_sent(location, street, phone, preference, family_name):
    def sent(asked: dict[str, Any], **person: Any) -> list[str]:
        market = Market()
        customer = market.active(**person)
        for n in range(30):
            market.placed(plumber(Location(45.4 + n / 150, -73.6), 5 + n % 9))
        market.all_waves(market.posted(customer, **asked))
        return [event.to_body() for event in market.deliveries()]

    private = {
        "location": location,
        "address": MailingAddress(street, "Laval", Province.QC, "H7A 0A1"),
        "phone": phone,
        "contact_preference": preference,
    }
    assert sent(private, family_name=family_name, phone=phone) == sent({})


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_whatever_fails_and_comes_again_everybody_is_told_and_nobody_under_two_ids(data):
    market = Market()
    customer = market.customer()
    everybody = placed(market, data.draw(st.integers(0, 60)))
    event = market.posted(customer)
    seen = [event]
    for _ in range(12):
        for each in (data.draw(st.sampled_from(seen)), seen[-1]):
            process = Both(market, Faults(data.draw(st.integers(0, 8)), after=data.draw(st.booleans())))
            with suppress(Crash):
                market.notify_providers(each, process.store, process.queues)
        market.notify_providers(seen[-1])
        market.clock.forward(WAVES_APART)
        seen += market.waves_due()

    assert {delivery.subject for delivery in market.deliveries()} == everybody
    assert len({delivery.id for delivery in market.deliveries()}) == len(everybody)
