"""The ledgers of disclosures."""

from typing import Protocol

from jobipro.application.ports.storage import Read, Search, Write
from jobipro.domain.disclosures import Disclosure, Ledger
from jobipro.domain.ids import SubjectId
from jobipro.domain.subject_keys import SubjectKey


class Disclosures(Protocol):
    """One ledger a person.

    `added` puts an entry behind the last one of a ledger as it was read, `AlreadyDone` when another came in between;
    `under` are the keys of people who must still be there.
    """

    def ledger(self, subject: SubjectId) -> Read[Ledger]: ...
    def of_subject(self, key: SubjectKey) -> Search[Disclosure]: ...
    def added(
        self, disclosure: Disclosure, ledger: Ledger, under: tuple[SubjectKey, ...] = ...
    ) -> tuple[Write, ...]: ...
