"""Stripe behind its ports, through its own package: small typed values come back, and its errors become ours.

What Stripe says of an error may hold the whole payment, names and addresses too; so our errors are raised without its
own behind them, and the package's log, which writes out bodies, says nothing below a warning.

The package takes a quarter of a start to load, so it is loaded with the first call, or when `load` is asked to.
"""

import logging
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from jobipro.adapters.secrets import UNKNOWN_SECONDS, Secret
from jobipro.application.ports.stripe import EventPage, Wanted
from jobipro.domain.errors import ServiceError, Unavailable
from jobipro.domain.ids import PaymentId, SubjectId
from jobipro.domain.payments import Card
from jobipro.domain.stripe import (
    AskedDifferently,
    Declined,
    Intent,
    IntentStatus,
    NotAtStripe,
    NotPossible,
    NotUnderstood,
    Refund,
    RefundStatus,
)

if TYPE_CHECKING:
    import stripe

API_VERSION = "2026-10-28.endive"
"""What Stripe's answers look like; it changes together with the package."""

TIMEOUTS = (1.0, 6.0)
"""Seconds to wait for a connection, and for an answer."""

RETRIES = 1
"""By the package itself, under the same idempotency key: a connection that was left open may be gone."""

PAGE = 100
"""Objects a list call; Stripe gives no more."""

EXPANDED = ["latest_charge", "payment_method"]

CODES: Mapping[str, type[ServiceError]] = {
    "amount_too_large": NotPossible,
    "charge_already_captured": NotPossible,
    "charge_already_refunded": NotPossible,
    "charge_disputed": NotPossible,
    "charge_expired_for_capture": NotPossible,
    "lock_timeout": Unavailable,
    "payment_intent_unexpected_state": NotPossible,
    "rate_limit": Unavailable,
    "refund_disputed_payment": NotPossible,
    "resource_missing": NotAtStripe,
}
"""Stripe's words for why it refused a call, and ours. Source: Stripe's docs, "Error codes"."""

SERVER_ERROR = 500
NOT_THERE = 404
IN_USE = 409
"""Another call under the same idempotency key is still at it."""

_PAYMENT = re.compile(r"pay_[a-z2-7]{26}")
_NUMBER = re.compile(r"[0-9]{1,6}")
_WORD = re.compile(r"[a-z][a-z_]{0,63}")

type _Call = Callable[["stripe.StripeClient"], "stripe.StripeObject"]


def load() -> None:
    """Load the package now, and have it say nothing of us, to nobody."""
    import stripe

    stripe.enable_telemetry = False
    logging.getLogger("stripe").setLevel(logging.WARNING)


