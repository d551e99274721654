"""The local Stripe, as the official package and a webhook see it: what the service relies on is as at the real one."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from infra.local.settings import HOST, Ports, Settings
from infra.local.stripe import LocalStripe
from infra.local.web import QuietHandler, serving

SECRET = "whsec_of_this_test"
EXPANDED = ["latest_charge", "payment_method"]


class Told:
    """What a webhook was told, checked as the official package checks it."""

    def __init__(self) -> None:
        self.refusals = 0
        self._events: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def take(self, body: bytes, signature: str) -> int:
        with self._lock:
            if self.refusals:
                self.refusals -= 1
                return HTTPStatus.INTERNAL_SERVER_ERROR
            stripe.WebhookSignature.verify_header(body.decode(), signature, SECRET, 300)
            self._events.append(json.loads(body))
        return HTTPStatus.OK

    def of(self, name: str, count: int) -> list[dict[str, Any]]:
        """Return the events about an object, in the order of their types, once there are so many."""
        deadline = time.monotonic() + 10
        while len(found := [event for event in self._events if _about(event, name)]) < count:
            assert time.monotonic() < deadline, sorted(event["type"] for event in found)
            time.sleep(0.02)
        return sorted(found, key=lambda event: event["type"])


def _about(event: dict[str, Any], name: str) -> bool:
    told = event["data"]["object"]
    return name in {told["id"], told.get("payment_intent")}


@pytest.fixture(scope="module")
def told() -> Told:
    return Told()


@pytest.fixture(scope="module")
def local(told: Told, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStripe]:
    class Webhook(QuietHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.answer(told.take(body, self.headers["Stripe-Signature"]), "text/plain", b"")

    settings = Settings(Ports.counted_from(_free()), state=tmp_path_factory.mktemp("stripe"))
    settings.logs.mkdir()
    with serving(0, Webhook) as port:
        running = LocalStripe(settings)
        try:
            running.wait_until_ready()
            running.tell(f"http://{HOST}:{port}/", SECRET)
            yield running
        finally:
            running.stop()


@pytest.fixture
def client(local: LocalStripe) -> Any:
    http = stripe.RequestsClient(timeout=5)
    return stripe.StripeClient(
        "sk_test_any", base_addresses={"api": local.url}, max_network_retries=0, http_client=http
    ).v1


def _free() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1]) - 4


def opened(client: Any, **more: Any) -> Any:
    """Return a fresh intent, as the service makes it."""
    customer = client.customers.create({"metadata": {"subject": "sub_x"}})
    return client.payment_intents.create(
        {
            "amount": 12000,
            "currency": "cad",
            "customer": customer.id,
            "capture_method": "manual",
            "payment_method_types": ["card"],
            "payment_method_options": {"card": {"setup_future_usage": "off_session"}},
            "metadata": {"payment": "pay_x"},
            **more,
        }
    )


def held(client: Any) -> Any:
    return client.payment_intents.confirm(opened(client).id, {"payment_method": "pm_card_visa"})


def test_a_payment_from_the_browser_to_its_refund(client: Any, told: Told):
    intent = opened(client)
    assert intent.status == "requires_payment_method"

    intent = client.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa", "expand": EXPANDED})
    assert intent.status == "requires_capture"
    assert (intent.amount_capturable, intent.amount_received) == (12000, 0)
    assert intent.payment_method.customer == intent.customer
    charge = intent.latest_charge
    assert (charge.captured, charge.amount_captured, charge.metadata["payment"]) == (False, 0, "pay_x")
    card = charge.payment_method_details.card
    assert (card.brand, card.last4, card.exp_month, card.exp_year, card.funding) == ("visa", "4242", 12, 2030, "credit")
    assert card.fingerprint
    assert card.capture_before == charge.created + 7 * 24 * 3600

    intent = client.payment_intents.capture(intent.id)
    assert (intent.status, intent.amount_capturable, intent.amount_received) == ("succeeded", 0, 12000)
    assert intent.latest_charge == charge.id

    part = client.refunds.create({"payment_intent": intent.id, "amount": 2000, "reason": "requested_by_customer"})
    rest = client.refunds.create({"payment_intent": intent.id})
    assert (part.amount, rest.amount, part.reason) == (2000, 10000, "requested_by_customer")
    assert [each.id for each in client.refunds.list({"payment_intent": intent.id}).data] == [rest.id, part.id]
    charge = client.charges.retrieve(charge.id)
    assert (charge.amount_captured, charge.amount_refunded, charge.refunded) == (12000, 12000, True)

    assert [event["type"] for event in told.of(intent.id, 9)] == [
        "charge.captured",
        "charge.refunded",
        "charge.refunded",
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "payment_intent.created",
        "payment_intent.succeeded",
        "refund.created",
        "refund.created",
    ]


def test_a_cancelled_intent_gives_back_what_it_held_and_nothing_was_captured(client: Any, told: Told):
    intent = held(client)

    gone = client.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned", "expand": EXPANDED})

    assert (gone.status, gone.cancellation_reason, gone.latest_charge.amount_captured) == ("canceled", "abandoned", 0)
    assert gone.canceled_at
    events = told.of(intent.id, 6)
    assert {event["type"] for event in events} >= {"payment_intent.canceled", "charge.refunded", "refund.created"}
    refunded = next(event["data"]["object"] for event in events if event["type"] == "charge.refunded")
    assert (refunded["amount_captured"], refunded["amount_refunded"]) == (0, 12000)


def test_the_charge_is_named_by_its_id_unless_it_is_asked_for(client: Any, told: Told):
    intent = held(client)

    assert isinstance(intent.latest_charge, str)
    assert isinstance(client.payment_intents.retrieve(intent.id).payment_method, str)
    assert client.payment_intents.retrieve(intent.id, {"expand": EXPANDED}).latest_charge.id == intent.latest_charge
    held_now = [event for event in told.of(intent.id, 3) if "capturable" in event["type"]]
    assert held_now[0]["data"]["object"]["latest_charge"] == intent.latest_charge


@pytest.mark.parametrize("name", ["pm_card_visa_chargeDeclined", "pm_card_chargeCustomerFail"])
def test_a_declined_card_is_told_and_another_one_may_be_tried(client: Any, told: Told, name: str):
    intent = opened(client)

    with pytest.raises(stripe.CardError) as declined:
        client.payment_intents.confirm(intent.id, {"payment_method": name})

    assert declined.value.code == "card_declined"
    assert client.payment_intents.retrieve(intent.id).status == "requires_payment_method"
    assert "payment_intent.payment_failed" in {event["type"] for event in told.of(intent.id, 2)}
    assert client.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"}).status == "requires_capture"


def test_a_kept_card_pays_again_without_its_holder_unless_the_bank_wants_to_see_them(client: Any):
    first = held(client)
    again = {"customer": first.customer, "confirm": True, "off_session": True}

    assert opened(client, payment_method=first.payment_method, **again).status == "requires_capture"
    with pytest.raises(stripe.CardError) as refused:
        opened(client, payment_method="pm_card_authenticationRequired", **again)

    assert refused.value.code == "authentication_required"
    assert json.loads(refused.value.http_body or "")["error"]["payment_intent"]["status"] == "requires_payment_method"


@pytest.mark.parametrize(("done", "refused"), [("capture", "cancel"), ("cancel", "capture"), ("capture", "capture")])
def test_what_the_state_does_not_allow_is_refused_by_its_code(client: Any, done: str, refused: str):
    intent = held(client)
    getattr(client.payment_intents, done)(intent.id)

    with pytest.raises(stripe.InvalidRequestError) as failure:
        getattr(client.payment_intents, refused)(intent.id)

    assert failure.value.code == "payment_intent_unexpected_state"


def test_no_more_is_refunded_than_was_paid(client: Any):
    intent = client.payment_intents.capture(held(client).id)

    with pytest.raises(stripe.InvalidRequestError, match="greater"):
        client.refunds.create({"payment_intent": intent.id, "amount": 12001})
    client.refunds.create({"payment_intent": intent.id})
    with pytest.raises(stripe.InvalidRequestError) as nothing:
        client.refunds.create({"payment_intent": intent.id, "amount": 1})

    assert nothing.value.code == "charge_already_refunded"


def test_the_same_key_gives_the_same_answer_and_other_parameters_are_refused(client: Any):
    intent = client.payment_intents.capture(held(client).id)
    key: Any = {"idempotency_key": "pay_x/refund/1"}
    wanted = {"payment_intent": intent.id, "amount": 500}

    first = client.refunds.create(wanted, key)
    second = client.refunds.create(wanted, key)

    assert first.id == second.id
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert len(client.refunds.list({"payment_intent": intent.id}).data) == 1
    with pytest.raises(stripe.IdempotencyError):
        client.refunds.create(wanted | {"amount": 501}, key)


def test_a_decline_is_repeated_under_its_key_and_a_refused_call_may_be_mended(client: Any):
    intent = opened(client)
    confirmed: Any = {"idempotency_key": f"{intent.id}/1"}
    captured: Any = {"idempotency_key": f"{intent.id}/2"}
    with pytest.raises(stripe.InvalidRequestError):
        client.payment_intents.capture(intent.id, {}, captured)
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            client.payment_intents.confirm(intent.id, {"payment_method": "pm_card_chargeCustomerFail"}, confirmed)
    client.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})

    assert client.payment_intents.capture(intent.id, {}, captured).status == "succeeded"


def test_events_are_listed_newest_first_page_by_page_and_those_told_are_among_them(client: Any, told: Told):
    intent = client.payment_intents.capture(held(client).id)
    since = {"created": {"gte": intent.created}}

    listed = list(client.events.list({**since, "limit": 2}).auto_paging_iter())
    captured = client.events.list({**since, "types": ["charge.captured"]}).data

    assert [event.created for event in listed] == sorted((event.created for event in listed), reverse=True)
    assert {event["id"] for event in told.of(intent.id, 5)} <= {event.id for event in listed}
    assert listed[0].type == "charge.captured"
    assert {event.type for event in captured} == {"charge.captured"}


def test_an_event_that_was_not_taken_comes_again(client: Any, told: Told):
    told.refusals = 2

    intent = opened(client)

    assert [event["type"] for event in told.of(intent.id, 1)] == ["payment_intent.created"]
    assert told.refusals == 0


def test_the_browser_confirms_with_what_may_be_public(client: Any, local: LocalStripe):
    intent = opened(client)
    path, public = f"{local.url}/v1/payment_intents/{intent.id}", ("pk_test_any", "")
    card = {"payment_method": "pm_card_visa"}

    assert requests.get(path, auth=public, timeout=5).status_code == 401
    bearer = {"Authorization": "Bearer pk_test_any"}
    forged = requests.post(f"{path}/confirm", {**card, "client_secret": "guessed"}, headers=bearer, timeout=5)
    paid = requests.post(f"{path}/confirm", {**card, "client_secret": intent.client_secret}, auth=public, timeout=5)

    assert "client_secret" in forged.json()["error"]["message"]
    assert paid.json()["status"] == "requires_capture"


def test_it_serves_this_machine_only_and_a_page_elsewhere_cannot_set_it_up(local: LocalStripe):
    renamed = requests.get(local.url + "/js.stripe.com/v3/", headers={"Host": "evil.example"}, timeout=5)
    form = {"url": "http://evil.example", "secret": "x"}
    posted = requests.post(
        local.url + "/_config/webhooks/theirs", form, headers={"Origin": "http://evil.example"}, timeout=5
    )

    assert renamed.status_code == posted.status_code == HTTPStatus.MISDIRECTED_REQUEST
    port = int(local.url.rpartition(":")[2])
    assert _listening(port) == ["0100007F"]


def _listening(port: int) -> list[str]:
    """Return the addresses at which a port is served, as Linux writes them."""
    lines = [
        line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
    ]
    return [line[1].partition(":")[0] for line in lines if line[1].endswith(f":{port:04X}") and line[3] == "0A"]


def test_it_writes_no_file_and_logs_nothing_of_what_it_was_sent(client: Any, local: LocalStripe):
    written = Path("/tmp/localstripe.pickle")
    before = written.stat().st_mtime if written.exists() else None

    opened(client, metadata={"payment": "a-marker"})

    assert (written.stat().st_mtime if written.exists() else None) == before
    assert local._log.read_text() == ""
