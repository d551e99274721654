"""What is read of an event as Stripe writes it: the fields on this list, each in its own bounds, and nothing else.

An event of Stripe's holds names, addresses and cards. Whatever is not on the list is never looked at, and a field that
does not fit is left out: the object can be fetched when it matters.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from jobipro.domain.errors import Unintelligible
from jobipro.domain.ids import PaymentId
from jobipro.domain.stripe_events import Kind, StripeEvent, event_id

MOST_CENTS = 10**12
LAST_SECOND = 2**33
"""Of what is taken for a time: the year 2242."""

_EVENT = re.compile(r"evt_[A-Za-z0-9_]{1,250}")
_TYPE = re.compile(r"[a-z][a-z0-9_.]{0,99}")
_ID = re.compile(r"[a-z]{2,10}_[A-Za-z0-9_]{1,250}")
_WORD = re.compile(r"[a-z][a-z0-9_]{0,63}")
_CURRENCY = re.compile(r"[a-z]{3}")
_PAYMENT = re.compile(r"pay_[a-z2-7]{26}")
_NUMBER = re.compile(r"[1-9][0-9]{0,5}")

type Take = Callable[[Any], Any]
"""Makes of what was sent what is kept, None when it does not fit."""


def _fitting(shape: re.Pattern[str]) -> Take:
    return lambda sent: sent if isinstance(sent, str) and shape.fullmatch(sent) else None


_word, _named = _fitting(_WORD), _fitting(_ID)


def _id(sent: Any) -> str | None:
    """Take an id, also of an object that came along whole."""
    found: str | None = _named(sent.get("id") if isinstance(sent, dict) else sent)
    return found


def _cents(sent: Any) -> int | None:
    return sent if type(sent) is int and 0 <= sent <= MOST_CENTS else None


def _at(sent: Any) -> datetime | None:
    return datetime.fromtimestamp(sent, UTC) if type(sent) is int and 0 < sent < LAST_SECOND else None


def _currency(sent: Any) -> str | None:
    return sent.upper() if isinstance(sent, str) and _CURRENCY.fullmatch(sent) else None


def _is(sent: Any) -> bool | None:
    return sent if isinstance(sent, bool) else None


_ABOUT: Mapping[str, tuple[str, Take]] = {"object": ("id", _id), "begun_at": ("created", _at)}
_MONEY: Mapping[str, tuple[str, Take]] = {
    "cents": ("amount", _cents),
    "currency": ("currency", _currency),
    "status": ("status", _word),
}
_BELONGING: Mapping[str, tuple[str, Take]] = {"intent": ("payment_intent", _id), "charge": ("charge", _id)}

FIELDS: Mapping[Kind, Mapping[str, tuple[str, Take]]] = {
    Kind.INTENT: {
        **_ABOUT,
        **_MONEY,
        "intent": ("id", _id),
        "charge": ("latest_charge", _id),
        "captured_cents": ("amount_received", _cents),
        "reason": ("last_payment_error.code", _word),
    },
    Kind.CHARGE: {
        **_ABOUT,
        **_MONEY,
        "intent": ("payment_intent", _id),
        "charge": ("id", _id),
        "captured_cents": ("amount_captured", _cents),
        "refunded_cents": ("amount_refunded", _cents),
        "captured": ("captured", _is),
        "capture_before": ("payment_method_details.card.capture_before", _at),
        "reason": ("failure_code", _word),
    },
    Kind.REFUND: {**_ABOUT, **_MONEY, **_BELONGING, "reason": ("reason", _word)},
    Kind.DISPUTE: {
        **_ABOUT,
        **_MONEY,
        **_BELONGING,
        "due_by": ("evidence_details.due_by", _at),
        "reason": ("reason", _word),
    },
    Kind.WARNING: {**_ABOUT, **_BELONGING, "actionable": ("actionable", _is), "reason": ("fraud_type", _word)},
    Kind.CUSTOMER: _ABOUT,
    Kind.PAYMENT_METHOD: _ABOUT,
    Kind.OTHER: {},
}
"""All that is taken of an object by its kind: our field, where it stands in Stripe's, and what it must look like."""


def event_of(sent: Any, stage: str) -> StripeEvent:
    """Return what is kept of an event of Stripe's.

    Raises `Unintelligible` when it has no id, type or time as events have them. What its metadata says of a payment
    counts only where they name our stage: several may share an account.
    """
    event = sent if isinstance(sent, dict) else {}
    named, kind_of_event, created_at = event.get("id"), event.get("type"), _at(event.get("created"))
    if not _fits(named, _EVENT) or not _fits(kind_of_event, _TYPE) or created_at is None:
        raise Unintelligible
    about = _within(event, "data.object")
    kind = _kind(_within(about, "object"))
    values = {name: take(_within(about, path)) for name, (path, take) in FIELDS[kind].items()}
    told = {name: value for name, value in (values | _ours(about, kind, stage)).items() if value is not None}
    return StripeEvent(id=event_id(str(named)), type=str(kind_of_event), created_at=created_at, kind=kind, **told)


def _fits(sent: Any, shape: re.Pattern[str]) -> bool:
    return isinstance(sent, str) and shape.fullmatch(sent) is not None


def _within(sent: Any, path: str) -> Any:
    for name in path.split("."):
        sent = sent.get(name) if isinstance(sent, dict) else None
    return sent


def _kind(sent: Any) -> Kind:
    return Kind(sent) if isinstance(sent, str) and sent in _KINDS else Kind.OTHER


_KINDS = frozenset(kind.value for kind in Kind)


def _ours(about: Any, kind: Kind, stage: str) -> dict[str, Any]:
    """Return what we wrote into the metadata of an object ourselves, when we made it."""
    if kind is Kind.OTHER or _within(about, "metadata.stage") != stage:
        return {}
    payment, n = _within(about, "metadata.payment"), _within(about, "metadata.n")
    return {
        "payment": PaymentId(payment) if _fits(payment, _PAYMENT) else None,
        "n": int(n) if _fits(n, _NUMBER) else None,
    }
