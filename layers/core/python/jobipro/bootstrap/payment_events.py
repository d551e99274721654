"""What function `payment_events` is wired from: one table of what is done with each event of queue `payments`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from jobipro.bootstrap import payment_facts, payment_moves
from jobipro.bootstrap.payment_parts import payment_parts
from jobipro.domain.errors import Unintelligible
from jobipro.domain.events import Event, EventType

type Handle = Callable[[Event], str | Mapping[str, int]]
"""Does what an event asks for, and returns what was done: in a word, or as counts by the names of metrics."""


@dataclass(frozen=True, slots=True)
class PaymentEventsUseCases:
    """What function `payment_events` does with the events of queue `payments`."""

    handles: Mapping[EventType, Handle]

    def __call__(self, event: Event) -> str | Mapping[str, int]:
        """Return what was done, in a word or as counts; Unintelligible for an event that is none of this function's."""
        if event.type not in self.handles:
            raise Unintelligible
        return self.handles[event.type](event)


def payment_events(settings: Any) -> PaymentEventsUseCases:
    """Return the use cases of function `payment_events`."""
    with_ = payment_parts(settings)
    return PaymentEventsUseCases({**payment_facts.handles(with_), **payment_moves.handles(with_)})
