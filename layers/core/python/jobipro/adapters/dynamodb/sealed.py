"""The personal part of a row: declared in the data map, sealed under the person's key, bound to the row."""

from collections.abc import Mapping
from typing import Any

from jobipro.adapters.dynamodb.rows import Item, Key
from jobipro.adapters.sealing import DataKey, Place
from jobipro.domain import data_map
from jobipro.domain.subject_keys import SubjectKey


class Sealing:
    """Seals and opens the `sealed` attribute of rows of one stage."""

    def __init__(self, stage: str) -> None:
        self._stage = stage

    def seal(self, key: SubjectKey, row: Key, kind: str, fields: Mapping[str, Any]) -> bytes:
        """Return the sealed fields of a row; a field that the data map does not declare for `kind` is refused."""
        data_map.check(row.table, kind, fields)
        return _data_key(key).seal(self._place(row), fields)

    def unseal(self, key: SubjectKey, item: Item, table: str) -> dict[str, Any]:
        """Return the personal fields of a row that was read."""
        return _data_key(key).unseal(self._place(Key(table, item["pk"], item["sk"])), item["sealed"])

    def _place(self, row: Key) -> Place:
        return Place(self._stage, row.table, row.pk, row.sk)


def _data_key(key: SubjectKey) -> DataKey:
    if not isinstance(key, DataKey):
        raise TypeError("only a key that was opened here can seal")
    return key
