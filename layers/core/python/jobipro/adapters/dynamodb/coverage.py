"""Table `accounts`, the part that matching asks: which providers reach which cells.

| row | key | holds |
|---|---|---|
| coverage | `COV#<trade>#<cell>` / `<subject>` | base and radius, sealed under the service key |
| list | `A#<subject>` / `COVERAGE` | trade and cell of every coverage row that there may be, in clear |
"""

from collections.abc import Iterable, Iterator

from jobipro.adapters.dynamodb.accounts import TABLE
from jobipro.adapters.dynamodb.rows import Absent, Condition, Delete, Equals, Item, Key, Put
from jobipro.adapters.dynamodb.sealed import Sealing
from jobipro.application.ports.requests import Cell, Covered, Covering
from jobipro.application.ports.storage import Read, Rows, Search, Write
from jobipro.domain.accounts import Account
from jobipro.domain.coverage import Location, snap
from jobipro.domain.ids import SubjectId
from jobipro.domain.subject_keys import SubjectKey
from jobipro.domain.trades import Trade

COVERAGE = "COV"


class Coverage:
    """Coverage rows, and for each provider the list of them."""

    def __init__(self, sealing: Sealing) -> None:
        self._sealing = sealing

    def covered(self, subject: SubjectId) -> Read[Covered]:
        """Read which coverage rows of a provider there may be."""
        place = _list_row(subject)
        return Read((place,), lambda rows: _covered(rows[place]) if place in rows else Covered())

    def listed(self, subject: SubjectId, covered: Covered, before: Covered) -> Write:
        """Keep the list; `AlreadyDone` when another process changed it since it was read."""
        row = {
            "revision": before.revision + 1,
            "version": covered.version,
            "cells": sorted(f"{trade}#{cell}" for trade, cell in covered.cells),
        }
        return Write(Put(_list_row(subject), row, when=(_unchanged(before),)))

    def unlisted(self, subject: SubjectId, before: Covered) -> Write:
        """Forget the list of somebody who is gone; `AlreadyDone` when another process changed it."""
        return Write(Delete(_list_row(subject), when=(_unchanged(before),)))

    def put(self, account: Account, cells: Iterable[Cell], service_key: SubjectKey) -> Iterator[Write]:
        """Write a provider's rows for some cells; `SubjectErased` when the provider was erased meanwhile.

        They are sealed under the service key, yet may not outlive the provider's own: both must still be active.
        """
        provider = account.person.provider
        if provider is None:
            raise ValueError("only a provider covers anything")
        base = snap(provider.base)
        fields = {"base": [base.latitude, base.longitude], "radius_km": provider.radius_km}
        for cell in cells:
            place = _row(account.subject, cell)
            row = {"sealed": self._sealing.seal(service_key, place, COVERAGE, fields)}
            yield Write(Put(place, row), under=(service_key, account.key))

    def removed(self, subject: SubjectId, cells: Iterable[Cell]) -> Iterator[Write]:
        """Remove a provider's rows for some cells; those that are not there do no harm."""
        return (Write(Delete(_row(subject, cell))) for cell in cells)

    def covering(self, cell: Cell, service_key: SubjectKey) -> Search[Covering]:
        """Search the providers who cover a cell."""

        def build(item: Item, rows: Rows) -> Covering:
            fields = self._sealing.unseal(service_key, item, TABLE)
            return Covering(SubjectId(item["sk"]), Location(*fields["base"]), fields["radius_km"])

        return Search(TABLE, partition=("pk", _partition(cell)), build=build)


def _partition(cell: Cell) -> str:
    trade, where = cell
    return f"{COVERAGE}#{trade}#{where}"


def _row(subject: SubjectId, cell: Cell) -> Key:
    return Key(TABLE, _partition(cell), subject)


def _list_row(subject: SubjectId) -> Key:
    return Key(TABLE, f"A#{subject}", "COVERAGE")


def _unchanged(before: Covered) -> Condition:
    return Equals("revision", before.revision) if before.revision else Absent()


def _covered(row: Item) -> Covered:
    cells = (each.rpartition("#") for each in row["cells"])
    return Covered(row["revision"], row["version"], frozenset((Trade(trade), cell) for trade, _, cell in cells))
