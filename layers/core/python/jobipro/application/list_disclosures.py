"""A person looks through who was given what of their details."""

from collections.abc import Sequence
from dataclasses import dataclass

from jobipro.application.log_in import admitted
from jobipro.application.ports.disclosures import Disclosures
from jobipro.application.ports.edge import Cursors
from jobipro.application.ports.people import Accounts, SubjectKeys
from jobipro.application.ports.storage import Find, Load
from jobipro.domain.callers import Caller
from jobipro.domain.disclosures import Disclosure
from jobipro.domain.subject_keys import KeyClass


@dataclass(frozen=True, slots=True)
class DisclosurePage:
    """Some of a person's disclosures, newest first; `next` continues the list, None at its end."""

    disclosures: Sequence[Disclosure]
    next: str | None


@dataclass(frozen=True, slots=True)
class ListDisclosures:
    """Show people their own ledger, a page at a time."""

    load: Load
    find: Find
    accounts: Accounts
    keys: SubjectKeys
    disclosures: Disclosures
    cursors: Cursors

    def __call__(self, caller: Caller, limit: int, cursor: str | None = None) -> DisclosurePage:
        """Raises NotAuthenticated, and Invalid for a cursor that this list did not give to this person."""
        account, key = self.load(self.accounts.account(caller.subject), self.keys.key(caller.subject, KeyClass.RECORD))
        owner = f"GET /me/disclosures {admitted(account, caller).subject}"
        found = self.find(self.disclosures.of_subject(key), limit, self.cursors.verify(owner, cursor))
        return DisclosurePage(found.items, self.cursors.sign(owner, found.after))
