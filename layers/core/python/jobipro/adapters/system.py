"""Time and randomness."""

import base64
import os
from datetime import UTC, datetime

from jobipro.domain.ids import ApprovalId, EventId, RequestId, SubjectId, SubscriptionId, UploadId
from jobipro.domain.link_tokens import LinkToken


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return this moment in UTC."""
        return datetime.now(UTC)


class RandomIds:
    """Ids from the operating system's randomness, 128 bits each; link tokens 256."""

    def subject(self) -> SubjectId:
        """Return a new `sub_…`."""
        return SubjectId(_id("sub"))

    def request(self) -> RequestId:
        """Return a new `req_…`."""
        return RequestId(_id("req"))

    def upload(self) -> UploadId:
        """Return a new `upl_…`."""
        return UploadId(_id("upl"))

    def event(self) -> EventId:
        """Return a new `evt_…`."""
        return EventId(_id("evt"))

    def approval(self) -> ApprovalId:
        """Return a new `apr_…`."""
        return ApprovalId(_id("apr"))

    def subscription(self) -> SubscriptionId:
        """Return 16 random bytes."""
        return SubscriptionId(os.urandom(16))

    def link_token(self) -> LinkToken:
        """Return 256 random bits in base64url."""
        return LinkToken(base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("="))


def _id(prefix: str) -> str:
    return f"{prefix}_{base64.b32encode(os.urandom(16)).decode().rstrip('=').lower()}"
