"""Requests move, customers pay, banks say no, time passes, calls get lost: money moves once at most, when it is due."""

from contextlib import suppress
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from jobipro.domain.errors import Conflict, Invalid, Unavailable
from jobipro.domain.lifecycle import TRANSITIONS, State
from jobipro.domain.payment_steps import CALLED_OFF, DONE, due_for_capture
from jobipro.domain.stripe import NotPossible, shown
from tests.fakes.faults import Crash, Faults
from tests.fakes.job import CENTS, Job
from tests.fakes.stripe import GOOD, GOOD_ONCE

LATER_STATES = {
    state: sorted({move.after for move in TRANSITIONS if move.before is state})
    for state in (State.ENGAGED, State.COMPLETED, State.DISPUTED)
}
TROUBLE = st.sampled_from(["", "", "before", "after"])
DIES_AT = st.one_of(st.none(), st.integers(0, 8))


class Payments(RuleBasedStateMachine):
    """One job, from its engagement on."""

    @initialize()
    def begins(self):
        self.job = Job()
        self.state = State.ENGAGED
        self.taken = 0

    @precondition(lambda self: self.state in LATER_STATES)
    @rule(data=st.data())
    def the_request_moves(self, data):
        self.state = data.draw(st.sampled_from(LATER_STATES[self.state]))
        self.job.is_at(self.state)

    @rule(trouble=st.lists(TROUBLE, max_size=4), dies_at=DIES_AT, after=st.booleans())
    def something_leads_to_the_payment(self, trouble, dies_at, after):
        self.suffering(trouble, lambda: self.job.move(**self.dying(dies_at, after)))

    @rule(trouble=st.lists(TROUBLE, max_size=4), dies_at=DIES_AT, after=st.booleans())
    def the_customer_asks_to_pay(self, trouble, dies_at, after):
        payer = self.job.payer
        self.suffering(trouble, lambda: self.job.open_payment(**self.dying(dies_at, after))(payer, self.job.request))

    @rule(data=st.data(), card=st.sampled_from([GOOD, GOOD_ONCE, None]))
    def the_customer_pays_what_is_there(self, data, card):
        intents = sorted(self.job.stripe.intents)
        if not intents:
            return
        intent = data.draw(st.sampled_from(intents))
        with suppress(NotPossible):
            if card is None:
                self.job.stripe.fails_to_pay(intent)
            else:
                self.job.stripe.pays(intent, card)

    @rule(data=st.data(), trouble=st.lists(TROUBLE, max_size=4))
    def stripe_tells_of_an_intent(self, data, trouble):
        intents = sorted(self.job.stripe.intents)
        if intents:
            intent = data.draw(st.sampled_from(intents))
            self.suffering(trouble, lambda: self.hears(intent))

    @rule(hours=st.integers(1, 24 * 8))
    def time_passes(self, hours):
        self.job.clock.forward(timedelta(hours=hours))
        self.job.stripe.lapses()
        for piece in self.job.announce_captures():
            piece()

    @rule(cents=st.one_of(st.none(), st.integers(1, CENTS)))
    def the_provider_gives_back(self, cents):
        with suppress(Conflict, Invalid):
            self.job.refund_payment()(self.job.payee, self.job.request, cents)

    @invariant()
    def no_more_is_taken_than_was_offered_and_no_more_goes_back_than_was_taken(self):
        if hasattr(self, "job"):
            _, taken, returned = self.job.money()
            assert taken in (0, CENTS)
            assert returned <= taken

    @invariant()
    def money_is_taken_only_when_it_is_due(self):
        if not hasattr(self, "job"):
            return
        taken = self.job.stripe.taken(self.job.name)
        if taken > self.taken:
            (captured,) = [each for each in self.job.stripe.intents.values() if each["status"] == "succeeded"]
            fact = shown(self.job.stripe.intent(captured["id"]))
            in_time = self.state is State.COMPLETED and due_for_capture(fact, self.job.clock.now())
            assert self.state in DONE or in_time
        self.taken = taken

    def teardown(self):
        if not hasattr(self, "job"):
            return
        self.heal()
        held, taken, returned = self.job.money()
        assert held in (0, CENTS)
        if self.state in CALLED_OFF:
            assert (held, returned) == (0, taken)
        if taken:
            assert held == 0
        if self.state in DONE:
            assert held == 0
            self.job.open_payment()(self.job.payer, self.job.request)
            for intent in sorted(self.job.stripe.intents):
                with suppress(NotPossible):
                    self.job.stripe.pays(intent)
            self.heal()
            held, taken, _ = self.job.money()
            assert (held, taken) == (0, CENTS)

    def heal(self):
        """Let everything that was left over be done, and all that happened be told."""
        self.job.stripe.faults.clear()
        for intent in sorted(self.job.stripe.intents):
            self.hears(intent)
        self.job.move()
        for intent in sorted(self.job.stripe.intents):
            self.hears(intent)

    def hears(self, intent):
        """Hear of an intent from Stripe, and do what follows."""
        job = self.job
        looked = job.seen(intent)
        if looked:
            job.move()

    def dying(self, at, after):
        """Return what a process works with that dies at a call."""
        faults = Faults(at, after)
        return {
            "load": faults.around(self.job.store.load),
            "commit": faults.around(self.job.store.commit),
            "stripe": faults.around(self.job.stripe),
        }

    def suffering(self, trouble, do):
        """Do something while calls of Stripe get lost; none of it is lost for good."""
        self.job.stripe.faults.extend(trouble)
        with suppress(Unavailable, Crash, Conflict):
            do()
        self.job.stripe.faults.clear()


TestPayments = Payments.TestCase
TestPayments.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
