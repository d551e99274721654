"""Table `consents`: approvals and withdrawals, what stands now, and addresses that must not be written to.

| row | key | holds |
|---|---|---|
| history | `C#<subject>` / `<time>#<id>` | one approval or withdrawal; an express one seals the address as evidence |
| now | `C#<subject>` / `STATE#<channel>` | the subscription id and each category as it stands |
| subscription | `SUB#<id>` / `-` | whose it is; unsubscribe links lead here |
| suppression | `DNC#<mac>` / `-` | an address that bounced or complained; outlives the person |
"""

import base64
from collections.abc import Iterable, Mapping
from typing import Any

from jobipro.adapters.dynamodb.rows import Absent, Check, Condition, Equals, Item, Key, Present, Put, Update
from jobipro.adapters.dynamodb.sealed import Sealing
from jobipro.application.ports.consents import NotWanted, StoppedBefore, Suppressed
from jobipro.application.ports.storage import Read, Rows, Search, Write
from jobipro.domain.approvals import Approval, Basis, Category, Channel, HowGiven, HowWithdrawn, Withdrawal
from jobipro.domain.errors import Conflict, NotFound
from jobipro.domain.ids import ApprovalId, SubjectId, SubscriptionId
from jobipro.domain.language import Language
from jobipro.domain.subject_keys import SubjectKey
from jobipro.domain.subscriptions import ON_UNLESS_STOPPED, Subscription, Topic
from jobipro.domain.times import LAST, instant, written

TABLE = "consents"
APPROVAL = "C"


def suppression_row(suppression: str) -> Key:
    """Return where it is noted that an address must not be written to."""
    return Key(TABLE, f"DNC#{suppression}")


class Consents:
    """What people approved, withdrew, and receive now."""

    def __init__(self, sealing: Sealing) -> None:
        self._sealing = sealing

    def subscription(self, subject: SubjectId, channel: Channel = Channel.EMAIL) -> Read[Subscription]:
        """Read what a person receives on a channel; `NotFound` for somebody who never signed up."""
        place = _state_row(subject, channel)

        def build(rows: Rows) -> Subscription:
            if place not in rows:
                raise NotFound
            return _subscription(rows[place])

        return Read((place,), build)

    def subscription_if_any(self, subject: SubjectId, channel: Channel) -> Read[Subscription | None]:
        """Read what a person receives on a channel, None when it was never begun."""
        place = _state_row(subject, channel)
        return Read((place,), lambda rows: _subscription(rows[place]) if place in rows else None)

    def subscriber(self, subscription: SubscriptionId) -> Read[tuple[SubjectId, Channel]]:
        """Read whose subscription an unsubscribe link names; `NotFound` when there is none (any more)."""
        place = _link_row(subscription)

        def build(rows: Rows) -> tuple[SubjectId, Channel]:
            if place not in rows:
                raise NotFound
            return SubjectId(rows[place]["subject"]), Channel(rows[place]["channel"])

        return Read((place,), build)

    def history(self, subject: SubjectId) -> Search[Approval | Withdrawal]:
        """Search all a person approved and withdrew, oldest first."""
        return Search(
            TABLE,
            partition=("pk", f"C#{subject}"),
            from_to=("sk", "0", LAST),
            build=lambda item, rows: _record(item),
        )

    def suppressed(self, suppression: str) -> Read[bool]:
        """Read whether an address must not be written to."""
        place = suppression_row(suppression)
        return Read((place,), lambda rows: place in rows)

    def begun(self, subscription: Subscription, records: tuple[Approval, ...] = ()) -> tuple[Write, Write]:
        """Keep a new subscription, the categories that some approvals switch on, and where its links lead."""
        row: dict[str, Any] = {
            "subscription": subscription.id,
            "subject": subscription.subject,
            "channel": subscription.channel.value,
            **{record.category.value: _topic(record) for record in records},
        }
        link = {"subject": subscription.subject, "channel": subscription.channel.value}
        return (
            Write(Put(_state_row(subscription.subject, subscription.channel), row, when=(Absent(),))),
            Write(Put(_link_row(subscription.id), link, when=(Absent(),))),
        )

    def changed(
        self,
        subscription: Subscription,
        records: tuple[Approval | Withdrawal, ...],
        suppression: str | None = None,
        declined: bool = False,
    ) -> Write:
        """Set the categories that some records are about; nothing else of the subscription is touched.

        `Conflict` when one of them, or whether everything was declined, is not as it was read: a withdrawal that came
        in between is not overwritten.
        """
        values: dict[str, Any] = {record.category.value: _topic(record) for record in records}
        if suppression:
            values["suppression"] = suppression
        if declined:
            values["declined"] = True
        as_read = (_as_read(subscription, record.category) for record in records)
        undeclined = () if subscription.declined else (Absent("declined"),)
        place = _state_row(subscription.subject, subscription.channel)
        change = Update(place, set=values, when=(Present(), *undeclined, *as_read))
        return Write(change, refused=lambda row: Conflict())

    def stopped(
        self, subject: SubjectId, channel: Channel, withdrawals: Iterable[Withdrawal], declined: bool = False
    ) -> Write:
        """Switch categories off that are not off yet, without having looked; `declined` stops what is not begun, too.

        `StoppedBefore`, which says what is off, when one of them is, when there is nothing else to do, and when there
        is no such subscription.
        """
        values: dict[str, Any] = {withdrawal.category.value: _topic(withdrawal) for withdrawal in withdrawals}
        still_on: tuple[Condition, ...] = tuple(Absent(f"{category}.off") for category in values)
        if declined:
            values["declined"] = True
        change = Update(
            _state_row(subject, channel), set=values, when=(Present(), *(still_on or (Absent("declined"),)))
        )
        return Write(change, refused=_stopped_before)

    def recorded(
        self, subject: SubjectId, record: Approval | Withdrawal, evidence: tuple[SubjectKey, str] | None = None
    ) -> Write:
        """Add to the history.

        `evidence` is what an express approval was given for, an e-mail address or a phone number by its channel, to be
        kept under the record key.
        """
        place = Key(TABLE, f"C#{subject}", f"{written(record.at)}#{record.id}")
        row = _record_fields(record)
        if evidence is None:
            return Write(Put(place, row, when=(Absent(),)))
        key, reached_at = evidence
        field = "phone" if record.channel is Channel.SMS else "email"
        row["sealed"] = self._sealing.seal(key, place, APPROVAL, {field: reached_at})
        return Write(Put(place, row, when=(Absent(),)), under=(key,))

    def still_allowed(self, subscription: Subscription, category: Category) -> tuple[Write, ...]:
        """Insist, at the moment of sending, that a category is wanted and the address not suppressed.

        Raises NotWanted or Suppressed.
        """
        place = _state_row(subscription.subject, subscription.channel)
        checks = []
        by_mail = subscription.channel is Channel.EMAIL
        if category is not Category.ACCOUNT or not by_mail:
            unstopped = category in ON_UNLESS_STOPPED and by_mail
            wanted = Absent(f"{category.value}.off") if unstopped else Equals(f"{category.value}.on", True)
            checks.append(Write(Check(place, (wanted,)), refused=lambda row: NotWanted()))
        if subscription.suppression is not None:
            free = Check(suppression_row(subscription.suppression), (Absent(),))
            checks.append(Write(free, refused=lambda row: Suppressed()))
        return tuple(checks)

    def suppress(self, suppression: str, row: Mapping[str, Any]) -> Write:
        """Note that an address must not be written to any more; `row` says since when and why."""
        return Write(Put(suppression_row(suppression), row))


