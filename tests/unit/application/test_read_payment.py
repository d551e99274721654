"""The two sides of a job look at its payment."""

import pytest

from jobipro.domain.errors import NotFound
from jobipro.domain.lifecycle import State
from jobipro.domain.payments import PaymentState
from jobipro.domain.subject_keys import KeyClass
from tests.fakes.job import CENTS, Job


@pytest.fixture
def job():
    return Job()


def test_a_customer_sees_what_they_just_paid_and_their_card(job):
    job.move()
    job.stripe.pays(job.intent())

    shown = job.read_payment(job.payer, job.request)

    assert shown.payment.state is PaymentState.AUTHORISED
    assert (shown.card.brand, shown.card.last4) == ("visa", "4242")


def test_a_declined_card_shows_too(job):
    job.move()
    job.stripe.fails_to_pay(job.intent())

    shown = job.read_payment(job.payer, job.request)

    assert shown.payment.state is PaymentState.DECLINED
    assert shown.card is None


@pytest.mark.commitment("sharing.payment-limits")
def test_a_provider_sees_where_it_stands_and_no_card(job):
    job.pay()

    shown = job.read_payment(job.payee, job.request)

    assert shown.payment.state is PaymentState.AUTHORISED
    assert shown.card is None
    assert shown.payment.private is None


def test_nobody_else_sees_anything(job):
    stranger = job.caller(job.active(email="eve@example.com"))
    unpaid = job.posted(job.payer_id).refs["request"]

    for caller, request in ((stranger, job.request), (job.payer, unpaid), (job.payer, "req_nowhere")):
        with pytest.raises(NotFound):
            job.read_payment(caller, request)


def test_what_is_known_is_shown_while_stripe_does_not_answer(job):
    job.move()
    job.stripe.pays(job.intent())
    job.stripe.faults.append("before")

    assert job.read_payment(job.payer, job.request).payment.state is PaymentState.OPEN


def test_work_that_was_found_good_is_taken_as_soon_as_its_payment_is_seen(job):
    job.move()
    job.is_at(State.CONFIRMED)
    job.stripe.pays(job.intent())

    assert job.read_payment(job.payer, job.request).payment.state is PaymentState.CAPTURED
    assert job.money() == (0, CENTS, 0)


def test_a_settled_payment_is_shown_without_asking_stripe(job):
    job.pay()
    job.is_at(State.CONFIRMED)
    job.move()
    job.stripe.calls.clear()

    assert job.read_payment(job.payer, job.request).payment.captured_cents == CENTS
    assert job.stripe.calls == []


def test_the_card_is_gone_with_the_record_key(job):
    job.pay()
    job.store.commit(job.keys.erased(job.payer_id, KeyClass.RECORD, job.clock.now()))

    shown = job.read_payment(job.payer, job.request)

    assert shown.payment.state is PaymentState.AUTHORISED
    assert shown.card is None
