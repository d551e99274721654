"""An offer: for how much a provider would do what a request asks, and from when."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from jobipro.domain import text
from jobipro.domain.errors import FieldError, Invalid
from jobipro.domain.ids import OfferId, RequestId, SubjectId
from jobipro.domain.subject_keys import SubjectKey

CURRENCY = "CAD"
"""Of every price."""

LEAST_CENTS, MOST_CENTS = 50, 99_999_999
"""What a price may be. Source: the least and the most that Stripe charges in Canadian dollars."""

BOOKED_AHEAD = timedelta(days=365)
"""How far off the first day may be."""


class OfferState(StrEnum):
    """Where an offer stands; one that was not chosen stays open until its request is closed, and means nothing then."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of an offer without its provider's key; `version` counts its changes."""

    id: OfferId
    request: RequestId
    customer: SubjectId
    provider: SubjectId
    state: OfferState
    made_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Offer(Standing):
    """One offer with its provider's key."""

    price_cents: int
    earliest_on: date
    message: str
    key: SubjectKey
    currency: str = CURRENCY


_SLOT_BYTES, _SLOT_CHARACTERS = 15, 28
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"


def offer_id(request: RequestId, provider: SubjectId, making: int = 1) -> OfferId:
    """Return the id of a provider's offer for a request, the `making`-th, counted from 1.

    There is one at a time, in one slot; made anew it has another id, so that nobody accepts terms they have not seen.
    """
    digest = hashlib.sha256(f"offer/v1|{request}|{provider}".encode()).digest()[:_SLOT_BYTES]
    high, low = divmod(making % len(_BASE32) ** 2, len(_BASE32))
    return OfferId(f"off_{base64.b32encode(digest).decode().lower()}{_BASE32[high]}{_BASE32[low]}")


def slot(offer: OfferId) -> str:
    """Return what the ids of all offers of one provider for one request begin with."""
    return offer[:_SLOT_CHARACTERS]


def offer_after(before: Standing | None, request: RequestId, provider: SubjectId) -> OfferId:
    """Return the id of the offer that a provider makes next."""
    if before is None:
        return offer_id(request, provider)
    high, low = map(_BASE32.index, before.id[_SLOT_CHARACTERS:])
    return offer_id(request, provider, high * len(_BASE32) + low + 1)


def checked_message(price_cents: int, earliest_on: date, message: str, today: date) -> str:
    """Return an offer's message as it is kept; `Invalid` names every field that does not fit.

    Customers read it before anybody is engaged, so it may give away no way of contact.
    """
    wrong: list[FieldError] = []
    if not LEAST_CENTS <= price_cents <= MOST_CENTS:
        wrong.append(FieldError("price_cents", f"From {LEAST_CENTS} to {MOST_CENTS}, in cents."))
    if not today <= earliest_on <= today + BOOKED_AHEAD:
        wrong.append(FieldError("earliest_on", "A day from today on, at most a year ahead."))
    try:
        message = text.accepted(text.OFFER, "message", message)
    except Invalid as invalid:
        wrong.extend(invalid.fields)
    if wrong:
        raise Invalid(*wrong)
    return message
