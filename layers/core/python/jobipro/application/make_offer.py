"""A provider offers to do what a request asks."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime

from jobipro.application.attempts import described
from jobipro.application.log_in import admitted
from jobipro.application.moves import Moves, settled
from jobipro.application.ports.edge import Attempts
from jobipro.application.ports.people import Accounts
from jobipro.application.ports.requests import Offers, Requests
from jobipro.application.ports.storage import Commit, Load, Write
from jobipro.application.ports.system import Clock
from jobipro.domain.accounts import Account
from jobipro.domain.callers import Caller
from jobipro.domain.errors import AlreadyDone, Conflict, NotFound
from jobipro.domain.ids import OfferId, RequestId
from jobipro.domain.lifecycle import SEEKING, Action, Actor, after
from jobipro.domain.offers import Offer, OfferState, checked_message, offer_after
from jobipro.domain.provinces import day_in
from jobipro.domain.requests import Standing, open_to


@dataclass(frozen=True, slots=True, repr=False)
class MakeOfferCommand:
    """For how much, from when, and whatever else there is to say."""

    price_cents: int
    earliest_on: date
    message: str
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class MadeOffer:
    """The offer, or the one that the same call made before, as it stood then."""

    id: OfferId
    state: OfferState


@dataclass(frozen=True, slots=True)
class MakeOffer:
    """Keep the offer of a provider who was told of a request; one that was withdrawn may be made anew."""

    load: Load
    commit: Commit
    accounts: Accounts
    requests: Requests
    offers: Offers
    attempts: Attempts
    moves: Moves
    clock: Clock

    def __call__(self, caller: Caller, request: str, command: MakeOfferCommand) -> MadeOffer:
        """Raises NotAuthenticated, NotFound, Invalid, IdempotencyMismatch, and Conflict when one is open already."""
        return settled(lambda: self._made(caller, RequestId(request), command), again=SEEKING)

    def _made(self, caller: Caller, request: RequestId, command: MakeOfferCommand) -> MadeOffer:
        now = self.clock.now()
        account, opportunity, found, before, answered = self.load(
            self.accounts.account(caller.subject),
            self.offers.opportunity(request, caller.subject),
            self.requests.standing(request),
            self.offers.offer(request, caller.subject),
            self.attempts.made(_who(caller.subject, request), command.idempotency_key, _asked(command), now),
        )
        account = admitted(account, caller)
        if answered is not None:
            return _as_it_was(answered)
        if opportunity is None or found is None or not open_to(found, account.subject):
            raise NotFound
        offer = _offer(account, found, command, now, before)
        move = after(found.state, Action.OFFER, Actor.PROVIDER)
        if before is not None and before.state is OfferState.OPEN:
            raise Conflict(found.state.value, (Action.WITHDRAW.value,))
        try:
            self.commit(
                self._claimed(offer, command, now),  # first, so that a repeat is told from a request that moved on
                self.moves.made(found, move, now, offer=offer),
                self.offers.made(offer, before),
            )
        except AlreadyDone as done:
            return _as_it_was(done.before)
        return MadeOffer(offer.id, offer.state)

    def _claimed(self, offer: Offer, command: MakeOfferCommand, now: datetime) -> tuple[Write, ...]:
        key = command.idempotency_key
        if key is None:
            return ()
        answer = {"id": offer.id, "status": offer.state.value}
        return (self.attempts.first(_who(offer.provider, offer.request), key, _asked(command), answer, now),)


def _offer(
    account: Account, request: Standing, command: MakeOfferCommand, now: datetime, before: Offer | None
) -> Offer:
    today = day_in(account.person.province, now)
    return Offer(
        id=offer_after(before, request.id, account.subject),
        request=request.id,
        customer=request.customer,
        provider=account.subject,
        state=OfferState.OPEN,
        made_at=now,
        version=before.version + 1 if before else 1,
        price_cents=command.price_cents,
        earliest_on=command.earliest_on,
        message=checked_message(command.price_cents, command.earliest_on, command.message, today),
        key=account.key,
    )


def _who(provider: str, request: str) -> str:
    return f"make-offer {provider} {request}"


def _asked(command: MakeOfferCommand) -> str:
    return described(asdict(command), leaving_out={"idempotency_key"})


def _as_it_was(answer: Mapping[str, object]) -> MadeOffer:
    return MadeOffer(OfferId(str(answer["id"])), OfferState(str(answer["status"])))
