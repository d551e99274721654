"""What people approved, and what they receive."""

from typing import Protocol

from jobipro.application.ports.storage import Read, Search, Write
from jobipro.domain.approvals import Approval, Category, Channel, Withdrawal
from jobipro.domain.ids import SubjectId, SubscriptionId
from jobipro.domain.subject_keys import SubjectKey
from jobipro.domain.subscriptions import Subscription


class Consents(Protocol):
    """Approvals and withdrawals, and what stands now."""

    def subscription(self, subject: SubjectId, channel: Channel = ...) -> Read[Subscription]: ...
    def subscriber(self, subscription: SubscriptionId) -> Read[tuple[SubjectId, Channel]]: ...
    def history(self, subject: SubjectId) -> Search[Approval | Withdrawal]: ...
    def suppressed(self, suppression: str) -> Read[bool]: ...
    def begun(self, subscription: Subscription, records: tuple[Approval, ...] = ...) -> tuple[Write, ...]: ...
    def changed(
        self,
        subscription: Subscription,
        records: tuple[Approval | Withdrawal, ...],
        suppression: str | None = ...,
        declined: bool = ...,
    ) -> Write: ...
    def recorded(
        self, subject: SubjectId, record: Approval | Withdrawal, evidence: tuple[SubjectKey, str] | None = ...
    ) -> Write: ...
    def still_allowed(self, subscription: Subscription, category: Category) -> tuple[Write, ...]: ...


class UnsubscribeLinks(Protocol):
    """The tokens of unsubscribe links."""

    def token(self, subscription: SubscriptionId, topic: Category) -> str: ...
    def read(self, token: str) -> tuple[SubscriptionId, Category]: ...
