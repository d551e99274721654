"""Table `accounts`: profiles, the index of addresses, and single-use links.

| row | key | clear |
|---|---|---|
| profile | `A#<subject>` / `PROFILE` | status, role, version, times, ended log-ins, name of the index row |
| index | `EIX#<mac>` / `-` | subject, subscription by e-mail: the address is verified and taken |
| waiting | `EIX#<mac>` / `P#<subject>` | subject: signed up with it, not verified yet |
| link | `T#<sha256>` / `-` | purpose, subject, index name of the address it was sent to |
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from jobipro.adapters.dynamodb.rows import Absent, AtLeast, Delete, Equals, Item, Key, Put, Update
from jobipro.adapters.dynamodb.sealed import Sealing
from jobipro.adapters.dynamodb.subject_keys import SubjectKeys, row_of
from jobipro.application.ports.storage import Read, Rows, Search, Write
from jobipro.domain.accounts import Account, AccountStatus, Person, ProviderProfile, Role, Standing
from jobipro.domain.approvals import Category
from jobipro.domain.coverage import Location
from jobipro.domain.errors import AddressTaken, Conflict, NotFound
from jobipro.domain.ids import SubjectId, SubscriptionId
from jobipro.domain.language import Language
from jobipro.domain.link_tokens import Issued, LinkToken, digest
from jobipro.domain.messages import TokenPurpose
from jobipro.domain.postal import MailingAddress
from jobipro.domain.provinces import Province
from jobipro.domain.quiet_hours import QuietHours
from jobipro.domain.subject_keys import KeyClass
from jobipro.domain.times import instant, written
from jobipro.domain.trades import Trade

TABLE = "accounts"
PROFILE = "PROFILE"
TO_ERASE = "erasure"
"""`due_kind` of accounts that are erased at `due_at`: not verified in time, or erased half-way."""


def profile_row(subject: SubjectId) -> Key:
    """Return where a person's profile is kept."""
    return Key(TABLE, f"A#{subject}", PROFILE)


