"""What function `stripe_webhooks` is wired from."""

from dataclasses import dataclass
from typing import Any

from jobipro.adapters.aws import client
from jobipro.adapters.dynamodb.outbox import Outbox
from jobipro.adapters.dynamodb.stripe_events import StripeEvents
from jobipro.adapters.secrets import Secret
from jobipro.adapters.stripe_webhooks import StripeWebhooks
from jobipro.adapters.system import SystemClock
from jobipro.application.take_stripe_event import TakeStripeEvent
from jobipro.bootstrap import parts


@dataclass(frozen=True, slots=True)
class StripeWebhooksUseCases:
    """What the route of function `stripe_webhooks` calls."""

    take_stripe_event: TakeStripeEvent


def stripe_webhooks(settings: Any) -> StripeWebhooksUseCases:
    """Return the use cases of function `stripe_webhooks`."""
    secret = Secret(client("secretsmanager"), settings.secret_stripe)
    webhooks = StripeWebhooks(secret, settings.stage, livemode=settings.stripe_livemode == "true")
    store = parts.store(settings)
    return StripeWebhooksUseCases(
        TakeStripeEvent(store.commit, webhooks, StripeEvents(), Outbox(), SystemClock()),
    )
