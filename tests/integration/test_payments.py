"""Money on the deployed stack, with the local Stripe: held, taken, given back, let go, held anew."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jobipro.domain.times import written
from tests.integration.paying import CENTS, Job, engaged, until
from tests.integration.people import NEAR_MONTREAL, Person, customer, provider, settled
from tests.integration.stack import Stack


@pytest.fixture(scope="module")
def people(stack: Stack) -> tuple[Person, Person]:
    ada, pat = customer(stack, "ada"), provider(stack, "roofing", base=NEAR_MONTREAL, name="pat")
    settled(stack)
    return ada, pat


@pytest.fixture
def job(stack: Stack, people: tuple[Person, Person]) -> Job:
    """Return a job whose provider was just engaged."""
    return engaged(stack, *people, trade="roofing")


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
    job.heard()
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
