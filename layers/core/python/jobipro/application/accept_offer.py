"""A customer accepts an offer: its provider is engaged, and the two may reach each other from then on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jobipro.application.disclose import Disclose, undisturbed
from jobipro.application.log_in import admitted
from jobipro.application.moves import Moves
from jobipro.application.ports.disclosures import Disclosures
from jobipro.application.ports.payments import Payments
from jobipro.application.ports.people import Accounts
from jobipro.application.ports.requests import Offers, Requests
from jobipro.application.ports.storage import Commit, Load, Write
from jobipro.application.ports.system import Clock
from jobipro.domain import payments
from jobipro.domain.accounts import Account
from jobipro.domain.callers import Caller
from jobipro.domain.contact import of_customer, of_provider
from jobipro.domain.disclosures import Kind, Ledger
from jobipro.domain.errors import Conflict, NotFound, SubjectErased
from jobipro.domain.ids import OfferId, RequestId
from jobipro.domain.lifecycle import Action, Actor, Transition, after, allowed
from jobipro.domain.offers import Offer, OfferState
from jobipro.domain.requests import Request


@dataclass(frozen=True, slots=True, repr=False)
class _Engagement:
    """What becomes of an acceptance: two people with their ledgers, what one asked for and the other offered."""

    request: Request
    offer: Offer
    customer: Account
    provider: Account
    customers: Ledger
    providers: Ledger


@dataclass(frozen=True, slots=True)
class AcceptOffer:
    """Engage the provider of one offer; of all offers for a request one at most is ever accepted.

    That somebody is engaged, that each side's contact is open to the other, who was given what, and what is owed come
    to be in one transaction.
    """

    load: Load
    commit: Commit
    accounts: Accounts
    requests: Requests
    offers: Offers
    payments: Payments
    disclosures: Disclosures
    moves: Moves
    clock: Clock

    def __call__(self, caller: Caller, request: str, offer: str) -> RequestId:
        """Return the id of the request, for which this offer is accepted, now or before.

        Raises NotAuthenticated, NotFound, and Conflict with the state and what it allows: another offer was accepted,
        this one withdrawn, the request closed.
        """
        return undisturbed(lambda: self._accepted(caller, RequestId(request), OfferId(offer)), self.commit)

    def _accepted(self, caller: Caller, request: RequestId, offer: OfferId) -> tuple[Sequence[Write], RequestId]:
        customer, found, offered = self.load(
            self.accounts.account(caller.subject),
            self.requests.request(request, caller.subject),
            self.offers.standing(request, offer),
        )
        admitted(customer, caller)
        if customer is None or found is None or offered is None:
            raise NotFound
        if found.offer == offered.id:
            return (), found.id
        move = after(found.state, Action.ACCEPT, Actor.CUSTOMER)
        if offered.state is not OfferState.OPEN:
            raise Conflict(found.state.value, allowed(found.state, Actor.CUSTOMER))
        try:
            provider, terms, customers, providers = self.load(
                self.accounts.account(offered.provider),
                self.offers.offer(request, offered.provider),
                self.disclosures.ledger(caller.subject),
                self.disclosures.ledger(offered.provider),
            )
        except SubjectErased:
            raise NotFound from None
        if provider is None or terms is None:
            raise NotFound
        parties = _Engagement(found, terms, customer, provider, customers, providers)
        return [*self._engaged(parties, move)], found.id

    def _engaged(self, parties: _Engagement, move: Transition) -> Iterator[Write]:
        now = self.clock.now()
        request, offer, customer, provider = parties.request, parties.offer, parties.customer, parties.provider
        disclose = Disclose(self.disclosures)
        opened = (
            (of_customer(customer.person, request.details), parties.customers, customer, provider),
            (of_provider(provider.person), parties.providers, provider, customer),
        )
        owed = payments.opened(
            request.id, customer.subject, provider.subject, offer.price_cents, now, currency=offer.currency
        )
        yield from self.moves.made(request, move, now, offer=offer)
        yield self.offers.became(offer, OfferState.ACCEPTED)
        for contact, ledger, of, to in opened:
            yield from disclose(Kind.OPENED, contact, ledger, of, to, request.id, now)
        yield self.payments.opened(owed)
