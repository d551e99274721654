"""Calls to Stripe as they travel, and what its errors become."""

import json
import logging
import threading
import time
from collections import deque
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import stripe

from jobipro.adapters.secrets import Secret
from jobipro.adapters.stripe import API_VERSION, StripeApi, StripeEventList, intent_of
from jobipro.application.ports.stripe import Wanted
from jobipro.domain.errors import Unavailable
from jobipro.domain.ids import PaymentId, SubjectId
from jobipro.domain.stripe import (
    AskedDifferently,
    Declined,
    IntentStatus,
    NotAtStripe,
    NotPossible,
    NotUnderstood,
)

SUBJECT = SubjectId("sub_" + "a" * 26)
PAYMENT = PaymentId("pay_" + "b" * 26)
WANTED = Wanted(PAYMENT, 2, 12_345, "CAD", "cus_1")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

INTENT = {
    "id": "pi_1",
    "object": "payment_intent",
    "amount": 12_345,
    "amount_received": 0,
    "client_secret": "pi_1_secret_2",
    "created": int(NOON.timestamp()),
    "currency": "cad",
    "customer": "cus_1",
    "last_payment_error": None,
    "latest_charge": {
        "id": "ch_1",
        "object": "charge",
        "amount": 12_345,
        "amount_refunded": 0,
        "billing_details": {"name": "Marie Tremblay", "email": "marie@example.com"},
        "captured": False,
        "created": int(NOON.timestamp()) + 60,
        "disputed": False,
        "payment_method_details": {
            "type": "card",
            "card": {
                "brand": "visa",
                "capture_before": int(NOON.timestamp()) + 604_800,
                "exp_month": 7,
                "exp_year": 2031,
                "fingerprint": "Xt5EWLLDS7FJjR1c",
                "funding": "debit",
                "last4": "4242",
            },
        },
        "status": "succeeded",
    },
    "livemode": False,
    "metadata": {"payment": PAYMENT, "n": "2", "stage": "test"},
    "payment_method": {"id": "pm_1", "object": "payment_method", "type": "card"},
    "status": "requires_capture",
}


class Account:
    """Answers as told, and keeps what was asked."""

    def __init__(self):
        self.answers: Any = deque()
        self.asked = []

    def answer(self, body, status=200, **headers):
        self.answers.append((status, headers, body if isinstance(body, bytes) else json.dumps(body).encode()))

    def refuse(self, status, **error):
        self.answer({"error": {"message": "Marie Tremblay's card", **error}}, status)


@pytest.fixture
def account():
    return Account()


@pytest.fixture
def url(account):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            place = urlsplit(self.path)
            account.asked.append((self.command, place.path, parse_qs(body or place.query), dict(self.headers)))
            status, headers, answer = account.answers.popleft()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(answer)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Keys:
    """A secret that is replaced as told: the last one stays."""

    def __init__(self, *keys):
        self.keys = deque(keys)

    def get_secret_value(self, *, SecretId):
        key = self.keys.popleft() if len(self.keys) > 1 else self.keys[0]
        return {"SecretString": json.dumps({"api_key": key, "webhook_secrets": []})}


class Seconds:
    """A stopwatch that runs on by two at every look."""

    at = 0.0

    def __call__(self):
        self.at += 2.0
        return self.at


@pytest.fixture
def keys():
    return Secret(Keys("sk_test_1"), "stripe")


@pytest.fixture
def api(url, keys):
    return StripeApi(keys, url, "test", retries=0)


def test_a_call_names_our_key_the_pinned_version_and_nothing_of_the_machine(account, api):
    account.answer({"id": "cus_1", "object": "customer"})

    assert api.customer("customer/x", SUBJECT) == "cus_1"

    ((method, path, asked, headers),) = account.asked
    assert (method, path) == ("POST", "/v1/customers")
    assert asked == {"metadata[subject]": [SUBJECT], "metadata[stage]": ["test"]}
    assert headers["Idempotency-Key"] == "customer/x"
    assert headers["Stripe-Version"] == API_VERSION == stripe.api_version
    assert headers["Authorization"] == "Bearer sk_test_1"
    assert "X-Stripe-Client-Telemetry" not in headers
    assert set(json.loads(headers["X-Stripe-Client-User-Agent"])) <= {
        "ai_agent",
        "bindings_version",
        "httplib",
        "lang",
        "lang_version",
    }


