"""What is asked of Stripe as a job goes on."""

from datetime import timedelta

import pytest

from jobipro.domain.errors import Unavailable
from jobipro.domain.events import EventType
from jobipro.domain.lifecycle import State
from jobipro.domain.payment_steps import KEYS_LAST
from jobipro.domain.payments import CAPTURED_BEFORE, AskState, PaymentState, Standing
from tests.fakes.faults import Crash, Faults
from tests.fakes.job import CENTS, Job
from tests.fakes.meanwhile import Meanwhile
from tests.fakes.stripe import GOOD_ONCE, HELD_FOR

LATE = HELD_FOR - CAPTURED_BEFORE
NOTHING = "nothing to do"


@pytest.fixture
def job():
    return Job()


def test_acceptance_opens_one_intent_over_what_was_offered(job):
    assert job.move() == "open"
    assert job.move() == NOTHING

    (intent,) = job.stripe.intents.values()
    assert (intent["amount"], intent["currency"]) == (CENTS, "cad")
    assert intent["metadata"] == {"payment": job.name, "n": "1", "stage": "test"}
    assert job.payment.state is PaymentState.OPEN
    assert job.payment.asked["authorise/1"].state is AskState.DONE


def test_a_person_is_one_customer_at_stripe_whatever_they_pay_for(job):
    job.move()
    other = job.posted(job.payer_id)
    job.engagement(other.refs["request"])
    job.move()

    assert list(job.stripe.customers.values()) == [job.payer_id]
    assert len(job.stripe.intents) == 2


def test_what_is_written_is_written_before_stripe_is_asked(job):
    job.stripe.faults.extend(["", "before"])

    with pytest.raises(Unavailable):
        job.move()

    assert job.payment.asked["authorise/1"].state is AskState.ASKED
    assert job.stripe.intents == {}


def test_work_that_was_found_good_is_paid(job):
    job.pay()
    assert job.money() == (CENTS, 0, 0)
    assert job.move() == NOTHING

    job.is_at(State.CONFIRMED)

    assert job.move() == "capture"
    assert job.move() == NOTHING
    assert job.money() == (0, CENTS, 0)
    assert job.announced() == [EventType.PAYMENT_SETTLED]


def test_what_was_found_good_and_not_paid_is_told_once_and_taken_as_soon_as_it_is_paid(job):
    job.move()
    job.is_at(State.CONFIRMED)

    assert [job.move(), job.move()] == ["need", NOTHING]
    assert job.announced() == [EventType.PAYMENT_NEEDED]

    job.pay()
    assert job.money() == (0, CENTS, 0)


def test_a_job_that_was_called_off_lets_go_of_everything(job):
    job.pay()
    job.is_at(State.CANCELLED)

    assert job.move() == "release"
    assert job.move() == NOTHING
    assert job.money() == (0, 0, 0)
    assert job.payment.state is PaymentState.RELEASED


def test_an_intent_that_nobody_paid_cannot_be_paid_any_more_once_the_job_was_called_off(job):
    job.move()
    job.is_at(State.CANCELLED)

    assert job.move() == "release"
    assert job.payment.current.standing is Standing.CANCELLED


def test_what_was_taken_goes_back_whole_when_the_job_is_called_off_later(job):
    job.pay()
    job.is_at(State.COMPLETED)
    job.clock.forward(LATE)
    assert job.move() == "capture"
    job.is_at(State.CANCELLED)

    assert job.move() == "refund"
    assert job.move() == NOTHING
    assert job.money() == (0, CENTS, CENTS)
    assert job.announced() == [EventType.PAYMENT_SETTLED, EventType.PAYMENT_REFUNDED]


def test_completed_work_is_paid_before_the_bank_lets_go_and_not_sooner(job):
    job.pay()
    job.is_at(State.COMPLETED)

    job.clock.forward(LATE - timedelta(seconds=1))
    assert job.move() == NOTHING
    job.clock.forward(timedelta(seconds=1))
    assert job.move() == "capture"


@pytest.mark.parametrize("state", [State.ENGAGED, State.DISPUTED])
def test_what_outlasts_the_hold_is_held_anew_and_the_old_hold_let_go(job, state):
    first = job.pay()
    job.is_at(state)
    job.clock.forward(LATE)

    assert job.move() == "release"

    assert job.payment.authorisations[first].standing is Standing.CANCELLED
    assert job.payment.current.n == 2
    assert job.money() == (CENTS, 0, 0)
    assert job.move() == NOTHING
    job.clock.forward(LATE)
    job.move()
    assert job.payment.current.n == 3
    assert job.money() == (CENTS, 0, 0)


