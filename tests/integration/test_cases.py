"""Disputes, early fraud warnings and reconciliation on the deployed stack: cases are opened, counted and listed."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from jobipro.adapters.dynamodb.payments import Payments
from jobipro.adapters.dynamodb.sealed import Sealing
from jobipro.adapters.dynamodb.store import DynamoStore
from jobipro.adapters.dynamodb.subject_keys import SubjectKeys
from jobipro.adapters.kms import KmsDataKeys
from jobipro.adapters.system import RandomIds
from jobipro.domain.payments import Authorisation, Due, DueKind, Payment, PaymentState, opened
from jobipro.domain.times import instant
from tests.fakes import webhooks
from tests.integration import insider
from tests.integration.insider import tick
from tests.integration.stack import Stack
from tests.integration.test_queues import LONG_AGO, operator

DAY = 24 * 3600


@dataclass(frozen=True)
class Taken:
    """A payment whose money was taken, with Stripe's ids of it."""

    stack: Stack
    fresh: Payment
    intent: str

    @property
    def payments(self) -> Payments:
        """What reads payments as the functions do."""
        stage, keys = self.stack.description["stage"], self.stack.description["kms"]["subjects"]
        return Payments(Sealing(stage), SubjectKeys(KmsDataKeys(self.stack.aws("kms"), keys, stage)))

    @property
    def store(self) -> DynamoStore:
        """The stack's tables, with an administrator's rights."""
        return DynamoStore(self.stack.aws("dynamodb"), self.stack.description["tables"])

    def keep(self, payment: Payment, before: Payment) -> None:
        """Write the payment."""
        self.store.commit(self.payments.kept(payment, before))

    def until(self, holds: Callable[[Payment], object]) -> Payment:
        """Return the payment once something holds of it."""
        deadline = time.monotonic() + 30
        while True:
            found = self.store.load(self.payments.payment(self.fresh.id, self.fresh.customer))
            assert isinstance(found, Payment)
            if holds(found):
                return found
            assert time.monotonic() < deadline, f"the payment is {found.state} and does not move"
            time.sleep(0.2)

    def tell(self, kind: str, about: dict[str, Any]) -> None:
        """Send an event as Stripe would, about this payment."""
        now = int(time.time())
        named = {"payment_intent": self.intent, "charge": "ch_any", "created": now, "currency": "cad"}
        event = {"id": f"evt_{time.time_ns()}", "object": "event", "type": kind, "created": now, "livemode": False}
        sent = json.dumps(event | {"data": {"object": named | about}}).encode()
        signature = webhooks.header(sent, now, self.stack.description["stripe_webhook_secret"])
        headers = {"Stripe-Signature": signature, "Content-Type": "application/json"}
        answer = self.stack.api.call("POST", "/webhooks/stripe", data=sent, headers=headers)
        assert answer.status_code == 200, answer.text


@pytest.fixture
def taken(stack: Stack) -> Taken:
    """Return a payment of nobody's request, paid and taken at the local Stripe."""
    ids, stripe = RandomIds(), stack.stripe().v1
    fresh = opened(ids.request(), ids.subject(), ids.subject(), 12_500, datetime.now(UTC))
    named = {"payment": fresh.id, "n": "1", "stage": stack.description["stage"]}
    card: Any = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2031, "cvc": "123"}
    customer = stripe.customers.create().id
    method = stripe.payment_methods.create({"type": "card", "card": card}).id
    asked: Any = {"amount": 12_500, "currency": "cad", "capture_method": "manual", "metadata": named}
    paid = Taken(stack, fresh, stripe.payment_intents.create(asked | {"customer": customer}).id)
    paid.store.commit(paid.payments.opened(fresh))
    stripe.payment_methods.attach(method, {"customer": customer})
    stripe.payment_intents.confirm(paid.intent, {"payment_method": method})
    stripe.payment_intents.capture(paid.intent)
    paid.until(lambda payment: payment.state is PaymentState.CAPTURED)
    return paid


def test_a_dispute_opens_a_case_that_the_clock_counts_and_operators_see_until_it_is_decided(taken: Taken) -> None:
    due_by, name = int(time.time()) + 2 * DAY, f"du_{time.time_ns()}"
    dispute = {"id": name, "object": "dispute", "amount": 12_500, "reason": "product_not_received"}
    evidence = {"evidence_details": {"due_by": due_by}}
    taken.tell("charge.dispute.created", dispute | evidence | {"status": "needs_response"})
    taken.until(lambda payment: payment.state is PaymentState.DISPUTED)

    listed = operator(taken.stack, "cases")
    assert listed.returncode == 0, listed.stderr
    (line,) = [line for line in listed.stdout.splitlines() if name in line]
    assert "product_not_received  125.00 CAD" in line
    assert taken.fresh.id in line

    insider.change(taken.stack, "payments", f"P#{taken.fresh.id}", f"CASE#{name}", due_at=LONG_AGO)
    assert tick(taken.stack)["CasesDueSoon"] >= 1
    taken.tell("charge.dispute.closed", dispute | {"status": "won"})
    taken.until(lambda payment: payment.state is PaymentState.CAPTURED)
    assert name not in operator(taken.stack, "cases").stdout


def test_a_payment_that_moved_without_our_hearing_of_it_is_found_by_the_next_comparison(taken: Taken) -> None:
    known = taken.until(lambda payment: payment.captured_cents)
    unheard = Authorisation(taken.intent, n=1, cents=12_500)
    overdue = Due(DueKind.WATCH, instant(LONG_AGO))
    taken.keep(replace(known, authorisations={taken.intent: unheard}, due=overdue), known)
    insider.change(taken.stack, "payments", "RECONCILED", "-", next_at=LONG_AGO)

    assert tick(taken.stack)["ReconciliationsAnnounced"] == 1

    again = taken.until(lambda payment: payment.captured_cents)
    assert again.authorisations == known.authorisations
