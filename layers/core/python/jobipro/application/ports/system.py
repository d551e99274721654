"""Time and randomness."""

from datetime import datetime
from typing import Protocol

from jobipro.domain.ids import ApprovalId, EventId, RequestId, SubjectId, SubscriptionId
from jobipro.domain.link_tokens import LinkToken


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime: ...


class Ids(Protocol):
    """Where new ids come from."""

    def subject(self) -> SubjectId: ...
    def request(self) -> RequestId: ...
    def event(self) -> EventId: ...
    def approval(self) -> ApprovalId: ...
    def subscription(self) -> SubscriptionId: ...
    def link_token(self) -> LinkToken: ...
