"""Events on their way."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobipro.domain.errors import Unintelligible
from jobipro.domain.events import LARGEST_BODY, ROUTES, Event, EventType, Queue
from jobipro.domain.ids import EventId, SubjectId
from tests.unit.domain.instants import instants

ID = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=26, max_size=26)
events = st.builds(
    Event,
    id=ID.map(lambda body: EventId(f"evt_{body}")),
    type=st.sampled_from(EventType),
    at=instants.map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)),
    subject=ID.map(lambda body: SubjectId(f"sub_{body}")),
    refs=st.dictionaries(
        st.sampled_from(["request", "provider", "wave", "category"]),
        st.one_of(ID.map("req_{}".format), st.integers(0, 999_999).map(str), st.just("product_news")),
    ),
)
POSTED = Event(
    EventId("evt_" + "a" * 26),
    EventType.REQUEST_POSTED,
    datetime(2026, 11, 22, 14, 30, tzinfo=UTC),
    SubjectId("sub_" + "b" * 26),
    {"request": "req_" + "c" * 26},
)
BODY = json.loads(POSTED.to_body())

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_an_event_travels_as_ids_and_nothing_else():
    assert POSTED.to_body() == (
        '{"id":"evt_aaaaaaaaaaaaaaaaaaaaaaaaaa","type":"RequestPosted","at":"2026-11-22T14:30:00.000Z",'
        '"subject":"sub_bbbbbbbbbbbbbbbbbbbbbbbbbb","refs":{"request":"req_cccccccccccccccccccccccccc"}}'
    )


@given(events)
def test_an_event_arrives_as_it_left(event):
    assert Event.from_body(event.to_body()) == event


@pytest.mark.parametrize("event_type", EventType)
def test_somebody_decided_where_every_event_goes(event_type):
    assert event_type in ROUTES
    assert set(ROUTES[event_type]) <= set(Queue)


def test_an_event_without_a_row_cannot_be_routed(monkeypatch):
    monkeypatch.setattr("jobipro.domain.events.ROUTES", {})
    with pytest.raises(Unintelligible):
        _ = POSTED.queues


@pytest.mark.parametrize(
    "change",
    [
        {"id": "evt_short"},
        {"id": "sub_" + "a" * 26},
        {"id": 5},
        {"type": "RequestLost"},
        {"type": None},
        {"at": "2026-11-22T14:30:00Z"},
        {"at": 1700000000},
        {"subject": "alice@example.ca"},
        {"refs": []},
        {"refs": {"request": 5}},
        {"refs": {"request": None}},
        {"refs": {"Request": "req_" + "c" * 26}},
        {"refs": {"email": "alice@example.ca"}},
        {"refs": {"phone": "5145550123"}},
        {"refs": {"name": "Alice"}},
        {"refs": {"street": "12 main st"}},
        {"more": 1},
    ],
)
def test_a_body_that_is_off_is_not_understood(change):
    with pytest.raises(Unintelligible):
        Event.from_body(json.dumps(BODY | change))


@pytest.mark.parametrize("name", BODY)
def test_a_body_that_lacks_something_is_not_understood(name):
    with pytest.raises(Unintelligible):
        Event.from_body(json.dumps({key: value for key, value in BODY.items() if key != name}))


@pytest.mark.parametrize("body", ["", "{", "null", "[]", '"evt"', "[" * 4000, "{}" + " " * LARGEST_BODY, '{"at": NaN}'])
def test_what_is_no_body_is_not_understood(body):
    with pytest.raises(Unintelligible):
        Event.from_body(body)


@given(json_values, st.sampled_from(sorted(BODY)))
def test_whatever_stands_in_a_field_is_understood_or_refused_calmly(value, name):
    try:
        event = Event.from_body(json.dumps(BODY | {name: value}))
    except Unintelligible:
        return
    assert json.loads(event.to_body()) == BODY | {name: value}


@pytest.mark.parametrize("value", ["alice@example.ca", "Alice", "514 555 0123", "5145550123", "", "a" * 80])
def test_nothing_personal_can_ride_along(value):
    with pytest.raises(Unintelligible):
        Event(POSTED.id, POSTED.type, POSTED.at, POSTED.subject, {"note": value})
