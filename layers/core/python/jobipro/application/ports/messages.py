"""Messages to people: what is kept of each, who writes them, and who carries them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from jobipro.application.ports.storage import Read, Search, Write
from jobipro.domain.approvals import Basis, Category, Channel
from jobipro.domain.errors import ServiceError
from jobipro.domain.events import Event
from jobipro.domain.ids import ApprovalId, EventId, SubjectId, SubscriptionId
from jobipro.domain.language import Language
from jobipro.domain.link_tokens import LinkToken
from jobipro.domain.messages import Kind
from jobipro.domain.requests import Request
from jobipro.domain.subject_keys import SubjectKey


class State(StrEnum):
    """How far a message has come, and how it ended."""

    WAITING = "waiting"
    """For the end of quiet hours."""
    CLAIMED = "claimed"
    """About to be sent. Whoever finds it so later cannot know whether it was."""
    REFUSED = "refused"
    """The carrier did not take it for now; it certainly was not sent."""
    SENT = "sent"
    UNKNOWN = "unknown"
    """It may have been sent and never will be again."""
    LIMITED = "limited"
    WITHDRAWN = "withdrawn"
    SUPPRESSED = "suppressed"
    CLOSED = "closed"
    """The request it was about no longer looks for anybody."""
    GONE = "gone"
    """Who should have had it, or what it was about, is not there (any more)."""


OPEN = frozenset({State.WAITING, State.CLAIMED, State.REFUSED})
"""States from which a message may still be sent."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is kept of one message to one person: why it could go and what came of it; nothing personal, no address.

    `counted` says that a limit counted it, which happens once. `waiting` is the event, kept whole while the message
    waits; `reason` is the carrier's word for why it did not take the mail.
    """

    event: EventId
    recipient: SubjectId
    channel: Channel
    kind: str
    category: Category
    basis: Basis
    state: State
    at: datetime
    version: int = 0
    approval: ApprovalId | None = None
    until: datetime | None = None
    claimed_at: datetime | None = None
    counted: bool = False
    due_at: datetime | None = None
    waiting: Event | None = None
    reason: str | None = None


type Name = tuple[str, str]
"""The keys of a message's row."""


class Messages(Protocol):
    """One row a message.

    `kept` replaces a row as it was read, `AlreadyDone` when another process was faster; `under` are the keys of people
    who must still be there. `sent` holds whatever else happened to the row meanwhile.
    """

    def message(self, event: EventId, recipient: SubjectId, channel: Channel) -> Read[Message | None]: ...
    def kept(self, message: Message, before: Message | None, under: tuple[SubjectKey, ...] = ...) -> Write: ...
    def sent(self, message: Message) -> Write: ...
    def unmoved(self, request: Request) -> Write: ...
    def due(self, before: datetime) -> Search[Name]: ...
    def waiting(self, names: Iterable[Name]) -> Read[tuple[Message, ...]]: ...


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """A mail to write: `token` is that of the link it is about, `subscription` what its unsubscribe link names."""

    event: EventId
    kind: Kind
    to: str
    language: Language
    facts: Mapping[str, object]
    subscription: SubscriptionId
    token: LinkToken | None
    at: datetime


class Letters(Protocol):
    """Writes mails: the whole message as it travels, the same bytes for the same letter."""

    def __call__(self, letter: Letter) -> bytes: ...


class NotSent(ServiceError):
    """The carrier certainly did not take the mail; `reason` is the carrier's word for why."""

    code = "not-sent"
    sentence = "The mail was not taken."

    def __init__(self, reason: str = "") -> None:
        super().__init__()
        self.reason = reason


class PerhapsSent(ServiceError):
    """The carrier did not say whether it took the mail."""

    code = "perhaps-sent"
    sentence = "It is not known whether the mail was taken."


class Carrier(Protocol):
    """Sends mails, each call at most once; raises `NotSent` or `PerhapsSent`."""

    def send(self, to: str, mail: bytes) -> None: ...
