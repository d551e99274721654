"""Coverage follows a provider's profile: one row for every trade and cell in which a request may concern them."""

from dataclasses import dataclass, replace
from itertools import batched

from jobipro.application.ports.people import Accounts, SubjectKeys
from jobipro.application.ports.requests import Cell, Coverage, Covered
from jobipro.application.ports.storage import Commit, Load, Write
from jobipro.application.ports.system import Clock
from jobipro.domain.accounts import Account, AccountStatus
from jobipro.domain.coverage import cells_of_circle, snap
from jobipro.domain.errors import AlreadyDone, SubjectErased, Unavailable
from jobipro.domain.events import Event
from jobipro.domain.ids import SERVICE, SubjectId
from jobipro.domain.subject_keys import KeyClass, SubjectKey

ROWS = 90
"""Rows a transaction: DynamoDB takes 100 writes, of which the list and the looks at keys need a few."""

LOOKS = 5
"""How often the rows are looked at again when somebody else is changing them."""


@dataclass(frozen=True, slots=True)
class CoverProvider:
    """Bring the coverage rows of one person in line with their account as it stands now.

    The event only says whose: what counts is the account that is read, so a late, early or repeated event does no harm.
    Each step changes the list of rows together with the rows, and only if nobody else changed the list meanwhile; the
    list always names every row there may be, so that a later change or an erasure finds them all. The list also keeps
    for which version of the account it was finished: a process that read an older one looks again.
    """

    load: Load
    commit: Commit
    accounts: Accounts
    keys: SubjectKeys
    coverage: Coverage
    clock: Clock

    def __call__(self, event: Event) -> None:
        """Raises Unavailable when others keep changing the same rows."""
        for _ in range(LOOKS):
            try:
                if self._in_line(event.subject):
                    return
            except (AlreadyDone, SubjectErased):
                continue  # somebody changed the list, or the person was erased, since we looked
        raise Unavailable

    def _in_line(self, subject: SubjectId) -> bool:
        """Tell whether the rows are in line now; False asks for another look."""
        account, covered, service_key = self._look(subject)
        wanted = cells_wanted(account)
        if account is None:
            if covered != Covered():
                self._write(subject, covered, wanted=None, puts=[])
            return True
        if covered.version >= account.version:
            return covered.version == account.version
        if service_key is None and wanted:
            service_key, kept = self.keys.create(SERVICE, KeyClass.PERSONAL, self.clock.now())
            self.commit(kept)
        puts = list(self.coverage.put(account, wanted, service_key)) if service_key and wanted else []
        self._write(subject, covered, Covered(version=account.version, cells=wanted), puts)
        return True

    def _look(self, subject: SubjectId) -> tuple[Account | None, Covered, SubjectKey | None]:
        covered, service_key = self.coverage.covered(subject), self.keys.key_if_any(SERVICE, KeyClass.PERSONAL)
        try:
            return self.load(self.accounts.account(subject), covered, service_key)
        except SubjectErased:
            return (None, *self.load(covered, service_key))

    def _write(self, subject: SubjectId, covered: Covered, wanted: Covered | None, puts: list[Write]) -> None:
        """Go from one set of rows to another, None being the end of the list itself."""
        kept: frozenset[Cell] = wanted.cells if wanted else frozenset()
        changes = [*puts, *self.coverage.removed(subject, sorted(covered.cells - kept))]
        steps = list(batched(changes, ROWS, strict=False)) or [()]
        present = covered
        for step in steps[:-1]:
            between = replace(present, cells=covered.cells | kept)
            self.commit(self.coverage.listed(subject, between, before=present), step)
            present = replace(between, revision=present.revision + 1)
        last = (
            self.coverage.unlisted(subject, before=present)
            if wanted is None
            else self.coverage.listed(subject, wanted, before=present)
        )
        self.commit(last, steps[-1])


def cells_wanted(account: Account | None) -> frozenset[Cell]:
    """Return trade and cell of every row that an account should have: none when it is closed or no provider's."""
    if account is None or account.status is not AccountStatus.ACTIVE or account.person.provider is None:
        return frozenset()
    provider = account.person.provider
    cells = cells_of_circle(snap(provider.base), provider.radius_km)
    return frozenset((trade, cell) for trade in provider.trades for cell in cells)
