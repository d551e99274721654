"""A request is taken back, or a job called off."""

from dataclasses import dataclass

from jobipro.application.log_in import admitted
from jobipro.application.moves import Moves, settled
from jobipro.application.ports.people import Accounts
from jobipro.application.ports.requests import Requests
from jobipro.application.ports.storage import Commit, Load
from jobipro.application.ports.system import Clock
from jobipro.domain.callers import Caller
from jobipro.domain.errors import FieldError, Invalid, NotFound
from jobipro.domain.ids import RequestId
from jobipro.domain.lifecycle import SEEKING, Action, CancelReason, Guard, State, after
from jobipro.domain.requests import side


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """End a request: its customer freely until somebody is engaged, then either side with a reason.

    Asking again changes nothing and is no error. Somebody who takes back a request while an offer is accepted is told
    so, and calls no job off.
    """

    load: Load
    commit: Commit
    accounts: Accounts
    requests: Requests
    moves: Moves
    clock: Clock

    def __call__(self, caller: Caller, request: str, reason: CancelReason | None = None) -> RequestId:
        """Return the id of the request, cancelled now or before.

        Raises NotAuthenticated, NotFound, Invalid where a reason is missing, and Conflict with the state and what it
        allows.
        """
        return settled(lambda: self._cancelled(caller, request, reason), again=SEEKING | {State.CANCELLED})

    def _cancelled(self, caller: Caller, request: str, reason: CancelReason | None) -> RequestId:
        account, found = self.load(self.accounts.account(caller.subject), self.requests.standing(RequestId(request)))
        admitted(account, caller)
        actor = side(found, caller.subject) if found else None
        if found is None or actor is None:
            raise NotFound
        if found.state is not State.CANCELLED:
            move = after(found.state, Action.CANCEL, actor)
            if move.guard is Guard.REASON and reason is None:
                raise Invalid(FieldError("reason", "Why, since somebody is engaged."))
            self.commit(self.moves.made(found, move, self.clock.now(), reason=reason))
        return found.id