class Accounts:
    """Profiles and the index that finds them."""

    def __init__(self, sealing: Sealing, keys: SubjectKeys) -> None:
        self._sealing = sealing
        self._keys = keys

    def account(self, subject: SubjectId) -> Read[Account | None]:
        """Read a person's account; None when there is none (or no longer), `SubjectErased` when the key is gone."""
        place = profile_row(subject)

        def build(rows: Rows) -> Account | None:
            row = rows.get(place)
            return self._account(subject, row, rows) if row and "sealed" in row else None

        return Read((place, row_of(subject, KeyClass.PERSONAL)), build)

    def subject_of(self, address_index: str) -> Read[SubjectId | None]:
        """Read who has verified an address."""
        place = Key(TABLE, f"EIX#{address_index}")
        return Read((place,), lambda rows: SubjectId(rows[place]["subject"]) if place in rows else None)

    def holder(self, address_index: str) -> Read[SubscriptionId | None]:
        """Read the subscription of whoever has verified an address: what its mails' unsubscribe links name."""
        place = Key(TABLE, f"EIX#{address_index}")
        return Read((place,), lambda rows: SubscriptionId(rows[place]["subscription"]) if place in rows else None)

    def with_address(self, address_index: str) -> Search[tuple[SubjectId, bool]]:
        """Search everybody who signed up with an address, and whether they have verified it."""
        return Search(
            TABLE,
            partition=("pk", f"EIX#{address_index}"),
            build=lambda item, rows: (SubjectId(item["subject"]), item["sk"] == "-"),
        )

    def to_erase(self, before: datetime) -> Search[SubjectId]:
        """Search accounts whose time to be verified, or to be gone, is over."""
        return Search(
            TABLE,
            index="due",
            partition=("due_kind", TO_ERASE),
            from_to=("due_at", "0", written(before)),
            build=lambda item, rows: SubjectId(item["pk"].removeprefix("A#")),
        )

    def standing(self, subject: SubjectId) -> Read[Standing | None]:
        """Read how an account stands, whether or not its key is still there."""
        place = profile_row(subject)

        def build(rows: Rows) -> Standing | None:
            row = rows.get(place)
            return Standing(AccountStatus(row["status"]), row.get("address_index")) if row else None

        return Read((place,), build)

    def opening(self, subject: SubjectId, at: datetime, due: datetime) -> Write:
        """Announce an account before its log-in is made, so that a half-made one is swept up."""
        row = {
            "status": AccountStatus.OPENING.value,
            "created_at": written(at),
            "due_kind": TO_ERASE,
            "due_at": written(due),
        }
        return Write(Put(profile_row(subject), row, when=(Absent(),)))

    def signed_up(self, account: Account, due: datetime) -> tuple[Write, Write]:
        """Keep a new account, pending until `due`, and note its address as waiting."""
        row = self._row(account) | {"due_kind": TO_ERASE, "due_at": written(due)}
        still_opening = (Equals("status", AccountStatus.OPENING.value),)
        waiting = Put(_waiting_row(account), {"subject": account.subject})
        return (
            Write(Put(profile_row(account.subject), row, when=still_opening), under=(account.key,)),
            Write(waiting),
        )

    def activated(self, account: Account, subscription: SubscriptionId) -> tuple[Write, Write, Write]:
        """Make a pending account active and its address taken; `AddressTaken` when somebody was first."""
        active = replace(account, status=AccountStatus.ACTIVE, version=account.version + 1)
        return (
            self._taken(account, subscription),
            Write(Delete(_waiting_row(account))),
            self._replaced(account, active),
        )

    def saved(self, account: Account, before: Account) -> Write:
        """Keep a changed account; `Conflict` when it was changed by somebody else since it was read."""
        return self._replaced(before, replace(account, version=before.version + 1))

    def moved(self, account: Account, before: Account, subscription: SubscriptionId) -> tuple[Write, ...]:
        """Keep an account whose address changed: the new one becomes taken, the old one free."""
        return (
            self._taken(account, subscription),
            Write(Delete(Key(TABLE, f"EIX#{before.address_index}"), when=(Equals("subject", account.subject),))),
            self.saved(account, before),
        )

    def erasing(self, subject: SubjectId, found: Standing, due: datetime) -> tuple[Write, ...]:
        """Close an account for good and free its address; what is left is cleared by `erased`.

        `Conflict` when its status or its address is not as it was found. It stays due until then, so that a sweep finds
        it again when the eraser dies on the way.
        """
        closed = Update(
            profile_row(subject),
            set={"status": AccountStatus.ERASING.value, "due_kind": TO_ERASE, "due_at": written(due)},
            remove=("sealed", "address_index", "pending_index"),
            when=(
                Equals("status", found.status.value),
                Equals("address_index", found.address_index) if found.address_index else Absent("address_index"),
            ),
        )
        if found.address_index is None:
            return (Write(closed, refused=lambda row: Conflict()),)
        verified = found.status in (AccountStatus.ACTIVE, AccountStatus.SUSPENDED)
        index = Key(TABLE, f"EIX#{found.address_index}", "-" if verified else f"P#{subject}")
        return Write(closed, refused=lambda row: Conflict()), Write(Delete(index))

    def erased(self, subject: SubjectId) -> Write:
        """Note that nothing is left to do for an erased account."""
        return Write(
            Update(
                profile_row(subject),
                set={"status": AccountStatus.ERASED.value},
                remove=("due_kind", "due_at", "ended_sessions"),
            )
        )

    def _taken(self, account: Account, subscription: SubscriptionId) -> Write:
        row = {"subject": account.subject, "subscription": subscription}
        index = Put(Key(TABLE, f"EIX#{account.address_index}"), row, when=(Absent(),))
        return Write(index, refused=lambda row: AddressTaken())

    def _replaced(self, before: Account, after: Account) -> Write:
        unchanged = (Equals("version", before.version), Equals("status", before.status.value))
        row = Put(profile_row(after.subject), self._row(after), when=unchanged)
        return Write(row, refused=lambda row: Conflict(), under=(after.key,))

    def _row(self, account: Account) -> dict[str, Any]:
        row: dict[str, Any] = {
            "status": account.status.value,
            "role": account.role.value,
            "version": account.version,
            "created_at": written(account.created_at),
            "policy_version": account.policy_version,
            "address_index": account.address_index,
            "sessions_from": account.sessions_from,
            "ended_sessions": dict(account.ended_sessions),
            "sealed": self._sealing.seal(
                account.key, profile_row(account.subject), PROFILE, _person_fields(account.person)
            ),
        }
        if account.pending_index is not None:
            row["pending_index"] = account.pending_index
        return row

    def _account(self, subject: SubjectId, row: Item, rows: Rows) -> Account:
        key = self._keys.opened(rows, subject)
        return Account(
            subject=subject,
            status=AccountStatus(row["status"]),
            role=Role(row["role"]),
            version=row["version"],
            created_at=instant(row["created_at"]),
            policy_version=row["policy_version"],
            address_index=row["address_index"],
            pending_index=row.get("pending_index"),
            key=key,
            person=_person(self._sealing.unseal(key, row, TABLE)),
            sessions_from=row["sessions_from"],
            ended_sessions=row["ended_sessions"],
        )


