"""A service request: what a customer wants done, what of it a provider may see, and how providers hear of it."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from jobipro.domain import offers, text
from jobipro.domain.coverage import Location, coarse_area, in_canada, request_cell
from jobipro.domain.errors import FieldError, Invalid
from jobipro.domain.ids import EventId, OfferId, RequestId, SubjectId
from jobipro.domain.language import Language
from jobipro.domain.lifecycle import ENDED, SEEKING, Action, Actor, State, Transition, due_at
from jobipro.domain.postal import MailingAddress
from jobipro.domain.subject_keys import SubjectKey
from jobipro.domain.trades import Trade


class ContactPreference(StrEnum):
    """How the customer wants to be reached by the provider who is engaged."""

    EMAIL = "email"
    PHONE = "phone"
    BOTH = "both"


@dataclass(frozen=True, slots=True, repr=False)
class Details:
    """The personal part of a request; `area` is all that may be known of `location` before engagement."""

    title: str
    description: str
    location: Location
    area: Location
    address: MailingAddress
    phone: str | None
    contact_preference: ContactPreference
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of a request without its customer's key.

    `version` counts its transitions, `offers` are the open ones. `provider` and `offer` say who is engaged, and on what
    terms, from acceptance on; `ended_at` is when nothing was left to do. At `due_at` the service moves it, if ever.
    """

    id: RequestId
    customer: SubjectId
    trade: Trade
    state: State
    version: int
    posted_at: datetime
    offers: int = 0
    provider: SubjectId | None = None
    offer: OfferId | None = None
    engaged_at: datetime | None = None
    ended_at: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Request(Standing):
    """One service request with its customer's key; `cell` is the res-4 cell through which its providers are found."""

    cell: str
    key: SubjectKey
    details: Details


@dataclass(frozen=True, slots=True)
class Opportunity:
    """A request that a provider was told of, and since when."""

    request: RequestId
    customer: SubjectId
    provider: SubjectId
    since: datetime


def moved[S: Standing](before: S, move: Transition, at: datetime, offer: offers.Standing | None = None) -> S:
    """Return how a request stands after a move; `offer` is the one made, withdrawn or accepted by it."""
    changes: dict[str, Any] = {"offers": before.offers + _MORE_OFFERS.get(move.action, 0)}
    if move.action is Action.ACCEPT and offer is not None:
        changes |= {"provider": offer.provider, "offer": offer.id, "engaged_at": at}
    if move.after in ENDED and before.ended_at is None:
        changes["ended_at"] = at
    due = due_at(move.after, before.posted_at, at)
    return replace(before, state=move.after, version=before.version + 1, due_at=due, **changes)


_MORE_OFFERS: Mapping[Action, int] = {Action.OFFER: 1, Action.WITHDRAW: -1, Action.ACCEPT: -1}
"""How the number of open offers changes; an accepted one is open no more."""


@dataclass(frozen=True, slots=True, repr=False)
class Shared:
    """What a provider may see of a request before engagement, and nothing else."""

    trade: Trade
    title: str
    description: str
    area: Location


def shared(request: Request) -> Shared:
    """Return what a provider may see before engagement; whatever shows a request to providers takes it from here.

    Source: the design, "Matching".
    """
    return Shared(request.trade, request.details.title, request.details.description, request.details.area)


def checked_details(
    *,
    title: str,
    description: str,
    location: Location,
    address: MailingAddress,
    phone: str | None,
    contact_preference: ContactPreference,
    language: Language,
) -> Details:
    """Return the details of a new request; `Invalid` names every field that does not fit."""
    wrong: list[FieldError] = []
    title = _text(text.TITLE, "title", title, wrong)
    description = _text(text.DESCRIPTION, "description", description, wrong)
    if not in_canada(location):
        wrong.append(FieldError("location", "A place in Canada."))
    if phone is None and contact_preference is not ContactPreference.EMAIL:
        wrong.append(FieldError("phone", "A phone number, since contact by phone was preferred."))
    if wrong:
        raise Invalid(*wrong)
    return Details(
        title=title,
        description=description,
        location=location,
        area=coarse_area(location),
        address=address,
        phone=phone,
        contact_preference=contact_preference,
        language=language,
    )


def _text(rule: text.Rule, field: str, written: str, wrong: list[FieldError]) -> str:
    try:
        return text.accepted(rule, field, written)
    except Invalid as invalid:
        wrong.extend(invalid.fields)
        return written


def matching_cell(details: Details) -> str:
    """Return the res-4 cell of a request's area.

    It is the area's, not the exact place's: who hears of a request must follow from what they may see of it, and from
    nothing finer.
    """
    return request_cell(details.area)


ENOUGH_OFFERS = 3
"""With so many offers no further providers are told. Source: the design, "Matching"."""

WAVE = 25
"""How many providers are told at a time. Source: the design, "Matching"."""

WAVES_APART = timedelta(minutes=10)
"""How long offers are waited for before the next providers are told. Source: the design, "Matching"."""


@dataclass(frozen=True, slots=True)
class Wave:
    """How far the telling of a request has come.

    `n` waves have gone out; `after` is the place in the order of whoever was told last, `key_number` the number of the
    key that made the order. `due_at` is when the next wave may go; without one it was announced, or, when `finished`,
    there is none.
    """

    request: RequestId
    customer: SubjectId
    n: int
    after: str
    key_number: int
    due_at: datetime | None = None
    finished: bool = False


def side(request: Standing, subject: SubjectId) -> Actor | None:
    """Return on which side of a request somebody stands: its customer, or the provider who is engaged; None on none."""
    return {request.customer: Actor.CUSTOMER, request.provider: Actor.PROVIDER}.get(subject)


def open_to(request: Standing, provider: SubjectId) -> bool:
    """Tell whether a provider who was told of a request may see it still: while it looks for one, or if it is them."""
    return request.state in SEEKING or request.provider == provider


def seeking(request: Standing) -> bool:
    """Tell whether more providers should hear of a request."""
    return request.state in SEEKING and request.offers < ENOUGH_OFFERS


def opportunity_id(request: RequestId, provider: SubjectId) -> EventId:
    """Return the id of the event that tells one provider of one request: the same however often it is made.

    Whoever delivers it keeps one row an event and a recipient, so telling somebody again is seen for what it is.
    """
    digest = hashlib.sha256(f"opportunity/v1|{request}|{provider}".encode()).digest()
    return EventId(f"evt_{base64.b32encode(digest[:16]).decode().rstrip('=').lower()}")
