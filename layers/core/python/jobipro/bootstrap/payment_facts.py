"""What is done with what Stripe tells: its events, and what a reconciliation finds."""

from collections.abc import Callable, Mapping
from typing import Any

from jobipro.adapters.aws import client
from jobipro.adapters.dynamodb.outbox import Outbox
from jobipro.adapters.dynamodb.payments import Payments
from jobipro.adapters.dynamodb.sealed import Sealing
from jobipro.adapters.dynamodb.stripe_events import StripeEvents
from jobipro.adapters.secrets import Secret
from jobipro.adapters.stripe import StripeApi
from jobipro.adapters.system import RandomIds, SystemClock
from jobipro.application.apply_stripe_event import ApplyStripeEvent
from jobipro.application.keep_payment import KeepPayment
from jobipro.application.look_at_payment import LookAtPayment
from jobipro.bootstrap import parts
from jobipro.domain.events import Event, EventType


def handles(settings: Any) -> Mapping[EventType, Callable[[Event], str | Mapping[str, int]]]:
    """Return what is done with each event, by its type."""
    store = parts.store(settings)
    keys = parts.subject_keys(settings, client("kms"))
    payments, clock = Payments(Sealing(settings.stage), keys), SystemClock()
    stripe = StripeApi(Secret(client("secretsmanager"), settings.secret_stripe), settings.stripe_url, settings.stage)
    look = LookAtPayment(store.load, payments, keys, stripe, clock)
    keep = KeepPayment(payments, Outbox(), RandomIds())
    return {
        EventType.STRIPE_EVENT_RECEIVED: ApplyStripeEvent(
            store.load, store.commit, StripeEvents(), payments, stripe, look, keep, clock
        ),
        EventType.RECONCILIATION_DUE: _nothing,
    }


def _nothing(event: Event) -> str:
    return "nothing to do"
