"""Rows of table `requests`: their names, what is sealed in them, and what their conditions refuse."""

from dataclasses import replace
from datetime import timedelta

import pytest

from jobipro.adapters.dynamodb.rows import Key
from jobipro.domain import data_map
from jobipro.domain.errors import AlreadyDone, Conflict, SubjectErased, Unintelligible
from jobipro.domain.events import EventType
from jobipro.domain.ids import RequestId, SubjectId
from jobipro.domain.lifecycle import Action, Actor, State, after
from jobipro.domain.requests import Request, Wave
from tests.fakes.market import Market

CANCEL = after(State.POSTED, Action.CANCEL, Actor.CUSTOMER)


@pytest.fixture
def request_(market: Market, customer: SubjectId) -> Request:
    posted = RequestId(market.posted(customer).refs["request"])
    found = market.store.load(market.requests.request(posted, customer))
    assert isinstance(found, Request)
    return found


def wave_of(request: Request, market: Market, n: int = 1) -> Wave:
    return Wave(request.id, request.customer, n, "ab", 1, market.clock.now())


def test_rows_have_the_names_that_others_rely_on(market, request_):
    market.store.commit(market.requests.wave_sent(wave_of(request_, market), before=None))

    assert {key.sk for key in market.store.rows if key.pk == f"R#{request_.id}"} == {"REQUEST", "T#1", "WAVE"}


@pytest.mark.commitment("security.encrypted-at-rest", "data.contact", "data.user-content")
def test_what_is_sealed_is_what_the_data_map_declares(market, request_):
    row = market.store.rows[Key("requests", f"R#{request_.id}", "REQUEST")]

    sealed = market.sealing.unseal(request_.key, row, "requests")

    assert set(sealed) == {entry.field for entry in data_map.declared("requests", "REQUEST")}


def test_a_sealed_request_does_not_open_in_another_row(market, customer, request_):
    other = market.posted(customer).refs["request"]
    stolen = market.store.rows[Key("requests", f"R#{request_.id}", "REQUEST")]["sealed"]
    market.store.rows[Key("requests", f"R#{other}", "REQUEST")]["sealed"] = stolen

    with pytest.raises(Unintelligible):
        market.store.load(market.requests.request(RequestId(other), customer))


def test_a_request_reads_back_as_it_was_written(market, request_):
    found = market.store.find(market.requests.of_customer(request_.key), 10).items

    assert list(found) == [request_]


def test_no_request_is_written_for_somebody_erased(market, customer, request_):
    market.erase(customer)

    with pytest.raises(SubjectErased):
        market.store.commit(market.requests.posted(replace(request_, id=market.ids.request())))


def test_the_same_id_is_not_given_twice(market, request_):
    with pytest.raises(AlreadyDone):
        market.store.commit(market.requests.posted(request_))


def test_a_move_needs_the_state_and_version_that_were_read(market, request_):
    market.store.commit(market.requests.moved(request_, CANCEL, market.clock.now()))

    with pytest.raises(Conflict) as refused:
        market.store.commit(market.requests.moved(request_, CANCEL, market.clock.now()))
    assert (refused.value.state, refused.value.allowed) == ("cancelled", ())


def test_a_move_of_a_request_that_is_gone_makes_none(market, request_):
    del market.store.rows[Key("requests", f"R#{request_.id}", "REQUEST")]

    with pytest.raises(Conflict):
        market.store.commit(market.requests.moved(request_, CANCEL, market.clock.now()))
    assert Key("requests", f"R#{request_.id}", "REQUEST") not in market.store.rows


def test_each_transition_says_which_event_tells_of_it(market, request_):
    market.store.commit(market.requests.moved(request_, CANCEL, market.clock.now()))

    steps = [market.store.rows[Key("requests", f"R#{request_.id}", f"T#{n}")]["event"] for n in (1, 2)]
    assert steps == [EventType.REQUEST_POSTED, EventType.REQUEST_CANCELLED]


def test_a_wave_is_kept_once_for_each_number(market, request_):
    first = wave_of(request_, market)
    market.store.commit(market.requests.wave_sent(first, before=None))
    assert market.store.load(market.requests.wave(request_.id)) == first

    for before in (None, replace(first, n=2)):
        with pytest.raises(AlreadyDone):
            market.store.commit(market.requests.wave_sent(wave_of(request_, market, 2), before=before))
    market.store.commit(market.requests.wave_sent(wave_of(request_, market, 2), before=first))


def test_waves_are_due_at_their_time_and_until_they_are_announced(market, request_):
    wave = wave_of(request_, market)
    market.store.commit(market.requests.wave_sent(wave, before=None))
    now = market.clock.now()

    assert list(market.store.find(market.requests.waves_due(now - timedelta(seconds=1)), 10).items) == []
    assert list(market.store.find(market.requests.waves_due(now), 10).items) == [request_.id]

    market.store.commit(market.requests.wave_announced(wave))
    assert list(market.store.find(market.requests.waves_due(now), 10).items) == []
    assert market.store.load(market.requests.wave(request_.id)) == replace(wave, due_at=None)
    with pytest.raises(AlreadyDone):
        market.store.commit(market.requests.wave_announced(wave))


def test_a_finished_wave_is_never_due(market, request_):
    finished = replace(wave_of(request_, market), due_at=None, finished=True)
    market.store.commit(market.requests.wave_sent(finished, before=None))

    assert list(market.store.find(market.requests.waves_due(market.clock.now()), 10).items) == []
    assert market.store.load(market.requests.wave(request_.id)) == finished
