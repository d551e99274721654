"""Jobs that are paid for on the deployed stack, with the local Stripe in the place of customers' banks."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from jobipro.domain.stripe_events import event_id
from tests.integration.insider import rows
from tests.integration.people import Person, settled
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
        intent = answer.json()["client_secret"].partition("_secret_")[0]
        self.stack.stripe().v1.payment_intents.confirm(intent, {"payment_method": "pm_card_visa"})
        return str(intent)

    def becomes(self, status: str) -> dict[str, Any]:
        """Wait until the payment stands somewhere."""
        return until(self.payment, lambda shown: shown["status"] == status)

    def heard(self) -> None:
        """Wait until all that Stripe has to tell arrived, and what follows from it."""
        told = {f"E#{event_id(each.id)}" for each in self.stack.stripe().v1.events.list({"limit": 100}).data}
        until(lambda: told - {row["pk"] for row in rows(self.stack, "payments")}, lambda left: not left)
        settled(self.stack)

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


def engaged(stack: Stack, ada: Person, pat: Person, **wish: object) -> Job:
    """Return a job for which a provider in reach was just engaged."""
    posted = ada.post_request(**wish).json()["id"]
    settled(stack)
    offer = {"price_cents": CENTS, "earliest_on": f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}", "message": "Ok."}
    made = pat.call("POST", f"/opportunities/{posted}/offers", offer)
    assert made.status_code == 201, made.text
    job = Job(stack, ada, pat, posted)
    job.moves(ada, f"offers/{made.json()['id']}/accept")
    return job
