"""What a person receives on one channel, as it stands now; the history of approvals is the evidence behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from jobipro.domain.approvals import Basis, Category, Channel
from jobipro.domain.ids import ApprovalId, SubjectId, SubscriptionId

ON_UNLESS_STOPPED = frozenset({Category.ACCOUNT, Category.REQUESTS})
"""Mails that follow from what a person does here; the others, and every text message, need an approval first."""


@dataclass(frozen=True, slots=True)
class Topic:
    """Whether a category is on; when it is, the approval it rests on and until when that holds."""

    on: bool
    since: datetime
    approval: ApprovalId
    basis: Basis
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """Why a message may be sent."""

    basis: Basis
    approval: ApprovalId | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """One person on one channel.

    `suppression` names the row that would forbid the address for good; it is known once the address is verified.
    `declined` is set when everything optional was stopped before the address was verified.
    """

    id: SubscriptionId
    subject: SubjectId
    channel: Channel
    topics: Mapping[Category, Topic] = field(default_factory=dict)
    suppression: str | None = None
    declined: bool = False

    def ground(self, category: Category, now: datetime) -> Ground | None:
        """Return why a message of a category may be sent now, None when it may not."""
        topic = self.topics.get(category)
        follows = category is Category.ACCOUNT or (topic is None and category in ON_UNLESS_STOPPED)
        if follows and self.channel is Channel.EMAIL:
            return Ground(Basis.TRANSACTIONAL)
        if topic is None or not topic.on or (topic.until is not None and topic.until <= now):
            return None
        return Ground(topic.basis, topic.approval, topic.until)
