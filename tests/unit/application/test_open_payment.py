"""A customer asks to pay."""

import pytest

from jobipro.domain.errors import Conflict, NotAuthenticated, NotFound, SubjectErased, Unavailable
from jobipro.domain.lifecycle import State
from jobipro.domain.payments import CAPTURED_BEFORE, PaymentState
from jobipro.domain.postal import MailingAddress
from jobipro.domain.provinces import Province
from jobipro.domain.subject_keys import KeyClass
from tests.fakes.faults import Crash, Faults
from tests.fakes.job import CENTS, Job
from tests.fakes.meanwhile import Meanwhile
from tests.fakes.stripe import GOOD_ONCE, HELD_FOR

HOME = MailingAddress("1 rue Notre-Dame Est", "Montréal", Province.QC, "H2Y 1B6")
AWAY = MailingAddress("2 King Street West", "Toronto", Province.ON, "M5H 1A1")


@pytest.fixture
def job():
    return Job()


def test_a_customer_gets_what_their_browser_pays_with_and_it_is_nowhere_kept(job):
    opened = job.open_payment()(job.payer, job.request)

    assert opened.payment.state is PaymentState.OPEN
    assert opened.client_secret.startswith(job.intent())
    assert "_secret_" not in repr(job.store.rows)
    assert "_secret_" not in repr(opened)


def test_asking_again_gives_the_same_payment(job):
    first = job.open_payment()(job.payer, job.request)

    assert job.open_payment()(job.payer, job.request) == first
    assert len(job.stripe.intents) == 1


def test_what_is_paid_cannot_be_paid_again(job):
    job.open_payment()(job.payer, job.request)
    job.stripe.pays(job.intent())

    opened = job.open_payment()(job.payer, job.request)

    assert opened.payment.state is PaymentState.AUTHORISED
    assert opened.client_secret is None
    assert job.money() == (CENTS, 0, 0)


def test_nobody_pays_for_somebody_else(job):
    for caller, request in ((job.payee, job.request), (job.payer, "req_nowhere"), (job.payer, "x")):
        with pytest.raises(NotFound):
            job.open_payment()(caller, request)
    assert job.stripe.calls == []


def test_nobody_pays_before_somebody_is_engaged(job):
    other = job.posted(job.payer_id).refs["request"]

    with pytest.raises(Conflict) as refused:
        job.open_payment()(job.payer, other)

    assert (refused.value.state, refused.value.allowed) == ("posted", ("cancel",))


def test_nobody_pays_for_what_was_called_off(job):
    job.is_at(State.CANCELLED)

    with pytest.raises(Conflict) as refused:
        job.open_payment()(job.payer, job.request)

    assert refused.value.state == "cancelled"
    assert job.stripe.calls == []


def test_an_account_that_is_gone_pays_nothing(job):
    payer = job.payer
    job.store.commit(job.keys.erased(job.payer_id, KeyClass.PERSONAL, job.clock.now()))

    with pytest.raises((NotAuthenticated, SubjectErased)):
        job.open_payment()(payer, job.request)


@pytest.mark.commitment("data.billing", "purpose.payments")
def test_the_billing_address_is_sealed_and_goes_nowhere(job):
    job.open_payment()(job.payer, job.request, HOME)
    job.open_payment()(job.payer, job.request, HOME)
    assert job.private.billing_address == HOME

    job.open_payment()(job.payer, job.request, AWAY)
    job.open_payment()(job.payer, job.request)

    assert job.private.billing_address == AWAY
    everywhere = repr([job.store.rows, job.stripe.answered, job.stripe.intents, job.stripe.customers, job.events()])
    assert "Notre-Dame" not in everywhere
    assert "King Street" not in everywhere


def test_the_billing_address_and_the_card_do_not_push_each_other_out(job):
    job.open_payment()(job.payer, job.request, HOME)
    job.pay()
    assert job.private.card.last4 == "4242"

    job.open_payment()(job.payer, job.request, AWAY)

    assert (job.private.card.last4, job.private.billing_address) == ("4242", AWAY)


def test_an_address_is_kept_though_the_payment_changes_meanwhile(job):
    opened = job.open_payment(commit=Meanwhile(job.store, job.move))(job.payer, job.request, HOME)

    assert opened.client_secret
    assert job.private.billing_address == HOME


def test_a_payment_that_needs_a_new_card_gets_one_intent_to_pay(job):
    first = job.pay(GOOD_ONCE)
    job.clock.forward(HELD_FOR - CAPTURED_BEFORE)
    job.move()

    opened = job.open_payment()(job.payer, job.request)

    assert opened.client_secret is not None
    assert not opened.client_secret.startswith(first)
    assert job.open_payment()(job.payer, job.request).client_secret == opened.client_secret


def test_while_stripe_does_not_answer_nothing_is_said(job):
    job.stripe.faults.append("before")

    with pytest.raises(Unavailable):
        job.open_payment()(job.payer, job.request)

    assert job.open_payment()(job.payer, job.request).client_secret


@pytest.mark.parametrize("after", [False, True])
def test_whoever_dies_at_any_call_leaves_one_intent_and_the_address(after):
    at = 0
    while True:
        job = Job()
        faults = Faults(at, after)
        watched = {
            "load": faults.around(job.store.load),
            "commit": faults.around(job.store.commit),
            "stripe": faults.around(job.stripe),
        }
        try:
            job.open_payment(**watched)(job.payer, job.request, HOME)
        except Crash:
            job.open_payment()(job.payer, job.request, HOME)
        assert len(job.stripe.intents) == len(job.stripe.customers) == 1
        assert job.private.billing_address == HOME
        if faults.count <= at:
            break
        at += 1
    assert at > 5
