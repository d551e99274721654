"""All that the functions leave behind: taken down, put back, and compared without what chance and time put into it."""

import base64
import hashlib
import json
import re
import urllib.request
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import batched, groupby
from operator import itemgetter
from typing import Any

from infra.local.post import read_message
from jobipro.adapters.dynamodb.codec import decode_item, encode_item
from jobipro.adapters.kms import KmsDataKeys
from jobipro.adapters.sealing import DataKey, Place
from jobipro.domain.errors import Unintelligible
from jobipro.domain.ids import SubjectId
from jobipro.domain.subject_keys import KeyClass
from jobipro.domain.times import instant, written
from tests.faults.calls import Change
from tests.faults.emulator import Emulator
from tests.faults.stripe import StripeAccount

type Row = Mapping[str, Any]
type Raw = Mapping[str, Mapping[tuple[str, str], Row]]
"""Rows as DynamoDB has them, by logical table and key."""

ID = re.compile(
    r"\b(?:sub|req|off|evt|apr|pay|upl)_[a-z2-7]{26}"  # ours
    r"|(?:cus|pi|ch|pm|re)_fake[0-9]{10}"  # Stripe's
    r"|\bSUB#[A-Za-z0-9_-]{22}"
    r"|\bT#[0-9a-f]{64}"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # Cognito's
)
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z|\b1[789]\d{8}\b|\b20\d\d-\d\d-\d\d\b")
SAID = re.compile(r"\b[A-Z][a-z]+\xa0\d{1,2}, \d{4}(?:, at \d{1,2}:\d\d\xa0[ap]\.m\.)?")
"""A date, perhaps with a time, as an English mail says it."""
DIGEST = re.compile(r"(?<!#)\b[0-9a-f]{64}\b")
LINK = re.compile(r"(/(?:verify|password-resets|unsubscribe)/)[A-Za-z0-9_-]+")
AGED = ("due_at", "claimed_at", "asked_at")
ROUNDS = 3
"""How far the likeness of ids is followed: from row to row to row."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that was sent."""

    to: str
    subject: str
    text: str

    @property
    def like(self) -> str:
        """The mail without what is its own: its links, ids and times."""
        text = ID.sub("<id>", LINK.sub(r"\1<token>", self.text))
        return f"{self.to}: {self.subject}\n" + SAID.sub("<time>", TIME.sub("<time>", text))


def mail(raw: bytes) -> Mail:
    """Return a mail by what SES was given."""
    read = read_message(raw, (), datetime.now(UTC))
    return Mail(read.headers["To"], read.subject, read.text)


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows, log-ins, what Stripe holds and images, as they are."""

    rows: Raw
    users: frozenset[str]
    stripe: Mapping[str, Any] | None = None
    objects: Mapping[str, bytes] = field(default_factory=dict)


_NEVER = {"S": "2999-01-01T00:00:00.000Z"}
_COMPARED = {
    "pk": {"S": "RECONCILED"},
    "sk": {"S": "-"},
    **{name: {"N": "1"} for name in ("run", "step")},
    "gaps": {"N": "0"},
    **dict.fromkeys(("next_at", "begun_at", "compared_until", "ended_at"), _NEVER),
}
NOBODY = Kept({"payments": {("RECONCILED", "-"): _COMPARED}}, frozenset())
"""Where everything begins: nobody is there, and the next comparison with Stripe is not due in anybody's life."""


