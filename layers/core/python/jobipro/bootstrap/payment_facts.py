"""What is done with what Stripe tells: its events, and what a reconciliation finds."""

from collections.abc import Callable, Mapping

from jobipro.adapters.dynamodb.stripe_events import StripeEvents
from jobipro.application.apply_stripe_event import ApplyStripeEvent
from jobipro.bootstrap.payment_parts import PaymentParts
from jobipro.domain.events import Event, EventType


def handles(with_: PaymentParts) -> Mapping[EventType, Callable[[Event], str | Mapping[str, int]]]:
    """Return what is done with each event, by its type."""
    return {
        EventType.STRIPE_EVENT_RECEIVED: ApplyStripeEvent(
            with_.store.load,
            with_.store.commit,
            StripeEvents(),
            with_.payments,
            with_.stripe,
            with_.look,
            with_.keep,
            with_.move,
            with_.clock,
        ),
        EventType.RECONCILIATION_DUE: _nothing,
    }


def _nothing(event: Event) -> str:
    return "nothing to do"
