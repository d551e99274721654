"""A customer looks at the offers for a request."""

from collections.abc import Sequence
from dataclasses import dataclass

from jobipro.application.log_in import admitted
from jobipro.application.ports.edge import Cursors
from jobipro.application.ports.people import Accounts
from jobipro.application.ports.requests import Offers, Requests
from jobipro.application.ports.storage import Find, Load, several, unless_erased
from jobipro.domain.accounts import AccountStatus, PublicProfile, public_profile
from jobipro.domain.callers import Caller
from jobipro.domain.errors import NotFound
from jobipro.domain.ids import RequestId
from jobipro.domain.lifecycle import SEEKING
from jobipro.domain.offers import Offer, OfferState, Standing


@dataclass(frozen=True, slots=True, repr=False)
class ReceivedOffer:
    """An offer, and what its customer may see of who makes it."""

    offer: Offer
    provider: PublicProfile


@dataclass(frozen=True, slots=True)
class OfferPage:
    """Some of the offers for a request; `next` continues the list, None at its end."""

    offers: Sequence[ReceivedOffer]
    next: str | None


@dataclass(frozen=True, slots=True)
class ListOffers:
    """Show a customer the open offers for a request; once one is accepted, that one; of a closed one none."""

    load: Load
    find: Find
    accounts: Accounts
    requests: Requests
    offers: Offers
    cursors: Cursors

    def __call__(self, caller: Caller, request: str, limit: int, cursor: str | None = None) -> OfferPage:
        """Raises NotAuthenticated, NotFound, and Invalid for a cursor that this list did not give to this person.

        A page may hold fewer offers than asked for, or none, while more follow.
        """
        id_ = RequestId(request)
        account, found = self.load(self.accounts.account(caller.subject), self.requests.standing(id_))
        admitted(account, caller)
        if found is None or found.customer != caller.subject:
            raise NotFound
        owner = f"GET /requests/{id_}/offers {caller.subject}"
        after = self.cursors.verify(owner, cursor)
        if found.offer is not None:
            accepted = self.load(self.offers.standing(id_, found.offer))
            return OfferPage(self._opened([accepted] if accepted else []), None)
        if found.state not in SEEKING:
            return OfferPage((), None)
        page = self.find(self.offers.of_request(id_), limit, after)
        still_open = [offer for offer in page.items if offer.state is OfferState.OPEN]
        return OfferPage(self._opened(still_open), self.cursors.sign(owner, page.after))

    def _opened(self, offers: Sequence[Standing]) -> Sequence[ReceivedOffer]:
        if not offers:
            return ()
        accounts, opened = self.load(
            several(unless_erased(self.accounts.account(offer.provider)) for offer in offers),
            several(unless_erased(self.offers.offer(offer.request, offer.provider)) for offer in offers),
        )
        return [
            ReceivedOffer(offer, public_profile(account.person))
            for account, offer in zip(accounts, opened, strict=True)
            if account is not None and account.status is AccountStatus.ACTIVE and offer is not None
        ]