class Storage:
    """The emulator's tables, log-ins and images, and the account at Stripe, from behind.

    What was seen once is not looked at again until somebody may have changed it: whoever else writes there has to say
    so (`heard`).
    """

    def __init__(self, emulator: Emulator, stripe: StripeAccount) -> None:
        self._emulator = emulator
        self.stripe = stripe
        self._dynamodb = emulator.client("dynamodb")
        self._cognito = emulator.client("cognito-idp")
        self._s3 = emulator.client("s3")
        self._bucket = emulator.buckets["media"]
        self._data_keys = KmsDataKeys(emulator.client("kms"), emulator.keys["subjects"], emulator.stage)
        self._opened: dict[bytes, DataKey] = {}
        self._unsealed: dict[tuple[Place, bytes], tuple[DataKey, Any]] = {}
        self._seen: dict[str, dict[tuple[str, str], Row]] = {}
        self._seen_users: frozenset[str] | None = None
        self._seen_objects: dict[str, bytes] | None = None
        self.outbox_moved = True
        """Whether the stream of the outbox may tell of something; who looks at it sets this back."""

    def heard(self, change: Change) -> None:
        """Take note of a call that may have changed something."""
        match change.service:
            case "dynamodb":
                for table, physical in self._emulator.tables.items():
                    if physical in change.about:
                        self._seen.pop(table, None)
                        self.outbox_moved |= table == "outbox"
            case "cognito-idp":
                self._seen_users = None
            case "s3":
                self._seen_objects = None

    def take(self) -> Kept:
        """Take everything down."""
        rows = {table: self._rows(table) for table in self._emulator.tables}
        return Kept(rows, self._users(), self.stripe.take(), self._objects())

    def put_back(self, kept: Kept) -> None:
        """Make everything as it was when it was taken down."""
        self._write(self._way_back(kept))
        self._seen = {table: dict(kept.rows.get(table, {})) for table in self._emulator.tables}
        self.stripe.put_back(kept.stripe)
        users, objects = self._users(), self._objects()
        for user in users - kept.users:
            self._cognito.admin_delete_user(UserPoolId=self._emulator.user_pool, Username=user)
        for user in kept.users - users:
            self._cognito.admin_create_user(
                UserPoolId=self._emulator.user_pool, Username=user, MessageAction="SUPPRESS"
            )
        for name in objects.keys() - kept.objects.keys():
            self._s3.delete_object(Bucket=self._bucket, Key=name)
        for name, content in kept.objects.items():
            if objects.get(name) != content:
                self._s3.put_object(Bucket=self._bucket, Key=name, Body=content)
        self._seen_users, self._seen_objects = kept.users, dict(kept.objects)

    def _way_back(self, kept: Kept) -> Iterator[tuple[str, Row]]:
        """Yield what has to be written, with its table, so that all rows are as they were."""
        for table in self._emulator.tables:
            rows, wanted = self._rows(table), kept.rows.get(table, {})
            for key, row in rows.items():
                if key not in wanted:
                    yield table, {"DeleteRequest": {"Key": {"pk": row["pk"], "sk": row["sk"]}}}
            for key, row in wanted.items():
                if rows.get(key) != row:
                    yield table, {"PutRequest": {"Item": row}}

    def age(self, seconds: int) -> None:
        """Let time pass: what is due, when a message was claimed and when an event happened moves into the past."""

        def earlier(text: str) -> str:
            return written(instant(text) - timedelta(seconds=seconds))

        aged = []
        for table in ("accounts", "messages", "outbox", "requests"):
            for row in self._rows(table).values():
                changed = {name: {"S": earlier(row[name]["S"])} for name in AGED if name in row}
                if table == "outbox":
                    body = json.loads(row["body"]["S"])
                    told = json.dumps(body | {"at": earlier(body["at"])}, separators=(",", ":"))
                    changed["body"] = {"S": told}
                if changed:
                    aged.append((table, {**row, **changed}))
        self._put(*aged)

    def change(self, table: str, place: tuple[str, str], attributes: Row) -> None:
        """Set some attributes of a row."""
        self._put((table, {**self._rows(table)[place], **attributes}))

    def add(self, table: str, row: Mapping[str, Any]) -> None:
        """Put a row there as if somebody had."""
        self._put((table, encode_item(row)))

    def mails_taken(self) -> int:
        """Return how many mails the emulator took since its start."""
        with urllib.request.urlopen(f"{self._emulator.cloud.url}/_ministack/ses/messages") as answer:
            return sum(map(len, json.load(answer)["messages"].values()))

    def opened(self, kept: Kept) -> list[dict[str, Any]]:
        """Return every row with its table, its personal values in the open."""
        keys = [self._key(decode_item(row)) for row in kept.rows["subject-keys"].values() if "wrapped_key" in row]
        return [
            {"table": table, **self._open(table, decode_item(row), keys)}
            for table, rows in kept.rows.items()
            for row in rows.values()
        ] + [{"table": "images", "pk": name, "bytes": len(content)} for name, content in kept.objects.items()]

    def _open(self, table: str, row: dict[str, Any], keys: Collection[DataKey]) -> dict[str, Any]:
        if "sealed" not in row:
            return row
        place = Place(self._emulator.stage, table, row["pk"], row["sk"])
        known, value = self._unsealed.get((place, row["sealed"]), (None, None))
        if known in keys:
            return row | {"sealed": value}
        for key in keys:
            try:
                value = key.unseal(place, row["sealed"])
            except Unintelligible:
                continue
            self._unsealed[place, row["sealed"]] = key, value
            return row | {"sealed": value}
        return row | {"sealed": "under a key that is gone"}

    def _key(self, row: dict[str, Any]) -> DataKey:
        wrapped: bytes = row["wrapped_key"]
        if wrapped not in self._opened:
            key_class, _, version = row["sk"].partition("#")
            subject = SubjectId(row["pk"].removeprefix("K#"))
            self._opened[wrapped] = self._data_keys.open(subject, KeyClass(key_class), int(version), wrapped)
        return self._opened[wrapped]

    def _users(self) -> frozenset[str]:
        if self._seen_users is None:
            pages = self._cognito.get_paginator("list_users").paginate(UserPoolId=self._emulator.user_pool)
            self._seen_users = frozenset(user["Username"] for page in pages for user in page["Users"])
        return self._seen_users

    def _objects(self) -> dict[str, bytes]:
        if self._seen_objects is None:
            listed = self._s3.list_objects_v2(Bucket=self._bucket).get("Contents", [])
            self._seen_objects = {
                each["Key"]: self._s3.get_object(Bucket=self._bucket, Key=each["Key"])["Body"].read() for each in listed
            }
        return self._seen_objects

    def _rows(self, table: str) -> dict[tuple[str, str], Row]:
        if table not in self._seen:
            pages = self._dynamodb.get_paginator("scan").paginate(TableName=self._emulator.tables[table])
            self._seen[table] = {(row["pk"]["S"], row["sk"]["S"]): row for page in pages for row in page["Items"]}
        return self._seen[table]

    def _put(self, *rows: tuple[str, Row]) -> None:
        self._write((table, {"PutRequest": {"Item": row}}) for table, row in rows)
        for table, row in rows:
            self._seen[table] = {**self._rows(table), (row["pk"]["S"], row["sk"]["S"]): row}

    def _write(self, requests: Iterable[tuple[str, Row]]) -> None:
        for batch in batched(requests, 25, strict=False):
            tables = {table: [each for _, each in some] for table, some in groupby(batch, itemgetter(0))}
            self._dynamodb.batch_write_item(
                RequestItems={self._emulator.tables[table]: some for table, some in tables.items()}
            )
            self.outbox_moved |= "outbox" in tables


