"""Queue `payments`: each event goes to its use case, and what is none of this function's goes back by itself."""

from dataclasses import fields
from uuid import uuid4

import pytest

from functions.payment_events.settings import Settings
from jobipro.bootstrap.payment_events import PaymentEventsUseCases, payment_events
from jobipro.domain.errors import Unintelligible
from jobipro.domain.events import ROUTES, Event, EventType, Queue
from jobipro.queues import consume
from jobipro.settings import read
from tests.fakes.system import FakeClock, FakeIds
from tests.functional.waking import Heard, sqs

ENVIRONMENT = {field.name.upper(): "https://stripe.test" for field in fields(Settings)}
PAYMENTS = [event for event, queues in ROUTES.items() if Queue.PAYMENTS in queues]


def event(kind: EventType) -> Event:
    ids = FakeIds()
    return Event(ids.event(), kind, FakeClock().now(), ids.subject())


def test_something_is_decided_for_every_event_of_the_queue_and_for_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ca-central-1")
    assert set(payment_events(read(Settings, ENVIRONMENT)).handles) == set(PAYMENTS)


def test_an_event_goes_to_its_use_case_and_the_log_says_what_was_done(capsys: pytest.CaptureFixture[str]) -> None:
    heard: list[Event] = []

    def remember(event: Event) -> str:
        heard.append(event)
        return "remembered"

    sent = event(EventType.REQUEST_CONFIRMED)
    handler = consume(f"payment_events-{uuid4().hex}", PaymentEventsUseCases({EventType.REQUEST_CONFIRMED: remember}))

    assert handler(sqs(sent.to_body(), "{}"), None)["batchItemFailures"] == [{"itemIdentifier": "1"}]
    assert heard == [sent]
    assert [line["outcome"] for line in Heard(capsys).lines if "outcome" in line] == ["remembered"]


def test_an_event_of_another_queue_is_not_understood() -> None:
    with pytest.raises(Unintelligible):
        PaymentEventsUseCases({})(event(EventType.ACCOUNT_CREATED))
