"""What Stripe says of a payment, as far as we look at it: ids, amounts, times and states; no names, no addresses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jobipro.domain.errors import ServiceError
from jobipro.domain.ids import PaymentId
from jobipro.domain.payments import Authorisation, Card, RefundState, Standing
from jobipro.domain.payments import Refund as KnownRefund
from jobipro.domain.stripe_events import REFUND_STATES, STANDINGS


class IntentStatus(StrEnum):
    """Where a PaymentIntent stands, in Stripe's words. Source: Stripe's API reference, "The PaymentIntent object"."""

    REQUIRES_PAYMENT_METHOD = "requires_payment_method"
    REQUIRES_CONFIRMATION = "requires_confirmation"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    REQUIRES_CAPTURE = "requires_capture"
    CANCELED = "canceled"
    SUCCEEDED = "succeeded"


class RefundStatus(StrEnum):
    """Where a refund stands, in Stripe's words. Source: Stripe's API reference, "The Refund object"."""

    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True, repr=False)
class Intent:
    """One authorisation of a payment as Stripe has it; amounts are in cents.

    `payment` and `n` are ours, out of its metadata, None for an intent that we did not make. `authorised_at` is when
    the card's bank said yes, `capture_before` until when it holds the money. `declined` is Stripe's word for why the
    last attempt failed. `client_secret` lets a browser pay and is never stored.
    """

    id: str
    status: IntentStatus
    cents: int
    currency: str
    created_at: datetime
    payment: PaymentId | None = None
    n: int | None = None
    customer: str | None = None
    payment_method: str | None = None
    charge: str | None = None
    authorised_at: datetime | None = None
    capture_before: datetime | None = None
    captured_cents: int = 0
    refunded_cents: int = 0
    disputed: bool = False
    declined: str | None = None
    card: Card | None = None
    client_secret: str | None = None
    livemode: bool = False


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back; `n` is our number of it, None for one that we did not ask for."""

    id: str
    cents: int
    status: RefundStatus
    created_at: datetime
    n: int | None = None


def shown(intent: Intent, refunds: Iterable[Refund] = ()) -> Authorisation:
    """Return the fact that a look at an intent shows; `refunds` are those that were looked at with it."""
    standing = STANDINGS.get(intent.status, Standing.DECLINED if intent.declined else Standing.OPEN)
    held = standing in (Standing.AUTHORISED, Standing.CAPTURED)
    return Authorisation(
        intent.id,
        n=intent.n or 0,
        standing=standing,
        cents=intent.cents,
        charge=intent.charge if held else None,
        authorised_at=intent.authorised_at if held else None,
        capture_before=intent.capture_before if held else None,
        captured_cents=intent.captured_cents,
        refunded_cents=intent.refunded_cents,
        refunds={each.id: _known(each) for each in refunds},
        seen=held,
    )


def gone_back(intent: str, refund: Refund) -> Authorisation:
    """Return the fact that a refund of an intent is."""
    return Authorisation(intent, refunds={refund.id: _known(refund)})


def _known(refund: Refund) -> KnownRefund:
    return KnownRefund(refund.id, refund.cents, REFUND_STATES.get(refund.status, RefundState.PENDING))


class Declined(ServiceError):
    """The card's bank said no, or wants its holder to be there; `reason` is Stripe's word for why."""

    code = "payment-declined"
    sentence = "The card was declined."

    def __init__(self, reason: str = "", intent: str | None = None) -> None:
        super().__init__()
        self.reason = reason
        self.intent = intent


class NotPossible(ServiceError):
    """What was asked for is not possible as the object stands: captured, cancelled, refunded already. Look at it."""

    code = "stripe-not-possible"
    sentence = "The payment has moved on at Stripe."


class NotAtStripe(ServiceError):
    """Stripe knows no object of this id under our key."""

    code = "not-at-stripe"
    sentence = "Stripe does not know this."


class AskedDifferently(ServiceError):
    """An idempotency key of ours was sent before with something else in the call."""

    code = "stripe-asked-differently"
    sentence = "This was asked of Stripe before, in different words."


class NotUnderstood(ServiceError):
    """Stripe refused a call as it was written, or answered what it never should; `reason` is its word for it."""

    code = "stripe-not-understood"
    sentence = "Stripe and we did not understand each other."

    def __init__(self, reason: str = "") -> None:
        super().__init__()
        self.reason = reason