def test_an_intent_is_asked_for_by_card_held_and_kept_for_later(account, api):
    account.answer(INTENT)

    api.authorise("pay/authorise/2", WANTED, "pm_1")

    ((_, path, asked, _),) = account.asked
    assert path == "/v1/payment_intents"
    assert asked == {
        "amount": ["12345"],
        "currency": ["cad"],
        "customer": ["cus_1"],
        "capture_method": ["manual"],
        "confirm": ["true"],
        "off_session": ["true"],
        "payment_method": ["pm_1"],
        "payment_method_types[0]": ["card"],
        "payment_method_options[card][setup_future_usage]": ["off_session"],
        "metadata[payment]": [PAYMENT],
        "metadata[n]": ["2"],
        "metadata[stage]": ["test"],
        "expand[0]": ["latest_charge"],
        "expand[1]": ["payment_method"],
    }


def test_of_an_intent_only_what_we_look_at_comes_back(account, api):
    account.answer(INTENT)

    found = api.intent("pi_1")

    assert found == intent_of(INTENT, "test")
    assert (found.status, found.payment, found.n) == (IntentStatus.REQUIRES_CAPTURE, PAYMENT, 2)
    assert (found.charge, found.payment_method, found.customer) == ("ch_1", "pm_1", "cus_1")
    assert found.authorised_at == datetime(2026, 11, 22, 12, 1, tzinfo=UTC)
    assert found.capture_before == datetime(2026, 11, 29, 12, tzinfo=UTC)
    assert (found.card.last4, found.card.exp_month, found.card.exp_year) == ("4242", 7, 2031)
    assert "pi_1_secret" not in repr(found)


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"payment": PAYMENT, "n": "2"},
        {"payment": PAYMENT, "n": "2", "stage": "other"},
        {"payment": "pay_x", "n": "-2", "stage": "test"},
    ],
)
def test_an_intent_of_somebody_else_is_nobodys(metadata):
    found = intent_of({**INTENT, "metadata": metadata}, "test")

    assert found.payment is None
    assert found.n is None


def test_an_intent_without_its_charge_is_read_as_far_as_it_goes():
    found = intent_of({**INTENT, "latest_charge": "ch_1", "payment_method": "pm_1"}, "test")

    assert (found.charge, found.payment_method) == ("ch_1", "pm_1")
    assert (found.card, found.authorised_at, found.capture_before) == (None, None, None)


REFUSALS = [
    (402, {"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds"}, Declined),
    (402, {"type": "card_error", "code": "authentication_required"}, Declined),
    (400, {"type": "idempotency_error"}, AskedDifferently),
    (400, {"type": "invalid_request_error", "code": "payment_intent_unexpected_state"}, NotPossible),
    (400, {"type": "invalid_request_error", "code": "charge_already_refunded"}, NotPossible),
    (400, {"type": "invalid_request_error", "code": "charge_expired_for_capture"}, NotPossible),
    (400, {"type": "invalid_request_error", "code": "parameter_unknown"}, NotUnderstood),
    (400, {"type": "invalid_request_error"}, NotUnderstood),
    (404, {"type": "invalid_request_error", "code": "resource_missing"}, NotAtStripe),
    (404, {"type": "invalid_request_error"}, NotAtStripe),
    (403, {"type": "invalid_request_error"}, NotUnderstood),
    (418, {"type": "invalid_request_error"}, NotUnderstood),
]
PASSING = [
    (409, {"type": "idempotency_error", "code": "idempotency_key_in_use"}),
    (500, {"type": "api_error"}),
    (503, {"type": "api_error"}),
    (429, {"type": "invalid_request_error", "code": "rate_limit"}),
    (429, {"type": "invalid_request_error", "code": "lock_timeout"}),
]


