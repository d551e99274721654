"""Passwords: asked to be reset by mail, reset with the link, or changed while logged in."""

from dataclasses import dataclass, replace
from datetime import datetime

from jobipro.application.log_in import TOKEN_LIFE, admitted, still_shown
from jobipro.application.ports.credentials import Credentials
from jobipro.application.ports.edge import Limits
from jobipro.application.ports.events import Outbox
from jobipro.application.ports.people import Accounts, LinkTokens, Mac
from jobipro.application.ports.storage import Commit, Load, Write
from jobipro.application.ports.system import Clock, Ids
from jobipro.domain.accounts import Account, AccountStatus
from jobipro.domain.address import canonical, mac_message
from jobipro.domain.callers import Caller
from jobipro.domain.errors import FieldError, Invalid, NotFound, SubjectErased, WrongCredentials
from jobipro.domain.events import Event, EventType
from jobipro.domain.messages import TokenPurpose

PURPOSES = frozenset({TokenPurpose.RESET_PASSWORD})


@dataclass(frozen=True, slots=True)
class AskPasswordReset:
    """Have a reset link sent, if the address has an account; the caller cannot tell."""

    load: Load
    commit: Commit
    accounts: Accounts
    limits: Limits
    outbox: Outbox
    address_index: Mac
    clock: Clock
    ids: Ids

    def __call__(self, email: str) -> None:
        """Raises Invalid and LimitReached."""
        now = self.clock.now()
        address = canonical(email)
        subject = self.load(self.accounts.subject_of(self.address_index(mac_message(address, "index"))))
        writes = [self.limits.counted("password-reset.address", address, now)]
        if subject is not None:
            event = Event(self.ids.event(), EventType.PASSWORD_RESET_ASKED, now, subject)
            writes.append(self.outbox.recorded(event))
        self.commit(writes)


@dataclass(frozen=True, slots=True)
class LookAtReset:
    """Tell whether a reset link is good, changing nothing."""

    load: Load
    tokens: LinkTokens
    clock: Clock

    def __call__(self, token: str) -> None:
        """Raises NotFound for a link that is forged, used, run out or of another purpose."""
        if not self.load(self.tokens.link(token)).good(PURPOSES, self.clock.now()):
            raise NotFound


@dataclass(frozen=True, slots=True)
class ResetPassword:
    """Set a new password with a link from the mailbox; every log-in ends."""

    load: Load
    commit: Commit
    accounts: Accounts
    tokens: LinkTokens
    credentials: Credentials
    outbox: Outbox
    clock: Clock
    ids: Ids

    def __call__(self, token: str, password: str) -> None:
        """Raises NotFound for a link that is no good, Invalid for a password that will not do.

        A link that was sent before the password was last replaced is no good any more. The link is used up last: when
        something fails on the way it is still good for another try.
        """
        now = self.clock.now()
        link = self.load(self.tokens.link(token))
        if not link.good(PURPOSES, now):
            raise NotFound
        try:
            account = self.load(self.accounts.account(link.subject))
        except SubjectErased:
            raise NotFound from None
        if account is None or account.status is not AccountStatus.ACTIVE or account.address_index != link.address_index:
            raise NotFound
        if int(link.sent_at.timestamp()) < account.sessions_from:
            raise NotFound
        try:
            self.credentials.set_password(account.subject, password)
        except NotFound:  # whoever holds a token of a log-in can delete that log-in at Cognito itself
            self.credentials.create(account.subject, password)
        self.credentials.end_all(account.subject)
        changed = renewed(account, self.clock.now())
        event = Event(self.ids.event(), EventType.PASSWORD_CHANGED, now, account.subject)
        self.commit(
            self.tokens.used(token, now), self.accounts.saved(changed, before=account), self.outbox.recorded(event)
        )


@dataclass(frozen=True, slots=True)
class ChangePassword:
    """Replace the password of somebody who knows it; every log-in ends, the present one too.

    A change that died half-way has replaced the password and told nobody. Whoever repeats it cannot show the old one
    any more, but the new one, which proves as much; the change is then finished.
    """

    load: Load
    commit: Commit
    accounts: Accounts
    credentials: Credentials
    limits: Limits
    outbox: Outbox
    clock: Clock
    ids: Ids

    def __call__(self, caller: Caller, current_password: str, password: str) -> None:
        """Raises NotAuthenticated, Invalid and LimitReached."""
        now = self.clock.now()
        account = admitted(self.load(self.accounts.account(caller.subject)), caller)
        self.commit(counted(self.limits, account, now))
        try:
            proven(self.credentials, account, current_password)
        except Invalid:
            self.commit(counted(self.limits, account, now))
            proven(self.credentials, account, password)
        self.credentials.set_password(account.subject, password)
        self.credentials.end_all(account.subject)
        changed = renewed(account, self.clock.now())
        ended = still_shown(account.ended_sessions, changed.sessions_from) | {
            caller.session: changed.sessions_from + int(TOKEN_LIFE.total_seconds())
        }
        changed = replace(changed, ended_sessions=ended)
        event = Event(self.ids.event(), EventType.PASSWORD_CHANGED, now, account.subject)
        self.commit(self.accounts.saved(changed, before=account), self.outbox.recorded(event))


def renewed(account: Account, ended_at: datetime) -> Account:
    """Return an account whose password was replaced and whose log-ins were all ended by now.

    A new address that waits to be verified is dropped: whoever knew the old password may have asked for it, and could
    otherwise take the account over later with the link that they hold.
    """
    return replace(account.with_person(pending_email=None), pending_index=None, sessions_from=int(ended_at.timestamp()))


def counted(limits: Limits, account: Account, now: datetime) -> Write:
    """Count a guess at an account's password together with those made at log-in."""
    return limits.counted("log-in.address", canonical(account.person.email), now)


def proven(credentials: Credentials, account: Account, password: str) -> None:
    """Insist that somebody logged in also knows the password; `Invalid` names the field."""
    try:
        credentials.log_in(account.subject, password)
    except WrongCredentials:
        raise Invalid(FieldError("current_password", "The password that opens this account.")) from None