def test_a_card_that_is_refused_the_second_time_has_its_holder_told_once(job):
    first = job.pay(GOOD_ONCE)
    job.clock.forward(LATE)

    assert [job.move(), job.move()] == ["need", NOTHING]

    assert job.announced() == [EventType.PAYMENT_NEEDED]
    assert job.payment.asked["authorise/2"].state is AskState.REFUSED
    assert job.payment.authorisations[first].standing is Standing.AUTHORISED
    assert job.move(wanted=True) == NOTHING  # the refused intent can be paid
    job.stripe.pays(next(each for each in job.stripe.intents if each != first))
    job.see_payment()(job.payment)
    assert job.payment.current.n == 2
    assert job.payment.authorisations[first].standing is Standing.CANCELLED
    assert job.money() == (CENTS, 0, 0)


def test_a_hold_that_lapsed_is_made_anew_and_then_taken(job):
    job.pay()
    job.clock.forward(HELD_FOR)
    job.stripe.lapses()
    job.is_at(State.CONFIRMED)

    assert job.move() == "capture"

    assert job.payment.current.n == 2
    assert job.money() == (0, CENTS, 0)


def test_what_became_of_an_intent_meanwhile_is_looked_at(job):
    first = job.pay()
    job.stripe.cancel("by hand", first)
    job.is_at(State.CANCELLED)

    assert job.move() == "release"
    assert job.payment.authorisations[first].standing is Standing.CANCELLED


def test_an_intent_that_is_on_its_way_is_waited_for(job):
    first = job.pay()
    job.stripe.intents[first]["status"] = "processing"
    job.is_at(State.CONFIRMED)

    with pytest.raises(Unavailable):
        job.move()


def test_the_later_of_two_decisions_is_made_anew_when_the_request_moved_meanwhile(job):
    job.pay()
    job.is_at(State.COMPLETED)
    job.clock.forward(LATE)

    commit = Meanwhile(job.store, lambda: job.is_at(State.CANCELLED))

    assert job.move(commit=commit) == "release"
    assert job.money() == (0, 0, 0)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("state", [State.CONFIRMED, State.CANCELLED, State.ENGAGED])
def test_whoever_dies_at_any_call_is_taken_over_and_money_moves_once(state, after):
    at = 0
    while True:
        job = Job()
        job.pay()
        job.is_at(state)
        job.clock.forward(LATE)
        faults = Faults(at, after)
        watched = {
            "load": faults.around(job.store.load),
            "commit": faults.around(job.store.commit),
            "stripe": faults.around(job.stripe),
        }
        try:
            job.move(**watched)
        except Crash:
            job.move()
            job.move()
        expected = {State.CONFIRMED: (0, CENTS, 0), State.CANCELLED: (0, 0, 0), State.ENGAGED: (CENTS, 0, 0)}
        assert job.money() == expected[state]
        if faults.count <= at:
            break
        at += 1
    assert at > 3


@pytest.mark.parametrize("fault", ["before", "after"])
def test_an_answer_that_got_lost_is_asked_for_again_under_the_same_key(job, fault):
    job.pay()
    job.is_at(State.CONFIRMED)
    job.stripe.faults.append(fault)

    with pytest.raises(Unavailable):
        job.move()

    assert job.move() == "capture"
    assert job.money() == (0, CENTS, 0)
    assert [key for key in job.stripe.answered if "capture" in key] == [f"{job.name}/capture/{job.intent()}"]


def test_a_refund_whose_key_may_be_forgotten_is_looked_for_before_it_is_asked_again(job):
    job.pay()
    job.is_at(State.CONFIRMED)
    job.move()
    job.refund_payment()(job.payee, job.request, 500)
    job.stripe.faults.append("after")
    with pytest.raises(Unavailable):
        job.move()

    job.stripe.answered.clear()
    job.clock.forward(KEYS_LAST + timedelta(seconds=1))

    assert job.move() == "refund"
    assert job.money() == (0, CENTS, 500)
    assert job.payment.refunded_cents == 500


def test_a_refund_that_stripe_refuses_is_settled_and_leaves_the_rest(job):
    intent = job.pay()
    job.is_at(State.CONFIRMED)
    job.move()
    job.refund_payment()(job.payee, job.request, CENTS)
    job.stripe.refund("by hand", intent, 9, 500)

    assert job.move() == "refund"
    assert job.move() == NOTHING

    assert job.payment.asked["refund/1"].state is AskState.REFUSED
    assert job.money() == (0, CENTS, 500)


def test_nothing_personal_reaches_stripe(job):
    job.pay()

    sent = repr([job.stripe.customers, job.stripe.answered])
    for word in ("Marie", "Tremblay", "marie@example.com", "Notre-Dame", "514"):
        assert word not in sent


def test_a_request_without_a_payment_needs_nothing(job):
    other = job.posted(job.payer_id)
    name = "pay_" + other.refs["request"].removeprefix("req_")

    assert job.move_payment()(name) == NOTHING
    assert job.stripe.calls == []
