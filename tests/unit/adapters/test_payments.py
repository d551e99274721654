"""Rows of table `payments`: their names, what is sealed in them, and what their conditions refuse."""

from dataclasses import replace
from datetime import timedelta

import pytest

from jobipro.adapters.dynamodb.rows import Key
from jobipro.domain import data_map
from jobipro.domain.errors import AlreadyDone, Conflict, SubjectErased
from jobipro.domain.ids import PaymentId, SubjectId
from jobipro.domain.payments import (
    Ask,
    AskState,
    Authorisation,
    Card,
    Dispute,
    DisputeState,
    Due,
    DueKind,
    FraudWarning,
    Payment,
    Private,
    Refund,
    RefundState,
    Standing,
    folded,
    opened,
)
from jobipro.domain.postal import MailingAddress
from jobipro.domain.provinces import Province
from jobipro.domain.stripe_events import KEPT_FOR, Kind, StripeEvent, event_id
from jobipro.domain.subject_keys import KeyClass
from tests.fakes.world import World

CARD = Card("visa", "4242", 12, 2030, "credit", "Xt5EWLLDS7FJjR1c")
ADDRESS = MailingAddress("1 rue Notre-Dame Est", "Montréal", Province.QC, "H2Y 1B6")


@pytest.fixture
def payment(world: World) -> Payment:
    """Return a payment that was just opened."""
    fresh = opened(world.ids.request(), world.ids.subject(), world.ids.subject(), 12_500, world.clock.now())
    world.store.commit(world.payments.opened(fresh))
    return read(world, fresh.id, fresh.customer)


def read(world: World, payment: PaymentId, customer: SubjectId) -> Payment:
    found = world.store.load(world.payments.payment(payment, customer))
    assert isinstance(found, Payment)
    return found


def kept(world: World, after: Payment, before: Payment) -> Payment:
    world.store.commit(world.payments.kept(after, before))
    return read(world, after.id, after.customer)


def with_key(world: World, payment: Payment) -> Payment:
    key, write = world.keys.create(payment.customer, KeyClass.RECORD, world.clock.now())
    world.store.commit(write)
    return replace(payment, key=key)


def test_rows_have_the_names_that_others_rely_on(world: World, payment: Payment) -> None:
    event = StripeEvent(event_id("evt_1"), "charge.captured", world.clock.now())
    world.store.commit(
        world.payments.intent_of("pi_1", payment.id),
        world.payments.stripe_customer_kept(payment.customer, "cus_1"),
        world.stripe_events.received(event, world.clock.now()),
    )

    assert payment.id == payment.request.replace("req_", "pay_")
    assert {(key.pk, key.sk) for key in world.store.rows if key.table == "payments"} == {
        (f"P#{payment.id}", "PAYMENT"),
        ("X#pi_1", "-"),
        (f"C#{payment.customer}", "CUSTOMER"),
        (f"E#{event.id}", "-"),
    }


def test_a_payment_is_opened_once_a_request_and_begins_without_anything_personal(
    world: World, payment: Payment
) -> None:
    assert "sealed" not in world.store.rows[Key("payments", f"P#{payment.id}", "PAYMENT")]
    with pytest.raises(AlreadyDone):
        world.store.commit(world.payments.opened(payment))


def test_what_was_kept_is_read_again(world: World, payment: Payment) -> None:
    now = world.clock.now()
    fact = Authorisation(
        "pi_1",
        n=1,
        standing=Standing.CAPTURED,
        cents=12_500,
        charge="ch_1",
        authorised_at=now,
        capture_before=now + timedelta(days=7),
        captured_cents=12_500,
        refunded_cents=500,
        refunds={"re_1": Refund("re_1", 500, RefundState.SUCCEEDED)},
        disputes={"du_1": Dispute("du_1", 12_500, DisputeState.OPEN, "fraudulent", now, now + timedelta(days=9))},
        warnings={"issfr_1": FraudWarning("issfr_1", True, "made_with_stolen_card", now)},
        seen=True,
    )
    due = Due(DueKind.WATCH, now + timedelta(hours=1))
    asked = {"authorise/1": Ask(now, AskState.DONE, "pm_1"), "refund/1": Ask(now, cents=500)}
    changed = replace(folded(payment, fact), due=due, capture_announced="pi_1", asked=asked, needed=1)

    again = kept(world, changed, payment)

    assert again == replace(changed, version=payment.version + 1)
    assert world.store.load(world.payments.standing(payment.id)) == replace(again, private=None)
    (found,) = world.store.find(world.payments.due(DueKind.WATCH, due.at), 10).items
    assert found == payment.id
    settled = kept(world, replace(again, due=None), again)
    assert settled.due is None
    assert not world.store.find(world.payments.due(DueKind.WATCH, due.at), 10).items


