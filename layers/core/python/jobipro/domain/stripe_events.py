"""An event of Stripe's as it is kept: the few fields that say what became of a payment, and nothing of a person."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from jobipro.domain.ids import EventId, PaymentId
from jobipro.domain.payments import (
    Authorisation,
    Dispute,
    DisputeState,
    FraudWarning,
    Refund,
    RefundState,
    Standing,
)

KEPT_FOR = timedelta(days=40)
"""How long an event is kept, so that it is known when it comes again: Stripe sends for 3 days and lists for 30."""


class Kind(StrEnum):
    """What an event is about, by Stripe's names of its objects."""

    INTENT = "payment_intent"
    CHARGE = "charge"
    REFUND = "refund"
    DISPUTE = "dispute"
    WARNING = "radar.early_fraud_warning"
    CUSTOMER = "customer"
    PAYMENT_METHOD = "payment_method"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class StripeEvent:
    """What is kept of an event.

    `id` is ours and follows from Stripe's, so that the same event is the same row. `type` is Stripe's word. `object` is
    Stripe's id of what it is about, `intent` the PaymentIntent that this belongs to, `payment` and `n` what its
    metadata says of ours. Amounts are in cents. `begun_at` is when the object came to be; `reason` is Stripe's word for
    a dispute or the kind of fraud.
    """

    id: EventId
    type: str
    created_at: datetime
    kind: Kind = Kind.OTHER
    object: str = ""
    intent: str | None = None
    charge: str | None = None
    payment: PaymentId | None = None
    n: int = 0
    cents: int = 0
    captured_cents: int = 0
    refunded_cents: int = 0
    currency: str | None = None
    status: str | None = None
    captured: bool = False
    actionable: bool = False
    begun_at: datetime | None = None
    capture_before: datetime | None = None
    due_by: datetime | None = None
    reason: str = ""


def event_id(stripe: str) -> EventId:
    """Return our id of an event of Stripe's: the same however often it comes."""
    digest = hashlib.sha256(f"stripe-event/v1|{stripe}".encode()).digest()
    return EventId(f"evt_{base64.b32encode(digest[:16]).decode().rstrip('=').lower()}")


def told(event: StripeEvent) -> Authorisation | None:
    """Return what an event says of an authorisation, None when it says nothing of any."""
    says = _SAYS.get(event.kind)
    return says(event, event.intent) if says and event.intent else None


HOLDS = frozenset({Standing.AUTHORISED, Standing.CAPTURED})
"""Where an authorisation has a charge that succeeded."""

STANDINGS: Mapping[str, Standing] = {
    "requires_capture": Standing.AUTHORISED,
    "canceled": Standing.CANCELLED,
    "succeeded": Standing.CAPTURED,
}
"""Where a PaymentIntent's status puts an authorisation; every other one leaves it open."""

REFUND_STATES: Mapping[str, RefundState] = {
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}
"""Where a refund's status puts it; every other one leaves it pending."""

DISPUTE_STATES: Mapping[str, DisputeState] = {
    "warning_needs_response": DisputeState.INQUIRY,
    "warning_under_review": DisputeState.INQUIRY_ANSWERED,
    "warning_closed": DisputeState.INQUIRY_CLOSED,
    "needs_response": DisputeState.OPEN,
    "under_review": DisputeState.ANSWERED,
    "prevented": DisputeState.PREVENTED,
    "won": DisputeState.WON,
    "lost": DisputeState.LOST,
}
"""Where a dispute's status puts it; one that is not here is open, so that somebody looks."""


def _intent_says(event: StripeEvent, intent: str) -> Authorisation:
    standing = STANDINGS.get(event.status or "", Standing.OPEN)
    if event.type == "payment_intent.payment_failed" and standing is Standing.OPEN:
        standing = Standing.DECLINED
    held = standing in HOLDS
    return Authorisation(
        intent,
        n=event.n,
        standing=standing,
        cents=event.cents,
        charge=event.charge if held else None,
        authorised_at=event.created_at if standing is Standing.AUTHORISED else None,
        captured_cents=event.captured_cents,
    )


def _charge_says(event: StripeEvent, intent: str) -> Authorisation:
    standing = _standing_of_charge(event)
    held = standing in HOLDS
    return Authorisation(
        intent,
        n=event.n,
        standing=standing,
        cents=event.cents,
        charge=event.object if held else None,
        authorised_at=event.begun_at if held else None,
        capture_before=event.capture_before if held else None,
        captured_cents=event.captured_cents if standing is Standing.CAPTURED else 0,
        refunded_cents=event.refunded_cents if standing is Standing.CAPTURED else 0,
    )


def _standing_of_charge(event: StripeEvent) -> Standing:
    if event.status == "failed":
        return Standing.DECLINED
    if event.status != "succeeded":
        return Standing.OPEN
    if event.captured:
        return Standing.CAPTURED
    # A hold that is released is told as one that was given back without ever having been captured.
    return Standing.CANCELLED if event.refunded_cents else Standing.AUTHORISED


def _refund_says(event: StripeEvent, intent: str) -> Authorisation:
    state = REFUND_STATES.get(event.status or "", RefundState.PENDING)
    return Authorisation(intent, refunds={event.object: Refund(event.object, event.cents, state)})


def _dispute_says(event: StripeEvent, intent: str) -> Authorisation:
    state = DISPUTE_STATES.get(event.status or "", DisputeState.OPEN)
    dispute = Dispute(event.object, event.cents, state, event.reason, event.created_at, event.due_by)
    return Authorisation(intent, disputes={event.object: dispute})


def _warning_says(event: StripeEvent, intent: str) -> Authorisation:
    warning = FraudWarning(event.object, event.actionable, event.reason, event.created_at)
    return Authorisation(intent, warnings={event.object: warning})


_SAYS: Mapping[Kind, Callable[[StripeEvent, str], Authorisation]] = {
    Kind.INTENT: _intent_says,
    Kind.CHARGE: _charge_says,
    Kind.REFUND: _refund_says,
    Kind.DISPUTE: _dispute_says,
    Kind.WARNING: _warning_says,
}
