"""Table `requests`, the providers' side: who was told of a request, and what they offer.

| row | key | clear |
|---|---|---|
| opportunity | `R#<id>` / `OPP#<provider>` | provider, customer, since |
| offer | `R#<id>` / `OFFER#<offer id without its last two>` | id, request, customer, provider, state, time, version |

An offer's sealed part is under its provider's key. Index `by-provider` lists opportunities: nothing else has `since`.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from jobipro.adapters.dynamodb.requests import TABLE
from jobipro.adapters.dynamodb.rows import Absent, Condition, Equals, Item, Key, Put, Update
from jobipro.adapters.dynamodb.sealed import Sealing
from jobipro.adapters.dynamodb.subject_keys import SubjectKeys, row_of, still_there
from jobipro.application.ports.storage import Read, Rows, Search, Write
from jobipro.domain.errors import Moved, NotFound
from jobipro.domain.ids import OfferId, RequestId, SubjectId
from jobipro.domain.offers import Offer, OfferState, Standing, offer_id, slot
from jobipro.domain.requests import Opportunity
from jobipro.domain.requests import Standing as RequestStanding
from jobipro.domain.subject_keys import KeyClass
from jobipro.domain.times import instant, written

OFFER = "OFFER"


class Offers:
    """Opportunities, and offers sealed under their provider's key."""

    def __init__(self, sealing: Sealing, keys: SubjectKeys) -> None:
        self._sealing = sealing
        self._keys = keys

    def told(self, request: RequestStanding, providers: Iterable[SubjectId], at: datetime) -> Iterable[Write]:
        """Note that providers hear of a request; telling somebody again changes nothing but the time."""
        for provider in providers:
            row = {"provider": provider, "customer": request.customer, "since": written(at)}
            yield Write(Put(_opportunity_row(request.id, provider), row))

    def opportunity(self, request: RequestId, provider: SubjectId) -> Read[Opportunity | None]:
        """Read whether a provider was told of a request; None when not, or when there is none of this id."""
        place = _opportunity_row(request, provider)
        return Read((place,), lambda rows: _opportunity(rows[place], rows) if place in rows else None)

    def of_provider(self, provider: SubjectId) -> Search[Opportunity]:
        """Search what a provider was told of, newest first, whatever became of it."""
        return Search(
            TABLE, index="by-provider", partition=("provider", provider), newest_first=True, build=_opportunity
        )

    def standing(self, request: RequestId, offer: OfferId) -> Read[Standing | None]:
        """Read how an offer stands; None when there is none of this id for this request (any more)."""
        place = _offer_row(request, offer)

        def build(rows: Rows) -> Standing | None:
            found = _standing(rows[place], rows) if place in rows else None
            return found if found and found.id == offer else None

        return Read((place,), build)

    def offer(self, request: RequestId, provider: SubjectId) -> Read[Offer | None]:
        """Read a provider's offer for a request; `SubjectErased` when the provider's key is gone."""
        place = _offer_row(request, offer_id(request, provider))

        def build(rows: Rows) -> Offer | None:
            return self._offer(rows[place], rows) if place in rows else None

        return Read((place, row_of(provider, KeyClass.PERSONAL)), build)

    def of_request(self, request: RequestId) -> Search[Standing]:
        """Search the offers for a request, withdrawn ones among them, in an order that says nothing."""
        return Search(
            TABLE, partition=("pk", f"R#{request}"), from_to=("sk", f"{OFFER}#", f"{OFFER}#~"), build=_standing
        )

    def made(self, offer: Offer, before: Standing | None) -> tuple[Write, Write]:
        """Keep an offer in place of the one before, None for the first.

        `Moved` when that is not as it was read, `NotFound` when the customer is gone.
        """
        place = _offer_row(offer.request, offer.id)
        row = {
            "offer": offer.id,
            "request": offer.request,
            "customer": offer.customer,
            "provider": offer.provider,
            "state": offer.state.value,
            "made_at": written(offer.made_at),
            "version": offer.version,
            "sealed": self._sealing.seal(offer.key, place, OFFER, _fields(offer)),
        }
        unchanged: tuple[Condition, ...] = (Absent(),) if before is None else _as_read(before)
        return (
            Write(Put(place, row, when=unchanged), refused=_changed, under=(offer.key,)),
            still_there(offer.customer, NotFound),
        )

    def became(self, offer: Standing, state: OfferState) -> Write:
        """Move an offer to a state; `Moved` when it is not as it was read."""
        change = Update(
            _offer_row(offer.request, offer.id),
            set={"state": state.value, "version": offer.version + 1},
            when=_as_read(offer),
        )
        return Write(change, refused=_changed)

    def _offer(self, row: Item, rows: Rows) -> Offer:
        standing = _standing(row, rows)
        key = self._keys.opened(rows, standing.provider)
        fields = self._sealing.unseal(key, row, TABLE)
        return Offer(
            id=standing.id,
            request=standing.request,
            customer=standing.customer,
            provider=standing.provider,
            state=standing.state,
            made_at=standing.made_at,
            version=standing.version,
            price_cents=fields["price_cents"],
            currency=fields["currency"],
            earliest_on=date.fromisoformat(fields["earliest_on"]),
            message=fields["message"],
            key=key,
        )


def _opportunity_row(request: RequestId, provider: SubjectId) -> Key:
    return Key(TABLE, f"R#{request}", f"OPP#{provider}")


def _offer_row(request: RequestId, offer: OfferId) -> Key:
    return Key(TABLE, f"R#{request}", f"{OFFER}#{slot(offer)}")


def _as_read(offer: Standing) -> tuple[Condition, ...]:
    return Equals("version", offer.version), Equals("state", offer.state.value)


def _changed(_found: Item | None) -> Moved:
    return Moved()


def _opportunity(row: Item, rows: Rows) -> Opportunity:
    return Opportunity(
        request=RequestId(row["pk"].removeprefix("R#")),
        customer=SubjectId(row["customer"]),
        provider=SubjectId(row["provider"]),
        since=instant(row["since"]),
    )


def _standing(row: Item, rows: Rows) -> Standing:
    return Standing(
        id=OfferId(row["offer"]),
        request=RequestId(row["request"]),
        customer=SubjectId(row["customer"]),
        provider=SubjectId(row["provider"]),
        state=OfferState(row["state"]),
        made_at=instant(row["made_at"]),
        version=row["version"],
    )


def _fields(offer: Offer) -> dict[str, Any]:
    return {
        "price_cents": offer.price_cents,
        "currency": offer.currency,
        "earliest_on": offer.earliest_on.isoformat(),
        "message": offer.message,
    }
