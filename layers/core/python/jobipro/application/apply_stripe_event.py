"""What Stripe told is applied to the payment that it is about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from jobipro.application.keep_payment import KeepPayment
from jobipro.application.look_at_payment import LookAtPayment, Looked
from jobipro.application.ports.payments import Payments, StripeEvents
from jobipro.application.ports.storage import Commit, Load, Write
from jobipro.application.ports.stripe import Stripe
from jobipro.application.ports.system import Clock
from jobipro.domain.errors import AlreadyDone, Conflict, SubjectErased, Unavailable
from jobipro.domain.events import Event
from jobipro.domain.ids import EventId, PaymentId
from jobipro.domain.payments import Authorisation, folded
from jobipro.domain.stripe import NotAtStripe
from jobipro.domain.stripe_events import Kind, StripeEvent, told

LOOKS = 6
"""How often a payment is looked at that changes while an event is applied to it."""


class Outcome(StrEnum):
    """What was made of an event; its row keeps the word."""

    APPLIED = "applied"
    TWIN = "twin"
    """It told what was known: another event had said so, or Stripe when it was asked."""
    NOTED = "noted"
    """Of a kind that changes no payment."""
    UNKNOWN = "unknown"
    """Of a kind that nothing here knows."""
    FOREIGN = "foreign"
    """About a payment that is not ours."""
    GONE = "gone"
    """The event was never kept here, or is no more."""


@dataclass(frozen=True, slots=True)
class ApplyStripeEvent:
    """Fold an event of Stripe's into its payment, and keep all that follows, in one transaction.

    Events come in any order, twice, under two names, or never: each adds what it knows, and the same facts make the
    same payment. Where what is known cannot be all, Stripe is asked. Then `move` does what follows for the payment,
    also when the event was applied before: whoever did that may not have come so far.
    """

    load: Load
    commit: Commit
    stripe_events: StripeEvents
    payments: Payments
    stripe: Stripe
    look: LookAtPayment
    keep: KeepPayment
    move: Callable[[PaymentId], object]
    clock: Clock

    def __call__(self, event: Event) -> Mapping[str, int]:
        """Return what was made of the event, as the count of a metric; nothing when that was done before.

        Raises Unavailable when Stripe does not answer, or when others keep changing the same payment.
        """
        for _ in range(LOOKS):
            try:
                counts, payment = self._applied(event.id)
            except (AlreadyDone, Conflict, SubjectErased):
                continue  # somebody changed what we looked at: most likely this very event, or its twin
            if payment is not None:
                self.move(payment)
            return counts
        raise Unavailable

    def _applied(self, event: EventId) -> tuple[Mapping[str, int], PaymentId | None]:
        """Return what to count, and the payment that the event is about."""
        received = self.load(self.stripe_events.event(event))
        if received is None:
            return {_metric(Outcome.GONE): 1}, None
        fact = told(received.event)
        payment = self._payment_of(received.event, fact.intent) if fact else None
        if received.outcome is not None:
            return {}, payment
        outcome, writes = self._made_of(received.event, fact, payment)
        self.commit(writes, self.stripe_events.applied(event, outcome, self.clock.now()))
        return {_metric(outcome): 1}, payment

    def _made_of(
        self, event: StripeEvent, fact: Authorisation | None, payment: PaymentId | None
    ) -> tuple[Outcome, tuple[Write, ...]]:
        if fact is None:
            return (Outcome.UNKNOWN if event.kind is Kind.OTHER else _without(event)), ()
        before = self.load(self.payments.standing(payment)) if payment else None
        if before is None:
            return Outcome.FOREIGN, ()
        looked = Looked(before, folded(before, fact))
        if looked.after.authorisations[fact.intent].doubtful:
            looked = self.look(looked, fact.intent)
        if looked.after == looked.before:
            return Outcome.TWIN, ()
        kept = self.keep(looked.after, looked.before, self.clock.now())
        return Outcome.APPLIED, (*kept, *looked.writes)

    def _payment_of(self, event: StripeEvent, intent: str) -> PaymentId | None:
        """Return which payment an event is about: it says so itself, or we know its intent, or Stripe does."""
        if event.payment is not None:
            return event.payment
        known = self.load(self.payments.of_intent(intent))
        if known is not None:
            return known
        try:
            return self.stripe.intent(intent).payment
        except NotAtStripe:
            return None


def _without(event: StripeEvent) -> Outcome:
    """Return what becomes of an event that tells nothing of an authorisation."""
    return Outcome.NOTED if event.kind in (Kind.CUSTOMER, Kind.PAYMENT_METHOD) else Outcome.FOREIGN


def _metric(outcome: Outcome) -> str:
    return f"StripeEvents{outcome.value.title()}"
