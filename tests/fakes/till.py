"""A stage in memory with a payment on it, and Stripe telling of it."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from jobipro.adapters.dynamodb.rows import Key
from jobipro.application.apply_stripe_event import ApplyStripeEvent
from jobipro.application.keep_payment import KeepPayment
from jobipro.application.look_at_payment import LookAtPayment
from jobipro.domain.cases import Case
from jobipro.domain.errors import AlreadyDone
from jobipro.domain.events import Event, EventType
from jobipro.domain.ids import SERVICE, PaymentId
from jobipro.domain.payments import Payment, opened
from jobipro.domain.stripe_events import StripeEvent
from jobipro.domain.subject_keys import KeyClass
from tests.fakes.stripe_lives import StripeShows
from tests.fakes.world import World


class Till(World):
    """One stage with one payment, which was opened and of which Stripe has told nothing yet."""

    def __init__(self) -> None:
        super().__init__()
        self.stripe: Any = StripeShows(())
        self.moved: list[PaymentId] = []
        fresh = opened(self.ids.request(), self.ids.subject(), self.ids.subject(), 12_500, self.clock.now())
        self.name, self.customer = fresh.id, fresh.customer
        _, record_key = self.keys.create(fresh.customer, KeyClass.RECORD, self.clock.now())
        self.store.commit(record_key, self.payments.opened(fresh))

    @property
    def payment(self) -> Payment:
        found = self.store.load(self.payments.payment(self.name, self.customer))
        assert isinstance(found, Payment)
        return found

    def received(self, event: StripeEvent) -> Event:
        """Keep an event of Stripe's that comes once or again, and return the event that hands it on."""
        now = self.clock.now()
        with suppress(AlreadyDone):
            self.store.commit(self.stripe_events.received(event, now))
        return Event(event.id, EventType.STRIPE_EVENT_RECEIVED, now, SERVICE)

    def apply(self, event: Event, load: Any = None, commit: Any = None, stripe: Any = None) -> Mapping[str, int]:
        """Apply an event; what is given stands in for the till's own."""
        load, commit, stripe = load or self.store.load, commit or self.store.commit, stripe or self.stripe
        look = LookAtPayment(load, self.payments, stripe)
        keep = KeepPayment(self.payments, self.outbox, self.ids)
        apply = ApplyStripeEvent(
            load, commit, self.stripe_events, self.payments, stripe, look, keep, self.moved.append, self.clock
        )
        return apply(event)

    def told(self, *events: StripeEvent) -> list[Mapping[str, int]]:
        """Receive and apply some events, one after the other."""
        return [self.apply(self.received(event)) for event in events]

    def telling(self) -> list[EventType]:
        """Return what was told of the payment."""
        return [event.type for event in self.events()]

    def cases(self) -> list[Case]:
        """Return every case of the payment."""
        names = [key.sk.removeprefix("CASE#") for key in self.store.rows if key.sk.startswith("CASE#")]
        found = [self.store.load(self.payments.case((self.name, name))) for name in names]
        return [case for case in found if case is not None]

    def row(self) -> Mapping[str, Any]:
        """Return the payment's row as it is stored."""
        return self.store.rows[Key("payments", f"P#{self.name}", "PAYMENT")]
