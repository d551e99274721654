"""The kinds of mail there are: what each is about, on what basis it goes out, and which event leads to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from jobipro.domain.approvals import Basis, Category
from jobipro.domain.errors import Unintelligible
from jobipro.domain.events import Event, EventType
from jobipro.domain.lifecycle import ENGAGED_STATES, SEEKING, TRANSITIONS, Actor, State
from jobipro.domain.payment_steps import DONE
from jobipro.domain.payments import Payment, secured


class TokenPurpose(StrEnum):
    """What a single-use link does; a link for one purpose cannot act for another."""

    VERIFY_ADDRESS = "verify-address"
    VERIFY_NEW_ADDRESS = "verify-new-address"
    RESET_PASSWORD = "reset-password"


LIFETIMES: Mapping[TokenPurpose, timedelta] = {
    TokenPurpose.VERIFY_ADDRESS: timedelta(hours=24),
    TokenPurpose.VERIFY_NEW_ADDRESS: timedelta(hours=24),
    TokenPurpose.RESET_PASSWORD: timedelta(hours=1),
}
"""How long a single-use link works after it was sent. Source: the design, "Link tokens"."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of mail.

    `commercial` mail is sent at most once and needs an approval that stands; other mail is sent at least once.
    `unproven`: nobody has shown yet that the address belongs to whoever caused the mail, so it holds nothing that they
    wrote and is counted against the limit `mail.unproven`.
    """

    name: str
    category: Category
    basis: Basis
    commercial: bool = False
    unproven: bool = False
    token: TokenPurpose | None = None


VERIFY_ADDRESS = Kind(
    "verify-address", Category.ACCOUNT, Basis.TRANSACTIONAL, unproven=True, token=TokenPurpose.VERIFY_ADDRESS
)
ALREADY_REGISTERED = Kind("already-registered", Category.ACCOUNT, Basis.TRANSACTIONAL, unproven=True)
RESET_PASSWORD = Kind("reset-password", Category.ACCOUNT, Basis.TRANSACTIONAL, token=TokenPurpose.RESET_PASSWORD)
PASSWORD_CHANGED = Kind("password-changed", Category.ACCOUNT, Basis.TRANSACTIONAL)
VERIFY_NEW_ADDRESS = Kind(
    "verify-new-address", Category.ACCOUNT, Basis.TRANSACTIONAL, unproven=True, token=TokenPurpose.VERIFY_NEW_ADDRESS
)
ADDRESS_CHANGE_TOLD = Kind("address-change-told", Category.ACCOUNT, Basis.TRANSACTIONAL)
ADDRESS_CHANGED = Kind("address-changed", Category.ACCOUNT, Basis.TRANSACTIONAL)
REQUEST_POSTED = Kind("request-posted", Category.REQUESTS, Basis.TRANSACTIONAL)
OPPORTUNITY = Kind("opportunity", Category.OPPORTUNITIES, Basis.EXPRESS, commercial=True)
OFFER_MADE = Kind("offer-made", Category.REQUESTS, Basis.TRANSACTIONAL)
PROVIDER_ENGAGED = Kind("provider-engaged", Category.REQUESTS, Basis.TRANSACTIONAL)
OFFER_ACCEPTED = Kind("offer-accepted", Category.REQUESTS, Basis.TRANSACTIONAL)
JOB_COMPLETED = Kind("job-completed", Category.REQUESTS, Basis.TRANSACTIONAL)
JOB_CONFIRMED = Kind("job-confirmed", Category.REQUESTS, Basis.TRANSACTIONAL)
JOB_CANCELLED = Kind("job-cancelled", Category.REQUESTS, Basis.TRANSACTIONAL)
JOB_DISPUTED = Kind("job-disputed", Category.REQUESTS, Basis.TRANSACTIONAL)
REQUEST_EXPIRED = Kind("request-expired", Category.REQUESTS, Basis.TRANSACTIONAL)
PAYMENT_RECEIPT = Kind("payment-receipt", Category.ACCOUNT, Basis.TRANSACTIONAL)
PAYMENT_REFUNDED = Kind("payment-refunded", Category.ACCOUNT, Basis.TRANSACTIONAL)
PAYMENT_NEEDED = Kind("payment-needed", Category.ACCOUNT, Basis.TRANSACTIONAL)

KINDS_OF: Mapping[EventType, tuple[Kind, ...]] = {
    EventType.ACCOUNT_CREATED: (VERIFY_ADDRESS, ALREADY_REGISTERED),
    EventType.VERIFICATION_ASKED: (VERIFY_ADDRESS, ALREADY_REGISTERED),
    EventType.PASSWORD_RESET_ASKED: (RESET_PASSWORD,),
    EventType.PASSWORD_CHANGED: (PASSWORD_CHANGED,),
    EventType.ADDRESS_CHANGE_ASKED: (VERIFY_NEW_ADDRESS,),
    EventType.ADDRESS_CHANGE_TOLD: (ADDRESS_CHANGE_TOLD,),
    EventType.ADDRESS_CHANGED: (ADDRESS_CHANGED,),
    EventType.REQUEST_POSTED: (REQUEST_POSTED,),
    EventType.OPPORTUNITY_MATCHED: (OPPORTUNITY,),
    EventType.REQUEST_TOLD: (
        OFFER_MADE,
        PROVIDER_ENGAGED,
        OFFER_ACCEPTED,
        JOB_COMPLETED,
        JOB_CONFIRMED,
        JOB_CANCELLED,
        JOB_DISPUTED,
        REQUEST_EXPIRED,
    ),
    EventType.PAYMENT_SETTLED: (PAYMENT_RECEIPT,),
    EventType.PAYMENT_REFUNDED: (PAYMENT_REFUNDED,),
    EventType.PAYMENT_NEEDED: (PAYMENT_NEEDED,),
}
"""The mails that an event may lead to. `RequestTold` names the one it is about. Where there are two otherwise, one is
sent: the second if the address has an account already, which is looked up at the moment of sending and at no other, so
that the one who asked cannot tell."""

KINDS: Mapping[str, Kind] = {kind.name: kind for kinds in KINDS_OF.values() for kind in kinds}

TRUE_IN: Mapping[Kind, frozenset[State]] = {
    REQUEST_POSTED: SEEKING,
    OPPORTUNITY: SEEKING,
    OFFER_MADE: frozenset({State.OFFERED}),
    PROVIDER_ENGAGED: ENGAGED_STATES,
    OFFER_ACCEPTED: ENGAGED_STATES,
    JOB_COMPLETED: frozenset({State.COMPLETED}),
    JOB_CONFIRMED: DONE,
    JOB_CANCELLED: frozenset({State.CANCELLED}),
    JOB_DISPUTED: frozenset({State.DISPUTED}),
    REQUEST_EXPIRED: frozenset({State.EXPIRED}),
    PAYMENT_RECEIPT: frozenset(State),
    PAYMENT_REFUNDED: frozenset(State),
    PAYMENT_NEEDED: ENGAGED_STATES | DONE,
}
"""In which states of its request a mail still says the truth; in any other it is not sent. A kind that is not here is
about no request."""

ABOUT_PAYMENTS: Mapping[Kind, Callable[[Payment, datetime], bool]] = {
    PAYMENT_RECEIPT: lambda payment, now: payment.captured_cents > 0,
    PAYMENT_REFUNDED: lambda payment, now: payment.refunded_cents > 0,
    PAYMENT_NEEDED: lambda payment, now: not secured(payment, now),
}
"""Mails about the payment of a request, and what must be so of it for each to be true."""

TELLS: frozenset[tuple[Actor, str]] = frozenset(tell for move in TRANSITIONS for tell in move.tells)
"""Which side of a request is told of what. Source: `lifecycle.TRANSITIONS`."""

LIST_IDS: Mapping[Category, str] = {category: f"{category.replace('_', '-')}.jobipro.com" for category in Category}
"""What stands in `List-Id` (RFC 2919): it names the category for ever, whatever host the mail came from."""


def side_of(event: Event) -> Actor:
    """Return on which side of the request that an event names its subject stands."""
    return Actor.CUSTOMER if event.subject == event.refs.get("customer", event.subject) else Actor.PROVIDER


def kinds_of(event: Event) -> tuple[Kind, ...]:
    """Return the mails that an event may lead to; `Unintelligible` when there is none.

    What `RequestTold` is about must be something that its subject's side is told.
    """
    kinds = KINDS_OF.get(event.type, ())
    if event.type is EventType.REQUEST_TOLD:
        told = (side_of(event), event.refs.get("about"))
        kinds = tuple(kind for kind in kinds if told in TELLS and kind.name == told[1])
    if not kinds:
        raise Unintelligible
    return kinds
