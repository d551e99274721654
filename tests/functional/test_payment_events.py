"""Queue `payments`: each event goes to its use case, and what is none of this function's goes back by itself."""

from dataclasses import fields
from uuid import uuid4

import pytest

from functions.payment_events.settings import Settings
from jobipro.bootstrap.payment_events import PaymentEventsUseCases, payment_events
from jobipro.domain.errors import Unintelligible
from jobipro.domain.events import ROUTES, Event, EventType, Queue
from jobipro.domain.payments import PaymentState
from jobipro.domain.stripe_events import Kind, StripeEvent, event_id
from jobipro.queues import consume
from jobipro.settings import read
from tests.fakes.stripe_lives import Life, StripeShows
from tests.fakes.system import FakeClock, FakeIds
from tests.fakes.till import Till
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


@pytest.mark.commitment("sharing.payment-limits")
def test_what_stripe_told_is_applied_a_poisoned_message_goes_back_alone_and_nothing_personal_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    till = Till()
    life = Life(till.name).created().authorised().captured().dispute("created", "needs_response")
    till.stripe = StripeShows(life.events)
    bodies = [till.received(each).to_body() for each in reversed(life.events)]
    strange = StripeEvent(event_id("evt_9"), "payment_intent.created", life.begun, Kind.INTENT, "pi_9", intent="pi_9")
    bodies[2:2] = ["{}", till.received(strange).to_body(), event(EventType.ACCOUNT_CREATED).to_body()]
    use_cases = PaymentEventsUseCases({EventType.STRIPE_EVENT_RECEIVED: till.apply})

    answer = consume(f"payment_events-{uuid4().hex}", use_cases)(sqs(*bodies, *bodies), None)

    failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
    assert failed == {"2", "4", str(len(bodies) + 2), str(len(bodies) + 4)}
    assert till.payment.state is PaymentState.DISPUTED
    assert sorted(till.telling()) == [EventType.CASE_OPENED, EventType.PAYMENT_SETTLED]
    heard = Heard(capsys)
    assert heard.total("StripeEventsForeign") == 1
    assert heard.total("StripeEventsApplied") + heard.total("StripeEventsTwin") == len(life.events)
    for word in ("4242", "visa", "fingerprint", "pi_1", "ch_1", "du_1", "12500"):
        assert word not in heard.text


def test_an_event_of_another_queue_is_not_understood() -> None:
    with pytest.raises(Unintelligible):
        PaymentEventsUseCases({})(event(EventType.ACCOUNT_CREATED))
