"""Table `payments`: the events of Stripe that were received, `E#<event>` / `-`, and whether they were applied.

They hold what the table of allowed fields lets through, nothing of it personal, and expire.
"""

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from typing import Any, get_type_hints

from jobipro.adapters.dynamodb.rows import Absent, Item, Key, Present, Put, Update
from jobipro.application.ports.payments import Received
from jobipro.application.ports.storage import Read, Write
from jobipro.domain.ids import EventId
from jobipro.domain.stripe_events import KEPT_FOR, Kind, StripeEvent
from jobipro.domain.times import instant, written

TABLE = "payments"


class StripeEvents:
    """Events that Stripe sent."""

    def received(self, event: StripeEvent, at: datetime) -> Write:
        """Keep an event; `AlreadyDone` when it came before."""
        row = _fields(event) | {"received_at": written(at), "expires_at": int((at + KEPT_FOR).timestamp())}
        return Write(Put(_row(event.id), row, when=(Absent(),)))

    def event(self, event: EventId) -> Read[Received | None]:
        """Read an event and what was made of it, None when it never came or has expired."""
        place = _row(event)
        return Read((place,), lambda rows: _received(rows[place]) if place in rows else None)

    def known(self, events: Iterable[EventId]) -> Read[frozenset[EventId]]:
        """Read which of some events, at most 100, came before."""
        places = {_row(event): event for event in events}
        return Read(tuple(places), lambda rows: frozenset(event for place, event in places.items() if place in rows))

    def applied(self, event: EventId, outcome: str, at: datetime) -> Write:
        """Note what was made of an event; `AlreadyDone` when that was noted before."""
        noted = Update(
            _row(event),
            set={"outcome": outcome, "applied_at": written(at)},
            when=(Present(), Absent("outcome")),
        )
        return Write(noted)


def _row(event: EventId) -> Key:
    return Key(TABLE, f"E#{event}")


def _fields(event: StripeEvent) -> dict[str, Any]:
    """Return an event as clear fields, without what nobody told."""
    values = {field.name: getattr(event, field.name) for field in fields(event) if field.name != "id"}
    return {name: _plain(value) for name, value in values.items() if value not in (None, "", 0, False)}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return written(value)
    return value.value if isinstance(value, StrEnum) else value


def _received(row: Item) -> Received:
    hints = get_type_hints(StripeEvent)
    values = {field.name: row[field.name] for field in fields(StripeEvent) if field.name in row}
    for name, value in values.items():
        if hints[name] in (datetime, datetime | None):
            values[name] = instant(value)
    event = StripeEvent(id=EventId(row["pk"].removeprefix("E#")), **values | {"kind": Kind(row["kind"])})
    return Received(event, row.get("outcome"))
