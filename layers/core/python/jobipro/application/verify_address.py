"""Verification: whoever can read the mailbox brings the account, or its new address, to life."""

from dataclasses import dataclass, replace
from datetime import datetime

from jobipro.application.ports.consents import Consents
from jobipro.application.ports.events import Outbox
from jobipro.application.ports.people import Accounts, LinkTokens, Mac, SubjectKeys
from jobipro.application.ports.storage import Commit, Load, Write
from jobipro.application.ports.system import Clock, Ids
from jobipro.domain.accounts import Account, AccountStatus
from jobipro.domain.address import canonical, mac_message
from jobipro.domain.approvals import Approval, Basis, Category, Channel, HowGiven, shown
from jobipro.domain.errors import AddressTaken, AlreadyDone, Conflict, NotFound, SubjectErased
from jobipro.domain.events import Event, EventType
from jobipro.domain.link_tokens import Issued
from jobipro.domain.messages import TokenPurpose
from jobipro.domain.subject_keys import KeyClass
from jobipro.domain.subscriptions import Subscription

PURPOSES = frozenset({TokenPurpose.VERIFY_ADDRESS, TokenPurpose.VERIFY_NEW_ADDRESS})


@dataclass(frozen=True, slots=True)
class LookAtVerification:
    """Tell which kind of verification a link is for, changing nothing: scanners open links, too."""

    load: Load
    tokens: LinkTokens
    clock: Clock

    def __call__(self, token: str) -> Issued:
        """Raises NotFound for a link that is forged, used, run out or of another purpose."""
        link = self.load(self.tokens.link(token))
        if not link.good(PURPOSES, self.clock.now()):
            raise NotFound
        return link


@dataclass(frozen=True, slots=True)
class VerifyAddress:
    """Use a verification link up: the address is taken, the account open, the approvals asked for count."""

    load: Load
    commit: Commit
    accounts: Accounts
    tokens: LinkTokens
    keys: SubjectKeys
    consents: Consents
    outbox: Outbox
    suppression: Mac
    clock: Clock
    ids: Ids

    def __call__(self, token: str) -> TokenPurpose:
        """Raises NotFound for a link that is no good, AddressTaken when another account has the address by now."""
        try:
            return self._verified(token)
        except AddressTaken:
            raise
        except (AlreadyDone, Conflict):
            # Something was withdrawn or corrected, or another link used, at the same moment: look again.
            return self._verified(token)

    def _verified(self, token: str) -> TokenPurpose:
        now = self.clock.now()
        link = self.load(self.tokens.link(token))
        if not link.good(PURPOSES, now):
            raise NotFound
        try:
            account, subscription = self.load(
                self.accounts.account(link.subject), self.consents.subscription(link.subject)
            )
        except SubjectErased:
            raise NotFound from None
        if account is None:
            raise NotFound
        writes = (
            self._opened(account, subscription, link, now)
            if link.purpose is TokenPurpose.VERIFY_ADDRESS
            else self._moved(account, subscription, link, now)
        )
        self.commit(self.tokens.used(token, now), writes)
        return link.purpose

    def _opened(self, account: Account, subscription: Subscription, link: Issued, now: datetime) -> list[Write]:
        if account.status is not AccountStatus.PENDING or account.address_index != link.address_index:
            raise NotFound
        person = account.person
        asked = sorted(person.approvals_asked) if not subscription.declined else []
        reached_at = {Channel.EMAIL: person.email}
        if person.text_messages_asked and person.phone is not None and asked:
            reached_at[Channel.SMS] = person.phone
        approvals = {
            channel: tuple(self._approval(account, category, channel, now) for category in asked)
            for channel in reached_at
        }
        suppression = self.suppression(mac_message(canonical(person.email), "suppression"))
        record_key, kept = self.keys.create(account.subject, KeyClass.RECORD, now)
        texting = Subscription(self.ids.subscription(), account.subject, Channel.SMS)
        return [
            kept,
            *self.accounts.activated(account, subscription.id),
            self.consents.changed(subscription, approvals[Channel.EMAIL], suppression=suppression),
            *(self.consents.begun(texting, approvals[Channel.SMS]) if Channel.SMS in approvals else ()),
            *(
                self.consents.recorded(account.subject, approval, evidence=(record_key, reached_at[channel]))
                for channel, several in approvals.items()
                for approval in several
            ),
            self.outbox.recorded(Event(self.ids.event(), EventType.ADDRESS_VERIFIED, now, account.subject)),
        ]

    def _moved(self, account: Account, subscription: Subscription, link: Issued, now: datetime) -> list[Write]:
        pending = account.person.pending_email
        if account.status is not AccountStatus.ACTIVE or pending is None or account.pending_index != link.address_index:
            raise NotFound
        moved = replace(
            account.with_person(email=pending, pending_email=None),
            address_index=link.address_index,
            pending_index=None,
        )
        suppression = self.suppression(mac_message(canonical(pending), "suppression"))
        return [
            *self.accounts.moved(moved, before=account, subscription=subscription.id),
            self.consents.changed(subscription, (), suppression=suppression),
            self.outbox.recorded(Event(self.ids.event(), EventType.ADDRESS_CHANGED, now, account.subject)),
        ]

    def _approval(self, account: Account, category: Category, channel: Channel, now: datetime) -> Approval:
        language = account.person.language
        return Approval(
            id=self.ids.approval(),
            category=category,
            channel=channel,
            basis=Basis.EXPRESS,
            at=now,
            how=HowGiven.SIGN_UP_FORM,
            shown=shown(category if channel is Channel.EMAIL else Channel.SMS, language),
            language=language,
            policy_version=account.policy_version,
        )