class StripeApi:
    """Calls of one Stripe account; `secret` holds its key as `api_key`, which is fetched with the first call."""

    def __init__(
        self,
        secret: Secret,
        url: str,
        stage: str,
        timeouts: tuple[float, float] = TIMEOUTS,
        retries: int = RETRIES,
    ) -> None:
        self._secret = secret
        self._url = url
        self._stage = stage
        self._timeouts = timeouts
        self._retries = retries
        self._client: tuple[str, stripe.StripeClient] | None = None

    def customer(self, key: str, subject: SubjectId) -> str:
        """Return the id of a new customer; they have no name there, only our opaque id of them."""
        asked: Any = {"metadata": {"subject": subject, "stage": self._stage}}
        return str(self.called(lambda client: client.v1.customers.create(asked, _under(key)))["id"])

    def open(self, key: str, wanted: Wanted) -> Intent:
        """Make an intent that its customer pays in a browser; the card is kept for authorising again."""
        return self._intent(lambda client: client.v1.payment_intents.create(self._asked(wanted), _under(key)))

    def authorise(self, key: str, wanted: Wanted, payment_method: str) -> Intent:
        """Make an intent and hold the money at once, without the customer; `Declined` when the bank says no."""
        more = {"payment_method": payment_method, "confirm": True, "off_session": True}
        asked: Any = {**self._asked(wanted), **more}
        return self._intent(lambda client: client.v1.payment_intents.create(asked, _under(key)))

    def intent(self, intent: str) -> Intent:
        """Look at an intent."""
        return self._intent(lambda client: client.v1.payment_intents.retrieve(intent, {"expand": EXPANDED}))

    def capture(self, key: str, intent: str) -> Intent:
        """Take all the money that an intent holds; `NotPossible` when it holds none."""
        asked: Any = {"expand": EXPANDED}
        return self._intent(lambda client: client.v1.payment_intents.capture(intent, asked, _under(key)), NotPossible)

    def cancel(self, key: str, intent: str) -> Intent:
        """Let go of the money that an intent holds; `NotPossible` when it is taken, or was let go."""
        asked: Any = {"expand": EXPANDED}
        return self._intent(lambda client: client.v1.payment_intents.cancel(intent, asked, _under(key)), NotPossible)

    def refund(self, key: str, intent: str, n: int, cents: int) -> Refund:
        """Give back money that was taken; `NotPossible` when so much is not there any more."""
        asked: Any = {"payment_intent": intent, "amount": cents, "metadata": {"refund": str(n), "stage": self._stage}}
        return refund_of(self.called(lambda client: client.v1.refunds.create(asked, _under(key)), NotPossible))

    def refunds(self, intent: str) -> tuple[Refund, ...]:
        """Return what was given back of an intent, newest first; a payment has fewer refunds than a page."""
        asked: Any = {"payment_intent": intent, "limit": PAGE}
        return tuple(refund_of(each) for each in self.called(lambda client: client.v1.refunds.list(asked))["data"])

    def called(self, do: _Call, refused: type[ServiceError] = NotUnderstood) -> dict[str, Any]:
        """Return what a call answers; `refused` is what it means when Stripe refuses without a reason that we know.

        A key that Stripe does not take is looked for again once: it may have been replaced since it was fetched.
        """
        import stripe

        for oldest in ({}, {"oldest": UNKNOWN_SECONDS}):
            api_key = self._secret.value(**oldest)["api_key"]
            try:
                return do(self._with(api_key)).to_dict()
            except stripe.AuthenticationError:
                continue
            except stripe.StripeError as error:
                ours = _ours(error, refused)
            raise ours
        raise Unavailable

    def _with(self, api_key: str) -> "stripe.StripeClient":
        if self._client is None or self._client[0] != api_key:
            import requests
            import stripe

            load()
            session = requests.Session()
            session.trust_env = False
            client = stripe.StripeClient(
                api_key,
                base_addresses={"api": self._url},
                stripe_version=API_VERSION,
                max_network_retries=self._retries,
                http_client=stripe.RequestsClient(timeout=self._timeouts, session=session),
            )
            self._client = api_key, client
        return self._client[1]

    def _asked(self, wanted: Wanted) -> Any:
        return {
            "amount": wanted.cents,
            "currency": wanted.currency.lower(),
            "customer": wanted.customer,
            "capture_method": "manual",
            "payment_method_types": ["card"],
            "payment_method_options": {"card": {"setup_future_usage": "off_session"}},
            "metadata": {"payment": wanted.payment, "n": str(wanted.n), "stage": self._stage},
            "expand": EXPANDED,
        }

    def _intent(self, do: _Call, refused: type[ServiceError] = NotUnderstood) -> Intent:
        return intent_of(self.called(do, refused), self._stage)


