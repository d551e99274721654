"""A provider looks through the requests that they were told of."""

from collections.abc import Sequence
from dataclasses import dataclass

from jobipro.application.log_in import admitted
from jobipro.application.ports.edge import Cursors
from jobipro.application.ports.people import Accounts
from jobipro.application.ports.requests import Offers, Requests
from jobipro.application.ports.storage import Find, Load, several, unless_erased
from jobipro.application.read_opportunity import SeenOpportunity, seen
from jobipro.domain.callers import Caller
from jobipro.domain.requests import Opportunity


@dataclass(frozen=True, slots=True)
class OpportunityPage:
    """Some of a provider's opportunities, newest first; `next` continues the list, None at its end."""

    opportunities: Sequence[SeenOpportunity]
    next: str | None


@dataclass(frozen=True, slots=True)
class ListOpportunities:
    """Show providers what they may still offer for, and the jobs they are engaged for."""

    load: Load
    find: Find
    accounts: Accounts
    requests: Requests
    offers: Offers
    cursors: Cursors

    def __call__(self, caller: Caller, limit: int, cursor: str | None = None) -> OpportunityPage:
        """Raises NotAuthenticated, and Invalid for a cursor that this list did not give to this person.

        A page may hold fewer than asked for, or none, while more follow.
        """
        admitted(self.load(self.accounts.account(caller.subject)), caller)
        owner = f"GET /opportunities {caller.subject}"
        page = self.find(self.offers.of_provider(caller.subject), limit, self.cursors.verify(owner, cursor))
        return OpportunityPage(self._seen(page.items), self.cursors.sign(owner, page.after))

    def _seen(self, told: Sequence[Opportunity]) -> Sequence[SeenOpportunity]:
        if not told:
            return ()
        requests, offers = self.load(
            several(unless_erased(self.requests.request(each.request, each.customer)) for each in told),
            several(self.offers.offer(each.request, each.provider) for each in told),
        )
        found = (seen(*three) for three in zip(told, requests, offers, strict=True))
        return [opportunity for opportunity in found if opportunity is not None]
