"""Table `messages`: `M#<event>#<recipient>#<channel>` / `-`, one row a message, with nothing personal in it.

A row that waits holds the event it comes from, and is found through the index `due`.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from jobipro.adapters.dynamodb.requests import REQUEST
from jobipro.adapters.dynamodb.requests import TABLE as REQUESTS
from jobipro.adapters.dynamodb.rows import Absent, Check, Condition, Equals, Item, Key, Put, Update
from jobipro.application.ports.messages import Message, Name, State
from jobipro.application.ports.storage import Read, Rows, Search, Write
from jobipro.domain.approvals import Basis, Category, Channel
from jobipro.domain.events import Event
from jobipro.domain.ids import ApprovalId, EventId, SubjectId
from jobipro.domain.requests import Request
from jobipro.domain.subject_keys import SubjectKey
from jobipro.domain.times import instant, written

TABLE = "messages"
WAITING = "waiting"
"""`due_kind` of messages that may go at `due_at`."""


class Messages:
    """What is kept of each message."""

    def message(self, event: EventId, recipient: SubjectId, channel: Channel) -> Read[Message | None]:
        """Read what is kept of a message, None when nothing was done about it yet."""
        place = _row(event, recipient, channel)
        return Read((place,), lambda rows: _message(rows[place]) if place in rows else None)

    def kept(self, message: Message, before: Message | None, under: tuple[SubjectKey, ...] = ()) -> Write:
        """Keep how far a message has come; `AlreadyDone` when the row is not as it was read."""
        unchanged: Condition = Absent() if before is None else Equals("version", before.version)
        row = _fields(message) | {"version": before.version + 1 if before else 1}
        return Write(Put(_row(message.event, message.recipient, message.channel), row, when=(unchanged,)), under=under)

    def sent(self, message: Message) -> Write:
        """Note that a message was sent, whatever another process made of its row meanwhile."""
        place = _row(message.event, message.recipient, message.channel)
        return Write(Update(place, set={"state": State.SENT.value, "at": written(message.at)}))

    def unmoved(self, request: Request) -> Write:
        """Insist that a request is as it was read.

        `AlreadyDone` when it moved, `SubjectErased` when its customer is gone.
        """
        place = Key(REQUESTS, f"R#{request.id}", REQUEST)
        return Write(Check(place, (Equals("version", request.version),)), under=(request.key,))

    def due(self, before: datetime) -> Search[Name]:
        """Search messages whose quiet hours are over, longest due first."""
        return Search(
            TABLE,
            index="due",
            partition=("due_kind", WAITING),
            from_to=("due_at", "0", written(before)),
            build=lambda item, rows: (item["pk"], item["sk"]),
        )

    def waiting(self, names: Iterable[Name]) -> Read[tuple[Message, ...]]:
        """Read which of some messages still wait: the index tells of others for a moment."""
        places = tuple(Key(TABLE, pk, sk) for pk, sk in names)

        def build(rows: Rows) -> tuple[Message, ...]:
            found = (_message(rows[place]) for place in places if place in rows)
            return tuple(message for message in found if message.state is State.WAITING)

        return Read(places, build)


def _row(event: EventId, recipient: SubjectId, channel: Channel) -> Key:
    return Key(TABLE, f"M#{event}#{recipient}#{channel.value}")


def _fields(message: Message) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "event": message.event,
        "recipient": message.recipient,
        "channel": message.channel.value,
        "kind": message.kind,
        "category": message.category.value,
        "basis": message.basis.value,
        "state": message.state.value,
        "at": written(message.at),
        "approval": message.approval,
        "until": written(message.until) if message.until else None,
        "claimed_at": written(message.claimed_at) if message.claimed_at else None,
        "counted": message.counted or None,
        "due_kind": WAITING if message.due_at else None,
        "due_at": written(message.due_at) if message.due_at else None,
        "waiting": message.waiting.to_body() if message.waiting else None,
        "reason": message.reason,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _message(row: Item) -> Message:
    return Message(
        event=EventId(row["event"]),
        recipient=SubjectId(row["recipient"]),
        channel=Channel(row["channel"]),
        kind=row["kind"],
        category=Category(row["category"]),
        basis=Basis(row["basis"]),
        state=State(row["state"]),
        at=instant(row["at"]),
        version=row["version"],
        approval=ApprovalId(row["approval"]) if "approval" in row else None,
        until=instant(row["until"]) if "until" in row else None,
        claimed_at=instant(row["claimed_at"]) if "claimed_at" in row else None,
        counted=row.get("counted", False),
        due_at=instant(row["due_at"]) if "due_at" in row else None,
        waiting=Event.from_body(row["waiting"]) if "waiting" in row else None,
        reason=row.get("reason"),
    )
