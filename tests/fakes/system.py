"""Time that stands still until told, and ids that count."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from itertools import count

from jobipro.domain.ids import ApprovalId, EventId, RequestId, SubjectId, SubscriptionId, UploadId
from jobipro.domain.link_tokens import LinkToken


class FakeClock:
    """Says what it was last set to."""

    def __init__(self, at: datetime = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return self.at.timestamp()

    def forward(self, by: timedelta) -> None:
        self.at += by


class FakeIds:
    """Ids of the real shape, the same in every run."""

    def __init__(self) -> None:
        self._number = count(1)

    def subject(self) -> SubjectId:
        return SubjectId(self._id("sub"))

    def request(self) -> RequestId:
        return RequestId(self._id("req"))

    def upload(self) -> UploadId:
        return UploadId(self._id("upl"))

    def event(self) -> EventId:
        return EventId(self._id("evt"))

    def approval(self) -> ApprovalId:
        return ApprovalId(self._id("apr"))

    def subscription(self) -> SubscriptionId:
        return SubscriptionId(self._digest()[:16])

    def link_token(self) -> LinkToken:
        return LinkToken(base64.urlsafe_b64encode(self._digest()).decode().rstrip("="))

    def _id(self, prefix: str) -> str:
        return f"{prefix}_{base64.b32encode(self._digest()[:16]).decode().rstrip('=').lower()}"

    def _digest(self) -> bytes:
        return hashlib.sha256(f"id {next(self._number)}".encode()).digest()
