"""Events of Stripe's become the state of payments: any order, any repetition, any loss, whatever dies on the way."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobipro.domain.errors import Unavailable
from jobipro.domain.events import Event, EventType
from jobipro.domain.ids import SERVICE, PaymentId
from jobipro.domain.payments import DueKind, Payment, PaymentState, Private, Standing
from jobipro.domain.stripe_events import Kind, StripeEvent, event_id, told
from jobipro.domain.subject_keys import KeyClass
from tests.fakes.faults import Crash, Faults
from tests.fakes.meanwhile import Meanwhile
from tests.fakes.stripe_lives import CARD, Life, StripeShows, twin, whole_lives
from tests.fakes.till import Till

NAMES = list(whole_lives(PaymentId("pay_x")))


@pytest.fixture
def till() -> Till:
    return Till()


def lived(till: Till, name: str) -> Sequence[StripeEvent]:
    """Let a life happen at Stripe, and return its events."""
    events = whole_lives(till.name)[name]
    till.stripe = StripeShows(events)
    return events


def known(payment: Payment) -> Payment:
    """Return a payment without what depends on when and how often it was written."""
    return replace(payment, version=0, due=None, key=None)


def said(payment: Payment) -> object:
    """Return what a payment comes to. Of a hold that was let go, the rest depends on when Stripe was asked."""
    authorisations = payment.authorisations.values()
    return (
        payment.state,
        {each.intent: (each.n, each.standing, each.captured_cents, each.refunds) for each in authorisations},
        payment.disputes,
        payment.warnings,
        payment.private if payment.captured_cents else None,
    )


def ends(name: str) -> tuple[Payment, Counter[EventType]]:
    """Return how a life ends when its events come in the right order, and what was told of it."""
    till = Till()
    till.told(*lived(till, name))
    return known(till.payment), Counter(till.telling())


@pytest.mark.parametrize("name", NAMES)
def test_a_life_in_the_right_order_is_told_once_each(name: str) -> None:
    payment, telling = ends(name)

    assert telling[EventType.PAYMENT_SETTLED] == (name != "released")
    assert telling[EventType.CASE_OPENED] == len(payment.disputes) + len(payment.warnings)
    assert (telling[EventType.PAYMENT_REFUNDED] > 0) == (payment.refunded_cents > 0)
    assert payment.private == Private(CARD, card_of=max(each.n for each in payment.authorisations.values()))


@pytest.mark.commitment("purpose.payments")
def test_every_order_of_a_short_life_ends_the_same_and_is_told_the_same() -> None:
    right = None
    for order in permutations(range(5)):
        till = Till()
        events = Life(till.name).authorised().captured().dispute("created", "needs_response").events
        till.stripe = StripeShows(events)
        till.told(*(events[place] for place in order))
        right = right or known(till.payment)
        assert known(till.payment) == right
        assert Counter(till.telling()) == {EventType.PAYMENT_SETTLED: 1, EventType.CASE_OPENED: 1}


@settings(max_examples=100, deadline=None)
@given(name=st.sampled_from(NAMES), data=st.data())
def test_any_order_with_twins_repeats_and_omissions_ends_in_what_stripe_and_the_events_say(
    name: str, data: st.DataObject
) -> None:
    till = Till()
    events = lived(till, name)
    came = data.draw(st.lists(st.sampled_from(events), unique_by=lambda event: event.id, min_size=1))
    again = [twin(event) for event in data.draw(st.lists(st.sampled_from(came), max_size=4))]
    order = data.draw(st.permutations([*came, *again]))
    till.stripe.happened = 0
    for event in order:
        # Stripe is ahead of its own events by as much as it likes.
        earliest = max(till.stripe.happened, _place(events, event))
        till.stripe.happened = data.draw(st.integers(earliest, len(events)))
        handed_on = till.received(event)
        for _ in range(data.draw(st.integers(1, 2))):
            till.apply(handed_on)

    right, _ = ends(name)
    payment, counted = known(till.payment), Counter(till.telling())
    if len(came) == len(events):
        assert said(payment) == said(right)
    assert counted[EventType.PAYMENT_SETTLED] == (payment.captured_cents > 0)
    assert counted[EventType.CASE_OPENED] == len(payment.disputes) + len(payment.warnings)
    refunds = {event.object for event in events if event.kind is Kind.REFUND}
    assert (payment.refunded_cents > 0) <= counted[EventType.PAYMENT_REFUNDED] <= len(refunds)
    for each in payment.authorisations.values():
        assert not each.doubtful or till.stripe.happened < len(events)
    assert {case.id for case in till.cases()} == {*payment.disputes, *payment.warnings}


def _place(events: Sequence[StripeEvent], event: StripeEvent) -> int:
    """Return how many events had happened at Stripe when it told of one, or of its twin."""
    facts = [replace(each, id=event.id) for each in events]
    return facts.index(event) + 1


@pytest.mark.parametrize("name", NAMES)
def test_one_event_about_the_money_is_enough_to_know_what_became_of_it(name: str) -> None:
    right, _ = ends(name)
    held = {Standing.AUTHORISED, Standing.CAPTURED}
    for event in whole_lives(Till().name)[name]:
        fact = told(event)
        till = Till()
        lived(till, name)
        till.told(event)
        if fact and (fact.standing in held or fact.refunds or fact.disputes or fact.warnings):
            assert till.payment.authorisations[fact.intent].standing is right.authorisations[fact.intent].standing
            if till.payment.captured_cents:
                assert till.payment.captured_cents == right.captured_cents
                assert till.payment.refunded_cents == right.refunded_cents


@pytest.mark.parametrize("name", ["won", "refunded", "held anew"])
def test_wherever_the_process_dies_the_next_try_ends_the_same(name: str) -> None:
    right, telling = ends(name)
    for after in (False, True):
        at = 0
        while True:
            till = Till()
            events = lived(till, name)
            faults = Faults(at, after)
            for event in events:
                _until_done(till, till.received(event), faults)
            assert known(till.payment) == right
            assert Counter(till.telling()) == telling
            if faults.count <= at:
                break
            at += 1


def _until_done(till: Till, event: Event, faults: Faults) -> None:
    try:
        till.apply(event, faults.around(till.store.load), faults.around(till.store.commit), faults.around(till.stripe))
    except Crash:
        till.apply(event)


def test_whoever_is_slower_looks_again(till: Till) -> None:
    events = lived(till, "won")
    handed_on = [till.received(event) for event in events]
    for event in handed_on[:-1]:
        quicker = Meanwhile(till.store, partial(till.apply, handed_on[-1]))
        till.apply(event, commit=quicker)

    right, telling = ends("won")
    assert known(till.payment) == right
    assert Counter(till.telling()) == telling


def test_an_event_that_always_meets_others_comes_again(till: Till) -> None:
    events = [twin(event, n) for n in range(50) for event in Life(till.name).created().events]
    others = iter(events)

    def changed() -> None:
        event = next(others)
        till.told(replace(event, intent=f"pi_{event.id}"))

    handed_on = till.received(Life(till.name).declined().events[-1])
    with pytest.raises(Unavailable):
        till.apply(handed_on, commit=Meanwhile(till.store, changed, times=100))


def test_an_event_comes_again_when_stripe_does_not_answer_and_nothing_is_half_applied(till: Till) -> None:
    event = till.received(lived(till, "won")[3])
    before = dict(till.row())
    till.stripe.fails = Unavailable()
    with pytest.raises(Unavailable):
        till.apply(event)
    assert till.row() == before

    till.stripe.fails = None
    assert till.apply(event) == {"StripeEventsApplied": 1}


def test_the_card_is_fetched_once_and_sealed(till: Till) -> None:
    charge, intent, *rest = Life(till.name).authorised().captured().events
    till.stripe = StripeShows([charge, intent, *rest])
    made = till.data_keys.calls.count("GenerateDataKey")

    till.told(intent, charge, *rest)

    assert till.stripe.calls == ["payment_intents.retrieve"]
    assert till.payment.private == Private(CARD, card_of=1)
    assert till.data_keys.calls.count("GenerateDataKey") == made


def test_somebody_whose_record_key_is_gone_has_no_card_here_but_the_money_is_known(till: Till) -> None:
    till.store.commit(till.keys.erased(till.customer, KeyClass.RECORD, till.clock.now()))

    till.told(*lived(till, "won"))

    standing = till.store.load(till.payments.standing(till.name))
    assert standing.state is PaymentState.PARTLY_REFUNDED
    assert "sealed" not in till.row()


def test_a_key_that_ends_while_the_card_is_sealed_leaves_the_card_out(till: Till) -> None:
    life = Life(till.name).authorised().events
    till.stripe = StripeShows(life)

    def erased() -> None:
        till.store.commit(till.keys.erased(till.customer, KeyClass.RECORD, till.clock.now()))

    till.apply(till.received(life[0]), commit=Meanwhile(till.store, erased))

    assert till.store.load(till.payments.standing(till.name)).state is PaymentState.AUTHORISED
    assert "sealed" not in till.row()


def test_money_that_is_held_is_due_to_be_taken_and_money_that_was_taken_is_not(till: Till) -> None:
    life = Life(till.name).authorised().captured().events
    till.stripe = StripeShows(life)
    till.stripe.happened = 2
    till.told(*life[:2])
    assert till.payment.due is not None
    assert till.payment.due.kind is DueKind.CAPTURE

    till.told(*life[2:])
    assert till.payment.due is None


def test_an_intent_leads_to_its_payment_from_its_first_event_on(till: Till) -> None:
    till.told(*Life(till.name).created().events)

    assert till.store.load(till.payments.of_intent("pi_1")) == till.name


@pytest.mark.parametrize("first", [True, False])
def test_an_event_that_names_no_payment_finds_it_by_its_intent_or_asks_stripe(till: Till, first: bool) -> None:
    events = lived(till, "won")
    (dispute,) = (event for event in events if event.type == "charge.dispute.created")
    if first:
        till.told(events[0])
        till.stripe.calls.clear()

    assert till.told(dispute) == [{"StripeEventsApplied": 1}]
    assert till.stripe.calls[0] == "payment_intents.retrieve"
    assert till.payment.disputes


def test_what_is_not_ours_is_noted_and_harmless(till: Till) -> None:
    at = till.clock.now()
    before = dict(till.row())
    strange = [
        StripeEvent(event_id("evt_1"), "charge.captured", at, Kind.CHARGE, "ch_9", intent="pi_9", status="succeeded"),
        StripeEvent(event_id("evt_2"), "charge.captured", at, Kind.CHARGE, "ch_9", status="succeeded"),
        Life(PaymentId("pay_aaaaaaaaaaaaaaaaaaaaaaaaaa"), intent="pi_8").created().events[0],
        StripeEvent(event_id("evt_3"), "customer.updated", at, Kind.CUSTOMER, "cus_1"),
        StripeEvent(event_id("evt_4"), "payment_method.automatically_updated", at, Kind.PAYMENT_METHOD, "pm_1"),
        StripeEvent(event_id("evt_5"), "invoice.paid", at),
    ]

    assert till.told(*strange) == [
        {"StripeEventsForeign": 1},
        {"StripeEventsForeign": 1},
        {"StripeEventsForeign": 1},
        {"StripeEventsNoted": 1},
        {"StripeEventsNoted": 1},
        {"StripeEventsUnknown": 1},
    ]
    assert till.row() == before
    assert not till.telling()
    assert {till.store.load(till.stripe_events.event(each.id)).outcome for each in strange} == {
        "foreign",
        "noted",
        "unknown",
    }


def test_an_event_that_was_never_kept_or_was_applied_before_changes_nothing(till: Till) -> None:
    never = Event(event_id("evt_0"), EventType.STRIPE_EVENT_RECEIVED, till.clock.now(), SERVICE)
    assert till.apply(never) == {"StripeEventsGone": 1}

    once = till.received(Life(till.name).created().events[0])
    assert till.apply(once) == {"StripeEventsApplied": 1}
    assert till.apply(once) == {}
    assert till.told(twin(Life(till.name).created().events[0])) == [{"StripeEventsTwin": 1}]


def test_what_is_told_names_the_payment_and_all_it_concerns_by_their_ids(till: Till) -> None:
    till.told(*lived(till, "won"))

    payment = till.payment
    for event in till.events():
        assert event.subject == payment.customer
        assert event.refs == {
            "payment": payment.id,
            "request": payment.request,
            "customer": payment.customer,
            "provider": payment.provider,
        }