@pytest.mark.commitment("security.encrypted-at-rest", "data.billing", "sharing.payment-limits", "purpose.payments")
def test_card_and_billing_address_are_sealed_as_the_data_map_declares(world: World, payment: Payment) -> None:
    keyed = with_key(world, payment)

    again = kept(world, replace(keyed, private=Private(CARD, 1, ADDRESS)), payment)

    assert again.private == Private(CARD, 1, ADDRESS)
    row = world.store.rows[Key("payments", f"P#{payment.id}", "PAYMENT")]
    said = repr({name: value for name, value in row.items() if name != "sealed"}) + repr(again)
    for word in ("4242", "visa", "Xt5E", "Notre-Dame"):
        assert word not in said
        assert word.encode() not in row["sealed"]
    assert again.key is not None
    sealed = world.sealing.unseal(again.key, row, "payments")
    assert {f"card.{name}" for name in sealed["card"]} | {"billing_address"} == {
        entry.field for entry in data_map.declared("payments", "PAYMENT")
    }


def test_what_is_sealed_stays_where_it_was_not_opened(world: World, payment: Payment) -> None:
    sealed = kept(world, replace(with_key(world, payment), private=Private(CARD, 1)), payment)
    unopened = world.store.load(world.payments.standing(payment.id))

    world.store.commit(world.payments.kept(folded(unopened, Authorisation("pi_1", n=1)), unopened))

    assert read(world, payment.id, payment.customer).private == sealed.private


def test_whoever_is_slower_is_told(world: World, payment: Payment) -> None:
    kept(world, folded(payment, Authorisation("pi_1", n=1)), payment)

    with pytest.raises(Conflict):
        world.store.commit(world.payments.kept(folded(payment, Authorisation("pi_2", n=2)), payment))


def test_another_persons_payment_looks_like_none(world: World, payment: Payment) -> None:
    assert world.store.load(world.payments.payment(payment.id, payment.provider)) is None
    assert world.store.load(world.payments.payment(PaymentId("pay_other"), payment.customer)) is None
    assert world.store.load(world.payments.standing(PaymentId("pay_other"))) is None


def test_nothing_private_is_read_or_written_once_the_record_key_is_gone(world: World, payment: Payment) -> None:
    keyed = with_key(world, payment)
    world.store.commit(world.keys.erased(payment.customer, KeyClass.RECORD, world.clock.now()))

    with pytest.raises(SubjectErased):
        read(world, payment.id, payment.customer)
    with pytest.raises(SubjectErased):
        kept(world, replace(keyed, private=Private(CARD, 1)), payment)


def test_stripes_names_lead_where_they_were_told_to(world: World, payment: Payment) -> None:
    payments, load = world.payments, world.store.load
    assert load(payments.of_intent("pi_1")) is None
    assert load(payments.stripe_customer(payment.customer)) is None

    for _ in range(2):
        world.store.commit(
            payments.intent_of("pi_1", payment.id), payments.stripe_customer_kept(payment.customer, "cus_1")
        )

    assert load(payments.of_intent("pi_1")) == payment.id
    assert load(payments.stripe_customer(payment.customer)) == "cus_1"


def test_an_event_of_stripes_is_kept_once_and_applied_once(world: World, payment: Payment) -> None:
    now = world.clock.now()
    event = StripeEvent(
        event_id("evt_1"),
        "charge.dispute.created",
        now,
        Kind.DISPUTE,
        "du_1",
        intent="pi_1",
        payment=payment.id,
        cents=500,
        captured=True,
        due_by=now + timedelta(days=9),
        reason="fraudulent",
    )
    events, load, commit = world.stripe_events, world.store.load, world.store.commit
    assert load(events.event(event.id)) is None
    with pytest.raises(AlreadyDone):
        commit(events.applied(event.id, "applied", now))

    commit(events.received(event, now))

    with pytest.raises(AlreadyDone):
        commit(events.received(event, now))
    assert load(events.event(event.id)).event == event
    assert load(events.event(event.id)).outcome is None
    assert load(events.known([event.id, event_id("evt_2")])) == {event.id}
    row = world.store.rows[Key("payments", f"E#{event.id}")]
    assert row["expires_at"] == int((now + KEPT_FOR).timestamp())
    commit(events.applied(event.id, "applied", now))
    assert load(events.event(event.id)).outcome == "applied"
    with pytest.raises(AlreadyDone):
        commit(events.applied(event.id, "applied", now))
