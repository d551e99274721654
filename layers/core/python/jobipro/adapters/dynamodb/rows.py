"""What can be done to a row, as values: the store renders them for DynamoDB, the fake carries them out in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jobipro.application.ports.storage import Item, Key

__all__ = [
    "Absent",
    "Action",
    "AtLeast",
    "Below",
    "Check",
    "Condition",
    "Delete",
    "Equals",
    "Item",
    "Key",
    "Present",
    "Put",
    "Update",
]


@dataclass(frozen=True, slots=True)
class Absent:
    """There is no such row, or it has no such attribute."""

    name: str = "pk"


@dataclass(frozen=True, slots=True)
class Present:
    """There is such a row, and it has this attribute."""

    name: str = "pk"


@dataclass(frozen=True, slots=True)
class Equals:
    """The attribute (dots lead into maps) has this value."""

    name: str
    value: str | int | bool


@dataclass(frozen=True, slots=True)
class Below:
    """The attribute is missing or smaller than this."""

    name: str
    value: str | int


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The attribute is there and not smaller than this."""

    name: str
    value: str | int


type Condition = Absent | Present | Equals | Below | AtLeast


@dataclass(frozen=True, slots=True)
class Put:
    """Write the whole row."""

    key: Key
    item: Item
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Update:
    """Change some attributes of a row; the row comes to be when it is missing and the conditions allow it."""

    key: Key
    set: Mapping[str, Any] = field(default_factory=dict)
    add: Mapping[str, int] = field(default_factory=dict)
    remove: tuple[str, ...] = ()
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove the row."""

    key: Key
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """Change nothing, but insist."""

    key: Key
    when: tuple[Condition, ...]


type Action = Put | Update | Delete | Check
