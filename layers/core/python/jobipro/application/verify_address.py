"""Verification: whoever can read the mailbox brings the account, or its new address, to life."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from jobipro.application.ports.consents import Consents
from jobipro.application.ports.credentials import Credentials
from jobipro.application.ports.events import Outbox
from jobipro.application.ports.people import Accounts, LinkTokens, Mac, SubjectKeys
from jobipro.application.ports.storage import Commit, Find, Load, Write
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


class Verified(StrEnum):
    """What a link brought to life; `PASSWORD_TO_CHOOSE` says that a link to choose a password follows by mail."""

    ADDRESS = "verified"
    PASSWORD_TO_CHOOSE = "verified-choose-password"
    NEW_ADDRESS = "address-changed"


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
    find: Find
    accounts: Accounts
    tokens: LinkTokens
    credentials: Credentials
    keys: SubjectKeys
    consents: Consents
    outbox: Outbox
    suppression: Mac
    clock: Clock
    ids: Ids

    def __call__(self, token: str) -> Verified:
        """Raises NotFound for a link that is no good, AddressTaken when another account has the address by now."""
        try:
            return self._verified(token)
        except AddressTaken:
            raise
        except (AlreadyDone, Conflict):
            # Something was withdrawn or corrected, or another link used, at the same moment: look again.
            return self._verified(token)

    def _verified(self, token: str) -> Verified:
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
        if link.purpose is TokenPurpose.VERIFY_NEW_ADDRESS:
            self.commit(self.tokens.used(token, now), self._moved(account, subscription, link, now))
            return Verified.NEW_ADDRESS
        if account.status is not AccountStatus.PENDING or account.address_index != link.address_index:
            raise NotFound
        opened = self._opened(account, subscription, now)
        if not self._others_wait(account):
            self.commit(self.tokens.used(token, now), opened)
            return Verified.ADDRESS
        self.credentials.set_password(account.subject, self.ids.link_token())
        asked = Event(self.ids.event(), EventType.PASSWORD_RESET_ASKED, now, account.subject)
        self.commit(self.tokens.used(token, now), opened, self.outbox.recorded(asked))
        return Verified.PASSWORD_TO_CHOOSE

    def _others_wait(self, account: Account) -> bool:
        """Tell whether somebody else signed up with the address, too.

        The holder of the mailbox cannot see whose link they pressed. It may be that of a stranger who was here first
        and knows the password, so no password counts that was not chosen with a link from the mailbox.
        """
        found = self.find(self.accounts.with_address(account.address_index), limit=2)
        return any(subject != account.subject for subject, _ in found.items)

    def _opened(self, account: Account, subscription: Subscription, now: datetime) -> list[Write]:
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
            account.with_person(email=pending, pending_email=None, former_email=account.person.email),
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
