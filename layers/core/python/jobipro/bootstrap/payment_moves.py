"""What is asked of Stripe as a job goes on: open, capture, release, give back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jobipro.application.move_payment import MovePayment
from jobipro.bootstrap.payment_parts import PaymentParts
from jobipro.domain.errors import Unintelligible
from jobipro.domain.events import Event, EventType
from jobipro.domain.ids import RequestId
from jobipro.domain.payments import payment_id

MOVED_BY = (
    EventType.OFFER_ACCEPTED,
    EventType.REQUEST_CONFIRMED,
    EventType.REQUEST_CANCELLED,
    EventType.CAPTURE_DUE,
    EventType.REFUND_ASKED,
)
"""After each of these something may be to do about a payment; what it is follows from how things stand by then."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Moves the payment of the request that an event is about."""

    move: MovePayment

    def __call__(self, event: Event) -> str:
        """Return what was done last, in a word; Unintelligible for an event that names no request."""
        if "request" not in event.refs:
            raise Unintelligible
        return self.move(payment_id(RequestId(event.refs["request"])))


def handles(with_: PaymentParts) -> Mapping[EventType, Callable[[Event], str]]:
    """Return what is done with each event, by its type."""
    return dict.fromkeys(MOVED_BY, Moved(with_.move))
