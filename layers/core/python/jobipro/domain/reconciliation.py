"""Reconciliation: each hour, what Stripe says happened is compared with what reached us."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from jobipro.domain.stripe_events import Kind

EVERY = timedelta(hours=1)

OVERLAP = timedelta(hours=1)
"""How much of what was compared before is compared again: Stripe's list may show an event later than its time."""

ON_THE_WAY = timedelta(minutes=10)
"""How long an event may still be on its way to us; what is younger is left to the next run."""

BEFORE_THE_FIRST = timedelta(days=1)
"""How far back the very first run looks. Stripe lists 30 days."""

OVERDUE = timedelta(hours=3)
"""How long ago the last run may have come to its end before somebody is told."""

COMPARED = frozenset({Kind.INTENT, Kind.CHARGE, Kind.REFUND, Kind.DISPUTE, Kind.WARNING})
"""What an event is about whose loss would matter."""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """How far the comparing has come: run by run, each in steps.

    `due_at` is when the next run is announced. Everything up to `compared_until` was compared; the present run looks at
    what came since, up to a little before `begun_at`, and goes on in Stripe's list `after` an event of it. `gaps` is
    what the run found missing so far; `ended_at` is when a run last came to its end.
    """

    run: int
    step: int
    due_at: datetime
    begun_at: datetime
    compared_until: datetime
    after: str | None = None
    gaps: int = 0
    ended_at: datetime | None = None

    @property
    def since(self) -> datetime:
        """Return from when on events are compared in this run."""
        return self.compared_until - OVERLAP

    @property
    def until(self) -> datetime:
        """Return up to when events are compared in this run."""
        return self.begun_at - ON_THE_WAY

    def overdue(self, now: datetime) -> bool:
        """Tell whether no run has come to its end for too long."""
        return now - (self.ended_at or self.compared_until + BEFORE_THE_FIRST) > OVERDUE

    def going_on(self, after: str, gaps: int) -> Self:
        """Return the next step of the same run."""
        return replace(self, step=self.step + 1, after=after, gaps=self.gaps + gaps)

    def ended(self, gaps: int, now: datetime) -> Self:
        """Return what is kept at the end of a run."""
        compared = max(self.until, self.compared_until)
        return replace(
            self, step=self.step + 1, after=None, gaps=self.gaps + gaps, compared_until=compared, ended_at=now
        )


def next_run(before: Reconciliation | None, now: datetime) -> Reconciliation:
    """Return the run that begins now; the one after it is due at the next full hour."""
    due_at = now.replace(minute=0, second=0, microsecond=0) + EVERY
    if before is None:
        return Reconciliation(1, 0, due_at, now, now - BEFORE_THE_FIRST)
    return replace(before, run=before.run + 1, step=0, due_at=due_at, begun_at=now, after=None, gaps=0)
