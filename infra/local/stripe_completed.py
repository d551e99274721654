"""What the real Stripe has and localstripe lacks, as far as the service relies on it.

docs/embedded-cloud.md lists it. localstripe is licensed under the GPL: it is imported, on this machine only.
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import BasicAuth, ClientError, ClientSession, ClientTimeout, web
from localstripe import resources, server, webhooks
from localstripe.errors import UserError
from localstripe.resources import Charge, Event, PaymentIntent, PaymentMethod, Refund, StripeObject

from infra.local.web import OURSELVES

SENT_AGAIN_AFTER = (0.1, 1, 2, 4, 8, 16, 32)
"""Seconds before each try to deliver an event; the first lets the answer to the call that caused it come first."""

HELD_FOR = 7 * 24 * 60 * 60
"""Seconds after which an authorisation lapses. Source: docs.stripe.com/payments/place-a-hold-on-a-payment-method."""

CARDS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_authenticationRequired": "4000002760003184",
}
"""Test cards by the names that stand for them. Source: docs.stripe.com/testing."""

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def complete(app: web.Application) -> None:
    """Complete localstripe, once a process and before it serves."""
    resources.Store.dump_to_disk = lambda _store: None
    resources.schedule_webhook = Deliveries().begin
    server.get_api_key = _with_publishable_keys(server.get_api_key)
    _complete_objects()
    app.middlewares.insert(0, for_ourselves)
    app.middlewares.insert(1, Answered().once)
    app.middlewares.append(completed)


class Deliveries:
    """Sends events to the webhooks, side by side, and again to whoever did not take one."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._at_once = asyncio.Semaphore(8)

    def begin(self, event: Any) -> None:
        """Have an event delivered."""
        payload = json.dumps(event._export()).encode()
        for webhook in webhooks._webhooks.values():
            task = asyncio.ensure_future(self._deliver(webhook, payload))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _deliver(self, webhook: Any, payload: bytes) -> None:
        for seconds in SENT_AGAIN_AFTER:
            await asyncio.sleep(seconds)
            async with self._at_once:
                if await _taken(webhook, payload):
                    return


