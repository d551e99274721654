"""Rows in memory, with the store's own manners."""

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from jobipro.adapters.dynamodb.codec import decode, decode_item, encode, encode_item
from jobipro.adapters.dynamodb.rows import (
    Absent,
    Action,
    AtLeast,
    Below,
    Check,
    Condition,
    Delete,
    Equals,
    Item,
    Key,
    Present,
    Put,
    Update,
)
from jobipro.adapters.dynamodb.store import transaction
from jobipro.application.ports.storage import Found, Read, Search, Write


class FakeStore:
    """Keeps rows in a dictionary and counts the calls that DynamoDB would have had."""

    def __init__(self) -> None:
        self.rows: dict[Key, dict[str, Any]] = {}
        self.calls: list[str] = []

    def load(self, *reads: Read[Any]) -> Any:
        self.calls.append("BatchGetItem")
        rows = {key: copy.deepcopy(self.rows[key]) for read in reads for key in read.keys if key in self.rows}
        made = tuple(read.build(rows) for read in reads)
        return made[0] if len(made) == 1 else made

    def commit(self, *writes: Write | Iterable[Write]) -> None:
        self.calls.append("TransactWriteItems")
        wanted = transaction(writes)
        for write in wanted:
            row = self.rows.get(write.action.key)
            if not all(holds(condition, row) for condition in write.action.when):
                raise write.refused(copy.deepcopy(row))
        for write in wanted:
            self._apply(write.action)

    def find[T](self, search: Search[T], limit: int, after: Mapping[str, str] | None = None) -> Found[T]:
        if search.beside:
            self.calls.append("BatchGetItem")
        self.calls.append("Query" if search.partition else "Scan")
        beside = {key: copy.deepcopy(self.rows[key]) for key in search.beside if key in self.rows}
        matching = sorted(
            (row for key, row in self.rows.items() if key.table == search.table and _matches(row, search)),
            key=lambda row: _position(row, search),
            reverse=search.newest_first,
        )
        if after:
            positions = [_position(row, search) for row in matching]
            start = _position(dict(after), search)
            matching = [
                row
                for row, position in zip(matching, positions, strict=True)
                if (position < start if search.newest_first else position > start)
            ]
        page = matching[:limit]
        last = page[-1] if len(page) == limit and page else None
        return Found(
            [search.build(_projected(row, search), beside) for row in page],
            {name: last[name] for name in _key_names(search)} if last else None,
        )

    def _apply(self, action: Action) -> None:
        key = action.key
        match action:
            case Put(item=item):
                self.rows[key] = decode_item(encode_item(item)) | {"pk": key.pk, "sk": key.sk}
            case Update():
                _change(self.rows.setdefault(key, {"pk": key.pk, "sk": key.sk}), action)
            case Delete():
                self.rows.pop(key, None)
            case Check():
                pass


def _change(row: dict[str, Any], action: Update) -> None:
    for path, value in action.set.items():
        place, name = _inside(row, path)
        place[name] = decode(encode(value))
    for name, number in action.add.items():
        row[name] = row.get(name, 0) + number
    for path in action.remove:
        place, name = _inside(row, path)
        place.pop(name, None)


def _inside(row: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    *parents, name = path.split(".")
    for parent in parents:
        row = row[parent]
    return row, name


def holds(condition: Condition, row: Item | None) -> bool:
    """Tell whether a condition holds on a row; None stored in an attribute is something, as in DynamoDB."""
    place: Any = row
    *parents, name = condition.name.split(".")
    for parent in parents:
        place = place.get(parent) if isinstance(place, Mapping) else None
    there = isinstance(place, Mapping) and name in place
    value: Any = place[name] if there else None
    match condition:
        case Absent():
            return not there
        case Present():
            return there
        case Equals(value=wanted):
            return there and encode(value) == encode(wanted)
        case Below(value=bound):
            return not there or value < bound
        case AtLeast(value=bound):
            return there and value >= bound


def _matches(row: Item, search: Search[Any]) -> bool:
    if search.partition is None:
        return True
    name, value = search.partition
    if row.get(name) != value:
        return False
    if search.from_to is None:
        return all(part in row for part in _key_names(search))
    sort, low, high = search.from_to
    return sort in row and low <= row[sort] <= high


INDEXES = {
    "due": ("due_kind", "due_at"),
    "by-customer": ("customer", "posted_at"),
    "by-provider": ("provider", "since"),
}


def _key_names(search: Search[Any]) -> tuple[str, ...]:
    return (*INDEXES[search.index], "pk", "sk") if search.index else ("pk", "sk")


KEYS_ONLY = frozenset({"due"})


def _projected(row: Item, search: Search[Any]) -> Item:
    if search.index in KEYS_ONLY:
        return {name: row[name] for name in _key_names(search)}
    return copy.deepcopy(row)


def _position(row: Item, search: Search[Any]) -> tuple[str, ...]:
    return tuple(str(row.get(name, "")) for name in _key_names(search))
