"""A provider looks at a request that they were told of."""

from dataclasses import dataclass
from datetime import datetime

from jobipro.application.log_in import admitted
from jobipro.application.ports.people import Accounts
from jobipro.application.ports.requests import Offers, Requests
from jobipro.application.ports.storage import Load, unless_erased
from jobipro.domain.callers import Caller
from jobipro.domain.errors import NotFound
from jobipro.domain.ids import RequestId
from jobipro.domain.lifecycle import State
from jobipro.domain.offers import Offer
from jobipro.domain.requests import Opportunity, Request, Shared, open_to, shared


@dataclass(frozen=True, slots=True, repr=False)
class SeenOpportunity:
    """A request as a provider sees it: what is shared, where it stands, since when they know, and their own offer."""

    id: RequestId
    state: State
    since: datetime
    details: Shared
    offer: Offer | None


def seen(opportunity: Opportunity, request: Request | None, offer: Offer | None) -> SeenOpportunity | None:
    """Return a request as a provider sees it; None when it, or its customer, is not there for them (any more)."""
    if request is None or not open_to(request, opportunity.provider):
        return None
    return SeenOpportunity(request.id, request.state, opportunity.since, shared(request), offer)


@dataclass(frozen=True, slots=True)
class ReadOpportunity:
    """Show a request to a provider who was told of it, until it is closed; to the one who is engaged also then."""

    load: Load
    accounts: Accounts
    requests: Requests
    offers: Offers

    def __call__(self, caller: Caller, request: str) -> SeenOpportunity:
        """Raises NotAuthenticated and NotFound."""
        id_ = RequestId(request)
        account, opportunity, offer = self.load(
            self.accounts.account(caller.subject),
            self.offers.opportunity(id_, caller.subject),
            self.offers.offer(id_, caller.subject),
        )
        admitted(account, caller)
        if opportunity is None:
            raise NotFound
        found = seen(opportunity, self.load(unless_erased(self.requests.request(id_, opportunity.customer))), offer)
        if found is None:
            raise NotFound
        return found
