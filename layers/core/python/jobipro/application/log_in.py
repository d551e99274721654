"""Logging in and out, and staying logged in."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from jobipro.application.ports.credentials import Credentials, Tokens
from jobipro.application.ports.edge import Limits
from jobipro.application.ports.people import Accounts, Mac
from jobipro.application.ports.storage import Commit, Load
from jobipro.application.ports.system import Clock
from jobipro.domain.accounts import Account
from jobipro.domain.address import canonical, mac_message
from jobipro.domain.callers import Caller
from jobipro.domain.errors import NotAuthenticated
from jobipro.domain.ids import SubjectId

TOKEN_LIFE = timedelta(minutes=15)
"""How long a token can be shown after its log-in has ended. Source: the design, "HTTP API"."""


@dataclass(frozen=True, slots=True)
class LogIn:
    """Exchange address and password for tokens.

    Somebody unknown is looked for in the user pool under a name that nobody has, so that known and unknown addresses
    cost the same calls.
    """

    load: Load
    commit: Commit
    accounts: Accounts
    credentials: Credentials
    limits: Limits
    address_index: Mac
    clock: Clock

    def __call__(self, email: str, password: str) -> Tokens:
        """Raises WrongCredentials, Invalid (no address at all) and LimitReached."""
        address = canonical(email)
        self.commit(self.limits.counted("log-in.address", address, self.clock.now()))
        index = self.address_index(mac_message(address, "index"))
        subject = self.load(self.accounts.subject_of(index))
        return self.credentials.log_in(subject or nobody(index), password)


@dataclass(frozen=True, slots=True)
class Refresh:
    """Exchange a refresh token for new tokens."""

    credentials: Credentials

    def __call__(self, refresh_token: str) -> Tokens:
        """Raises WrongCredentials for a token that is not ours, has ended or was revoked."""
        return self.credentials.refresh(refresh_token)


@dataclass(frozen=True, slots=True)
class LogOut:
    """End one log-in: its refresh token at once, and the short-lived tokens that are still out."""

    load: Load
    commit: Commit
    accounts: Accounts
    credentials: Credentials
    clock: Clock

    def __call__(self, caller: Caller, refresh_token: str) -> None:
        """Raises NotAuthenticated when the log-in has ended before."""
        account = admitted(self.load(self.accounts.account(caller.subject)), caller)
        self.credentials.end(refresh_token)
        now = int(self.clock.now().timestamp())
        ended = still_shown(account.ended_sessions, now) | {caller.session: now + int(TOKEN_LIFE.total_seconds())}
        self.commit(self.accounts.saved(replace(account, ended_sessions=ended), before=account))


def admitted(account: Account | None, caller: Caller) -> Account:
    """Return the caller's account if their token may still use it."""
    if account is None:
        raise NotAuthenticated
    return account.admits(caller)


def still_shown(ended: Mapping[str, int], now: int) -> dict[str, int]:
    """Return the ended log-ins of which a token may still be out."""
    return {session: until for session, until in ended.items() if until > now}


def nobody(index: str) -> SubjectId:
    """Return the name under which an unknown address is looked for: the same each time, and never given out."""
    digest = hashlib.sha256(b"nobody\0" + index.encode()).digest()[:16]
    return SubjectId(f"sub_{base64.b32encode(digest).decode().rstrip('=').lower()}")
