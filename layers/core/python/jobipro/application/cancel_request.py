"""A customer takes a request back."""

from dataclasses import dataclass

from jobipro.application.log_in import admitted
from jobipro.application.ports.events import Outbox
from jobipro.application.ports.people import Accounts
from jobipro.application.ports.requests import Requests
from jobipro.application.ports.storage import Commit, Load
from jobipro.application.ports.system import Clock, Ids
from jobipro.domain.callers import Caller
from jobipro.domain.errors import Conflict, NotFound
from jobipro.domain.events import Event
from jobipro.domain.ids import RequestId
from jobipro.domain.lifecycle import Action, Actor, Guard, State, after
from jobipro.domain.requests import Request

LOOKS = 4
"""How often a request that moves on while it is being cancelled is looked at; matching moves it right after posting."""


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """End a request that nobody is engaged for; asking again changes nothing and is no error."""

    load: Load
    commit: Commit
    accounts: Accounts
    requests: Requests
    outbox: Outbox
    clock: Clock
    ids: Ids

    def __call__(self, caller: Caller, request: str) -> RequestId:
        """Return the id of the request, cancelled now or before.

        Raises NotAuthenticated, NotFound, and Conflict with the state and what it allows.
        """
        for _ in range(LOOKS - 1):
            try:
                return self._cancelled(caller, request)
            except Conflict as conflict:
                if conflict.state != State.CANCELLED and Action.CANCEL not in conflict.allowed:
                    raise
        return self._cancelled(caller, request)

    def _cancelled(self, caller: Caller, request: str) -> RequestId:
        account, found = self.load(
            self.accounts.account(caller.subject), self.requests.request(RequestId(request), caller.subject)
        )
        admitted(account, caller)
        if found is None:
            raise NotFound
        if found.state is not State.CANCELLED:
            self._cancel(found)
        return found.id

    def _cancel(self, request: Request) -> None:
        now = self.clock.now()
        move = after(request.state, Action.CANCEL, Actor.CUSTOMER, Guard.NONE)
        event = Event(self.ids.event(), move.event, now, request.customer, {"request": request.id})
        self.commit(self.requests.moved(request, move, now), self.outbox.recorded(event))
