"""What others send us about what happened with them."""

from datetime import datetime
from typing import Protocol

from jobipro.domain.stripe_events import StripeEvent


class Webhooks(Protocol):
    """Opens what was sent: `SignatureRefused` or `EventRefused` for what is not Stripe's or no event for us."""

    def opened(self, body: bytes, signature: str, now: datetime) -> StripeEvent: ...
