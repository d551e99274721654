"""The payment of a request: a fold of what Stripe tells of it, in whatever order and however often it is told.

Every fact is an `Authorisation` as far as one message tells of it. Facts are joined by taking the furthest of two
states and the union of what belongs to them, so order, twins and repeats make no difference: joining is commutative,
associative and idempotent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from jobipro.domain.ids import PaymentId, RequestId, SubjectId
from jobipro.domain.postal import MailingAddress
from jobipro.domain.subject_keys import SubjectKey

CURRENCY = "CAD"

HELD_FOR = timedelta(days=4, hours=18)
"""How long a card's bank holds money at least, where Stripe does not say: the shortest of the networks' windows.
Source: Stripe's documentation, "Place a hold on a payment method"."""

CAPTURED_BEFORE = timedelta(hours=12)
"""How long before the hold ends the money is taken or held anew."""

LOOKED_AT_AFTER = timedelta(hours=1)
"""When Stripe is asked for the first time about a payment that does not move."""

LOOKED_AT_AGAIN = timedelta(days=1)
"""How often it is asked from then on."""


class Standing(StrEnum):
    """Where one authorisation stands; of two, the later one in this list is the further."""

    OPEN = "open"
    DECLINED = "declined"
    AUTHORISED = "authorised"
    CANCELLED = "cancelled"
    CAPTURED = "captured"


class RefundState(StrEnum):
    """Where a refund stands; of two, the later one in this list is the further: one that succeeded may still fail."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class DisputeState(StrEnum):
    """Where a dispute stands; of two, the later one in this list is the further. An inquiry may become a dispute."""

    INQUIRY = "inquiry"
    INQUIRY_ANSWERED = "inquiry-answered"
    INQUIRY_CLOSED = "inquiry-closed"
    OPEN = "open"
    ANSWERED = "answered"
    PREVENTED = "prevented"
    WON = "won"
    LOST = "lost"


UNSETTLED = frozenset({DisputeState.INQUIRY, DisputeState.INQUIRY_ANSWERED, DisputeState.OPEN, DisputeState.ANSWERED})
"""States of a dispute that is still going on."""


class PaymentState(StrEnum):
    """Where a payment stands as a whole."""

    OPEN = "open"
    DECLINED = "declined"
    AUTHORISED = "authorised"
    RELEASED = "released"
    CAPTURED = "captured"
    PARTLY_REFUNDED = "partly-refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    LOST = "lost"


SETTLED = frozenset(
    {
        PaymentState.CAPTURED,
        PaymentState.PARTLY_REFUNDED,
        PaymentState.REFUNDED,
        PaymentState.DISPUTED,
        PaymentState.LOST,
    }
)
"""States of a payment whose money was taken."""


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that goes back: how much, in cents, and how far it has come."""

    id: str
    cents: int
    state: RefundState


@dataclass(frozen=True, slots=True)
class Dispute:
    """A customer's bank asks the money back, or asks about it: Stripe's word for why, and until when to answer.

    `told_at` is when Stripe told so.
    """

    id: str
    cents: int
    state: DisputeState
    reason: str
    told_at: datetime
    due_by: datetime | None = None

    @property
    def unsettled(self) -> bool:
        """Tell whether it is still going on."""
        return self.state in UNSETTLED


@dataclass(frozen=True, slots=True)
class FraudWarning:
    """A card network takes a payment for fraud: Stripe's word for why, and whether giving it back still helps."""

    id: str
    actionable: bool
    reason: str
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Authorisation:
    """A PaymentIntent, as far as it is known: the n-th that holds a payment's money, 0 while nobody said which.

    Amounts are in cents. `charge` is that of the attempt that succeeded. `capture_before` is when the hold ends,
    `refunded_cents` the most that Stripe ever said went back. `seen` says that Stripe was asked for the whole of it
    after the hold began.
    """

    intent: str
    n: int = 0
    standing: Standing = Standing.OPEN
    cents: int = 0
    charge: str | None = None
    authorised_at: datetime | None = None
    capture_before: datetime | None = None
    captured_cents: int = 0
    refunded_cents: int = 0
    refunds: Mapping[str, Refund] = field(default_factory=dict)
    disputes: Mapping[str, Dispute] = field(default_factory=dict)
    warnings: Mapping[str, FraudWarning] = field(default_factory=dict)
    seen: bool = False

    @property
    def held_until(self) -> datetime | None:
        """Return when the hold ends, as Stripe says or at the earliest; None without one."""
        if self.capture_before or self.authorised_at is None:
            return self.capture_before
        return self.authorised_at + HELD_FOR

    @property
    def doubtful(self) -> bool:
        """Tell whether what is known cannot be all: Stripe has to be asked."""
        if self.standing is Standing.CANCELLED:
            return False
        if self.standing is not Standing.CAPTURED and (self.refunds or self.disputes or self.warnings):
            return True
        if _rank(self.standing) >= _rank(Standing.AUTHORISED) and not self.seen:
            return True
        unknown = self.refunded_cents - sum(refund.cents for refund in self.refunds.values())
        return self.standing is Standing.CAPTURED and unknown > 0


