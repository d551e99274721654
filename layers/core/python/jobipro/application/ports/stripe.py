"""Stripe: what is asked of it, and what comes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from jobipro.domain.ids import PaymentId, SubjectId
from jobipro.domain.stripe import Intent, Refund


@dataclass(frozen=True, slots=True)
class Wanted:
    """Money to be held: the n-th authorisation of a payment."""

    payment: PaymentId
    n: int
    cents: int
    currency: str
    customer: str


@dataclass(frozen=True, slots=True)
class EventPage[T]:
    """Some of Stripe's events, newest first; `after` continues, None at the end."""

    events: Sequence[T]
    after: str | None = None


class Stripe(Protocol):
    """Holds, takes and gives back money.

    `key` is an idempotency key of ours: a call that is sent again under the same key does nothing again and answers
    alike. `Unavailable` from a call that changes something means that it perhaps did: send it again under the same
    key. `intent` shows everything there is to see; what the other calls give back may lack the card and the charge.
    """

    def customer(self, key: str, subject: SubjectId) -> str: ...
    def open(self, key: str, wanted: Wanted) -> Intent: ...
    def authorise(self, key: str, wanted: Wanted, payment_method: str) -> Intent: ...
    def intent(self, intent: str) -> Intent: ...
    def capture(self, key: str, intent: str) -> Intent: ...
    def cancel(self, key: str, intent: str) -> Intent: ...
    def refund(self, key: str, intent: str, n: int, cents: int) -> Refund: ...
    def refunds(self, intent: str) -> tuple[Refund, ...]: ...


class StripeEvents[T](Protocol):
    """Stripe's own list of what happened, for finding what never reached us; it goes back thirty days."""

    def events(self, since: datetime, after: str | None = None) -> EventPage[T]: ...
