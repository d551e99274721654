"""What service requests take and give."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import Field

from jobipro.application.announce_upload import Announced, AnnounceUploadCommand
from jobipro.application.list_offers import OfferPage
from jobipro.application.list_opportunities import OpportunityPage
from jobipro.application.list_requests import RequestPage
from jobipro.application.make_offer import MakeOfferCommand
from jobipro.application.post_request import PostRequestCommand
from jobipro.application.read_images import ShownImage
from jobipro.application.read_opportunity import SeenOpportunity
from jobipro.domain import text
from jobipro.domain.contact import Contact
from jobipro.domain.errors import FieldError, Invalid
from jobipro.domain.ids import UploadId as UploadName
from jobipro.domain.language import Language
from jobipro.domain.lifecycle import CancelReason, DisputeReason, State
from jobipro.domain.offers import LEAST_CENTS, MOST_CENTS, Offer, OfferState
from jobipro.domain.phone import e164
from jobipro.domain.requests import ContactPreference, Request
from jobipro.domain.trades import Trade
from jobipro.domain.uploads import (
    FORM_OPEN,
    LARGEST,
    LINK_OPEN,
    MOST_OF_A_REQUEST,
    ImageType,
    Refusal,
    Upload,
    UploadState,
)
from jobipro.http import Answer, Body, Day, Instant, Line, Paging, within
from jobipro.http.places import AddressAnswer, AddressBody, PointAnswer, PointBody

UploadId = Annotated[
    str, Field(description="Opaque, as `POST /uploads` gave it.", examples=["upl_aaaaaaaaaaaaaaaaaaaaaaaaaa"])
]


class RequestBody(Body):
    """What is to be done, where, and how to reach whoever asks."""

    trade: Annotated[Trade, Field(strict=False, examples=["plumbing"])]
    title: Annotated[
        Line,
        Field(
            max_length=text.TITLE.longest,
            description="Shown to providers: no phone number, e-mail address or link.",
            examples=["Kitchen tap drips"],
        ),
    ]
    description: Annotated[
        str,
        Field(
            min_length=1,
            max_length=text.DESCRIPTION.longest,
            description="Shown to providers: no phone number, e-mail address or link.",
            examples=["It has dripped since Monday, more when hot."],
        ),
    ]
    location: Annotated[PointBody, Field(description="In Canada. Providers see the area, of some 5 km², only.")]
    address: Annotated[AddressBody, Field(description="For the provider who is engaged, nobody else.")]
    contact_preference: Annotated[ContactPreference, Field(strict=False, examples=["email"])]
    phone: Annotated[
        str | None,
        Field(max_length=40, description="Needed unless contact is by e-mail alone.", examples=["514 555 0123"]),
    ] = None
    media: Annotated[
        list[Annotated[str, Field(pattern="^upl_[a-z2-7]{26}$")]],
        Field(
            max_length=MOST_OF_A_REQUEST,
            description="Uploads of one's own that are ready, in the order in which they are shown.",
            default_factory=list,
            examples=[[]],
        ),
    ]

    def to_command(self, idempotency_key: str | None) -> PostRequestCommand:
        """Return the wish as the use case takes it; `Invalid` names what does not fit."""
        with within("location"):
            location = self.location.to_domain()
        with within("address"):
            address = self.address.to_domain()
        twice = next((nth for nth, name in enumerate(self.media) if name in self.media[:nth]), None)
        if twice is not None:
            raise Invalid(FieldError(f"media.{twice}", "Each upload once."))
        return PostRequestCommand(
            trade=self.trade,
            title=self.title,
            description=self.description,
            location=location,
            address=address,
            contact_preference=self.contact_preference,
            phone=e164(self.phone) if self.phone is not None else None,
            media=tuple(map(UploadName, self.media)),
            idempotency_key=idempotency_key,
        )


class RequestPaging(Paging):
    """Which part of the list of requests is wanted."""

    limit: Annotated[int, Field(ge=1, le=50, description="How many at most.")] = 20


RequestId = Annotated[
    str, Field(description="Opaque, as `POST /requests` gave it.", examples=["req_aaaaaaaaaaaaaaaaaaaaaaaaaa"])
]


OfferId = Annotated[
    str,
    Field(
        description="Opaque, as `POST /opportunities/{id}/offers` gave it.", examples=["off_aaaaaaaaaaaaaaaaaaaaaaaaaa"]
    ),
]


class StatusAnswer(Answer):
    """Where a request stands."""

    id: RequestId
    status: Annotated[State, Field(examples=["posted"])]


class RequestAnswer(Answer):
    """A request as its own customer sees it; providers see trade, title, description and `area` at first."""

    id: RequestId
    status: Annotated[State, Field(examples=["matched"])]
    trade: Annotated[Trade, Field(examples=["plumbing"])]
    title: Annotated[str, Field(examples=["Kitchen tap drips"])]
    description: Annotated[str, Field(examples=["It has dripped since Monday, more when hot."])]
    location: PointAnswer
    area: Annotated[
        PointAnswer,
        Field(
            description="The middle of the area that providers see.",
            examples=[{"latitude": 45.50698, "longitude": -73.58407}],
        ),
    ]
    address: AddressAnswer
    phone: Annotated[str | None, Field(examples=["+15145550123"])] = None
    contact_preference: Annotated[ContactPreference, Field(examples=["email"])]
    language: Annotated[Language, Field(description="Of title and description.", examples=["fr"])]
    posted_at: Instant

    @classmethod
    def of(cls, request: Request) -> "RequestAnswer":
        """Return the answer that shows a request."""
        details = request.details
        return cls(
            id=request.id,
            status=request.state,
            trade=request.trade,
            title=details.title,
            description=details.description,
            location=PointAnswer.of(details.location),
            area=PointAnswer.of(details.area),
            address=AddressAnswer.of(details.address),
            phone=details.phone,
            contact_preference=details.contact_preference,
            language=details.language,
            posted_at=request.posted_at,
        )


class CancelBody(Body):
    """Why a request is taken back; nothing need be said, nor a body sent, before somebody is engaged."""

    may_be_left_out = True

    reason: Annotated[
        CancelReason | None, Field(strict=False, description="Needed once somebody is engaged.", examples=["no-show"])
    ] = None


class DisputeBody(Body):
    """What somebody objects to."""

    reason: Annotated[DisputeReason, Field(strict=False, examples=["not-done"])]


class RequestSummary(Answer):
    """A request in a list."""

    id: RequestId
    status: Annotated[State, Field(examples=["matched"])]
    trade: Annotated[Trade, Field(examples=["plumbing"])]
    title: Annotated[str, Field(examples=["Kitchen tap drips"])]
    posted_at: Instant


class RequestsAnswer(Answer):
    """Some of the caller's requests, newest first."""

    requests: list[RequestSummary]
    next: Annotated[str | None, Field(description="Send it as `cursor` for what follows; left out at the end.")] = None

    @classmethod
    def of(cls, page: RequestPage) -> "RequestsAnswer":
        """Return the answer that shows a page."""
        return cls(
            requests=[
                RequestSummary(
                    id=each.id,
                    status=each.state,
                    trade=each.trade,
                    title=each.details.title,
                    posted_at=each.posted_at,
                )
                for each in page.requests
            ],
            next=page.next,
        )


