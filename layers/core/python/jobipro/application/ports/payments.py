"""Payments: what is owed and what became of it, where Stripe's names for them lead, and cases."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from jobipro.application.ports.storage import Read, Search, Write
from jobipro.domain.ids import EventId, PaymentId, SubjectId
from jobipro.domain.payments import DueKind, Payment
from jobipro.domain.stripe_events import StripeEvent


class Payments(Protocol):
    """One row a payment.

    `standing` reads a payment without card and billing address, and without a key. `payment` opens them; it gives None
    for one that does not exist or is another customer's. `kept` replaces a row as it was read, `Conflict` when somebody
    else was faster. `of_intent` is where a PaymentIntent's id leads, `stripe_customer` Stripe's name of a customer.
    """

    def standing(self, payment: PaymentId) -> Read[Payment | None]: ...
    def payment(self, payment: PaymentId, customer: SubjectId) -> Read[Payment | None]: ...
    def opened(self, payment: Payment) -> Write: ...
    def kept(self, payment: Payment, before: Payment) -> Write: ...
    def due(self, kind: DueKind, before: datetime) -> Search[PaymentId]: ...
    def of_intent(self, intent: str) -> Read[PaymentId | None]: ...
    def intent_of(self, intent: str, payment: PaymentId) -> Write: ...
    def stripe_customer(self, subject: SubjectId) -> Read[str | None]: ...
    def stripe_customer_kept(self, subject: SubjectId, customer: str) -> Write: ...


@dataclass(frozen=True, slots=True)
class Received:
    """An event of Stripe's that came; `outcome` is what was made of it, None while nothing was."""

    event: StripeEvent
    outcome: str | None = None


class StripeEvents(Protocol):
    """The events that Stripe sent, each once however often it came."""

    def received(self, event: StripeEvent, at: datetime) -> Write: ...
    def event(self, event: EventId) -> Read[Received | None]: ...
    def known(self, events: Iterable[EventId]) -> Read[frozenset[EventId]]: ...
    def applied(self, event: EventId, outcome: str, at: datetime) -> Write: ...
