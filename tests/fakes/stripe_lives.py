"""Lives of payments at Stripe: the events that each would bring, in the order in which they happen."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from jobipro.application.ports.stripe import EventPage
from jobipro.domain.errors import ServiceError
from jobipro.domain.ids import PaymentId
from jobipro.domain.payments import Card
from jobipro.domain.stripe import Intent, IntentStatus, NotAtStripe, Refund, RefundStatus
from jobipro.domain.stripe_events import Kind, StripeEvent, event_id

BEGINNING = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@dataclass
class Life:
    """Writes down the events of one PaymentIntent, a minute apart."""

    payment: PaymentId
    cents: int = 12_500
    intent: str = "pi_1"
    n: int = 1
    begun: datetime = BEGINNING
    events: list[StripeEvent] = field(default_factory=list)
    refunded: int = 0

    @property
    def charge(self) -> str:
        return self.intent.replace("pi_", "ch_")

    def created(self) -> "Life":
        return self._intent("created", "requires_payment_method")

    def declined(self) -> "Life":
        charge = f"{self.charge}_declined{len(self.events)}"
        self._tell("charge.failed", Kind.CHARGE, charge, status="failed", cents=self.cents)
        return self._intent("payment_failed", "requires_payment_method", charge=charge)

    def authorised(self) -> "Life":
        self._charge("succeeded", captured=False)
        return self._intent("amount_capturable_updated", "requires_capture", charge=self.charge)

    def cancelled(self, held: bool = True) -> "Life":
        if held:
            self._charge("refunded", captured=False, refunded_cents=self.cents)
        return self._intent("canceled", "canceled")

    def captured(self) -> "Life":
        self._charge("captured", captured=True, captured_cents=self.cents)
        return self._intent("succeeded", "succeeded", charge=self.charge, captured_cents=self.cents)

    def refund(self, name: str, cents: int, status: str = "succeeded") -> "Life":
        self.refunded += cents
        self._refund("refund.created", name, cents, status)
        return self._charge("refunded", captured=True, captured_cents=self.cents, refunded_cents=self.refunded)

    def refund_failed(self, name: str, cents: int) -> "Life":
        self.refunded -= cents
        return self._refund("refund.failed", name, cents, "failed")

    def dispute(self, kind: str, status: str, name: str = "du_1") -> "Life":
        due_by = self.begun + timedelta(days=9)
        return self._tell(
            f"charge.dispute.{kind}",
            Kind.DISPUTE,
            name,
            status=status,
            cents=self.cents,
            reason="fraudulent",
            due_by=due_by,
            charge=self.charge,
        )

    def warned(self, kind: str = "created", actionable: bool = True, name: str = "issfr_1") -> "Life":
        return self._tell(
            f"radar.early_fraud_warning.{kind}",
            Kind.WARNING,
            name,
            actionable=actionable,
            reason="made_with_stolen_card",
            charge=self.charge,
        )

    def _intent(self, kind: str, status: str, **more: Any) -> "Life":
        ours = {"payment": self.payment, "n": self.n, "cents": self.cents, "currency": "CAD"}
        return self._tell(f"payment_intent.{kind}", Kind.INTENT, self.intent, status=status, **ours, **more)

    def _charge(self, kind: str, **more: Any) -> "Life":
        held = {"begun_at": self.begun, "capture_before": self.begun + timedelta(days=7)}
        return self._tell(
            f"charge.{kind}", Kind.CHARGE, self.charge, status="succeeded", cents=self.cents, **held, **more
        )

    def _refund(self, kind: str, name: str, cents: int, status: str) -> "Life":
        return self._tell(kind, Kind.REFUND, name, status=status, cents=cents, charge=self.charge)

    def _tell(self, kind: str, about: Kind, name: str, **more: Any) -> "Life":
        id_ = event_id(f"{self.intent} {len(self.events)}")
        at = self.begun + timedelta(minutes=len(self.events))
        self.events.append(StripeEvent(id_, kind, at, about, name, intent=self.intent, **more))
        return self


def twin(event: StripeEvent, n: int = 1) -> StripeEvent:
    """Return an event that tells the same under another name."""
    return replace(event, id=event_id(f"twin {n} of {event.id}"))


def whole_lives(payment: PaymentId) -> dict[str, Sequence[StripeEvent]]:
    """Return lives in which everything happens that may, by name."""

    def begun() -> Life:
        return Life(payment).authorised().captured()

    return {
        "won": Life(payment)
        .created()
        .declined()
        .authorised()
        .captured()
        .refund("re_1", 500)
        .warned()
        .dispute("created", "needs_response")
        .dispute("closed", "won")
        .events,
        "lost": begun()
        .refund("re_1", 500)
        .warned()
        .dispute("created", "needs_response")
        .dispute("closed", "lost")
        .events,
        "refunded": begun()
        .refund("re_1", 500)
        .refund("re_2", 12_000)
        .warned()
        .warned("updated", actionable=False)
        .events,
        "refund failed": begun().refund("re_1", 500, "pending").refund_failed("re_1", 500).refund("re_2", 700).events,
        "inquiry": begun()
        .dispute("created", "warning_needs_response")
        .dispute("updated", "warning_under_review")
        .dispute("updated", "needs_response")
        .dispute("funds_withdrawn", "needs_response")
        .dispute("closed", "won")
        .dispute("funds_reinstated", "won")
        .events,
        "released": Life(payment).created().declined().declined().authorised().cancelled().events,
        "held anew": [
            *Life(payment).created().authorised().cancelled().events,
            *Life(payment, intent="pi_2", n=2).created().authorised().captured().refund("re_1", 100).events,
        ],
    }


CARD = Card("visa", "4242", 12, 2030, "credit", "fingerprint4242")


class StripeShows:
    """Stripe as it answers when it is asked: what came of the first `happened` of some events, reckoned from these."""

    def __init__(self, events: Sequence[StripeEvent]) -> None:
        self._events = events
        self.happened = len(events)
        self.calls: list[str] = []
        self.fails: ServiceError | None = None

    def intent(self, intent: str) -> Intent:
        ours = self._of("payment_intents.retrieve", intent)
        states = [event for event in ours if event.kind is Kind.INTENT]
        if not states:
            raise NotAtStripe
        charges = [event for event in ours if event.kind is Kind.CHARGE and event.status == "succeeded"]
        captured = [event for event in charges if event.captured]
        latest = states[-1]
        return Intent(
            id=intent,
            status=IntentStatus(latest.status or ""),
            cents=latest.cents,
            currency="CAD",
            created_at=states[0].created_at,
            payment=latest.payment,
            n=latest.n,
            charge=charges[-1].object if charges else latest.charge,
            authorised_at=charges[-1].begun_at if charges else None,
            capture_before=charges[-1].capture_before if charges else None,
            captured_cents=latest.captured_cents,
            refunded_cents=captured[-1].refunded_cents if captured else 0,
            declined="card_declined" if latest.type.endswith("payment_failed") else None,
            card=CARD if charges else None,
        )

    def refunds(self, intent: str) -> tuple[Refund, ...]:
        ours = self._of("refunds.list", intent)
        latest = {event.object: event for event in ours if event.kind is Kind.REFUND}
        return tuple(
            Refund(event.object, event.cents, RefundStatus(event.status or ""), event.created_at)
            for event in latest.values()
        )

    def _of(self, call: str, intent: str) -> list[StripeEvent]:
        self.calls.append(call)
        if self.fails:
            raise self.fails
        return [event for event in self._events[: self.happened] if event.intent == intent]


class StripeLists:
    """Stripe's list of its events, newest first, in short pages."""

    PAGE = 3

    def __init__(self, events: Sequence[StripeEvent | None]) -> None:
        self.events_ = list(events)
        self.calls: list[str] = []

    def events(self, since: datetime, after: str | None = None) -> EventPage[StripeEvent | None]:
        self.calls.append("events.list")
        listed = [each for each in reversed(self.events_) if each is None or each.created_at >= since]
        begin = int(after) if after else 0
        page = listed[begin : begin + self.PAGE]
        end = begin + self.PAGE
        return EventPage(tuple(page), str(end) if end < len(listed) else None)
