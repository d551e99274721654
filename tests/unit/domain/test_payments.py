"""The fold of a payment: in any order, however often, whatever is missing, the same facts make the same payment."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import reduce
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobipro.domain.ids import PaymentId, RequestId, SubjectId
from jobipro.domain.payments import (
    CAPTURED_BEFORE,
    HELD_FOR,
    LOOKED_AT_AFTER,
    LOOKED_AT_AGAIN,
    Authorisation,
    Due,
    DueKind,
    Payment,
    PaymentState,
    RefundState,
    Standing,
    folded,
    joined,
    opened,
    payment_id,
    scheduled,
)
from jobipro.domain.stripe_events import Kind, StripeEvent, event_id, told
from tests.fakes.stripe_lives import BEGINNING, Life, twin, whole_lives

REQUEST = RequestId("req_aaaaaaaaaaaaaaaaaaaaaaaaaa")
PAYMENT = payment_id(REQUEST)
FRESH = opened(REQUEST, SubjectId("sub_customer"), SubjectId("sub_provider"), 12_500, BEGINNING)
LIVES = whole_lives(PAYMENT)


def after(*events: StripeEvent, payment: Payment = FRESH) -> Payment:
    return reduce(lambda known, event: folded(known, fact) if (fact := told(event)) else known, events, payment)


def modelled(events: Iterable[StripeEvent]) -> PaymentState:
    """Return where a payment stands by what was ever said of it, in plain words and without any fold."""
    said = {(event.intent, event.kind, event.type.partition(".")[2], event.status) for event in events}
    intents = sorted({intent for intent, *_ in said if intent})

    def ever(kind: Kind, *words: str, intent: str | None = None) -> bool:
        return any(k is kind and word in words and intent in (None, i) for i, k, word, _ in said)

    captured = [
        intent
        for intent in intents
        if ever(Kind.INTENT, "succeeded", intent=intent)
        or ever(Kind.CHARGE, "captured", intent=intent)
        or any(event.captured and event.intent == intent for event in events)
    ]
    if captured:
        return _modelled_after_capture([event for event in events if event.intent in captured], said)
    holding = [
        intent
        for intent in intents
        if (
            ever(Kind.INTENT, "amount_capturable_updated", intent=intent)
            or ever(Kind.CHARGE, "succeeded", intent=intent)
        )
        and not (ever(Kind.INTENT, "canceled", intent=intent) or ever(Kind.CHARGE, "refunded", intent=intent))
    ]
    if holding:
        return PaymentState.AUTHORISED
    numbers = {event.intent: event.n for event in events if event.n}
    latest = max(intents, key=lambda intent: (numbers.get(intent, 0), intent), default=None)
    if latest is None:
        return PaymentState.OPEN
    if ever(Kind.INTENT, "canceled", intent=latest) or ever(Kind.CHARGE, "refunded", intent=latest):
        return PaymentState.RELEASED
    failed = ever(Kind.INTENT, "payment_failed", intent=latest) or ever(Kind.CHARGE, "failed", intent=latest)
    return PaymentState.DECLINED if failed else PaymentState.OPEN


def _modelled_after_capture(
    events: Sequence[StripeEvent], said: set[tuple[str | None, Kind, str, str | None]]
) -> PaymentState:
    disputes = {status for _, kind, _, status in said if kind is Kind.DISPUTE}
    if "lost" in disputes:
        return PaymentState.LOST
    if disputes and not disputes & {"won", "warning_closed"}:
        return PaymentState.DISPUTED
    failed = {event.object for event in events if event.kind is Kind.REFUND and event.status == "failed"}
    back = {event.object: event.cents for event in events if event.kind is Kind.REFUND and event.object not in failed}
    if not sum(back.values()):
        return PaymentState.CAPTURED
    taken = max(event.captured_cents for event in events)
    return PaymentState.REFUNDED if sum(back.values()) >= taken else PaymentState.PARTLY_REFUNDED


@pytest.mark.parametrize(
    ("life", "state"),
    [
        ("won", PaymentState.PARTLY_REFUNDED),
        ("lost", PaymentState.LOST),
        ("refunded", PaymentState.REFUNDED),
        ("refund failed", PaymentState.PARTLY_REFUNDED),
        ("inquiry", PaymentState.CAPTURED),
        ("released", PaymentState.RELEASED),
        ("held anew", PaymentState.PARTLY_REFUNDED),
    ],
)
def test_the_right_order_ends_where_it_should(life: str, state: PaymentState) -> None:
    assert after(*LIVES[life]).state is state


@pytest.mark.parametrize("life", LIVES)
def test_every_order_with_every_omission_and_any_repetition_ends_in_one_state(life: str) -> None:
    """By induction over the sets of events: whichever comes last, and whichever comes again, makes no difference.

    A payment depends on nothing but the payment before and the fact that is added. So if each way into a set of events
    leads from the one payment of the smaller set to the one of this set, every order of every subset ends there.
    """
    events = LIVES[life]
    of: dict[frozenset[int], Payment] = {frozenset(): FRESH}
    for size in range(1, len(events) + 1):
        of |= _grown(of, events, size)
    assert len(of) == 2 ** len(events)
    for subset, payment in of.items():
        assert payment.state is modelled([events[place] for place in subset])
    assert of[frozenset(range(len(events)))] == after(*events)


def _grown(
    of: dict[frozenset[int], Payment], events: Sequence[StripeEvent], size: int
) -> dict[frozenset[int], Payment]:
    """Return the payment of every set of a size, having seen that all ways lead to it and that none leads on."""
    found: dict[frozenset[int], Payment] = {}
    for subset, payment in of.items():
        if len(subset) != size - 1:
            continue
        for place, event in enumerate(events):
            if place in subset:
                assert after(twin(event), payment=payment) == payment
            else:
                next_ = after(event, payment=payment)
                assert found.setdefault(subset | {place}, next_) == next_
    return found


def test_what_the_induction_says_holds_for_orders_that_are_tried_one_by_one() -> None:
    events = Life(PAYMENT).authorised().captured().refund("re_1", 500).dispute("closed", "lost").events
    right = after(*events)

    for order in permutations(events):
        assert after(*order) == right


@st.composite
def lives(draw: st.DrawFn) -> list[StripeEvent]:
    """Draw what may happen to a payment, through one to three authorisations."""
    events: list[StripeEvent] = []
    count = draw(st.integers(1, 3))
    for n in range(1, count + 1):
        life = Life(PAYMENT, intent=f"pi_{n}", n=n, begun=BEGINNING + timedelta(days=n)).created()
        for _ in range(draw(st.integers(0, 2))):
            life.declined()
        if draw(st.booleans()):
            life.authorised()
            if n == count and draw(st.booleans()):
                _captured(draw, life.captured())
            elif n < count or draw(st.booleans()):
                life.cancelled()
        events += life.events
    return events


def _captured(draw: st.DrawFn, life: Life) -> None:
    for number in range(draw(st.integers(0, 3))):
        life.refund(f"re_{number}", 3_000, draw(st.sampled_from(["succeeded", "pending"])))
        if draw(st.booleans()):
            life.refund_failed(f"re_{number}", 3_000)
    if draw(st.booleans()):
        life.warned()
        if draw(st.booleans()):
            life.warned("updated", actionable=False)
    if draw(st.booleans()):
        life.dispute("created", draw(st.sampled_from(["needs_response", "warning_needs_response"])))
        for status in draw(st.lists(st.sampled_from(["under_review", "needs_response"]), max_size=2)):
            life.dispute("updated", status)
        if draw(st.booleans()):
            life.dispute("closed", draw(st.sampled_from(["won", "lost"])))


@settings(max_examples=600, deadline=None)
@given(data=st.data())
def test_generated_lives_end_as_the_model_says_in_any_order_with_twins_and_omissions(data: st.DataObject) -> None:
    events = data.draw(lives())
    kept = data.draw(st.lists(st.sampled_from(events), unique_by=lambda event: event.id))
    again = [twin(event) for event in data.draw(st.lists(st.sampled_from(kept)))] if kept else []
    one = after(*data.draw(st.permutations([*kept, *again])))

    assert one == after(*sorted(kept, key=events.index))
    assert one.state is modelled(kept)
    assert after(*events).state is modelled(events)


def test_joining_two_facts_is_the_same_from_either_side_and_once_is_enough() -> None:
    facts = [fact for events in LIVES.values() for event in events if (fact := told(event)) and fact.intent == "pi_1"]

    for one in facts:
        assert joined(one, one) == one
        for other in facts:
            both = joined(one, other)
            assert both == joined(other, one) == joined(both, one)


@pytest.mark.parametrize(
    ("fact", "doubtful"),
    [
        (Authorisation("pi_1"), False),
        (Authorisation("pi_1", standing=Standing.DECLINED), False),
        (Authorisation("pi_1", standing=Standing.AUTHORISED), True),
        (Authorisation("pi_1", standing=Standing.AUTHORISED, seen=True), False),
        (Authorisation("pi_1", standing=Standing.CAPTURED), True),
        (Authorisation("pi_1", standing=Standing.CAPTURED, seen=True), False),
        (Authorisation("pi_1", standing=Standing.CAPTURED, seen=True, refunded_cents=500), True),
        (Authorisation("pi_1", standing=Standing.CANCELLED, refunded_cents=500), False),
    ],
)
def test_what_cannot_be_all_is_doubtful(fact: Authorisation, doubtful: bool) -> None:
    assert fact.doubtful is doubtful


def test_a_refund_a_dispute_or_a_warning_without_the_capture_before_it_is_doubtful() -> None:
    life = Life(PAYMENT).refund("re_1", 500).dispute("created", "needs_response").warned()

    for event in (life.events[0], life.events[2], life.events[3]):
        (fact,) = after(event).authorisations.values()
        assert fact.doubtful


def test_refunds_that_failed_do_not_count() -> None:
    payment = after(*LIVES["refund failed"])

    (authorisation,) = payment.authorisations.values()
    assert authorisation.refunds["re_1"].state is RefundState.FAILED
    assert (payment.captured_cents, payment.refunded_cents) == (12_500, 700)


def test_money_that_is_held_is_due_in_time_and_what_waits_is_looked_at() -> None:
    now = BEGINNING
    held = after(*Life(PAYMENT).authorised().events)
    assert scheduled(held, now).due == Due(DueKind.CAPTURE, BEGINNING + timedelta(days=7) - CAPTURED_BEFORE)
    (unsaid,) = (told(event) for event in Life(PAYMENT).authorised().events if event.kind is Kind.INTENT)
    assert unsaid is not None
    (event,) = (event for event in Life(PAYMENT).authorised().events if event.kind is Kind.INTENT)
    assert scheduled(folded(FRESH, unsaid), now).due == Due(
        DueKind.CAPTURE, event.created_at + HELD_FOR - CAPTURED_BEFORE
    )

    waiting = after(*Life(PAYMENT).created().events)
    assert scheduled(waiting, now).due == Due(DueKind.WATCH, now + LOOKED_AT_AFTER)
    assert scheduled(waiting, now, LOOKED_AT_AGAIN).due == Due(DueKind.WATCH, now + LOOKED_AT_AGAIN)
    assert scheduled(FRESH, now).due is None
    assert scheduled(after(*LIVES["released"]), now).due is None
    assert scheduled(after(*LIVES["won"]), now).due is None


def test_a_payment_is_named_like_its_request() -> None:
    assert payment_id(REQUEST) == PaymentId("pay_aaaaaaaaaaaaaaaaaaaaaaaaaa")


def test_events_of_other_things_say_nothing_of_an_authorisation() -> None:
    for kind in (Kind.CUSTOMER, Kind.PAYMENT_METHOD, Kind.OTHER):
        assert told(StripeEvent(event_id("evt_1"), "x", BEGINNING, kind, "x_1", intent="pi_1")) is None
    assert told(StripeEvent(event_id("evt_1"), "charge.captured", BEGINNING, Kind.CHARGE, "ch_1")) is None


def test_words_that_nobody_knows_yet_are_taken_for_the_least() -> None:
    life = Life(PAYMENT).captured().dispute("updated", "something_new").refund("re_1", 5, "something_new")
    payment = after(*life.events)

    assert payment.state is PaymentState.DISPUTED
    assert payment.refunded_cents == 5
