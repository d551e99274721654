"""What providers are shown of requests, and what they offer."""

from datetime import date
from typing import Annotated

from pydantic import Field

from functions.request_posting.schemas import RequestId
from jobipro.application.list_offers import OfferPage
from jobipro.application.list_opportunities import OpportunityPage
from jobipro.application.make_offer import MakeOfferCommand
from jobipro.application.read_opportunity import SeenOpportunity
from jobipro.domain import text
from jobipro.domain.lifecycle import State
from jobipro.domain.offers import LEAST_CENTS, MOST_CENTS, Offer, OfferState
from jobipro.domain.trades import Trade
from jobipro.http import Answer, Body, Day, Instant, Paging
from jobipro.http.places import PointAnswer

OfferId = Annotated[
    str,
    Field(
        description="Opaque, as `POST /opportunities/{id}/offers` gave it.", examples=["off_aaaaaaaaaaaaaaaaaaaaaaaaaa"]
    ),
]

Cents = Annotated[int, Field(ge=LEAST_CENTS, le=MOST_CENTS, examples=[12500])]


class OfferBody(Body):
    """For how much a provider would do what is asked, and when."""

    price_cents: Annotated[Cents, Field(description="In cents of Canadian dollars, for all of it.")]
    earliest_on: Annotated[
        Day,
        Field(
            description="The first day on which it can be done, from today on and at most a year ahead.",
            examples=["2026-12-01"],
        ),
    ]
    message: Annotated[
        str,
        Field(
            min_length=1,
            max_length=text.OFFER.longest,
            description="Shown to the customer: no phone number, e-mail address or link.",
            examples=["I can come in the morning and bring the part."],
        ),
    ]

    def to_command(self, idempotency_key: str | None) -> MakeOfferCommand:
        """Return the wish as the use case takes it."""
        return MakeOfferCommand(self.price_cents, self.earliest_on, self.message, idempotency_key)


class OfferStatusAnswer(Answer):
    """Where an offer stands."""

    id: OfferId
    status: Annotated[OfferState, Field(examples=["open"])]


class OfferAnswer(Answer):
    """An offer as its own provider sees it."""

    id: OfferId
    status: Annotated[OfferState, Field(examples=["open"])]
    price_cents: Cents
    currency: Annotated[str, Field(examples=["CAD"])]
    earliest_on: Annotated[date, Field(examples=["2026-12-01"])]
    message: Annotated[str, Field(examples=["I can come in the morning and bring the part."])]
    made_at: Instant

    @classmethod
    def of(cls, offer: Offer) -> "OfferAnswer":
        """Return the answer that shows an offer."""
        return cls(
            id=offer.id,
            status=offer.state,
            price_cents=offer.price_cents,
            currency=offer.currency,
            earliest_on=offer.earliest_on,
            message=offer.message,
            made_at=offer.made_at,
        )


class PublicProfileAnswer(Answer):
    """What customers see of a provider before anybody is engaged."""

    name: Annotated[str, Field(description="Given name, and a letter of the family name.", examples=["Paul G."])]
    trades: Annotated[list[Trade], Field(examples=[["plumbing"]])]
    about: Annotated[str | None, Field(examples=["Plumber since 2009."])] = None


class ReceivedOfferAnswer(OfferAnswer):
    """An offer as the customer sees it."""

    provider: PublicProfileAnswer


class OffersAnswer(Answer):
    """Some of the offers for a request; a page may hold fewer than asked for, or none, while more follow."""

    offers: list[ReceivedOfferAnswer]
    next: Annotated[str | None, Field(description="Send it as `cursor` for what follows; left out at the end.")] = None

    @classmethod
    def of(cls, page: OfferPage) -> "OffersAnswer":
        """Return the answer that shows a page."""
        return cls(
            offers=[
                ReceivedOfferAnswer(
                    **dict(OfferAnswer.of(each.offer)),
                    provider=PublicProfileAnswer(
                        name=each.provider.name, trades=list(each.provider.trades), about=each.provider.about
                    ),
                )
                for each in page.offers
            ],
            next=page.next,
        )


class OfferPaging(Paging):
    """Which part of the list of offers is wanted."""

    limit: Annotated[int, Field(ge=1, le=25, description="How many at most.")] = 10


class OpportunityPaging(Paging):
    """Which part of the list of opportunities is wanted."""

    limit: Annotated[int, Field(ge=1, le=25, description="How many at most.")] = 10


class OpportunityAnswer(Answer):
    """A request as a provider sees it: what its customer shares, and the provider's own offer."""

    id: RequestId
    status: Annotated[State, Field(examples=["matched"])]
    trade: Annotated[Trade, Field(examples=["plumbing"])]
    title: Annotated[str, Field(examples=["Kitchen tap drips"])]
    description: Annotated[str, Field(examples=["It has dripped since Monday, more when hot."])]
    area: Annotated[
        PointAnswer,
        Field(
            description="The middle of the area in which the work is to be done.",
            examples=[{"latitude": 45.50698, "longitude": -73.58407}],
        ),
    ]
    since: Annotated[Instant, Field(description="When the provider was told of it.")]
    offer: OfferAnswer | None = None

    @classmethod
    def of(cls, seen: SeenOpportunity) -> "OpportunityAnswer":
        """Return the answer that shows a request to a provider."""
        return cls(
            id=seen.id,
            status=seen.state,
            trade=seen.details.trade,
            title=seen.details.title,
            description=seen.details.description,
            area=PointAnswer.of(seen.details.area),
            since=seen.since,
            offer=OfferAnswer.of(seen.offer) if seen.offer else None,
        )


class OpportunitiesAnswer(Answer):
    """Some of what a provider was told of; a page may hold fewer than asked for, or none, while more follow."""

    opportunities: list[OpportunityAnswer]
    next: Annotated[str | None, Field(description="Send it as `cursor` for what follows; left out at the end.")] = None

    @classmethod
    def of(cls, page: OpportunityPage) -> "OpportunitiesAnswer":
        """Return the answer that shows a page."""
        return cls(opportunities=[OpportunityAnswer.of(each) for each in page.opportunities], next=page.next)
