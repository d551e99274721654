"""What service requests take and give."""

from typing import Annotated

from pydantic import Field

from jobipro.application.list_requests import RequestPage
from jobipro.application.post_request import PostRequestCommand
from jobipro.domain import text
from jobipro.domain.contact import Contact
from jobipro.domain.errors import FieldError, Invalid
from jobipro.domain.ids import UploadId as UploadName
from jobipro.domain.language import Language
from jobipro.domain.lifecycle import CancelReason, DisputeReason, State
from jobipro.domain.phone import e164
from jobipro.domain.requests import ContactPreference, Request
from jobipro.domain.trades import Trade
from jobipro.domain.uploads import MOST_OF_A_REQUEST
from jobipro.http import Answer, Body, Instant, Line, Paging, within
from jobipro.http.places import AddressAnswer, AddressBody, PointAnswer, PointBody


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
