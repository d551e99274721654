"""What is asked of Stripe as a job goes on: open, capture, release, give back."""

from collections.abc import Callable, Mapping
from typing import Any

from jobipro.domain.events import Event, EventType


def handles(settings: Any) -> Mapping[EventType, Callable[[Event], str]]:
    """Return what is done with each event, by its type."""
    return {
        EventType.OFFER_ACCEPTED: _nothing,
        EventType.REQUEST_CONFIRMED: _nothing,
        EventType.REQUEST_CANCELLED: _nothing,
        EventType.CAPTURE_DUE: _nothing,
        EventType.REFUND_ASKED: _nothing,
    }


def _nothing(event: Event) -> str:
    return "nothing to do"