class StripeEventList[T]:
    """Stripe's own list of events; `read` makes of each what is kept of it, None for what is not of this stage."""

    def __init__(self, api: StripeApi, read: Callable[[Mapping[str, Any]], T]) -> None:
        self._api = api
        self._read = read

    def events(self, since: datetime, after: str | None = None) -> EventPage[T]:
        """Return some of what happened since; `after` is the end of the page before."""
        asked: Any = {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
        if after is not None:
            asked["starting_after"] = after
        answer = self._api.called(lambda client: client.v1.events.list(asked))
        listed = answer["data"]
        last = listed[-1]["id"] if listed and answer["has_more"] else None
        return EventPage(tuple(self._read(each) for each in listed), last)


def intent_of(sent: Mapping[str, Any], stage: str) -> Intent:
    """Return what we look at of a PaymentIntent, with its charge and payment method where these came along."""
    named = sent.get("metadata") or {}
    ours = named.get("stage") == stage
    charge, method = _whole(sent.get("latest_charge")), _whole(sent.get("payment_method"))
    held = charge if charge.get("status") == "succeeded" else {}
    paid_with = (charge.get("payment_method_details") or {}).get("card") or {}
    return Intent(
        id=sent["id"],
        status=IntentStatus(sent["status"]),
        cents=sent["amount"],
        currency=str(sent["currency"]).upper(),
        created_at=_at(sent["created"]),
        payment=PaymentId(named["payment"]) if ours and _PAYMENT.fullmatch(named.get("payment", "")) else None,
        n=int(named["n"]) if ours and _NUMBER.fullmatch(named.get("n", "")) else None,
        customer=_id(sent.get("customer")),
        payment_method=_id(sent.get("payment_method")),
        charge=_id(sent.get("latest_charge")),
        authorised_at=_at(held["created"]) if "created" in held else None,
        capture_before=_at(paid_with["capture_before"]) if paid_with.get("capture_before") else None,
        captured_cents=_captured(sent, held),
        refunded_cents=charge["amount_refunded"] if charge.get("captured") else 0,
        disputed=bool(charge.get("disputed")),
        declined=_reason(sent.get("last_payment_error") or {}) or None,
        card=_card(paid_with if paid_with.get("last4") else method.get("card") or {}),
        client_secret=sent.get("client_secret"),
        livemode=bool(sent.get("livemode")),
    )


def _captured(sent: Mapping[str, Any], charge: Mapping[str, Any]) -> int:
    """Return what was taken, in cents; localstripe says so of the charge alone."""
    if sent["status"] != IntentStatus.SUCCEEDED:
        return 0
    amount = sent.get("amount_received")
    return int(amount if amount is not None else charge.get("amount_captured", sent["amount"]))


def refund_of(sent: Mapping[str, Any]) -> Refund:
    """Return what we look at of a Refund."""
    n = (sent.get("metadata") or {}).get("refund", "")
    return Refund(
        id=sent["id"],
        cents=sent["amount"],
        status=RefundStatus(sent["status"]),
        created_at=_at(sent["created"]),
        n=int(n) if _NUMBER.fullmatch(n) else None,
    )


def _card(sent: Mapping[str, Any]) -> Card | None:
    if not sent.get("last4"):
        return None
    return Card(
        brand=sent["brand"],
        last4=sent["last4"],
        exp_month=sent["exp_month"],
        exp_year=sent["exp_year"],
        funding=sent.get("funding") or "unknown",
        fingerprint=sent.get("fingerprint") or "",
    )


def _under(key: str) -> Any:
    return {"idempotency_key": key}


def _whole(sent: Any) -> Mapping[str, Any]:
    """Return an object that came along whole; where only its id did, nothing."""
    return sent if isinstance(sent, Mapping) else {}


def _id(sent: Any) -> str | None:
    return sent.get("id") if isinstance(sent, Mapping) else sent


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _reason(error: Mapping[str, Any]) -> str:
    """Return why something was declined, if Stripe says it in one of its words: whatever else it says stays there."""
    word = error.get("decline_code") or error.get("code") or ""
    return word if _WORD.fullmatch(word) else ""


def _ours(error: "stripe.StripeError", refused: type[ServiceError]) -> ServiceError:
    import stripe

    said = error.json_body.get("error") if isinstance(error.json_body, dict) else None
    said = said if isinstance(said, dict) else {}
    match error:
        case stripe.CardError():
            return Declined(_reason(said), _whole(said.get("payment_intent")).get("id"))
        case stripe.IdempotencyError():
            return AskedDifferently()
        case stripe.RateLimitError() | stripe.APIConnectionError():
            return Unavailable()
        case stripe.InvalidRequestError():
            named = NotAtStripe if error.http_status == NOT_THERE else refused
            return CODES.get(error.code or "", named)()
    status = error.http_status or SERVER_ERROR
    return Unavailable() if status >= SERVER_ERROR or status == IN_USE else NotUnderstood(_reason(said))
