"""What is done with what Stripe tells: its events, and what a reconciliation finds."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from jobipro.adapters.dynamodb.reconciliations import Reconciliations
from jobipro.adapters.dynamodb.stripe_events import StripeEvents
from jobipro.adapters.stripe import StripeEventList
from jobipro.adapters.stripe_events import event_of
from jobipro.application.apply_stripe_event import ApplyStripeEvent
from jobipro.application.reconcile import Reconcile
from jobipro.bootstrap.payment_parts import PaymentParts
from jobipro.domain.errors import Unintelligible
from jobipro.domain.events import Event, EventType
from jobipro.domain.stripe_events import StripeEvent


def handles(with_: PaymentParts) -> Mapping[EventType, Callable[[Event], str | Mapping[str, int]]]:
    """Return what is done with each event, by its type."""
    events = StripeEvents()
    return {
        EventType.STRIPE_EVENT_RECEIVED: ApplyStripeEvent(
            with_.store.load,
            with_.store.commit,
            events,
            with_.payments,
            with_.stripe,
            with_.look,
            with_.keep,
            with_.move,
            with_.clock,
        ),
        EventType.RECONCILIATION_DUE: Reconcile(
            with_.store.load,
            with_.store.commit,
            with_.store.find,
            Reconciliations(),
            events,
            StripeEventList(with_.stripe, partial(read, with_.stage)),
            with_.payments,
            with_.look,
            with_.keep,
            with_.move,
            with_.outbox,
            with_.clock,
            with_.ids,
        ),
    }


def read(stage: str, sent: Mapping[str, Any]) -> StripeEvent | None:
    """Return what is kept of an event in Stripe's list, None for one that is not as events are."""
    try:
        return event_of(sent, stage)
    except Unintelligible:
        return None
