"""Reconciliation: what never reached us is found and made good, hour by hour, each thing once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from jobipro.application.keep_payment import KeepPayment
from jobipro.application.look_at_payment import LookAtPayment
from jobipro.application.reconcile import PAGES, AnnounceReconciliation, Reconcile
from jobipro.domain.errors import Unavailable
from jobipro.domain.events import Event, EventType
from jobipro.domain.payments import LOOKED_AT_AFTER, LOOKED_AT_AGAIN, PaymentState
from jobipro.domain.reconciliation import EVERY, ON_THE_WAY, OVERDUE, Reconciliation
from jobipro.domain.stripe import NotUnderstood
from jobipro.domain.stripe_events import StripeEvent, event_id
from tests.fakes.faults import Crash, Faults
from tests.fakes.meanwhile import Meanwhile
from tests.fakes.stripe_lives import Life, StripeLists, StripeShows
from tests.fakes.till import Till


class Compared(Till):
    """A till whose clock ticks, with Stripe's list at hand."""

    def __init__(self) -> None:
        super().__init__()
        self.listed = StripeLists(())
        self.pages = PAGES

    def happened(self, life: Life) -> Sequence[StripeEvent]:
        """Let a life happen at Stripe; nothing of it reaches us by itself."""
        self.stripe = StripeShows(life.events)
        self.listed = StripeLists(life.events)
        self.clock.forward(timedelta(hours=2))
        return life.events

    def announce(self, faults: Faults | None = None, commit: Any = None) -> Counter[str]:
        store = (faults or Faults()).around(self.store)
        task = AnnounceReconciliation(
            store.load, commit or store.commit, self.reconciliations, self.outbox, self.clock, self.ids
        )
        return sum((Counter(piece()) for piece in task()), Counter())

    def reconcile(self, event: Event, faults: Faults | None = None, commit: Any = None) -> Mapping[str, int]:
        watched = (faults or Faults()).around
        store, stripe = watched(self.store), watched(self.stripe)
        return Reconcile(
            store.load,
            commit or store.commit,
            store.find,
            self.reconciliations,
            self.stripe_events,
            watched(self.listed),
            self.payments,
            LookAtPayment(store.load, self.payments, stripe),
            KeepPayment(self.payments, self.outbox, self.ids),
            self.moved.append,
            self.outbox,
            self.clock,
            self.ids,
            self.pages,
        )(event)

    def run(self) -> Counter[str]:
        """Announce a run and do all its steps."""
        self.announce()
        counts: Counter[str] = Counter()
        steps: set[str] = set()
        while new := [event for event in self.asked() if event.id not in steps]:
            for event in new:
                steps.add(event.id)
                counts.update(self.reconcile(event))
        return +counts

    def asked(self) -> list[Event]:
        """Return the events that ask for a step."""
        return [event for event in self.events() if event.type is EventType.RECONCILIATION_DUE]

    def apply_all(self) -> None:
        """Apply what was handed on."""
        for event in self.events():
            if event.type is EventType.STRIPE_EVENT_RECEIVED:
                self.apply(event)

    def state(self) -> Reconciliation:
        found = self.store.load(self.reconciliations.reconciliation())
        assert isinstance(found, Reconciliation)
        return found


@pytest.fixture
def till() -> Compared:
    return Compared()


def whole(till: Till) -> Life:
    return Life(till.name, begun=till.clock.now()).created().authorised().captured().refund("re_1", 500).warned()


def test_what_never_came_is_kept_handed_on_and_applied(till: Compared) -> None:
    events = till.happened(whole(till))

    assert till.run() == {"EventsCompared": len(events), "EventsMissing": len(events)}
    till.apply_all()

    assert till.payment.state is PaymentState.PARTLY_REFUNDED
    assert [case.open for case in till.cases()] == [True]
    assert Counter(till.telling())[EventType.PAYMENT_SETTLED] == 1
    assert till.state().gaps == len(events)


@pytest.mark.parametrize("came", range(8))
def test_only_what_is_missing_is_made_good(till: Compared, came: int) -> None:
    events = till.happened(whole(till))
    arrived = [event for place, event in enumerate(events) if place % 8 <= came]
    till.told(*arrived)

    assert till.run()["EventsMissing"] == len(events) - len(arrived)
    till.clock.forward(EVERY)
    assert till.run()["EventsMissing"] == 0


def test_a_run_is_announced_each_hour_on_the_hour_and_once(till: Compared) -> None:
    assert till.announce() == {"ReconciliationsAnnounced": 1}
    assert till.announce() == {}
    assert till.state().due_at == till.clock.now().replace(minute=0) + EVERY

    till.clock.at = till.state().due_at - timedelta(seconds=1)
    assert till.announce() == {}
    till.clock.forward(timedelta(seconds=1))
    assert till.announce() == {"ReconciliationsAnnounced": 1}
    assert [event.refs["run"] for event in till.asked()] == ["1", "2"]


def test_two_ticks_at_once_announce_one_run(till: Compared) -> None:
    assert till.announce(commit=Meanwhile(till.store, till.announce)) == {}

    assert len(till.asked()) == 1


def test_what_the_last_run_found_is_counted_when_the_next_is_announced(till: Compared) -> None:
    events = till.happened(whole(till))
    till.run()
    till.clock.forward(EVERY)

    assert till.announce() == {"ReconciliationsAnnounced": 1, "GapsFound": len(events)}


def test_runs_that_do_not_come_to_an_end_are_told_of_each_minute(till: Compared) -> None:
    till.announce()
    till.clock.forward(OVERDUE + timedelta(minutes=1))
    assert till.announce()["ReconciliationsOverdue"] == 1
    assert till.announce() == {"ReconciliationsOverdue": 1}

    till.reconcile(till.asked()[-1])
    assert till.announce() == {}


