"""Jobs on a stage in memory: a request with offers for it, and one whose provider is engaged."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from jobipro.domain.disclosures import unbroken
from jobipro.domain.ids import OfferId, RequestId, SubjectId
from jobipro.domain.lifecycle import Action, Actor, CancelReason, State, after
from jobipro.domain.offers import Offer, OfferState, offer_after, offer_id
from jobipro.domain.requests import Standing
from tests.fakes.market import Market


@dataclass(frozen=True, slots=True)
class Job:
    """A request, its customer, and a provider with their offer for it."""

    request: RequestId
    offer: OfferId
    customer: SubjectId
    provider: SubjectId


def standing(market: Market, request: RequestId) -> Standing:
    """Return how a request stands."""
    found = market.store.load(market.requests.standing(request))
    assert isinstance(found, Standing)
    return found


def latest_offer(market: Market, request: RequestId, provider: SubjectId) -> OfferId:
    """Return the id of a provider's offer as it was made last, or of the one that would be the first."""
    made = market.store.load(market.offers.offer(request, provider))
    return made.id if made else offer_id(request, provider)


def offered(market: Market, request: RequestId, provider: SubjectId, price_cents: int = 12_500) -> OfferId:
    """Make a provider's offer for a request, and return its id."""
    now = market.clock.now()
    found = standing(market, request)
    if found.state is State.POSTED:
        market.store.commit(market.moves.made(found, after(State.POSTED, Action.MATCH, Actor.SERVICE), now))
        found = standing(market, request)
    before = market.store.load(market.offers.offer(request, provider))
    offer = Offer(
        id=offer_after(before, request, provider),
        request=request,
        customer=found.customer,
        provider=provider,
        state=OfferState.OPEN,
        made_at=now,
        version=before.version + 1 if before else 1,
        price_cents=price_cents,
        earliest_on=now.date() + timedelta(days=1),
        message="I can come at nine.",
        key=market.account(provider).key,
    )
    move = after(found.state, Action.OFFER, Actor.PROVIDER)
    market.store.commit(market.moves.made(found, move, now, offer=offer), market.offers.made(offer, before))
    return offer.id


def with_offer(market: Market, provider: SubjectId | None = None, **wish: Any) -> Job:
    """Return a job that a provider has offered to do."""
    customer = market.customer()
    provider = provider or market.provider()
    request = RequestId(market.posted(customer, **wish).refs["request"])
    return Job(request, offered(market, request, provider), customer, provider)


def engaged(market: Market, **wish: Any) -> Job:
    """Return a job whose provider is engaged."""
    job = with_offer(market, **wish)
    market.accept_offer(market.caller(job.customer), job.request, job.offer)
    return job


def moved(market: Market, job: Job, action: Action, actor: Actor, reason: CancelReason | None = None) -> None:
    """Move a job on, as one of its sides or the service does."""
    found = standing(market, job.request)
    move = after(found.state, action, actor)
    market.store.commit(market.moves.made(found, move, market.clock.now(), reason=reason))


def entries(market: Market, subject: SubjectId) -> list[dict[str, Any]]:
    """Return the rows of a person's ledger, oldest first; they must be the whole of an unbroken chain."""
    ledger = market.store.load(market.disclosures.ledger(subject))
    found = sorted((key for key in market.rows(f"D#{subject}") if key.sk != "HEAD"), key=lambda key: key.sk)
    rows = [market.store.rows[key] for key in found]
    assert unbroken(rows, ledger.seq, ledger.last)
    return rows
