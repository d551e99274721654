"""A customer looks through their requests."""

from collections.abc import Sequence
from dataclasses import dataclass

from jobipro.application.log_in import admitted
from jobipro.application.ports.edge import Cursors
from jobipro.application.ports.people import Accounts
from jobipro.application.ports.requests import Requests
from jobipro.application.ports.storage import Find, Load
from jobipro.domain.callers import Caller
from jobipro.domain.requests import Request


@dataclass(frozen=True, slots=True)
class RequestPage:
    """Some of a customer's requests, newest first; `next` continues the list, None at its end."""

    requests: Sequence[Request]
    next: str | None


@dataclass(frozen=True, slots=True)
class ListRequests:
    """Show customers their own requests, a page at a time."""

    load: Load
    find: Find
    accounts: Accounts
    requests: Requests
    cursors: Cursors

    def __call__(self, caller: Caller, limit: int, cursor: str | None = None) -> RequestPage:
        """Raises NotAuthenticated, and Invalid for a cursor that this list did not give to this person."""
        account = admitted(self.load(self.accounts.account(caller.subject)), caller)
        owner = f"GET /requests {account.subject}"
        found = self.find(self.requests.of_customer(account.key), limit, self.cursors.verify(owner, cursor))
        return RequestPage(found.items, self.cursors.sign(owner, found.after))