@dataclass(frozen=True, slots=True, repr=False)
class Card:
    """All that is ever kept of a card, in Stripe's words; the fingerprint is the same for the same card."""

    brand: str
    last4: str
    exp_month: int
    exp_year: int
    funding: str
    fingerprint: str


@dataclass(frozen=True, slots=True, repr=False)
class Private:
    """What is kept of card and billing address; `card_of` is the number of the authorisation that the card is from."""

    card: Card | None = None
    card_of: int = 0
    billing_address: MailingAddress | None = None


class DueKind(StrEnum):
    """What falls due for a payment: its money to be taken, or Stripe to be asked about it."""

    CAPTURE = "capture"
    WATCH = "watch"


@dataclass(frozen=True, slots=True)
class Due:
    """What falls due for a payment next, and when."""

    kind: DueKind
    at: datetime


class AskState(StrEnum):
    """What came of something that was asked of Stripe: nothing yet, as far as is known; what was asked; a no."""

    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Ask:
    """Something that is asked of Stripe, written down before it is: whoever dies then asks the same again.

    `payment_method` is Stripe's id of the card to authorise without its holder, `cents` how much is to go back.
    """

    at: datetime
    state: AskState = AskState.ASKED
    payment_method: str | None = None
    cents: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class Payment:
    """What a customer owes for a request and what became of it. Amounts are in cents.

    `private` is None where it was not opened; `key` is the customer's record key, None before there is one.
    `capture_announced` is the PaymentIntent whose `CaptureDue` was told last. `asked` is what was asked of Stripe, by
    the name that its idempotency key ends with; `needed` is the number of the authorisation for whose lack the customer
    was told last to pay. `version` counts writes.
    """

    id: PaymentId
    request: RequestId
    customer: SubjectId
    provider: SubjectId
    cents: int
    opened_at: datetime
    currency: str = CURRENCY
    version: int = 1
    authorisations: Mapping[str, Authorisation] = field(default_factory=dict)
    capture_announced: str | None = None
    asked: Mapping[str, Ask] = field(default_factory=dict)
    needed: int = 0
    due: Due | None = None
    private: Private | None = None
    key: SubjectKey | None = None

    @property
    def current(self) -> Authorisation | None:
        """Return the authorisation that counts: the one captured, else the latest that holds money, else the latest."""
        return max(self.authorisations.values(), key=_weight, default=None)

    @property
    def captured_cents(self) -> int:
        """Return what was taken."""
        return sum(each.captured_cents for each in self._captured)

    @property
    def refunded_cents(self) -> int:
        """Return what went back or is on its way, without refunds that failed."""
        refunds = (refund for each in self._captured for refund in each.refunds.values())
        return sum(refund.cents for refund in refunds if refund.state is not RefundState.FAILED)

    @property
    def disputes(self) -> Mapping[str, Dispute]:
        """Return every dispute by Stripe's id."""
        return {name: dispute for each in self.authorisations.values() for name, dispute in each.disputes.items()}

    @property
    def warnings(self) -> Mapping[str, FraudWarning]:
        """Return every early fraud warning by Stripe's id."""
        return {name: warning for each in self.authorisations.values() for name, warning in each.warnings.items()}

    @property
    def state(self) -> PaymentState:
        """Return where the payment stands as a whole."""
        current = self.current
        if current is None:
            return PaymentState.OPEN
        if current.standing is not Standing.CAPTURED:
            return _UNSETTLED_STATES[current.standing]
        if any(dispute.state is DisputeState.LOST for dispute in self.disputes.values()):
            return PaymentState.LOST
        if any(dispute.unsettled for dispute in self.disputes.values()):
            return PaymentState.DISPUTED
        if self.refunded_cents == 0:
            return PaymentState.CAPTURED
        whole = self.refunded_cents >= self.captured_cents
        return PaymentState.REFUNDED if whole else PaymentState.PARTLY_REFUNDED

    @property
    def _captured(self) -> tuple[Authorisation, ...]:
        return tuple(each for each in self.authorisations.values() if each.standing is Standing.CAPTURED)


