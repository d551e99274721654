"""Disclosures: who was given what of a person's details, entry by entry in a ledger that is only ever added to.

Each entry holds the digest of the one before, so that none can be changed, left out or put in between unseen. A digest
covers what is sealed as it is stored: whoever can open nothing can check the chain, and erasure does not break it.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from jobipro.domain.data_map import Purpose
from jobipro.domain.ids import RequestId, SubjectId
from jobipro.domain.language import Language
from jobipro.domain.provinces import NAMES, Province
from jobipro.domain.subject_keys import SubjectKey


class Kind(StrEnum):
    """`opened`: from then on the recipient could ask for the details; `read`: they were shown them."""

    OPENED = "opened"
    READ = "read"


class Detail(StrEnum):
    """What of a person can be given to another one."""

    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True, repr=False)
class Disclosure:
    """One entry: some details were opened to somebody, or read by them.

    `place` is where the recipient is, by province and country.
    """

    recipient: SubjectId
    recipient_name: str
    place: str
    request: RequestId
    kind: Kind
    details: tuple[Detail, ...]
    purpose: Purpose
    at: datetime


START = "0" * 64
"""What the first entry holds in place of a digest."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """How far a person's ledger has come: the number of its last entry and that entry's digest.

    `key` is the person's record key.
    """

    key: SubjectKey
    seq: int = 0
    last: str = START


def place_in(province: Province) -> str:
    """Return the place of somebody in Canada, as an entry names it."""
    return f"{NAMES[province][Language.EN]}, Canada"


def digest(row: Mapping[str, Any]) -> str:
    """Return the SHA-256 of an entry as it is stored, keys and sealed part with it, in hexadecimal."""
    text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_as_text)
    return hashlib.sha256(text.encode()).hexdigest()


def unbroken(rows: Iterable[Mapping[str, Any]], seq: int, last: str) -> bool:
    """Tell whether entries, in their order, are the whole chain that ends with number `seq` and digest `last`."""
    number, digested = 0, START
    for row in rows:
        number += 1
        if row["sk"] != written_seq(number) or row["prev"] != digested:
            return False
        digested = digest(row)
    return (number, digested) == (seq, last)


def written_seq(seq: int) -> str:
    """Return an entry's number as the text that sorts as numbers do."""
    return f"{seq:012}"


def _as_text(value: bytes) -> str:
    return base64.b64encode(value).decode()