class LinkTokens:
    """Single-use links, kept hashed."""

    def issued(self, token: LinkToken, link: Issued) -> Write:
        """Keep a link that is about to be sent."""
        row = {
            "subject": link.subject,
            "purpose": link.purpose.value,
            "address_index": link.address_index,
            "expires_at": int(link.expires_at.timestamp()),
            "expires": written(link.expires_at),
        }
        return Write(Put(_link_row(token), row))

    def link(self, token: str) -> Read[Issued]:
        """Read what a link was sent for; `NotFound` when there is none (any more)."""
        place = _link_row(token)

        def build(rows: Rows) -> Issued:
            row = rows.get(place)
            if row is None:
                raise NotFound
            return Issued(
                SubjectId(row["subject"]), TokenPurpose(row["purpose"]), row["address_index"], instant(row["expires"])
            )

        return Read((place,), build)

    def used(self, token: str, now: datetime) -> Write:
        """Use a link up; `NotFound` when somebody just did, or it ran out."""
        unexpired = (AtLeast("expires", written(now)),)
        return Write(Delete(_link_row(token), when=unexpired), refused=lambda row: NotFound())


def _link_row(token: str) -> Key:
    return Key(TABLE, f"T#{digest(token)}")


def _waiting_row(account: Account) -> Key:
    return Key(TABLE, f"EIX#{account.address_index}", f"P#{account.subject}")


def _person_fields(person: Person) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "email": person.email,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "date_of_birth": person.date_of_birth.isoformat(),
        "province": person.province.value,
        "language": person.language.value,
        "phone": person.phone,
        "pending_email": person.pending_email,
        "former_email": person.former_email,
        "approvals_asked": sorted(person.approvals_asked) or None,
        "text_messages_asked": person.text_messages_asked or None,
    }
    if person.mailing_address:
        fields["mailing_address"] = person.mailing_address.to_fields()
    if person.quiet_hours:
        fields["quiet_hours"] = [person.quiet_hours.start.isoformat(), person.quiet_hours.end.isoformat()]
    if person.provider:
        fields["provider"] = {
            "trades": list(person.provider.trades),
            "base": [person.provider.base.latitude, person.provider.base.longitude],
            "radius_km": person.provider.radius_km,
            "about": person.provider.about,
        }
    return {name: value for name, value in fields.items() if value is not None}


def _person(fields: Mapping[str, Any]) -> Person:
    address, quiet, provider = (fields.get(name) for name in ("mailing_address", "quiet_hours", "provider"))
    return Person(
        email=fields["email"],
        given_name=fields["given_name"],
        family_name=fields["family_name"],
        date_of_birth=date.fromisoformat(fields["date_of_birth"]),
        province=Province(fields["province"]),
        language=Language(fields["language"]),
        phone=fields.get("phone"),
        mailing_address=MailingAddress.from_fields(address) if address else None,
        approvals_asked=frozenset(map(Category, fields.get("approvals_asked", ()))),
        text_messages_asked=fields.get("text_messages_asked", False),
        pending_email=fields.get("pending_email"),
        former_email=fields.get("former_email"),
        quiet_hours=QuietHours(*map(time.fromisoformat, quiet)) if quiet else None,
        provider=ProviderProfile(
            trades=tuple(map(Trade, provider["trades"])),
            base=Location(*provider["base"]),
            radius_km=provider["radius_km"],
            about=provider["about"],
        )
        if provider
        else None,
    )
