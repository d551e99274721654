"""What banks hold is told to be taken, in time before they let go of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from jobipro.application.ports.events import Outbox
from jobipro.application.ports.payments import Payments
from jobipro.application.ports.storage import Commit, Find, Load
from jobipro.application.ports.system import Clock, Ids
from jobipro.application.sweep import Piece, pages
from jobipro.domain.errors import Conflict
from jobipro.domain.events import Event, EventType
from jobipro.domain.ids import PaymentId
from jobipro.domain.payments import DueKind, scheduled


@dataclass(frozen=True, slots=True)
class AnnounceCaptures:
    """Tell that the money of a payment is to be taken or held anew, once for each hold."""

    load: Load
    commit: Commit
    find: Find
    payments: Payments
    outbox: Outbox
    clock: Clock
    ids: Ids

    def __call__(self) -> Iterator[Piece]:
        """Yield a piece of work a payment; it counts `CapturesAnnounced`."""
        for page in pages(self.find, self.payments.due(DueKind.CAPTURE, self.clock.now())):
            for payment in page:
                yield partial(self._one, payment)

    def _one(self, name: PaymentId) -> Mapping[str, int]:
        now = self.clock.now()
        payment = self.load(self.payments.standing(name))
        due = payment.due if payment else None
        if payment is None or payment.current is None or due is None or due.kind is not DueKind.CAPTURE or due.at > now:
            return {}
        told = scheduled(replace(payment, capture_announced=payment.current.intent), now)
        refs = {
            "payment": payment.id,
            "request": payment.request,
            "customer": payment.customer,
            "provider": payment.provider,
        }
        try:
            self.commit(
                self.payments.kept(told, payment),
                self.outbox.recorded(Event(self.ids.event(), EventType.CAPTURE_DUE, now, payment.customer, refs)),
            )
        except Conflict:
            return {}  # it moved since: what is due for it now is found in a minute
        return {"CapturesAnnounced": 1}