def _state_row(subject: SubjectId, channel: Channel) -> Key:
    return Key(TABLE, f"C#{subject}", f"STATE#{channel.value}")


def _link_row(subscription: SubscriptionId) -> Key:
    return Key(TABLE, f"SUB#{base64.urlsafe_b64encode(subscription).decode().rstrip('=')}")


def _as_read(subscription: Subscription, category: Category) -> Condition:
    topic = subscription.topics.get(category)
    return Equals(f"{category.value}.approval", topic.approval) if topic else Absent(category.value)


def _subscription(row: Item) -> Subscription:
    topics = {
        category: Topic(
            on=topic["on"],
            since=instant(topic["since"]),
            approval=ApprovalId(topic["approval"]),
            basis=Basis(topic["basis"]),
            until=instant(topic["until"]) if topic.get("until") else None,
        )
        for category in Category
        if (topic := row.get(category.value))
    }
    return Subscription(
        id=SubscriptionId(row["subscription"]),
        subject=SubjectId(row["subject"]),
        channel=Channel(row["channel"]),
        topics=topics,
        suppression=row.get("suppression"),
        declined=row.get("declined", False),
    )


def _topic(record: Approval | Withdrawal) -> dict[str, Any]:
    basis = record.basis if isinstance(record, Approval) else Basis.EXPRESS
    topic: dict[str, Any] = {
        "on": isinstance(record, Approval),
        "since": written(record.at),
        "approval": record.id,
        "basis": basis.value,
    }
    if isinstance(record, Withdrawal):
        topic["off"] = True  # a missing topic can be on as well: what is off must be there to be asked for
    elif record.until:
        topic["until"] = written(record.until)
    return topic


def _stopped_before(row: Item | None) -> StoppedBefore:
    if row is None:
        return StoppedBefore(frozenset(Category), declined=True)
    off = frozenset(category for category in Category if row.get(category.value, {}).get("off"))
    return StoppedBefore(off, row.get("declined", False))


def _record_fields(record: Approval | Withdrawal) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "id": record.id,
        "category": record.category.value,
        "channel": record.channel.value,
        "at": written(record.at),
        "how": record.how.value,
        "refs": dict(record.refs),
    }
    if isinstance(record, Withdrawal):
        return fields | {"kind": "withdrawal"}
    return fields | {
        "kind": "approval",
        "basis": record.basis.value,
        "shown": record.shown,
        "language": record.language.value,
        "policy_version": record.policy_version,
        "until": written(record.until) if record.until else None,
    }


def _record(row: Item) -> Approval | Withdrawal:
    common = {
        "id": ApprovalId(row["id"]),
        "category": Category(row["category"]),
        "channel": Channel(row["channel"]),
        "at": instant(row["at"]),
        "refs": row["refs"],
    }
    if row["kind"] == "withdrawal":
        return Withdrawal(how=HowWithdrawn(row["how"]), **common)
    return Approval(
        basis=Basis(row["basis"]),
        how=HowGiven(row["how"]),
        shown=row["shown"],
        language=Language(row["language"]),
        policy_version=row["policy_version"],
        until=instant(row["until"]) if row["until"] else None,
        **common,
    )
