"""A payment is kept together with all that follows from what changed about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from jobipro.application.ports.events import Outbox
from jobipro.application.ports.payments import Payments
from jobipro.application.ports.storage import Write
from jobipro.application.ports.system import Ids
from jobipro.domain import cases
from jobipro.domain.events import Event, EventType
from jobipro.domain.payments import SETTLED, Payment, scheduled


@dataclass(frozen=True, slots=True)
class KeepPayment:
    """The writes that keep what became of a payment: its row, where Stripe's names lead, its cases, who is told.

    What is told follows from how the payment changed, not from who said so: facts that come twice, under other names or
    by another way change nothing the second time and tell nobody.
    """

    payments: Payments
    outbox: Outbox
    ids: Ids

    def __call__(self, after: Payment, before: Payment, now: datetime) -> tuple[Write, ...]:
        """Return the writes; the first one is refused with `Conflict` when somebody else was faster."""
        new = sorted(after.authorisations.keys() - before.authorisations.keys())
        return (
            self.payments.kept(scheduled(after, now), before),
            *(self.payments.intent_of(intent, after.id) for intent in new),
            *(self.payments.case_opened(case) for case in cases.opened(before, after, now)),
            *(self.payments.case_moved(case) for case in cases.moved(before, after, now)),
            *(self.outbox.recorded(event) for event in self._told(after, before, now)),
        )

    def _told(self, after: Payment, before: Payment, now: datetime) -> Iterator[Event]:
        refs = {
            "payment": after.id,
            "request": after.request,
            "customer": after.customer,
            "provider": after.provider,
        }
        for kind in followed(after, before, now):
            yield Event(self.ids.event(), kind, now, after.customer, refs)


def followed(after: Payment, before: Payment, now: datetime) -> tuple[EventType, ...]:
    """Return what is told of a change: once when the money is taken, at each growth of what goes back, of each case."""
    settled = (EventType.PAYMENT_SETTLED,) if after.state in SETTLED and before.state not in SETTLED else ()
    refunded = (EventType.PAYMENT_REFUNDED,) if after.refunded_cents > before.refunded_cents else ()
    return (*settled, *refunded, *(EventType.CASE_OPENED for _ in cases.opened(before, after, now)))
