"""A provider takes an offer back."""

from dataclasses import dataclass

from jobipro.application.log_in import admitted
from jobipro.application.moves import Moves, settled
from jobipro.application.ports.people import Accounts
from jobipro.application.ports.requests import Offers, Requests
from jobipro.application.ports.storage import Commit, Load
from jobipro.application.ports.system import Clock
from jobipro.domain.callers import Caller
from jobipro.domain.errors import NotFound
from jobipro.domain.ids import OfferId, RequestId
from jobipro.domain.lifecycle import SEEKING, Action, Actor, Guard, after
from jobipro.domain.offers import OfferState
from jobipro.domain.requests import open_to


@dataclass(frozen=True, slots=True)
class WithdrawOffer:
    """Withdraw an offer that was not accepted yet; asking again changes nothing and is no error."""

    load: Load
    commit: Commit
    accounts: Accounts
    requests: Requests
    offers: Offers
    moves: Moves
    clock: Clock

    def __call__(self, caller: Caller, request: str, offer: str) -> OfferId:
        """Return the id of the offer, withdrawn now or before.

        Raises NotAuthenticated, NotFound, and Conflict with the request's state and what it allows.
        """
        return settled(lambda: self._withdrawn(caller, RequestId(request), OfferId(offer)), again=SEEKING)

    def _withdrawn(self, caller: Caller, request: RequestId, offer: OfferId) -> OfferId:
        account, found, held = self.load(
            self.accounts.account(caller.subject),
            self.requests.standing(request),
            self.offers.standing(request, offer),
        )
        admitted(account, caller)
        if found is None or held is None or held.provider != caller.subject:
            raise NotFound
        if held.state is OfferState.WITHDRAWN:
            return held.id
        if not open_to(found, caller.subject):
            raise NotFound
        others = Guard.OTHERS_OFFER if found.offers > 1 else Guard.NOBODY_OFFERS
        move = after(found.state, Action.WITHDRAW, Actor.PROVIDER, others)
        self.commit(
            self.moves.made(found, move, self.clock.now(), offer=held),
            self.offers.became(held, OfferState.WITHDRAWN),
        )
        return held.id
