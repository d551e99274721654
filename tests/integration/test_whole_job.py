"""The whole job over HTTP on the deployed stack: from a request to captured money, a receipt and a refund.

The customer's card goes to the local Stripe as from a browser; what follows there comes back by signed webhooks.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from tests.integration.people import Person, customer, provider, request_body
from tests.integration.stack import Stack

CENTS = 18_450
HOME = {"latitude": 46.34321, "longitude": -72.54321}  # Trois-Rivières: nobody of another test works there
TITLE = "Loose shingle above the porch"
STREET = "77 rue des Volontaires"


@dataclass(frozen=True, slots=True)
class Job:
    """A request whose customer chose a provider."""

    stack: Stack
    customer: Person
    provider: Person
    id: str

    def payment(self, who: Person) -> dict[str, Any]:
        """Return the payment as one of them sees it."""
        answer = who.call("GET", f"/requests/{self.id}/payment")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def until(self, status: str) -> dict[str, Any]:
        """Return the payment once it stands so, as the provider sees it: nobody asks Stripe for them."""
        return eventually(lambda: self.payment(self.provider), lambda payment: payment["status"] == status)

    def do(self, who: Person, action: str, body: object = None, expected: int = 200) -> dict[str, Any]:
        """Have somebody do something about the request."""
        answer = who.call("POST", f"/requests/{self.id}/{action}", body)
        assert answer.status_code == expected, answer.text
        return dict(answer.json())

    def paid(self, card: str = "pm_card_visa") -> Any:
        """Pay as the customer's browser does; return Stripe's intent."""
        secret = self.do(self.customer, "payment", {})["client_secret"]
        intent = secret.partition("_secret_")[0]
        confirmed = requests.post(
            f"{self.stack.description['stripe']}/v1/payment_intents/{intent}/confirm",
            {"client_secret": secret, "payment_method": card},
            auth=("pk_test_of_a_browser", ""),
            timeout=10,
        )
        assert confirmed.ok, confirmed.text
        return self.stack.stripe().v1.payment_intents.retrieve(intent)


def eventually[T](look: Callable[[], T], right: Callable[[T], bool], within: float = 30.0) -> T:
    """Return what is seen once it is right."""
    deadline = time.monotonic() + within
    while not right(found := look()):
        assert time.monotonic() < deadline, found
        time.sleep(0.2)
    return found


def engaged(stack: Stack, asking: Person, working: Person) -> Job:
    """Return a request that a provider heard of, offered for, and was chosen for."""
    posted = asking.call("POST", "/requests", request_body(trade="roofing", title=TITLE, location=HOME))
    assert posted.status_code == 201, posted.text
    job = Job(stack, asking, working, posted.json()["id"])
    opportunity = f"/opportunities/{job.id}"
    eventually(lambda: working.call("GET", opportunity), lambda answer: answer.status_code == 200)
    on = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    offer = {"price_cents": CENTS, "earliest_on": on, "message": "I bring the ladder."}
    made = working.call("POST", f"{opportunity}/offers", offer, headers={"Idempotency-Key": job.id})
    assert made.status_code == 201, made.text
    job.do(asking, f"offers/{made.json()['id']}/accept")
    return job


@pytest.fixture(scope="module")
def asking(stack: Stack) -> Person:
    return customer(stack, name="asking", given_name="Solange", family_name="Beauchesne")


@pytest.fixture(scope="module")
def working(stack: Stack) -> Person:
    return provider(stack, "roofing", base=HOME, name="working", given_name="Armand", family_name="Thibodeau")


@pytest.fixture
def job(stack: Stack, asking: Person, working: Person) -> Job:
    return engaged(stack, asking, working)


def test_a_job_goes_from_the_request_to_the_captured_payment_and_its_receipt(stack: Stack, job: Job):
    assert job.payment(job.customer)["status"] == "open"
    contact = job.provider.call("GET", f"/requests/{job.id}/contact").json()
    assert job.customer.email in str(contact)

    intent = job.paid()
    assert (intent.amount, intent.currency, intent.capture_method) == (CENTS, "cad", "manual")
    held = job.until("authorised")
    assert held["amount_cents"] == CENTS
    assert "card" not in held or held["card"] is None

    job.do(job.provider, "complete")
    job.do(job.customer, "confirm")
    taken = job.until("captured")
    assert (taken["captured_cents"], taken["refunded_cents"]) == (CENTS, 0)
    assert job.payment(job.customer)["card"]["last4"] == "4242"
    charge = stack.stripe().v1.charges.retrieve(str(intent.latest_charge))
    assert (charge.amount_captured, charge.amount_refunded) == (CENTS, 0)

    receipt = eventually(lambda: job.customer.mails("184.50") or job.customer.mails("eceipt"), bool)[0]
    assert "184.50" in receipt["text"]
    assert job.provider.email not in receipt["text"]


def test_a_part_that_goes_back_is_in_both_books(stack: Stack, job: Job):
    intent = job.paid()
    job.until("authorised")
    job.do(job.provider, "complete")
    job.do(job.customer, "confirm")
    job.until("captured")

    job.do(job.provider, "refunds", {"amount_cents": 4_450}, 202)

    assert job.until("partly-refunded")["refunded_cents"] == 4_450
    charge = stack.stripe().v1.charges.retrieve(str(intent.latest_charge))
    assert (charge.amount_captured, charge.amount_refunded) == (CENTS, 4_450)


def test_a_job_that_is_called_off_lets_go_of_the_money(stack: Stack, job: Job):
    intent = job.paid()
    job.until("authorised")

    job.do(job.customer, "cancel", {"reason": "no-longer-needed"})

    assert job.until("released")["captured_cents"] == 0
    assert stack.stripe().v1.payment_intents.retrieve(intent.id).status == "canceled"


def test_a_card_that_is_declined_takes_nothing_and_another_one_may_pay(stack: Stack, job: Job):
    with pytest.raises(AssertionError, match="card_declined"):
        job.paid("pm_card_chargeCustomerFail")
    assert job.until("declined")["captured_cents"] == 0

    job.paid()

    assert job.until("authorised")["amount_cents"] == CENTS
