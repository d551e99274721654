"""What the service is committed to, and by which code: `policy/commitments.yaml`, read and checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
LISTED = "policy/commitments.yaml"


class Unclear(Exception):
    """The list of commitments does not say what it has to say."""


class Kind(StrEnum):
    """Who keeps a commitment: the backend, people with a register that the backend keeps, or people alone."""

    SOFTWARE = "software"
    RECORD = "record"
    OPERATIONS = "operations"


class State(StrEnum):
    """How far a commitment is kept."""

    KEPT = "kept"
    PARTLY = "partly"
    OPEN = "open"
    PEOPLE = "by people"


@dataclass(frozen=True, slots=True)
class Commitment:
    """One commitment.

    `kept_by` says what each place of the code does for it. `missing` is what keeps it from being kept as a whole.
    `people` are those who keep it where no code does.
    """

    id: str
    kind: Kind
    says: str
    kept_by: Mapping[str, str]
    missing: str | None = None
    people: str | None = None

    @property
    def state(self) -> State:
        """Return how far it is said to be kept; whether that holds is for its tests to show."""
        if self.kind is Kind.OPERATIONS:
            return State.PEOPLE
        if not self.kept_by:
            return State.OPEN
        return State.PARTLY if self.missing else State.KEPT

    @property
    def claimed(self) -> bool:
        """Tell whether tests have to prove it, as a whole or in part."""
        return self.state in {State.KEPT, State.PARTLY}


def read(text: str) -> Sequence[Commitment]:
    """Return the commitments that a list has, in its order; raises `Unclear`."""
    listed = [_commitment(each) for each in yaml.safe_load(text)["commitments"]]
    ids = [each.id for each in listed]
    twice = sorted({each for each in ids if ids.count(each) > 1})
    if twice:
        raise Unclear(f"listed twice: {', '.join(twice)}")
    return listed


def listed(root: Path = ROOT) -> Sequence[Commitment]:
    """Return the commitments of a checkout; raises `Unclear`."""
    return read((root / LISTED).read_text())


def _commitment(fields: Mapping[str, Any]) -> Commitment:
    name = fields.get("id", "a commitment without an id")
    kept_by = {path: what for place in fields.get("kept_by", ()) for path, what in place.items()}
    try:
        made = Commitment(**{**fields, "kind": Kind(fields["kind"]), "kept_by": kept_by})
    except (KeyError, TypeError, ValueError) as error:
        raise Unclear(f"{name}: {error}") from error
    if not made.says or any(not what for what in kept_by.values()):
        raise Unclear(f"{name}: has no words")
    if made.state is State.OPEN and not made.missing:
        raise Unclear(f"{name}: neither says what keeps it nor what is missing")
    if (made.state is State.PEOPLE) != bool(made.people):
        raise Unclear(f"{name}: people keep what is of kind operations, and nothing else")
    if made.state is State.PEOPLE and (made.kept_by or made.missing):
        raise Unclear(f"{name}: is kept by people, so there is no code to name or to miss")
    return made
