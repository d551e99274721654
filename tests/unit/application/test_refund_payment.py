"""The engaged provider gives money back."""

import pytest

from jobipro.domain.errors import Conflict, IdempotencyMismatch, Invalid, NotFound
from jobipro.domain.events import EventType
from jobipro.domain.lifecycle import State
from tests.fakes.faults import Crash, Faults
from tests.fakes.job import CENTS, Job
from tests.fakes.meanwhile import Meanwhile

KEY = "key-of-a-refund-1"


@pytest.fixture
def job():
    """Return a job whose work was found good and paid."""
    return paid()


def paid():
    job = Job()
    job.pay()
    job.is_at(State.CONFIRMED)
    job.move()
    return job


def test_a_part_goes_back_and_then_the_rest(job):
    assert job.refund_payment()(job.payee, job.request, 500).number == 1
    assert job.move() == "refund"
    assert job.payment.state == "partly-refunded"

    rest = job.refund_payment()(job.payee, job.request)

    assert (rest.number, rest.cents) == (2, CENTS - 500)
    assert job.move() == "refund"
    assert job.payment.state == "refunded"
    assert job.money() == (0, CENTS, CENTS)
    told = [EventType.PAYMENT_SETTLED, *2 * [EventType.REFUND_ASKED, EventType.PAYMENT_REFUNDED]]
    assert job.announced() == told


def test_never_more_goes_back_than_is_left_counting_what_was_asked_for(job):
    job.refund_payment()(job.payee, job.request, CENTS - 1)

    with pytest.raises(Invalid) as refused:
        job.refund_payment()(job.payee, job.request, 2)
    assert [wrong.field for wrong in refused.value.fields] == ["amount_cents"]

    job.refund_payment()(job.payee, job.request, 1)
    with pytest.raises(Conflict):
        job.refund_payment()(job.payee, job.request, 1)
    job.move()
    assert job.money() == (0, CENTS, CENTS)


def test_nothing_goes_back_of_what_was_not_taken():
    job = Job()
    job.pay()

    with pytest.raises(Conflict) as refused:
        job.refund_payment()(job.payee, job.request)

    assert refused.value.state == "authorised"


def test_nobody_but_the_engaged_provider_gives_back(job):
    stranger = job.caller(job.active(email="eve@example.com"))

    for caller, request in ((job.payer, job.request), (stranger, job.request), (job.payee, "req_nowhere")):
        with pytest.raises(NotFound):
            job.refund_payment()(caller, request)


def test_the_same_call_asks_once_also_when_nothing_is_left(job):
    first = job.refund_payment()(job.payee, job.request, None, KEY)

    assert job.refund_payment()(job.payee, job.request, None, KEY) == first
    job.move()
    assert job.refund_payment()(job.payee, job.request, None, KEY) == first
    assert job.money() == (0, CENTS, CENTS)
    with pytest.raises(IdempotencyMismatch):
        job.refund_payment()(job.payee, job.request, 7, KEY)


def test_two_calls_at_once_under_one_key_are_one_refund(job):
    again = Meanwhile(job.store, lambda: job.refund_payment()(job.payee, job.request, 500, KEY))

    refund = job.refund_payment(commit=again)(job.payee, job.request, 500, KEY)

    assert refund.number == 1
    job.move()
    assert job.money() == (0, CENTS, 500)


def test_two_refunds_at_once_never_give_back_too_much(job):
    other = Meanwhile(job.store, lambda: job.refund_payment()(job.payee, job.request, CENTS - 100))

    with pytest.raises(Invalid):
        job.refund_payment(commit=other)(job.payee, job.request, 500)


@pytest.mark.parametrize("after", [False, True])
def test_whoever_dies_at_any_call_gives_back_once(after):
    for at in range(3):
        job = paid()
        faults = Faults(at, after)
        load, commit = faults.around(job.store.load), faults.around(job.store.commit)
        try:
            job.refund_payment(load, commit)(job.payee, job.request, 500, KEY)
        except Crash:
            job.refund_payment()(job.payee, job.request, 500, KEY)
        job.move()
        assert job.money() == (0, CENTS, 500)
