"""Money on the deployed stack, with the local Stripe: held, taken, given back, let go, held anew."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jobipro.domain.times import written
from tests.integration.people import NEAR_MONTREAL, Person, customer, provider, settled
from tests.integration.stack import Stack

CENTS = 12_500


@dataclass(slots=True)
class Job:
    """A job of two people."""

    stack: Stack
    ada: Person
    pat: Person
    request: str

    def payment(self) -> dict[str, Any]:
        """Return how the payment stands, as its customer sees it."""
        answer = self.ada.call("GET", f"/requests/{self.request}/payment")
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    def moves(self, who: Person, how: str, body: object = None) -> None:
        """Let somebody move the request on, and everything arrive."""
        answer = who.call("POST", f"/requests/{self.request}/{how}", body)
        assert answer.ok, answer.text
        settled(self.stack)

    def pays(self) -> str:
        """Pay as the customer's browser does, and return the intent."""
        answer = self.ada.call("POST", f"/requests/{self.request}/payment", {})
        assert answer.status_code == 200, answer.text
        intent, _, _ = answer.json()["client_secret"].partition("_secret_")
        self.stack.stripe().v1.payment_intents.confirm(intent, {"payment_method": "pm_card_visa"})
        return str(intent)

    def becomes(self, status: str) -> dict[str, Any]:
        """Wait until the payment stands somewhere."""
        return until(self.payment, lambda shown: shown["status"] == status)

    def intents(self) -> list[Any]:
        """Return the intents of the payment as Stripe has them, oldest first."""
        name = self.request.replace("req_", "pay_")
        listed: list[Any] = self.stack.stripe().v1.payment_intents.list({"limit": 100}).data
        ours = [each for each in listed if each.metadata.to_dict().get("payment") == name]
        return sorted(ours, key=lambda each: int(each.metadata["n"]))


def until[T](look: Callable[[], T], fits: Callable[[T], bool], within: float = 30.0) -> T:
    """Return what a look shows as soon as it fits."""
    deadline = time.monotonic() + within
    while not fits(found := look()):
        assert time.monotonic() < deadline, found
        time.sleep(0.2)
    return found


@pytest.fixture(scope="module")
def people(stack: Stack) -> tuple[Person, Person]:
    ada, pat = customer(stack, "ada"), provider(stack, "roofing", base=NEAR_MONTREAL, name="pat")
    settled(stack)
    return ada, pat


@pytest.fixture
def job(stack: Stack, people: tuple[Person, Person]) -> Job:
    """Return a job whose provider was just engaged."""
    ada, pat = people
    posted = ada.post_request(trade="roofing").json()["id"]
    settled(stack)
    offer = {"price_cents": CENTS, "earliest_on": f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}", "message": "Ok."}
    made = pat.call("POST", f"/opportunities/{posted}/offers", offer)
    assert made.status_code == 201, made.text
    job = Job(stack, ada, pat, posted)
    job.moves(ada, f"offers/{made.json()['id']}/accept")
    return job


@pytest.mark.commitment("purpose.payments")
def test_a_job_is_paid_when_its_work_is_confirmed_and_its_provider_gives_back_a_part(job: Job) -> None:
    intent = job.pays()
    shown = job.payment()
    assert shown == {
        "status": "authorised",
        "amount_cents": CENTS,
        "currency": "CAD",
        "captured_cents": 0,
        "refunded_cents": 0,
        "card": {"brand": "visa", "last4": "4242"},
    }
    job.moves(job.pat, "complete")
    assert job.payment()["status"] == "authorised"

    job.moves(job.ada, "confirm")

    assert job.becomes("captured")["captured_cents"] == CENTS
    job.moves(job.pat, "refunds", {"amount_cents": 500})
    assert job.becomes("partly-refunded")["refunded_cents"] == 500
    seen: Any = job.stack.stripe().v1.payment_intents.retrieve(intent, {"expand": ["latest_charge"]})
    assert seen.latest_charge.amount_refunded == 500
    assert len(job.intents()) == 1


def test_a_job_that_is_called_off_costs_nothing(job: Job) -> None:
    job.pays()
    job.payment()

    job.moves(job.ada, "cancel", {"reason": "no-longer-needed"})

    assert job.becomes("released")["captured_cents"] == 0
    assert [each.status for each in job.intents()] == ["canceled"]
    assert job.ada.call("POST", f"/requests/{job.request}/payment", {}).status_code == 409


def test_work_that_was_confirmed_first_is_paid_as_soon_as_stripe_tells_of_it(job: Job) -> None:
    job.moves(job.pat, "complete")
    job.moves(job.ada, "confirm")

    job.pays()

    until(job.intents, lambda intents: [each.status for each in intents] == ["succeeded"])
    assert job.becomes("captured")["captured_cents"] == CENTS


def test_a_job_that_outlasts_the_hold_is_held_anew(job: Job) -> None:
    intent = job.pays()
    job.becomes("authorised")
    settled(job.stack)
    ends_soon(job, intent)

    tick(job.stack)
    settled(job.stack)

    until(job.intents, lambda intents: [each.status for each in intents] == ["canceled", "requires_capture"])
    assert job.payment()["status"] == "authorised"


def ends_soon(job: Job, intent: str) -> None:
    """Let the hold of an intent end in eleven hours."""
    soon = written(datetime.now(UTC) + timedelta(hours=11))
    job.stack.aws("dynamodb").update_item(
        TableName=job.stack.table("payments"),
        Key={"pk": {"S": f"P#{job.request.replace('req_', 'pay_')}"}, "sk": {"S": "PAYMENT"}},
        UpdateExpression="SET authorisations.#intent.capture_before = :soon, due_kind = :kind, due_at = :now",
        ExpressionAttributeNames={"#intent": intent},
        ExpressionAttributeValues={
            ":soon": {"S": soon},
            ":kind": {"S": "capture"},
            ":now": {"S": written(datetime.now(UTC))},
        },
    )


def tick(stack: Stack) -> None:
    """Let the clocks strike once."""
    functions = stack.aws("lambda")
    pages = functions.get_paginator("list_functions").paginate()
    (name,) = [each["FunctionName"] for page in pages for each in page["Functions"] if ".clocks." in each["Handler"]]
    answer = functions.invoke(FunctionName=name, Payload=b"{}")
    assert "FunctionError" not in answer, answer["Payload"].read()
