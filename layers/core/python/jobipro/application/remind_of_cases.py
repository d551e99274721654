"""Somebody is reminded of cases whose day comes near, or has passed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from jobipro.application.ports.payments import CaseName, Payments
from jobipro.application.ports.storage import Commit, Find, Load
from jobipro.application.ports.system import Clock
from jobipro.application.sweep import Piece, pages
from jobipro.domain.cases import reminder
from jobipro.domain.errors import AlreadyDone


@dataclass(frozen=True, slots=True)
class RemindOfCases:
    """Count, for the alarms, each case that is due soon or overdue, as often as somebody is to be reminded of it."""

    load: Load
    commit: Commit
    find: Find
    payments: Payments
    clock: Clock

    def __call__(self) -> Iterator[Piece]:
        """Yield a piece of work a case; it counts `CasesDueSoon` or `CasesOverdue`."""
        for page in pages(self.find, self.payments.cases_due(self.clock.now())):
            for name in page:
                yield partial(self._one, name)

    def _one(self, name: CaseName) -> Mapping[str, int]:
        now = self.clock.now()
        case = self.load(self.payments.case(name))
        if case is None or case.remind_at is None or case.remind_at > now:
            return {}
        again = replace(case, remind_at=reminder(case.due_by, now))
        try:
            self.commit(self.payments.case_reminded(again, before=case))
        except AlreadyDone:
            return {}  # it was closed just now, or another tick counted it
        return {"CasesOverdue" if case.due_by <= now else "CasesDueSoon": 1}
