"""Erasure: a person's key is destroyed, and with it the meaning of everything sealed under it."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import batched

from jobipro.application.ports.credentials import Credentials
from jobipro.application.ports.events import Outbox
from jobipro.application.ports.people import Accounts, SubjectKeys
from jobipro.application.ports.requests import Coverage
from jobipro.application.ports.storage import Commit, Load
from jobipro.application.ports.system import Clock, Ids
from jobipro.domain.accounts import AccountStatus
from jobipro.domain.errors import AlreadyDone, Conflict
from jobipro.domain.events import Event, EventType
from jobipro.domain.ids import SubjectId
from jobipro.domain.subject_keys import KeyClass

ANYBODY = frozenset(AccountStatus) - {AccountStatus.ERASED}

UNPROVEN = frozenset({AccountStatus.OPENING, AccountStatus.PENDING})
"""Who has not shown yet that the address is theirs."""

RESUMED = timedelta(minutes=5)
"""When a sweep takes up an erasure that stopped half-way."""

ROWS = 98
"""Coverage rows removed in one transaction, which takes 100 with the list and the account."""

LOOKS = 3
"""How often an account that changes while it is looked at is looked at again."""


@dataclass(frozen=True, slots=True)
class EraseSubject:
    """Erase a person; doing it twice, or going on where another process stopped, ends the same.

    Up to the key's destruction it is one look and one transaction, whatever the person owns. The key for records
    stays: proof of consent is kept under it, and somebody who never verified an address has none.
    """

    load: Load
    commit: Commit
    accounts: Accounts
    keys: SubjectKeys
    coverage: Coverage
    credentials: Credentials
    outbox: Outbox
    clock: Clock
    ids: Ids

    def __call__(self, subject: SubjectId, only: frozenset[AccountStatus] = ANYBODY) -> bool:
        """Tell whether the person is erased now; not so when the account is in none of the states of `only`.

        An erasure that has begun is always finished.
        """
        if not self._closed(subject, only):
            return False
        self.credentials.delete(subject)
        self._cleared(subject)
        return True

    def _closed(self, subject: SubjectId, only: frozenset[AccountStatus]) -> bool:
        """Destroy the key and close the account at once; tell whether there is anything left to clear."""
        for _ in range(LOOKS):
            found = self.load(self.accounts.standing(subject))
            if found is None or found.status is AccountStatus.ERASED:
                return False
            if found.status is AccountStatus.ERASING:
                return True
            if found.status not in only:
                return False
            now = self.clock.now()
            writes = [
                *self.accounts.erasing(subject, found, due=now + RESUMED),
                self.outbox.recorded(Event(self.ids.event(), EventType.SUBJECT_ERASED, now, subject)),
            ]
            if found.status is not AccountStatus.OPENING:  # until a sign-up is kept there is no key
                writes.append(self.keys.erased(subject, KeyClass.PERSONAL, now))
            try:
                self.commit(writes)
            except (AlreadyDone, Conflict):
                continue
            return True
        raise Conflict

    def _cleared(self, subject: SubjectId) -> None:
        """Remove what finds the person by trade and area, in bounded steps, then note that nothing is left."""
        for _ in range(LOOKS):
            covered = self.load(self.coverage.covered(subject))
            *most, last = [*batched(sorted(covered.cells), ROWS, strict=False)] or [()]
            for cells in most:
                self.commit(self.coverage.removed(subject, cells))
            unlisted = [self.coverage.unlisted(subject, covered)] if covered.revision else []
            try:
                self.commit(self.coverage.removed(subject, last), unlisted, self.accounts.erased(subject))
            except AlreadyDone:
                continue
            return
        raise Conflict
