"""One side of a request moves it on: takes it back, says the work is done, confirms that, or objects."""

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
from jobipro.domain.lifecycle import SEEKING, Action, Guard, Reason, State, after, may_ask, outcome
from jobipro.domain.requests import side


@dataclass(frozen=True, slots=True)
class MoveRequest:
    """Make the move that an action of the customer, or of the provider who is engaged, stands for.

    Asking again changes nothing and is no error. Somebody who takes a request back while an offer is accepted is told
    so, and calls no job off; the same holds for whatever else crosses another move.
    """

    load: Load
    commit: Commit
    accounts: Accounts
    requests: Requests
    moves: Moves
    clock: Clock

    def __call__(self, caller: Caller, request: str, action: Action, reason: Reason | None = None) -> State:
        """Return the state that the action leads to, reached now or before.

        Raises NotAuthenticated, NotFound, Invalid where a reason is missing, and Conflict with the state and what it
        allows.
        """
        goal = outcome(action)
        settled(lambda: self._moved(caller, RequestId(request), action, reason), again=SEEKING | {goal})
        return goal

    def _moved(self, caller: Caller, request: RequestId, action: Action, reason: Reason | None) -> None:
        account, found = self.load(self.accounts.account(caller.subject), self.requests.standing(request))
        admitted(account, caller)
        actor = side(found, caller.subject) if found else None
        if found is None or actor is None:
            raise NotFound
        if found.state is outcome(action) and may_ask(actor, action):
            return
        move = after(found.state, action, actor)
        if move.guard is Guard.REASON and reason is None:
            raise Invalid(FieldError("reason", "Why, since somebody is engaged."))
        self.commit(self.moves.made(found, move, self.clock.now(), reason=reason))
