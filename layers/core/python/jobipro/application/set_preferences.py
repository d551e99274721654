"""A person chooses what they receive, on which channel, in which language and outside which hours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from jobipro.application.log_in import admitted
from jobipro.application.ports.consents import Consents
from jobipro.application.ports.events import Outbox
from jobipro.application.ports.people import Accounts, SubjectKeys
from jobipro.application.ports.storage import Commit, Load, Write
from jobipro.application.ports.system import Clock, Ids
from jobipro.application.read_preferences import Preferences, standing
from jobipro.domain import policy
from jobipro.domain.accounts import Account
from jobipro.domain.approvals import Approval, Basis, Category, Channel, HowGiven, HowWithdrawn, Withdrawal, shown
from jobipro.domain.callers import Caller
from jobipro.domain.errors import Conflict, FieldError, Invalid
from jobipro.domain.events import Event, EventType
from jobipro.domain.language import Language
from jobipro.domain.quiet_hours import QuietHours
from jobipro.domain.subject_keys import KeyClass, SubjectKey
from jobipro.domain.subscriptions import Subscription

type Choices = Mapping[Channel, Mapping[Category, bool]]
"""What is to be on or off; what is left out stays as it is."""

WORDED_BY_CHANNEL = frozenset({Category.REQUESTS, Category.OPPORTUNITIES})
"""Categories whose own words belong to another form (posting a request, saving a provider profile)."""


class Manner(TypedDict, total=False):
    """How messages come; what is left out stays as it is. Quiet hours may be taken away."""

    language: Language
    quiet_hours: QuietHours | None


@dataclass(frozen=True, slots=True)
class SetPreferences:
    """Record an approval for all that is switched on, a withdrawal for all that is switched off, nothing for the rest.

    The account is written with every change, so that neither an erasure nor a correction (of the phone number, say)
    happens unnoticed between the look and the writing.
    """

    load: Load
    commit: Commit
    accounts: Accounts
    keys: SubjectKeys
    consents: Consents
    outbox: Outbox
    clock: Clock
    ids: Ids

    def __call__(self, caller: Caller, choices: Choices, manner: Manner) -> Preferences:
        """Return what stands then.

        Raises NotAuthenticated, Invalid, and Conflict when the account changes at the same moment twice.
        """
        if choices.get(Channel.EMAIL, {}).get(Category.ACCOUNT) is False:
            raise Invalid(FieldError("email.account", "true: an account cannot be run without these messages."))
        try:
            return self._set(caller, choices, manner)
        except Conflict:
            return self._set(caller, choices, manner)

    def _set(self, caller: Caller, choices: Choices, manner: Manner) -> Preferences:
        now = self.clock.now()
        account, email, sms, record_key = self.load(
            self.accounts.account(caller.subject),
            self.consents.subscription_if_any(caller.subject, Channel.EMAIL),
            self.consents.subscription_if_any(caller.subject, Channel.SMS),
            self.keys.key(caller.subject, KeyClass.RECORD),
        )
        account = admitted(account, caller)
        changed = account.with_person(**manner)
        wanted: dict[Channel, Mapping[Category, bool]] = {}
        writes: list[Write] = []
        records: list[Approval | Withdrawal] = []
        for channel, subscription in ((Channel.EMAIL, email), (Channel.SMS, sms)):
            stands = standing(channel, subscription, now)
            wanted[channel] = {**stands, **choices.get(channel, {})}
            different = {category: on for category, on in wanted[channel].items() if on is not stands[category]}
            added = self._records(account, channel, different, now)
            writes += self._switched(account, channel, subscription, added)
            records += added
        if records or changed != account:
            writes += self._proven(account, record_key, records, now)
            self.commit(self.accounts.saved(changed, before=account), writes)
        return Preferences(wanted, changed.person.language, changed.person.quiet_hours)

    def _records(
        self, account: Account, channel: Channel, different: Mapping[Category, bool], now: datetime
    ) -> list[Approval | Withdrawal]:
        if channel is Channel.SMS and account.person.phone is None and any(different.values()):
            raise Invalid(FieldError("sms", "A phone number in the profile first."))
        return [
            self._approval(account, category, channel, now)
            if on
            else Withdrawal(self.ids.approval(), category, channel, now, HowWithdrawn.PREFERENCES)
            for category, on in different.items()
        ]

    def _approval(self, account: Account, category: Category, channel: Channel, now: datetime) -> Approval:
        by_channel = channel is Channel.SMS or category in WORDED_BY_CHANNEL
        language = account.person.language
        return Approval(
            id=self.ids.approval(),
            category=category,
            channel=channel,
            basis=Basis.EXPRESS,
            at=now,
            how=HowGiven.PREFERENCES,
            shown=shown(channel if by_channel else category, language),
            language=language,
            policy_version=policy.current(now.date()).version,
        )

    def _switched(
        self,
        account: Account,
        channel: Channel,
        subscription: Subscription | None,
        records: Sequence[Approval | Withdrawal],
    ) -> Iterable[Write]:
        """Return what makes the records count; a channel is begun with its first approval."""
        if not records:
            return ()
        if subscription is not None:
            return (self.consents.changed(subscription, tuple(records)),)
        approvals = tuple(record for record in records if isinstance(record, Approval))
        return self.consents.begun(Subscription(self.ids.subscription(), account.subject, channel), approvals)

    def _proven(
        self,
        account: Account,
        record_key: SubjectKey,
        records: Iterable[Approval | Withdrawal],
        now: datetime,
    ) -> Iterable[Write]:
        """Return what keeps the records as evidence and tells of them."""
        for record in records:
            if isinstance(record, Withdrawal):
                yield self.consents.recorded(account.subject, record)
                yield self._told(account, EventType.CONSENT_WITHDRAWN, record)
                continue
            person = account.person
            reached_at = person.phone if record.channel is Channel.SMS and person.phone else person.email
            yield self.consents.recorded(account.subject, record, evidence=(record_key, reached_at))
            yield self._told(account, EventType.CONSENT_GIVEN, record)

    def _told(self, account: Account, kind: EventType, record: Approval | Withdrawal) -> Write:
        refs = {"category": record.category.value, "channel": record.channel.value}
        return self.outbox.recorded(Event(self.ids.event(), kind, record.at, account.subject, refs))