@pytest.mark.parametrize(("status", "error", "ours"), REFUSALS)
def test_what_stripe_refuses_is_told_by_a_table_and_carries_nothing_of_its_words(account, api, status, error, ours):
    account.refuse(status, **error)

    with pytest.raises(ours) as told:
        api.authorise("key", WANTED, "pm_1")

    assert told.value.__cause__ is told.value.__context__ is None
    assert "Marie" not in f"{told.value} {vars(told.value)} {told.value.args}"


@pytest.mark.parametrize(("status", "error"), PASSING)
def test_what_may_pass_was_perhaps_done(account, api, status, error):
    account.refuse(status, **error)

    with pytest.raises(Unavailable):
        api.capture("key", "pi_1")


def test_what_may_pass_is_asked_once_more_under_the_same_key(account, url, keys):
    account.refuse(503)
    account.answer(INTENT)

    assert StripeApi(keys, url, "test").capture("key", "pi_1").id == "pi_1"

    assert [headers["Idempotency-Key"] for *_, headers in account.asked] == ["key", "key"]


def test_an_answer_that_is_no_json_is_no_answer(account, api):
    account.answer(b"<html>", 502)

    with pytest.raises(Unavailable):
        api.capture("key", "pi_1")


def test_nobody_at_the_other_end_is_unavailable(keys):
    with pytest.raises(Unavailable):
        StripeApi(keys, "http://127.0.0.1:1", "test", retries=0).intent("pi_1")


class Late:
    """An answer that takes a third of a second."""

    def popleft(self):
        time.sleep(0.3)
        return 200, {}, b"{}"


def test_an_answer_that_does_not_come_in_time_is_perhaps_done(account, url, keys):
    account.answers = Late()

    with pytest.raises(Unavailable):
        StripeApi(keys, url, "test", timeouts=(1.0, 0.05), retries=0).intent("pi_1")


def test_why_a_card_was_declined_is_a_word_or_nothing(account, api):
    account.refuse(402, code="card_declined", decline_code="insufficient_funds", payment_intent={"id": "pi_2"})
    account.refuse(402, code="Marie Tremblay <marie@example.com>")

    with pytest.raises(Declined) as first:
        api.authorise("key", WANTED, "pm_1")
    with pytest.raises(Declined) as second:
        api.authorise("key", WANTED, "pm_1")

    assert (first.value.reason, first.value.intent) == ("insufficient_funds", "pi_2")
    assert (second.value.reason, second.value.intent) == ("", None)


def test_a_key_that_was_replaced_is_looked_for_once_and_the_call_goes_through(account, url):
    api = StripeApi(Secret(Keys("sk_test_old", "sk_test_new"), "stripe", Seconds()), url, "test", retries=0)
    account.refuse(401)
    account.answer(INTENT)

    assert api.intent("pi_1").id == "pi_1"

    assert [headers["Authorization"] for *_, headers in account.asked] == ["Bearer sk_test_old", "Bearer sk_test_new"]


def test_a_key_that_is_wrong_for_good_is_unavailable(account, api):
    account.refuse(401)
    account.refuse(401)

    with pytest.raises(Unavailable):
        api.intent("pi_1")


def test_events_come_in_pages_and_each_as_it_was_read(account, api):
    listed = [{"id": f"evt_{n}", "object": "event", "data": {"object": {"name": "Marie"}}} for n in range(2)]
    account.answer({"object": "list", "data": listed, "has_more": True})
    account.answer({"object": "list", "data": [], "has_more": False})
    events = StripeEventList(api, lambda event: event["id"])

    first = events.events(NOON)
    second = events.events(NOON, first.after)

    assert (first.events, first.after) == (("evt_0", "evt_1"), "evt_1")
    assert (second.events, second.after) == ((), None)
    assert account.asked[0][2] == {"created[gte]": [str(int(NOON.timestamp()))], "limit": ["100"]}
    assert account.asked[1][2]["starting_after"] == ["evt_1"]


def test_nothing_of_what_travels_is_logged(account, api, caplog):
    account.answer(INTENT)
    account.refuse(404)

    with caplog.at_level(logging.DEBUG):
        api.intent("pi_1")
        with pytest.raises(NotAtStripe):
            api.intent("pi_2")

    assert "Marie" not in caplog.text
    assert "client_secret" not in caplog.text
    assert not [record for record in caplog.records if record.name.startswith("stripe")]
