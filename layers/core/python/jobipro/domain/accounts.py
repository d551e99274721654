"""A person's account: who they are, what they do here, and whether it is open."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from jobipro.domain.approvals import Category
from jobipro.domain.callers import Caller
from jobipro.domain.coverage import Location
from jobipro.domain.errors import NotAuthenticated
from jobipro.domain.ids import SubjectId
from jobipro.domain.language import Language
from jobipro.domain.postal import MailingAddress
from jobipro.domain.provinces import Province
from jobipro.domain.quiet_hours import QuietHours
from jobipro.domain.subject_keys import SubjectKey
from jobipro.domain.trades import Trade


class AccountStatus(StrEnum):
    """`opening` until the log-in exists, `pending` until the address is verified."""

    OPENING = "opening"
    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ERASING = "erasing"
    ERASED = "erased"


class Role(StrEnum):
    """What a person came for."""

    CUSTOMER = "customer"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True, repr=False)
class ProviderProfile:
    """What a provider does and where; the circle's radius is in kilometres."""

    trades: tuple[Trade, ...]
    base: Location
    radius_km: int
    about: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """The personal part of an account. It has no repr, so that it cannot slip into a log or an error.

    `pending_email` waits to be verified; `former_email` was the address until the last change, and is told of it.
    """

    email: str
    given_name: str
    family_name: str
    date_of_birth: date
    province: Province
    language: Language
    phone: str | None = None
    mailing_address: MailingAddress | None = None
    approvals_asked: frozenset[Category] = frozenset()
    text_messages_asked: bool = False
    pending_email: str | None = None
    former_email: str | None = None
    provider: ProviderProfile | None = None
    quiet_hours: QuietHours | None = None


@dataclass(frozen=True, slots=True, repr=False)
class PublicProfile:
    """What customers see of a provider before anybody is engaged: no way of contact, of the family name a letter."""

    name: str
    trades: tuple[Trade, ...]
    about: str | None


def public_profile(person: Person) -> PublicProfile:
    """Return what customers see of a provider who made them an offer; whatever shows one to them takes it from here."""
    provider = person.provider
    return PublicProfile(
        name=f"{person.given_name} {person.family_name[:1]}.",
        trades=provider.trades if provider else (),
        about=provider.about if provider else None,
    )


@dataclass(frozen=True, slots=True, repr=False)
class Account:
    """One account with its key.

    `address_index` names the row that finds the account by its address, `pending_index` the row that a new address
    will have once it is verified; `ended_sessions` maps a log-in that was
    ended to the epoch second until which one of its tokens could still be shown; `sessions_from` is the epoch second
    before which no token is good.
    """

    subject: SubjectId
    status: AccountStatus
    role: Role
    version: int
    created_at: datetime
    policy_version: str
    address_index: str
    key: SubjectKey
    person: Person
    pending_index: str | None = None
    sessions_from: int = 0
    ended_sessions: Mapping[str, int] = field(default_factory=dict)

    def admits(self, caller: Caller) -> Self:
        """Return the account if this token may still use it, raise `NotAuthenticated` otherwise.

        Tokens count whole seconds, so one issued in the very second of a password change is still good.
        """
        open_ = self.status is AccountStatus.ACTIVE and caller.issued_at >= self.sessions_from
        if not open_ or caller.session in self.ended_sessions:
            raise NotAuthenticated
        return self

    def with_person(self, **changes: object) -> Self:
        """Return the account with some personal fields changed."""
        return replace(self, person=replace(self.person, **changes))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of an account without its key."""

    status: AccountStatus
    address_index: str | None
