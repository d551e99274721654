"""The outbox's stream: what was put goes on, what cannot be routed is told of, the shard is never held up by it."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any
from uuid import uuid4

import pytest

from functions.outbox_relay.settings import Settings
from jobipro.bootstrap.outbox_relay import outbox_relay
from jobipro.domain.events import Event, EventType, Queue
from jobipro.queues import consume_outbox
from jobipro.settings import read
from tests.fakes.post_office import PostOffice, bodies
from tests.functional.waking import Heard, stream


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


def handler(office: PostOffice) -> Callable[..., Any]:
    return consume_outbox(f"outbox_relay_{uuid4().hex}", office.relay())


def recorded(office: PostOffice, kind: EventType = EventType.REQUEST_POSTED) -> Event:
    event = office.event(kind, office.ids.subject())
    office.store.commit(office.outbox.recorded(event))
    return event


def test_what_is_put_into_the_outbox_reaches_its_queues(office: PostOffice, capsys: pytest.CaptureFixture[str]) -> None:
    events = [recorded(office), recorded(office, EventType.PASSWORD_CHANGED)]

    assert handler(office)(stream(bodies(events)), None) == {"batchItemFailures": []}
    assert office.queues.of(Queue.MATCHING) == events[:1]
    assert office.queues.of(Queue.DELIVERIES) == events
    assert office.events() == []
    heard = Heard(capsys)
    assert [line["message"] for line in heard.lines] == ["handed over"]
    assert (heard.total("Events"), heard.total("UnroutableEvents")) == (2, 0)


def test_removals_wake_nobody(office: PostOffice) -> None:
    event = recorded(office)

    assert handler(office)(stream({}, removed=[f"O#{event.id}"]), None) == {"batchItemFailures": []}
    assert handler(office)(stream(bodies([event]), removed=["O#evt_other"]), None) == {"batchItemFailures": []}
    assert len(office.queues.sent) == 2


def test_what_cannot_be_routed_is_told_by_its_row_and_holds_up_nothing(
    office: PostOffice, capsys: pytest.CaptureFixture[str]
) -> None:
    event = recorded(office)
    strange = {"O#evt_strange": '{"id": "marie@example.com"}'}

    assert handler(office)(stream(strange | bodies([event])), None) == {"batchItemFailures": []}
    assert len(office.queues.sent) == 2
    heard = Heard(capsys)
    (error,) = [line for line in heard.lines if line["level"] == "ERROR"]
    assert error["row"] == "O#evt_strange"
    assert heard.total("UnroutableEvents") == 1
    assert "marie" not in heard.text


def test_a_row_without_a_body_is_told_of_too(office: PostOffice, capsys: pytest.CaptureFixture[str]) -> None:
    event = stream({"O#evt_bare": ""})
    del event["Records"][0]["dynamodb"]["NewImage"]["body"]

    assert handler(office)(event, None) == {"batchItemFailures": []}
    assert Heard(capsys).total("UnroutableEvents") == 1


def test_when_a_queue_is_down_the_batch_comes_again_from_its_start(
    office: PostOffice, capsys: pytest.CaptureFixture[str]
) -> None:
    events = [recorded(office), recorded(office)]
    office.queues.down = {Queue.DELIVERIES}

    assert handler(office)(stream(bodies(events)), None) == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    assert Heard(capsys).total("Failures") == 2
    assert len(office.events()) == 2

    office.queues.down = set()
    handler(office)(stream(bodies(events)), None)
    assert office.events() == []


def test_what_the_relay_is_wired_from_fits_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ca-central-1")

    wired = outbox_relay(read(Settings, {field.name.upper(): field.name for field in fields(Settings)}))
    assert wired.hand_over({}) == ()
