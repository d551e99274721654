"""What is done with what Stripe tells: its events, and what a reconciliation finds."""

from collections.abc import Callable, Mapping
from typing import Any

from jobipro.domain.events import Event, EventType


def handles(settings: Any) -> Mapping[EventType, Callable[[Event], str]]:
    """Return what is done with each event, by its type."""
    return {EventType.STRIPE_EVENT_RECEIVED: _nothing, EventType.RECONCILIATION_DUE: _nothing}


def _nothing(event: Event) -> str:
    return "nothing to do"
