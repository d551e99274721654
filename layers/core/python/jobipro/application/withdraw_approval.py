"""Unsubscribing: a person takes back what they approved, at once and without logging in."""

from dataclasses import dataclass

from jobipro.application.ports.consents import Consents, StoppedBefore, UnsubscribeLinks
from jobipro.application.ports.events import Outbox
from jobipro.application.ports.storage import Commit, Load, Write
from jobipro.application.ports.system import Clock, Ids
from jobipro.domain.approvals import OPTIONAL, Category, Channel, HowWithdrawn, Withdrawal
from jobipro.domain.errors import NotFound, Unavailable
from jobipro.domain.events import Event, EventType
from jobipro.domain.ids import SubjectId

LOOKS = 4
"""How often a withdrawal that meets other withdrawals is tried."""


@dataclass(frozen=True, slots=True)
class LookAtUnsubscribeLink:
    """Tell what a link stops, changing nothing: scanners open every link."""

    links: UnsubscribeLinks

    def __call__(self, token: str) -> Category:
        """Return the category. Raises NotFound for a link that is forged, cut or of another purpose."""
        return self.links.read(token)[1]


@dataclass(frozen=True, slots=True)
class WithdrawApproval:
    """Stop a category of messages, or all that are optional; what is stopped already stays as it is.

    The look at what is stopped and the writing are one: the transaction is refused when there is nothing to do, and
    the refusal says what there is left to do.
    """

    load: Load
    commit: Commit
    consents: Consents
    outbox: Outbox
    links: UnsubscribeLinks
    clock: Clock
    ids: Ids

    def __call__(self, token: str, how: HowWithdrawn, everything: bool = False) -> Category:
        """Return the category that was stopped, `account` when it was all that are optional.

        Raises NotFound for a link that is forged, cut or of another purpose. A genuine one of somebody who was erased
        is fine: nothing will be sent.
        """
        subscription, topic = self.links.read(token)
        topic = Category.ACCOUNT if everything else topic
        try:
            subject, channel = self.load(self.consents.subscriber(subscription))
        except NotFound:
            return topic
        self._stopped(subject, channel, topic, how)
        return topic

    def _stopped(self, subject: SubjectId, channel: Channel, topic: Category, how: HowWithdrawn) -> None:
        everything = topic is Category.ACCOUNT
        left = OPTIONAL if everything else frozenset({topic})
        for _ in range(LOOKS):
            now = self.clock.now()
            withdrawals = [Withdrawal(self.ids.approval(), category, channel, now, how) for category in sorted(left)]
            try:
                self.commit(
                    self.consents.stopped(subject, channel, withdrawals, declined=everything),
                    (self.consents.recorded(subject, withdrawal) for withdrawal in withdrawals),
                    (self._told(subject, withdrawal) for withdrawal in withdrawals),
                )
            except StoppedBefore as before:
                left -= before.categories
                if left or (everything and not before.declined):
                    continue
            return
        raise Unavailable

    def _told(self, subject: SubjectId, withdrawal: Withdrawal) -> Write:
        refs = {"category": withdrawal.category.value, "channel": withdrawal.channel.value}
        event = Event(self.ids.event(), EventType.CONSENT_WITHDRAWN, withdrawal.at, subject, refs)
        return self.outbox.recorded(event)
