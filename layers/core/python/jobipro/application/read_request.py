"""A customer looks at one of their requests."""

from dataclasses import dataclass

from jobipro.application.log_in import admitted
from jobipro.application.ports.people import Accounts
from jobipro.application.ports.requests import Requests
from jobipro.application.ports.storage import Load
from jobipro.domain.callers import Caller
from jobipro.domain.errors import NotFound
from jobipro.domain.ids import RequestId
from jobipro.domain.requests import Request


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """Show a request to its customer.

    One that does not exist, somebody else's and an id that never was one take the same look and get the same answer.
    """

    load: Load
    accounts: Accounts
    requests: Requests

    def __call__(self, caller: Caller, request: str) -> Request:
        """Raises NotAuthenticated and NotFound."""
        account, found = self.load(
            self.accounts.account(caller.subject), self.requests.request(RequestId(request), caller.subject)
        )
        admitted(account, caller)
        if found is None:
            raise NotFound
        return found