def likeness(rows: list[dict[str, Any]], known: Iterable[str], rounds: int = ROUNDS) -> Counter[str]:
    """Return rows as texts without what chance and time put into them; equal for states that mean the same.

    Ids that were there before keep their names. A new one is named after the rows in which it stands, as far as
    some steps away, so that two states are alike exactly if the new ids of one can be renamed to those of the
    other. With no rounds at all it is named by its kind alone: rows are then compared one by one.
    """
    texts = sorted(_text(row) for row in rows)
    kept = frozenset(known)
    names = {each: each if each in kept else _kind(each) for text in texts for each in ID.findall(text)}
    for _ in range(rounds):
        seen: dict[str, list[str]] = {each: [] for each in names}
        for text in texts:
            shape = _renamed(text, names)
            for place, each in enumerate(ID.findall(text)):
                seen[each].append(f"{place} {shape}")
        names = {
            each: each if each in kept else f"{_kind(each)}({_digest(sorted(where))})" for each, where in seen.items()
        }
    return Counter(_renamed(text, names) for text in texts)


def ids_in(rows: Iterable[dict[str, Any]]) -> frozenset[str]:
    """Return all ids that stand anywhere in some rows."""
    return frozenset(each for row in rows for each in ID.findall(_text(row)))


def _text(row: Mapping[str, Any]) -> str:
    text = json.dumps(row, sort_keys=True, default=_bytes, ensure_ascii=False)
    return DIGEST.sub("<digest>", TIME.sub("<time>", text))


def _bytes(value: bytes) -> str:
    if len(value) == 16:
        return f"SUB#{base64.urlsafe_b64encode(value).decode().rstrip('=')}"
    return "<bytes>"


def _renamed(text: str, names: Mapping[str, str]) -> str:
    return ID.sub(lambda found: names[found[0]], text)


def _kind(each: str) -> str:
    named = re.match(r"([a-z]{2,3}_|SUB#|T#)", each)
    return f"<{re.split('[_#-]', each)[0] if named else 'session'}>"


def _digest(seen: list[str]) -> str:
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()[:12]