_UNSETTLED_STATES: Mapping[Standing, PaymentState] = {
    Standing.OPEN: PaymentState.OPEN,
    Standing.DECLINED: PaymentState.DECLINED,
    Standing.AUTHORISED: PaymentState.AUTHORISED,
    Standing.CANCELLED: PaymentState.RELEASED,
}


def payment_id(request: RequestId) -> PaymentId:
    """Return the id of a request's payment."""
    return PaymentId(f"pay_{request.removeprefix('req_')}")


def request_of(payment: PaymentId) -> RequestId:
    """Return the id of the request that a payment is for."""
    return RequestId(f"req_{payment.removeprefix('pay_')}")


def opened(
    request: RequestId, customer: SubjectId, provider: SubjectId, cents: int, at: datetime, currency: str = CURRENCY
) -> Payment:
    """Return the payment that a request begins with when it is engaged: owed, and nothing of Stripe's yet."""
    return Payment(payment_id(request), request, customer, provider, cents, at, currency)


def folded(payment: Payment, fact: Authorisation) -> Payment:
    """Return a payment that knows one more fact about one of its authorisations."""
    known = payment.authorisations.get(fact.intent)
    both = joined(known, fact) if known else fact
    return payment if both == known else replace(payment, authorisations={**payment.authorisations, fact.intent: both})


def joined(one: Authorisation, other: Authorisation) -> Authorisation:
    """Return what two facts about the same authorisation say together."""
    return Authorisation(
        intent=one.intent,
        n=max(one.n, other.n),
        standing=max(one.standing, other.standing, key=_rank),
        cents=max(one.cents, other.cents),
        charge=max(filter(None, (one.charge, other.charge)), default=None),
        authorised_at=min(filter(None, (one.authorised_at, other.authorised_at)), default=None),
        capture_before=max(filter(None, (one.capture_before, other.capture_before)), default=None),
        captured_cents=max(one.captured_cents, other.captured_cents),
        refunded_cents=max(one.refunded_cents, other.refunded_cents),
        refunds=_furthest(one.refunds, other.refunds, _refund_rank),
        disputes=_furthest(one.disputes, other.disputes, _dispute_rank),
        warnings=_furthest(one.warnings, other.warnings, _warning_rank),
        seen=one.seen or other.seen,
    )


def scheduled(payment: Payment, now: datetime, within: timedelta = LOOKED_AT_AFTER) -> Payment:
    """Return a payment with what falls due for it next: nothing when there is nothing left to wait for.

    Money that is held is to be taken in time. What waits for a customer, or was told to be taken, is looked at `within`
    some time.
    """
    current = payment.current
    if current is None or payment.state not in _WAITED_FOR:
        return replace(payment, due=None)
    ends = current.held_until
    if current.standing is Standing.AUTHORISED and ends and payment.capture_announced != current.intent:
        return replace(payment, due=Due(DueKind.CAPTURE, ends - CAPTURED_BEFORE))
    return replace(payment, due=Due(DueKind.WATCH, now + within))


def secured(payment: Payment, now: datetime) -> bool:
    """Tell whether nothing is asked of the customer: the money was taken, or is held until it need not be held anew."""
    current = payment.current
    if current is None or current.standing is not Standing.AUTHORISED:
        return payment.state in SETTLED
    return current.held_until is not None and now < current.held_until - CAPTURED_BEFORE


_WAITED_FOR = frozenset({PaymentState.OPEN, PaymentState.DECLINED, PaymentState.AUTHORISED})


def _rank(state: StrEnum) -> int:
    """Return a state's place in the list of its kind."""
    return list(type(state)).index(state)


def _refund_rank(refund: Refund) -> tuple[int, int]:
    return _rank(refund.state), refund.cents


def _dispute_rank(dispute: Dispute) -> tuple[object, ...]:
    due_by = dispute.due_by or dispute.told_at
    return _rank(dispute.state), dispute.told_at, due_by, dispute.due_by is not None, dispute.cents, dispute.reason


def _warning_rank(warning: FraudWarning) -> tuple[object, ...]:
    return not warning.actionable, warning.told_at, warning.reason


def _weight(authorisation: Authorisation) -> tuple[bool, bool, int, str]:
    standing = authorisation.standing
    return (
        standing is Standing.CAPTURED,
        standing is Standing.AUTHORISED,
        authorisation.n,
        authorisation.intent,
    )


def _furthest[T](one: Mapping[str, T], other: Mapping[str, T], rank: Callable[[T], Any]) -> Mapping[str, T]:
    """Return what two lists say together: whatever either names, as far as the further of the two has come."""
    return {
        name: max((each[name] for each in (one, other) if name in each), key=rank) for name in sorted({*one, *other})
    }
