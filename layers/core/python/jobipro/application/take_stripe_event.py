"""Stripe tells of something: it is kept, once, and handed on to be acted on."""

from dataclasses import dataclass
from enum import StrEnum

from jobipro.application.ports.events import Outbox
from jobipro.application.ports.payments import StripeEvents
from jobipro.application.ports.storage import Commit
from jobipro.application.ports.system import Clock
from jobipro.application.ports.webhooks import Webhooks
from jobipro.domain.errors import AlreadyDone
from jobipro.domain.events import Event, EventType
from jobipro.domain.ids import SERVICE
from jobipro.domain.stripe_events import Kind, StripeEvent


class Outcome(StrEnum):
    """What became of an event: kept and handed on, known before, or kept though nobody acts on its kind."""

    KEPT = "kept"
    KNOWN = "known"
    NOBODYS = "nobodys"


@dataclass(frozen=True, slots=True)
class Taken:
    """An event, and what became of it."""

    event: StripeEvent
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class TakeStripeEvent:
    """Keep what Stripe tells, once however often it comes, in one transaction with the event that hands it on."""

    commit: Commit
    webhooks: Webhooks
    events: StripeEvents
    outbox: Outbox
    clock: Clock

    def __call__(self, body: bytes, signature: str) -> Taken:
        """Return what became of it.

        Raises `SignatureRefused` and `EventRefused` as `Webhooks` does, and `Unavailable` when it could not be kept:
        Stripe then sends it again.
        """
        now = self.clock.now()
        event = self.webhooks.opened(body, signature, now)
        outcome = Outcome.NOBODYS if event.kind is Kind.OTHER else Outcome.KEPT
        told = Event(event.id, EventType.STRIPE_EVENT_RECEIVED, now, SERVICE)
        handed_on = [self.outbox.recorded(told)] if outcome is Outcome.KEPT else []
        try:
            self.commit(self.events.received(event, now), handed_on)
        except AlreadyDone:
            outcome = Outcome.KNOWN
        return Taken(event, outcome)
