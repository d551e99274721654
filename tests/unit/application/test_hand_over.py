"""From the outbox to the queues: everything arrives, what cannot be routed stays, nobody waits for anybody else."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobipro.application.ports.storage import Key
from jobipro.domain.errors import Unavailable
from jobipro.domain.events import ROUTES, Event, EventType, Queue
from tests.fakes.faults import Crash, Faults
from tests.fakes.post_office import PostOffice, bodies


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


def recorded(office: PostOffice, kind: EventType) -> Event:
    event = office.event(kind, office.ids.subject())
    office.store.commit(office.outbox.recorded(event))
    return event


def arrived(office: PostOffice) -> list[tuple[Queue, str]]:
    return sorted((queue, event.id) for queue, event in office.queues.sent)


def expected(events: list[Event]) -> list[tuple[Queue, str]]:
    return sorted((queue, event.id) for event in events for queue in event.queues)


def test_each_event_goes_to_the_queues_that_want_it_and_is_forgotten(office: PostOffice) -> None:
    events = [recorded(office, kind) for kind in EventType]

    assert office.relay()(bodies(events)) == ()
    assert arrived(office) == expected(events)
    assert office.events() == []


def test_a_batch_takes_a_call_per_ten_for_each_queue_and_one_commit(office: PostOffice) -> None:
    events = [recorded(office, EventType.REQUEST_POSTED) for _ in range(25)]
    office.calls()

    office.relay()(bodies(events))
    assert sorted(office.calls()) == ["SendMessageBatch"] * 6 + ["TransactWriteItems"]


def test_an_event_that_comes_twice_in_a_batch_is_sent_once(office: PostOffice) -> None:
    event = recorded(office, EventType.REQUEST_POSTED)

    office.relay()({"a": event.to_body(), "b": event.to_body()})
    assert arrived(office) == expected([event])


@pytest.mark.parametrize("body", ["", "{}", "not json", '{"id":"evt_x"}', "[" * 2000])
def test_what_cannot_be_understood_stays_and_the_others_go_on(office: PostOffice, body: str) -> None:
    event = recorded(office, EventType.PASSWORD_CHANGED)

    assert office.relay()({"O#lost": body} | bodies([event])) == ("O#lost",)
    assert arrived(office) == expected([event])


def test_what_has_no_route_stays_and_the_others_go_on(office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    routes = {kind: queues for kind, queues in ROUTES.items() if kind is not EventType.WAVE_DUE}
    monkeypatch.setattr("jobipro.domain.events.ROUTES", routes)
    lost, event = recorded(office, EventType.WAVE_DUE), recorded(office, EventType.PASSWORD_CHANGED)

    assert office.relay()(bodies([lost, event])) == (f"O#{lost.id}",)
    assert [waiting.id for waiting in office.events()] == [lost.id]


def test_when_a_queue_takes_nothing_every_row_stays(office: PostOffice) -> None:
    events = [recorded(office, EventType.REQUEST_POSTED), recorded(office, EventType.PASSWORD_CHANGED)]
    office.queues.down.add(Queue.DELIVERIES)

    with pytest.raises(Unavailable):
        office.relay()(bodies(events))
    assert len(office.events()) == 2
    office.queues.down.clear()
    office.relay()(bodies(events))
    assert set(arrived(office)) == set(expected(events))


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(3))
def test_wherever_the_relay_dies_no_event_is_lost(office: PostOffice, at: int, after: bool) -> None:
    events = [recorded(office, EventType.REQUEST_POSTED), recorded(office, EventType.PASSWORD_CHANGED)]
    with pytest.raises(Crash):
        office.relay(Faults(at, after))(bodies(events))
    office.overdue()

    office.tick("hand-over-overdue")
    assert set(arrived(office)) == set(expected(events))
    assert office.events() == []


@settings(max_examples=50, deadline=None)
@given(
    kinds=st.lists(st.sampled_from(EventType), max_size=30),
    crashes=st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=5),
)
def test_whatever_crashes_every_event_arrives_in_the_end(
    kinds: list[EventType], crashes: list[tuple[int, bool]]
) -> None:
    office = PostOffice()
    events = [recorded(office, kind) for kind in kinds]
    for crash in crashes:
        with suppress(Crash):
            office.relay(Faults(*crash))(bodies(events))
    office.overdue()

    office.tick("hand-over-overdue")
    assert set(arrived(office)) == set(expected(events))
    assert office.events() == []


class TestOverdue:
    """The clocks take over what the stream left behind."""

    def test_an_event_has_two_minutes_before_it_is_sent_from_its_row(self, office: PostOffice) -> None:
        event = recorded(office, EventType.PASSWORD_CHANGED)
        assert office.tick("hand-over-overdue") == {}
        assert arrived(office) == []

        office.overdue()
        assert office.tick("hand-over-overdue") == {"EventsSentAgain": 1, "UnroutableEvents": 0}
        assert arrived(office) == expected([event])
        assert office.tick("hand-over-overdue") == {}

    def test_what_cannot_be_routed_raises_the_alarm_each_minute_and_stays(self, office: PostOffice) -> None:
        event = recorded(office, EventType.PASSWORD_CHANGED)
        row = next(row for key, row in office.store.rows.items() if key.table == "outbox")
        row["body"] = row["body"].replace("PasswordChanged", "SomethingElse")
        recorded(office, EventType.WAVE_DUE)
        office.overdue()

        assert office.tick("hand-over-overdue") == {"EventsSentAgain": 1, "UnroutableEvents": 1}
        assert office.tick("hand-over-overdue") == {"EventsSentAgain": 0, "UnroutableEvents": 1}
        assert [key.pk for key in office.store.rows if key.table == "outbox"] == [f"O#{event.id}"]

    @pytest.mark.parametrize("body", [None, 7, b"{}"])
    def test_a_row_without_a_text_raises_the_alarm_too_and_holds_nobody_up(
        self, office: PostOffice, body: object
    ) -> None:
        recorded(office, EventType.WAVE_DUE)
        office.store.rows[Key("outbox", "O#!")] = {"pk": "O#!", "sk": "-"} | ({"body": body} if body else {})
        office.overdue()

        assert office.tick("hand-over-overdue") == {"EventsSentAgain": 1, "UnroutableEvents": 1}
        assert office.tick("hand-over-overdue") == {"EventsSentAgain": 0, "UnroutableEvents": 1}

    def test_a_long_jam_is_cleared_page_by_page(self, office: PostOffice) -> None:
        events = [recorded(office, EventType.PASSWORD_CHANGED) for _ in range(250)]
        office.overdue()
        office.calls()

        assert office.tick("hand-over-overdue")["EventsSentAgain"] == 250
        assert arrived(office) == expected(events)
        calls = office.calls()
        assert (calls.count("Scan"), calls.count("TransactWriteItems")) == (3, 3)
