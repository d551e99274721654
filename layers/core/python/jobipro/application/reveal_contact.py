"""One side of a job asks how to reach the other."""

from collections.abc import Sequence
from dataclasses import dataclass

from jobipro.application.disclose import Disclose, undisturbed
from jobipro.application.log_in import admitted
from jobipro.application.ports.disclosures import Disclosures
from jobipro.application.ports.people import Accounts
from jobipro.application.ports.requests import Requests
from jobipro.application.ports.storage import Commit, Load, Write
from jobipro.application.ports.system import Clock
from jobipro.domain.accounts import Account
from jobipro.domain.callers import Caller
from jobipro.domain.contact import Contact, is_open, of_customer, of_provider
from jobipro.domain.disclosures import Kind, Ledger
from jobipro.domain.errors import NotFound, SubjectErased
from jobipro.domain.ids import RequestId
from jobipro.domain.lifecycle import Actor
from jobipro.domain.requests import Standing, side


@dataclass(frozen=True, slots=True)
class RevealContact:
    """Show each side of a job the other's contact, as that one prefers and as it stands now, while it is open.

    That it was read is in the other's ledger before it is shown; nothing is shown that could not be entered. Outside
    that time there is nothing here, and nothing of the other side is looked at.
    """

    load: Load
    commit: Commit
    accounts: Accounts
    requests: Requests
    disclosures: Disclosures
    clock: Clock

    def __call__(self, caller: Caller, request: str) -> Contact:
        """Raises NotAuthenticated and NotFound."""
        return undisturbed(lambda: self._revealed(caller, RequestId(request)), self.commit)

    def _revealed(self, caller: Caller, request: RequestId) -> tuple[Sequence[Write], Contact]:
        now = self.clock.now()
        account, found = self.load(self.accounts.account(caller.subject), self.requests.standing(request))
        reader = admitted(account, caller)
        asking = side(found, caller.subject) if found else None
        if found is None or asking is None or not is_open(found, now):
            raise NotFound
        try:
            contact, ledger, other = self._customer(found) if asking is Actor.PROVIDER else self._provider(found)
        except SubjectErased:
            raise NotFound from None
        disclose = Disclose(self.disclosures)
        return disclose(Kind.READ, contact, ledger, of=other, to=reader, request=request, at=now), contact

    def _customer(self, request: Standing) -> tuple[Contact, Ledger, Account]:
        account, wanted, ledger = self.load(
            self.accounts.account(request.customer),
            self.requests.request(request.id, request.customer),
            self.disclosures.ledger(request.customer),
        )
        if account is None or wanted is None:
            raise NotFound
        return of_customer(account.person, wanted.details), ledger, account

    def _provider(self, request: Standing) -> tuple[Contact, Ledger, Account]:
        if request.provider is None:
            raise NotFound
        account, ledger = self.load(self.accounts.account(request.provider), self.disclosures.ledger(request.provider))
        if account is None:
            raise NotFound
        return of_provider(account.person), ledger, account