class UploadBody(Body):
    """What is about to be sent."""

    content_type: Annotated[ImageType, Field(strict=False, examples=["image/jpeg"])]
    size: Annotated[int, Field(ge=1, le=LARGEST, description="Bytes, exactly.", examples=[48213])]

    def to_command(self, idempotency_key: str | None) -> AnnounceUploadCommand:
        """Return the wish as the use case takes it."""
        return AnnounceUploadCommand(self.content_type, self.size, idempotency_key)


class UploadAnswer(Answer):
    """What to send an image with: `fields`, then the image as `file`, as `multipart/form-data` to `url`."""

    id: UploadId
    url: Annotated[str, Field(examples=["https://images.example.com"])]
    fields: Annotated[
        dict[str, str],
        Field(
            description="Form fields, which go before the file as they are.",
            examples=[{"key": "raw/sub_…/upl_…", "Content-Type": "image/jpeg", "policy": "…"}],
        ),
    ]
    expires_in: Annotated[int, Field(description="Seconds in which to send it.", examples=[600])]

    @classmethod
    def of(cls, announced: Announced) -> "UploadAnswer":
        """Return the answer that lets somebody send an image."""
        form = announced.form
        seconds = int(FORM_OPEN.total_seconds())
        return cls(id=announced.id, url=form.url, fields=dict(form.fields), expires_in=seconds)


class UploadStatus(Answer):
    """How an upload stands."""

    id: UploadId
    status: Annotated[
        UploadState,
        Field(
            description="`waiting` until the image came and was looked at; `ready` for a request; `used` in one.",
            examples=["ready"],
        ),
    ]
    reason: Annotated[
        Refusal | None, Field(description="Why it was refused, when it was.", examples=["not-the-type-declared"])
    ] = None

    @classmethod
    def of(cls, upload: Upload) -> "UploadStatus":
        """Return the answer that shows an upload."""
        return cls(id=upload.id, status=upload.state, reason=upload.reason)


class ImageAnswer(Answer):
    """An image of a request, made anew without anything but its pixels, and a link that shows it for a short while."""

    id: UploadId
    url: Annotated[str, Field(examples=["https://images.example.com/shown/upl_aaaaaaaaaaaaaaaaaaaaaaaaaa?X-Amz-…"])]
    expires_in: Annotated[int, Field(description="Seconds for which the link works.", examples=[300])]
    content_type: Annotated[ImageType, Field(examples=["image/jpeg"])]
    width: Annotated[int, Field(description="Pixels.", examples=[2048])]
    height: Annotated[int, Field(description="Pixels.", examples=[1536])]

    @classmethod
    def all_of(cls, images: Sequence[ShownImage]) -> "list[ImageAnswer]":
        """Return the answer that shows the images of a request."""
        seconds = int(LINK_OPEN.total_seconds())
        return [
            cls(
                id=each.image.id,
                url=each.url,
                expires_in=seconds,
                content_type=each.image.content_type,
                width=each.image.width,
                height=each.image.height,
            )
            for each in images
        ]


class ContactAnswer(Answer):
    """How to reach the other side of a job: by what that side prefers. Customers have an `address`, too."""

    given_name: Annotated[str, Field(examples=["Marie"])]
    family_name: Annotated[str, Field(examples=["Tremblay"])]
    email: Annotated[str | None, Field(examples=["marie@example.com"])] = None
    phone: Annotated[str | None, Field(examples=["+15145550123"])] = None
    address: AddressAnswer | None = None

    @classmethod
    def of(cls, contact: Contact) -> "ContactAnswer":
        """Return the answer that shows how to reach somebody."""
        return cls(
            given_name=contact.given_name,
            family_name=contact.family_name,
            email=contact.email,
            phone=contact.phone,
            address=AddressAnswer.of(contact.address) if contact.address else None,
        )


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
