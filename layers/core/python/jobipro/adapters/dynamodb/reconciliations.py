"""Table `payments`: how far the comparing with Stripe has come, `RECONCILED` / `-`."""

from typing import Any

from jobipro.adapters.dynamodb.rows import Absent, Equals, Item, Key, Put
from jobipro.application.ports.storage import Read, Write
from jobipro.domain.reconciliation import Reconciliation
from jobipro.domain.times import instant, written

PLACE = Key("payments", "RECONCILED")


class Reconciliations:
    """One row, which is replaced step by step."""

    def reconciliation(self) -> Read[Reconciliation | None]:
        """Read how far the comparing has come, None before the first run."""
        return Read((PLACE,), lambda rows: _reconciliation(rows[PLACE]) if PLACE in rows else None)

    def kept(self, reconciliation: Reconciliation, before: Reconciliation | None) -> Write:
        """Keep how far the comparing has come; `AlreadyDone` when others came further."""
        fields: dict[str, Any] = {
            "run": reconciliation.run,
            "step": reconciliation.step,
            "next_at": written(reconciliation.due_at),
            "begun_at": written(reconciliation.begun_at),
            "compared_until": written(reconciliation.compared_until),
            "after": reconciliation.after,
            "gaps": reconciliation.gaps,
            "ended_at": written(reconciliation.ended_at) if reconciliation.ended_at else None,
        }
        row = {name: value for name, value in fields.items() if value is not None}
        unmoved = (Equals("run", before.run), Equals("step", before.step)) if before else (Absent(),)
        return Write(Put(PLACE, row, when=unmoved))


def _reconciliation(row: Item) -> Reconciliation:
    return Reconciliation(
        run=row["run"],
        step=row["step"],
        due_at=instant(row["next_at"]),
        begun_at=instant(row["begun_at"]),
        compared_until=instant(row["compared_until"]),
        after=row.get("after"),
        gaps=row["gaps"],
        ended_at=instant(row["ended_at"]) if "ended_at" in row else None,
    )
