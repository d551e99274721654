"""What a look at Stripe's objects says of a payment."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from jobipro.domain.ids import PaymentId
from jobipro.domain.payments import Refund as KnownRefund
from jobipro.domain.payments import RefundState, Standing
from jobipro.domain.stripe import Intent, IntentStatus, Refund, RefundStatus, shown

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HELD = Intent(
    "pi_1",
    IntentStatus.REQUIRES_CAPTURE,
    12_345,
    "CAD",
    NOON,
    payment=PaymentId("pay_" + "a" * 26),
    n=2,
    charge="ch_1",
    authorised_at=NOON,
)

STANDINGS = [
    (IntentStatus.REQUIRES_PAYMENT_METHOD, None, Standing.OPEN),
    (IntentStatus.REQUIRES_PAYMENT_METHOD, "insufficient_funds", Standing.DECLINED),
    (IntentStatus.REQUIRES_CONFIRMATION, None, Standing.OPEN),
    (IntentStatus.REQUIRES_ACTION, None, Standing.OPEN),
    (IntentStatus.PROCESSING, None, Standing.OPEN),
    (IntentStatus.REQUIRES_CAPTURE, "insufficient_funds", Standing.AUTHORISED),
    (IntentStatus.CANCELED, None, Standing.CANCELLED),
    (IntentStatus.SUCCEEDED, None, Standing.CAPTURED),
]


@pytest.mark.parametrize(("status", "declined", "standing"), STANDINGS)
def test_every_status_puts_an_authorisation_somewhere(status, declined, standing):
    assert shown(replace(HELD, status=status, declined=declined)).standing is standing


def test_a_look_at_what_is_held_leaves_no_doubt():
    fact = shown(HELD)

    assert (fact.intent, fact.n, fact.charge, fact.authorised_at) == ("pi_1", 2, "ch_1", NOON)
    assert fact.seen
    assert not fact.doubtful


def test_a_charge_that_failed_is_not_the_one_that_holds():
    fact = shown(replace(HELD, status=IntentStatus.REQUIRES_PAYMENT_METHOD, declined="card_declined"))

    assert (fact.charge, fact.authorised_at, fact.seen) == (None, None, False)


def test_refunds_that_were_looked_at_are_known():
    taken = replace(HELD, status=IntentStatus.SUCCEEDED, captured_cents=12_345, refunded_cents=345)
    refund = Refund("re_1", 345, RefundStatus.SUCCEEDED, NOON, n=1)

    assert shown(taken).doubtful
    assert not shown(taken, [refund]).doubtful
    assert shown(taken, [refund]).refunds == {"re_1": KnownRefund("re_1", 345, RefundState.SUCCEEDED)}
