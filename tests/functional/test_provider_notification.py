"""Queue `matching`: events come as SQS brings them, and what cannot be understood or done goes back by itself."""

import json
from typing import Any

import pytest

from functions.provider_notification.settings import Settings
from jobipro.application.cover_provider import CoverProvider
from jobipro.application.notify_providers import NotifyProviders
from jobipro.bootstrap.provider_notification import ProviderNotificationUseCases
from jobipro.domain.events import Event, EventType, Queue
from jobipro.queues import consume
from jobipro.settings import read
from tests import events
from tests.fakes.market import Market, plumber


@pytest.fixture
def market() -> Market:
    return Market()


def handler(market: Market, service: str) -> Any:
    store = market.store
    return consume(
        service,
        ProviderNotificationUseCases(
            CoverProvider(store.load, store.commit, market.accounts, market.keys, market.coverage, market.clock),
            NotifyProviders(
                store.load,
                store.find,
                store.commit,
                market.requests,
                market.offers,
                market.coverage,
                market.keys,
                market.edge,
                market.queues,
                market.clock,
            ),
        ),
    )


def handled(market: Market, *bodies: str, service: str = "provider_notification") -> list[str]:
    """Hand messages over as one batch and return which of them, by place, go back."""
    batch = events.load("sqs")
    record = batch["Records"][0]
    batch["Records"] = [
        {
            **record,
            "messageId": str(n),
            "body": body,
            "attributes": {"ApproximateReceiveCount": "1"},
            "receiptHandle": "r",
        }
        for n, body in enumerate(bodies)
    ]
    answer = handler(market, service)(batch, None)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_the_whole_way_from_a_profile_to_a_delivery(market):
    customer, provider = market.customer(), market.provider(covered=False)
    changed = market.changed(provider, plumber())
    posted = market.posted(customer)

    assert handled(market, changed.to_body(), posted.to_body()) == []

    assert [(event.type, event.subject) for event in market.deliveries()] == [(EventType.OPPORTUNITY_MATCHED, provider)]


def test_a_message_that_fails_goes_back_and_takes_no_other_along(market):
    customer, provider = market.customer(), market.provider(covered=False)
    changed = market.changed(provider, plumber())
    strange = Event(market.ids.event(), EventType.ACCOUNT_CREATED, market.clock.now(), customer)
    lost = Event(market.ids.event(), EventType.WAVE_DUE, market.clock.now(), customer)

    failed = handled(market, "{}", strange.to_body(), lost.to_body(), "not json", changed.to_body())

    assert failed == ["0", "1", "2", "3"]
    assert market.rows("COV#")


def test_a_queue_that_is_down_brings_the_event_again(market):
    market.provider()
    posted = market.posted(market.customer())
    market.queues.down = {Queue.DELIVERIES}
    assert handled(market, posted.to_body()) == ["0"]

    market.queues.down = set()
    assert handled(market, posted.to_body()) == []
    assert len(market.deliveries()) == 1


def test_the_log_holds_ids_only(market, capsys):
    customer, provider = market.customer(), market.provider(covered=False)
    changed, posted = market.changed(provider, plumber()), market.posted(customer)

    # A logger keeps the stream it began with: one of its own writes where this test listens.
    handled(market, changed.to_body(), posted.to_body(), service="provider_notification_heard")

    said = capsys.readouterr().out
    assert changed.id in said
    for word in ("Kitchen", "45.5", "73.5", "example.com", "Notre-Dame", "5550123"):
        assert word not in said
    outcomes = [json.loads(line).get("outcome") for line in said.splitlines() if line.startswith("{")]
    assert [outcome for outcome in outcomes if outcome] == ["covered", "told 1"]


def test_settings_are_read_from_the_environment_of_the_template():
    environment = {
        "STAGE": "test",
        "SERVICE_VERSION": "1",
        "TABLE_REQUESTS": "r",
        "TABLE_ACCOUNTS": "a",
        "TABLE_SUBJECT_KEYS": "k",
        "KEY_SUBJECTS": "key",
        "SECRET_EDGE": "edge",
        "QUEUE_DELIVERIES": "url",
    }

    assert read(Settings, environment).queue_deliveries == "url"
