"""Payments over HTTP: what goes in, what comes out, what is refused and how."""

from dataclasses import fields

import pytest

from functions.payments.routes import blueprint
from functions.payments.settings import Settings
from jobipro.bootstrap.payments import PaymentsUseCases, payments
from jobipro.domain.lifecycle import State
from jobipro.http import create_app
from jobipro.settings import read
from tests.fakes.job import CENTS, Job
from tests.functional.conftest import Api

ADDRESS = {
    "street": "1 rue Notre-Dame Est",
    "city": "Montréal",
    "province": "QC",
    "postal_code": "h2y1b6",
    "country": "CA",
}


@pytest.fixture
def job() -> Job:
    return Job()


@pytest.fixture
def api(job: Job) -> Api:
    def use_cases() -> PaymentsUseCases:
        return PaymentsUseCases(job.open_payment(), job.read_payment, job.refund_payment())

    return Api(create_app("payments", blueprint(use_cases)))


def claims(job, subject):
    return {"cognito:username": subject, "iat": str(int(job.clock.now().timestamp()))}


@pytest.fixture
def payer(job):
    return claims(job, job.payer_id)


@pytest.fixture
def payee(job):
    return claims(job, job.payee_id)


def test_a_payment_is_opened_paid_and_shown_to_both_sides(api, job, payer, payee):
    path = f"/requests/{job.request}/payment"
    opened = api.post(path, {"billing_address": ADDRESS}, caller=payer)
    assert opened.status == 200
    secret = opened.json.pop("client_secret")
    assert secret.startswith(job.intent())
    assert opened.json | {"client_secret": secret} == {
        "status": "open",
        "amount_cents": CENTS,
        "currency": "CAD",
        "client_secret": secret,
    }

    job.stripe.pays(job.intent())

    seen = {"status": "authorised", "amount_cents": CENTS, "currency": "CAD", "captured_cents": 0, "refunded_cents": 0}
    assert api.get(path, caller=payer).json == seen | {"card": {"brand": "visa", "last4": "4242"}}
    assert api.get(path, caller=payee).json == seen
    again = api.post(path, {}, caller=payer)
    assert again.json == {"status": "authorised", "amount_cents": CENTS, "currency": "CAD"}
    assert job.private.billing_address.postal_code == "H2Y 1B6"


def test_a_refund_is_asked_for(api, job, payee):
    job.pay()
    job.is_at(State.CONFIRMED)
    job.move()
    path = f"/requests/{job.request}/refunds"

    asked = api.post(path, {"amount_cents": 500}, caller=payee, headers={"Idempotency-Key": "k" * 20})

    assert asked.status == 202
    assert asked.json == {"number": 1, "amount_cents": 500, "currency": "CAD"}
    repeated = api.post(path, {"amount_cents": 500}, caller=payee, headers={"Idempotency-Key": "k" * 20})
    assert repeated.json == asked.json
    assert api.post(path, {}, caller=payee).json == {"number": 2, "amount_cents": CENTS - 500, "currency": "CAD"}
    refused = api.post(path, {}, caller=payee)
    assert (refused.status, refused.code, refused.json["state"]) == (409, "conflict", "captured")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"amount_cents": 1}, "amount_cents"),
        ({"currency": "USD"}, "currency"),
        ({"billing_address": {**ADDRESS, "postal_code": "90210"}}, "billing_address.postal_code"),
        ({"billing_address": {**ADDRESS, "country": "US"}}, "billing_address.country"),
        ({"billing_address": "1 rue Notre-Dame Est"}, "billing_address"),
    ],
)
def test_neither_an_amount_nor_what_does_not_fit_is_taken_and_none_of_it_comes_back(api, job, payer, body, field):
    refused = api.post(f"/requests/{job.request}/payment", body, caller=payer)

    assert refused.status == 422
    assert list(refused.errors) == [field]
    assert "Notre-Dame" not in refused.text
    assert job.stripe.calls == []


@pytest.mark.parametrize("cents", [0, -1, 1.5, "500", True, CENTS + 1])
def test_a_refund_of_what_is_no_part_of_the_payment_is_refused(api, job, payee, cents):
    job.pay()
    job.is_at(State.CONFIRMED)
    job.move()

    refused = api.post(f"/requests/{job.request}/refunds", {"amount_cents": cents}, caller=payee)

    assert refused.status == 422
    assert list(refused.errors) == ["amount_cents"]


def test_before_and_after_the_engagement_there_is_nothing_to_pay(api, job, payer):
    early = job.posted(job.payer_id).refs["request"]
    refused = api.post(f"/requests/{early}/payment", {}, caller=payer)
    assert (refused.status, refused.json["state"]) == (409, "posted")
    assert api.get(f"/requests/{early}/payment", caller=payer).status == 404

    job.is_at(State.CANCELLED)
    refused = api.post(f"/requests/{job.request}/payment", {}, caller=payer)
    assert (refused.status, refused.json["state"]) == (409, "cancelled")


@pytest.mark.parametrize("wanted", [("POST", "payment"), ("GET", "payment"), ("POST", "refunds")])
def test_what_is_not_ones_own_looks_like_nothing(api, job, wanted):
    method, what = wanted
    eve = claims(job, job.active(email="eve@example.com"))
    body: object = {} if method == "POST" else None

    others = api.request(method, f"/requests/{job.request}/{what}", json=body, caller=eve)
    nobodys = api.request(method, f"/requests/req_{'z' * 26}/{what}", json=body, caller=eve)

    assert (others.status, others.code) == (nobodys.status, nobodys.code) == (404, "not-found")


def test_neither_side_does_what_is_the_others(api, job, payer, payee):
    assert api.post(f"/requests/{job.request}/payment", {}, caller=payee).status == 404
    assert api.post(f"/requests/{job.request}/refunds", {}, caller=payer).status == 404


def test_without_stripe_a_caller_is_told_when_to_try_again(api, job, payer):
    job.stripe.faults.append("before")

    refused = api.post(f"/requests/{job.request}/payment", {}, caller=payer)

    assert (refused.status, refused.code) == (503, "unavailable")
    assert refused.headers["Retry-After"]


def test_it_is_wired_from_its_environment(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ca-central-1")
    environment = {field.name.upper(): "https://stripe.test" for field in fields(Settings)}

    assert payments(read(Settings, environment)).open_payment.stripe is not None