async def _taken(webhook: Any, payload: bytes) -> bool:
    """Send an event, signed as of now, and tell whether it was taken."""
    at = int(time.time())
    signature = hmac.new(webhook.secret.encode(), b"%d.%s" % (at, payload), hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": f"t={at},v1={signature}"}
    try:
        async with (
            ClientSession(timeout=ClientTimeout(total=30)) as session,
            session.post(webhook.url, data=payload, headers=headers) as answer,
        ):
            return answer.ok
    except (ClientError, TimeoutError):
        return False


@web.middleware
async def for_ourselves(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what a web page elsewhere may send: it can point a name of its own at this machine, or post a form."""
    configures = request.path.startswith("/_config/")
    if request.url.host not in OURSELVES or (configures and "Origin" in request.headers):
        return web.Response(status=HTTPStatus.MISDIRECTED_REQUEST)
    return await handler(request)


class Answered:
    """Gives the same answer to the same POST with the same `Idempotency-Key`, and refuses another one with that key."""

    def __init__(self) -> None:
        self._answers: dict[str, tuple[str, web.Response]] = {}
        self._one_at_a_time = asyncio.Lock()

    @property
    def once(self) -> Any:
        """The middleware."""

        @web.middleware
        async def once(request: web.Request, handler: Handler) -> web.StreamResponse:
            key = request.headers.get("Idempotency-Key")
            if request.method != "POST" or not key:
                return await handler(request)
            asked = f"{request.path} {sorted(parse_qsl(await request.text()))}"
            async with self._one_at_a_time:
                return await self._answer(key, asked, request, handler)

        return once

    async def _answer(self, key: str, asked: str, request: web.Request, handler: Handler) -> web.StreamResponse:
        before, kept = self._answers.get(key, (asked, None))
        if before != asked:
            told = "Keys for idempotent requests can only be used with the same parameters they were first used with."
            return web.json_response({"error": {"type": "idempotency_error", "message": told}}, status=400)
        if kept:
            headers = {"Idempotent-Replayed": "true"}
            return web.Response(body=kept.body, status=kept.status, content_type=kept.content_type, headers=headers)
        answer = await handler(request)
        if isinstance(answer, web.Response) and answer.status not in NOT_KEPT:
            self._answers[key] = asked, answer
        return answer


NOT_KEPT = frozenset({400, 401, 404})
"""Answers to calls that were refused before anything was done: the same key may try again."""


@web.middleware
async def completed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Have a route of ours answer in the place of localstripe's, where there is one."""
    resource = request.match_info.route.resource
    ours = ROUTES.get((request.method, resource.canonical)) if resource else None
    return await (ours or handler)(request)


def create_intent(
    confirm: Any = None, off_session: Any = None, payment_method: str | None = None, **given: Any
) -> PaymentIntent:
    """Create an intent and say so; confirm it, if asked to."""
    card = _card(payment_method) if payment_method else None
    intent = PaymentIntent._api_create(payment_method=card, **given)
    options = given.get("payment_method_options") or {}
    intent._kept_for = options.get("card", {}).get("setup_future_usage")
    _tell("payment_intent.created", intent)
    if resources.try_convert_to_bool(confirm):
        confirm_intent(intent.id, off_session=off_session)
    return intent


def confirm_intent(
    id: str,  # noqa: A002, localstripe passes it by this name
    payment_method: str | None = None,
    off_session: Any = None,
    client_secret: str | None = None,
    **_harmless: Any,
) -> PaymentIntent:
    """Confirm an intent, with a card that may be given only now, or instead of one that was declined."""
    intent = PaymentIntent._api_retrieve(id)
    if client_secret not in {None, intent.client_secret}:
        raise UserError(HTTPStatus.UNAUTHORIZED, "The client_secret provided does not match this intent.")
    if payment_method and intent.status in {"requires_payment_method", "requires_confirmation"}:
        intent.payment_method = _card(payment_method)
        intent.latest_charge = None
    _must_be(intent, "requires_confirmation")
    intent._confirm(on_failure_now=intent._report_failure)
    if intent.next_action and resources.try_convert_to_bool(off_session):
        _refuse_off_session(intent)
    if intent.next_action:
        _tell("payment_intent.requires_action", intent)
    return intent


def _refuse_off_session(intent: Any) -> None:
    """Refuse a card that wants its holder, who is not there."""
    intent.next_action = None
    intent.payment_method = None
    intent._authentication_failed = True
    _tell("payment_intent.payment_failed", intent)
    refused = {"code": "authentication_required", "payment_intent": intent._export()}
    raise _card_error("This transaction requires authentication.", refused)


def capture_intent(id: str, amount_to_capture: Any = None, **_harmless: Any) -> PaymentIntent:  # noqa: A002
    """Capture what is held."""
    intent = PaymentIntent._api_retrieve(id)
    _must_be(intent, "requires_capture")
    PaymentIntent._api_capture(id, amount_to_capture=amount_to_capture)
    _tell("charge.captured", intent.latest_charge)
    return intent


def cancel_intent(id: str, cancellation_reason: str | None = None) -> PaymentIntent:  # noqa: A002
    """Cancel an intent; what it holds is given back, which Stripe tells as a refund of what was never captured."""
    intent = PaymentIntent._api_retrieve(id)
    held = intent.latest_charge if intent.status == "requires_capture" else None
    _must_be(intent, "requires_payment_method", "requires_confirmation", "requires_action", "requires_capture")
    PaymentIntent._api_cancel(id)
    intent.canceled_at = int(time.time())
    intent.cancellation_reason = cancellation_reason
    _tell("payment_intent.canceled", intent)
    if held:
        create_refund(charge=held.id)
    return intent


def create_refund(
    charge: str | None = None,
    payment_intent: str | None = None,
    amount: Any = None,
    reason: str | None = None,
    metadata: dict[str, str] | None = None,
) -> Refund:
    """Refund a charge, whole or in part, at most what is left of it."""
    paid = PaymentIntent._api_retrieve(payment_intent).latest_charge if payment_intent else Charge._api_retrieve(charge)
    left = paid.amount - paid.amount_refunded if paid and paid.paid else 0
    wanted = int(amount or left)
    if not left:
        raise UserError(400, "There is nothing left to refund.", {"code": "charge_already_refunded"})
    if wanted > left:
        raise UserError(400, "Refund amount is greater than unrefunded amount on charge.", {"param": "amount"})
    refund = Refund._api_create(charge=paid.id, amount=wanted, metadata=metadata)
    refund.payment_intent = paid.payment_intent
    refund.reason = reason
    _tell("refund.created", refund)
    _tell("charge.refunded", paid)
    return refund


def list_refunds(payment_intent: str, **page: Any) -> Any:
    """List the refunds of an intent, newest first."""
    charge = PaymentIntent._api_retrieve(payment_intent).latest_charge
    found = resources.List("/v1/refunds", **page)
    found._list = charge.refunds._list if charge else []
    return found


def list_events(types: Iterable[str] | None = None, **query: Any) -> Any:
    """List the events, newest first."""
    found = Event._api_list_all("/v1/events", **query)
    found._list = [event for event in reversed(found._list) if types is None or event.type in types]
    return found


ROUTES: dict[tuple[str, str], Handler] = {
    ("POST", "/v1/payment_intents"): server.api_extra(create_intent, ""),
    ("POST", "/v1/payment_intents/{id}/confirm"): server.api_extra(confirm_intent, ""),
    ("POST", "/v1/payment_intents/{id}/capture"): server.api_extra(capture_intent, ""),
    ("POST", "/v1/payment_intents/{id}/cancel"): server.api_extra(cancel_intent, ""),
    ("POST", "/v1/refunds"): server.api_extra(create_refund, ""),
    ("GET", "/v1/refunds"): server.api_extra(list_refunds, ""),
    ("GET", "/v1/events"): server.api_extra(list_events, ""),
}


def _complete_objects() -> None:
    """Give localstripe's objects the fields that the real ones have, and cards of every kind."""
    _complete_intents()
    _complete_charges()
    PaymentMethod._try_get_canonical_test_article = _test_card
    PaymentMethod._charging_is_declined = _either(
        PaymentMethod._charging_is_declined, PaymentMethod._attaching_is_declined
    )
    Refund.reason = None


def _complete_intents() -> None:
    create_charge, export = PaymentIntent._create_charge, PaymentIntent._export

    def charged(intent: Any, on_failure_now: Callable[[], None]) -> None:
        create_charge(intent, on_failure_now=on_failure_now)
        intent.latest_charge.metadata = dict(intent.metadata)
        if intent._kept_for and intent.customer:
            PaymentMethod._api_retrieve(intent.payment_method).customer = intent.customer
        _tell("charge.succeeded", intent.latest_charge)
        if intent.status == "requires_capture":
            _tell("payment_intent.amount_capturable_updated", intent)

    def exported(intent: Any, expand: list[str] | None = None) -> dict[str, Any]:
        """Name the charge by its id, as the real one does, unless it is asked for."""
        told: dict[str, Any] = export(intent, expand=expand)
        if told["latest_charge"] and not any(path.partition(".")[0] == "latest_charge" for path in expand or ()):
            told["latest_charge"] = told["latest_charge"]["id"]
        return told

    PaymentIntent._create_charge = charged
    PaymentIntent._export = exported
    PaymentIntent._kept_for = None
    PaymentIntent.canceled_at = None
    PaymentIntent.cancellation_reason = None
    PaymentIntent.amount_capturable = property(_held)
    PaymentIntent.amount_received = property(lambda intent: intent.amount if intent.status == "succeeded" else 0)
    del PaymentIntent.charges  # gone from the real one since 2022


def _complete_charges() -> None:
    begin, refund = Charge.__init__, Refund.__init__
    refunds: defaultdict[str, list[Any]] = defaultdict(list)

    def begun(charge: Any, *values: Any, capture: Any = True, **named: Any) -> None:
        begin(charge, *values, capture=capture, **named)
        charge._capture_before = None if charge.captured else charge.created + HELD_FOR

    def refunded(refunded: Any, *values: Any, **named: Any) -> None:
        refund(refunded, *values, **named)
        refunds[refunded.charge].insert(0, refunded)

    def refunds_of(charge: Any) -> Any:
        """Return its refunds without a look at everything there is."""
        found = resources.List(f"/v1/charges/{charge.id}/refunds")
        found._list = refunds[charge.id]
        return found

    Charge.__init__ = begun
    Refund.__init__ = refunded
    Charge.refunds = property(refunds_of)
    Charge.amount_captured = property(lambda charge: charge.amount if charge.captured else 0)
    Charge.payment_method_details = property(_card_details)
    Charge._raise_failure = _raise_decline


def _held(intent: Any) -> int:
    return int(intent.amount) if intent.status == "requires_capture" else 0


def _card_details(charge: Any) -> dict[str, Any]:
    method = PaymentMethod._api_retrieve(charge.payment_method)
    return {"type": "card", "card": {**method.card, "capture_before": charge._capture_before}}


def _raise_decline(charge: Any) -> None:
    declined = {"code": "card_declined", "decline_code": "generic_decline", "charge": charge.id}
    raise _card_error(charge.failure_message, declined)


def _card_error(message: str, told: dict[str, Any]) -> UserError:
    error = UserError(HTTPStatus.PAYMENT_REQUIRED, message, told)
    error.body["error"]["type"] = "card_error"
    return error


def _must_be(intent: Any, *states: str) -> None:
    """Refuse what an intent's state does not allow."""
    if intent.status not in states:
        told = {"code": "payment_intent_unexpected_state", "payment_intent": intent._export()}
        raise UserError(400, f"This PaymentIntent has a status of {intent.status}.", told)


def _tell(what: str, of: StripeObject) -> None:
    resources.schedule_webhook(Event(what, of))


def _card(payment_method: str) -> str:
    """Return the id of a card; a name of a test card becomes a card of its own."""
    return str(PaymentMethod._api_retrieve(payment_method).id)


def _test_card(name: str) -> Any:
    """Return a fresh card for the name of a test card, and None for any other id."""
    number = CARDS.get(name)
    card = {"number": number, "exp_month": 12, "exp_year": 2030, "cvc": "123"}
    return PaymentMethod(type="card", card=card) if number else None


def _either(*checks: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda card: any(check(card) for check in checks)


def _with_publishable_keys(secret_key: Callable[[web.Request], str | None]) -> Callable[[web.Request], str | None]:
    """Let a publishable key confirm an intent, as it does from the customer's browser."""

    def key(request: web.Request) -> str | None:
        return secret_key(request) or next(_publishable(request), None)

    return key


def _publishable(request: web.Request) -> Iterator[str]:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    key = BasicAuth.decode(f"Basic {given}").login if kind == "Basic" else given
    if request.path.endswith("/confirm") and key.startswith("pk_"):
        yield key
