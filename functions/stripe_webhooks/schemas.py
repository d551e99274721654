"""What Stripe sends: described by Stripe, so only shown here."""

from collections.abc import Mapping

EXAMPLE: Mapping[str, object] = {
    "id": "evt_1QExampleOfAnEvent",
    "object": "event",
    "type": "payment_intent.amount_capturable_updated",
    "created": 1795359600,
    "livemode": False,
    "data": {
        "object": {
            "id": "pi_3QExampleOfAnIntent",
            "object": "payment_intent",
            "amount": 18500,
            "currency": "cad",
            "status": "requires_capture",
        }
    },
}
"""A small event, of a payment that waits to be captured."""