def test_a_long_list_is_compared_in_steps_each_of_which_asks_for_the_next(till: Compared) -> None:
    till.pages = 1
    events = till.happened(whole(till))

    assert till.run()["EventsMissing"] == len(events)
    assert [event.refs["step"] for event in till.asked()] == ["0", "1", "2"]
    assert till.state().gaps == len(events)


def test_a_step_that_was_done_is_not_done_again(till: Compared) -> None:
    till.happened(whole(till))
    till.announce()
    (event,) = till.asked()
    till.reconcile(event)
    till.listed.calls.clear()

    assert till.reconcile(event) == {}
    assert till.listed.calls == []


def test_two_processes_at_the_same_step_count_it_once(till: Compared) -> None:
    events = till.happened(whole(till))
    till.announce()
    (event,) = till.asked()
    till.reconcile(event, commit=Meanwhile(till.store, lambda: till.reconcile(event)))

    assert till.state().gaps == len(events)
    assert till.state().step == 1


def test_what_may_still_be_on_its_way_is_left_to_the_next_run(till: Compared) -> None:
    life = Life(till.name, begun=till.clock.now()).created()
    till.stripe, till.listed = StripeShows(life.events), StripeLists(life.events)
    till.clock.forward(ON_THE_WAY - timedelta(seconds=1))
    assert till.run() == {}

    till.clock.forward(EVERY)
    assert till.run() == {"EventsCompared": 1, "EventsMissing": 1}


def test_what_says_nothing_of_payments_is_not_missed(till: Compared) -> None:
    till.happened(Life(till.name))
    till.listed = StripeLists([None, StripeEvent(event_id("evt_1"), "invoice.paid", till.clock.now())])

    assert till.run() == {}


def test_a_payment_that_waits_is_asked_about_after_an_hour_and_then_each_day(till: Compared) -> None:
    life = Life(till.name, begun=till.clock.now()).created()
    till.told(*life.events)
    till.stripe = StripeShows(life.events)
    assert till.run() == {}
    assert till.stripe.calls == []

    till.clock.forward(LOOKED_AT_AFTER)
    till.run()
    assert till.stripe.calls == ["payment_intents.retrieve"]
    assert till.payment.due is not None
    assert till.payment.due.at == till.clock.now() + LOOKED_AT_AGAIN


def test_a_payment_that_moved_without_our_hearing_of_it_is_repaired(till: Compared) -> None:
    life = Life(till.name, begun=till.clock.now()).created()
    till.told(*life.events)
    till.stripe = StripeShows(life.authorised().captured().events)
    till.clock.forward(LOOKED_AT_AFTER)

    assert till.run() == {"PaymentsRepaired": 1}
    assert till.payment.state is PaymentState.CAPTURED
    assert till.state().gaps == 1
    assert EventType.PAYMENT_SETTLED in till.telling()
    assert till.moved[-1] == till.name


def test_a_payment_that_cannot_be_understood_stands_in_nobodys_way(till: Compared) -> None:
    life = Life(till.name, begun=till.clock.now()).created()
    till.told(*life.events)
    till.clock.forward(LOOKED_AT_AFTER)

    till.stripe.fails = NotUnderstood()
    assert till.run() == {}
    assert till.payment.due is not None
    assert till.payment.due.at == till.clock.now() + LOOKED_AT_AGAIN


def test_a_payment_that_moves_while_it_is_looked_at_is_left_to_whoever_moves_it(till: Compared) -> None:
    life = Life(till.name, begun=till.clock.now()).created()
    till.told(*life.events)
    till.stripe = StripeShows(life.authorised().events)
    till.clock.forward(LOOKED_AT_AFTER)
    till.announce()
    handed_on = till.received(life.events[-1])

    counts = till.reconcile(till.asked()[0], commit=Meanwhile(till.store, lambda: till.apply(handed_on)))

    assert counts["PaymentsRepaired"] == 0
    assert till.payment.state is PaymentState.AUTHORISED


def test_a_step_comes_again_when_stripe_does_not_answer(till: Compared) -> None:
    life = Life(till.name, begun=till.clock.now()).created()
    till.told(*life.events)
    till.clock.forward(LOOKED_AT_AFTER)
    till.stripe = StripeShows(life.events)
    till.stripe.fails = Unavailable()
    till.announce()

    with pytest.raises(Unavailable):
        till.reconcile(till.asked()[0])
    till.stripe.fails = None
    till.reconcile(till.asked()[0])
    assert till.state().ended_at == till.clock.now()


def test_wherever_the_process_dies_nothing_is_lost_or_doubled() -> None:
    for after in (False, True):
        at = 0
        while True:
            till, faults = Compared(), Faults(at, after)
            life = whole(till)
            till.told(life.events[0])
            till.happened(life)
            till.announce()
            try:
                till.reconcile(till.asked()[0], faults)
            except Crash:
                till.reconcile(till.asked()[0])
            till.apply_all()
            assert till.payment.state is PaymentState.PARTLY_REFUNDED
            assert Counter(till.telling())[EventType.PAYMENT_SETTLED] == 1
            assert till.state().ended_at == till.clock.now()
            if faults.count <= at:
                break
            at += 1


def test_how_far_it_has_come_is_read_as_it_was_kept(till: Compared) -> None:
    till.announce()
    before = till.state()
    after = replace(before, step=1, after="evt_9", gaps=3, ended_at=till.clock.now())

    till.store.commit(till.reconciliations.kept(after, before))

    assert till.state() == after
