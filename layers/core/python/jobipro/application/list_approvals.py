"""A person looks through all they ever approved and took back."""

from collections.abc import Sequence
from dataclasses import dataclass

from jobipro.application.log_in import admitted
from jobipro.application.ports.consents import Consents
from jobipro.application.ports.edge import Cursors
from jobipro.application.ports.people import Accounts
from jobipro.application.ports.storage import Find, Load
from jobipro.domain.approvals import Approval, Withdrawal
from jobipro.domain.callers import Caller


@dataclass(frozen=True, slots=True)
class ApprovalPage:
    """Some of a person's approvals and withdrawals, oldest first; `next` continues the list, None at its end."""

    records: Sequence[Approval | Withdrawal]
    next: str | None


@dataclass(frozen=True, slots=True)
class ListApprovals:
    """Show people their own history, a page at a time."""

    load: Load
    find: Find
    accounts: Accounts
    consents: Consents
    cursors: Cursors

    def __call__(self, caller: Caller, limit: int, cursor: str | None = None) -> ApprovalPage:
        """Raises NotAuthenticated, and Invalid for a cursor that this list did not give to this person."""
        account = admitted(self.load(self.accounts.account(caller.subject)), caller)
        owner = f"GET /me/approvals {account.subject}"
        found = self.find(self.consents.history(account.subject), limit, self.cursors.verify(owner, cursor))
        return ApprovalPage(found.items, self.cursors.sign(owner, found.after))
