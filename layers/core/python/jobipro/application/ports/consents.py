"""What people approved, and what they receive."""

from collections.abc import Iterable
from typing import Protocol

from jobipro.application.ports.storage import Read, Search, Write
from jobipro.domain.approvals import Approval, Category, Channel, Withdrawal
from jobipro.domain.errors import AlreadyDone, ServiceError
from jobipro.domain.ids import SubjectId, SubscriptionId
from jobipro.domain.subject_keys import SubjectKey
from jobipro.domain.subscriptions import Subscription


class NotWanted(ServiceError):
    """The person stopped this category, or never approved it."""

    code = "not-wanted"
    sentence = "This person does not want such messages."


class Suppressed(ServiceError):
    """The address bounced or complained, and must not be written to."""

    code = "suppressed"
    sentence = "This address must not be written to."


class StoppedBefore(AlreadyDone):
    """Some of what was to be stopped is stopped already; nothing was changed."""

    def __init__(self, categories: frozenset[Category], declined: bool) -> None:
        super().__init__()
        self.categories = categories
        self.declined = declined


class Consents(Protocol):
    """Approvals and withdrawals, and what stands now."""

    def subscription(self, subject: SubjectId, channel: Channel = ...) -> Read[Subscription]: ...
    def subscription_if_any(self, subject: SubjectId, channel: Channel) -> Read[Subscription | None]: ...
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
    def stopped(
        self, subject: SubjectId, channel: Channel, withdrawals: Iterable[Withdrawal], declined: bool = ...
    ) -> Write: ...
    def recorded(
        self, subject: SubjectId, record: Approval | Withdrawal, evidence: tuple[SubjectKey, str] | None = ...
    ) -> Write: ...
    def still_allowed(self, subscription: Subscription, category: Category) -> tuple[Write, ...]: ...


class UnsubscribeLinks(Protocol):
    """The tokens of unsubscribe links."""

    def token(self, subscription: SubscriptionId, topic: Category) -> str: ...
    def read(self, token: str) -> tuple[SubscriptionId, Category]: ...
