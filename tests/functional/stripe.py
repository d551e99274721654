"""Stripe before the door: the route of its webhooks on fakes."""

from collections.abc import Mapping
from typing import Any

from functions.stripe_webhooks.routes import blueprint
from jobipro.adapters.dynamodb.outbox import Outbox
from jobipro.adapters.dynamodb.stripe_events import StripeEvents
from jobipro.adapters.secrets import Secret
from jobipro.adapters.stripe_webhooks import StripeWebhooks
from jobipro.application.take_stripe_event import TakeStripeEvent
from jobipro.bootstrap.stripe_webhooks import StripeWebhooksUseCases
from jobipro.domain.events import Event
from jobipro.domain.ids import EventId
from jobipro.domain.stripe_events import StripeEvent, event_id
from jobipro.http import create_app
from tests.fakes import webhooks
from tests.fakes.secrets import FakeSecret
from tests.fakes.store import FakeStore
from tests.fakes.system import FakeClock
from tests.functional.conftest import Api, Reply

PATH = "/webhooks/stripe"


class Door:
    """The route, and what stands behind it; `store` may stand in for its own."""

    def __init__(self, store: Any = None, service: str = "stripe_webhooks") -> None:
        self.clock = FakeClock()
        self.store = FakeStore()
        self.secret = FakeSecret({"api_key": "sk_test_marked", "webhook_secrets": [webhooks.SECRET]})
        held = Secret(self.secret, "stripe", self.clock.seconds)
        opening = StripeWebhooks(held, webhooks.STAGE, livemode=False)
        commit = (store or self.store).commit
        use_cases = StripeWebhooksUseCases(TakeStripeEvent(commit, opening, StripeEvents(), Outbox(), self.clock))
        self.api = Api(create_app(service, blueprint(lambda: use_cases)))

    @property
    def now(self) -> int:
        """This moment in seconds."""
        return int(self.clock.seconds())

    def send(self, sent: bytes, signature: str | None, *, text: bool = False, **more: str) -> Reply:
        """Send bytes, as base64 or as text."""
        headers: Mapping[str, str] = more if signature is None else {"Stripe-Signature": signature, **more}
        if text:
            return self.api.request("POST", PATH, body=sent.decode(), headers=headers)
        return self.api.request("POST", PATH, raw=sent, headers=headers)

    def tell(self, event: Any, *secrets: str, **more: Any) -> Reply:
        """Send an event as Stripe does."""
        sent = webhooks.body(event)
        return self.send(sent, webhooks.header(sent, self.now, *secrets), **more)

    def kept(self, name: str) -> StripeEvent:
        """Return what is kept of an event, by Stripe's id of it."""
        received = self.store.load(StripeEvents().event(event_id(name)))
        assert received is not None
        return StripeEvent(**{field: getattr(received.event, field) for field in StripeEvent.__dataclass_fields__})

    def rows(self) -> set[EventId]:
        """Return the events that are kept."""
        return {EventId(key.pk.removeprefix("E#")) for key in self.store.rows if key.table == "payments"}

    def handed_on(self) -> list[Event]:
        """Return what waits in the outbox."""
        return [Event.from_body(row["body"]) for key, row in self.store.rows.items() if key.table == "outbox"]
