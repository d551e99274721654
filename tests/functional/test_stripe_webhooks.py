"""Stripe's webhooks: what is signed is kept once, without names; everything else is refused, nothing kept."""

import json
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest
import stripe

from jobipro.adapters.stripe_webhooks import LONGEST_HEADER, MOST_SIGNATURES, TOLERANCE, UNKNOWN_SECONDS
from jobipro.domain.errors import Unavailable
from jobipro.domain.events import EventType
from jobipro.domain.ids import SERVICE
from jobipro.domain.payments import Standing
from jobipro.domain.stripe_events import KEPT_FOR, Kind, StripeEvent, event_id, told
from jobipro.http.reading import MAX_BODY
from tests.fakes import webhooks
from tests.fakes.webhooks import NAMES, OTHER_SECRET, PAYMENT, SECRET, body, event, header, made
from tests.functional.stripe import Door
from tests.functional.waking import Heard


@pytest.fixture
def door() -> Door:
    return Door()


def refused(door: Door, sent: bytes, signature: str | None, **more: Any) -> str:
    """Send what must not be taken, and return why it was not."""
    answer = door.send(sent, signature, **more)
    assert answer.status in {400, 413}, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not door.store.rows
    return answer.code


@pytest.mark.parametrize("text", [True, False])
def test_an_event_is_kept_and_handed_on_in_one_call(door: Door, text: bool) -> None:
    door.tell(event(name="evt_before"))
    door.store.calls.clear()
    door.secret.calls.clear()

    answer = door.tell(event(), text=text)

    assert (answer.status, answer.json) == (200, {})
    assert door.store.calls == ["TransactWriteItems"]
    assert door.secret.calls == []
    handed_on = door.handed_on()[-1]
    assert (handed_on.type, handed_on.subject, handed_on.refs) == (EventType.STRIPE_EVENT_RECEIVED, SERVICE, {})
    assert handed_on.id == event_id("evt_1QMarked")
    assert handed_on.at == door.clock.now()


def test_the_signature_is_the_one_that_stripes_own_package_makes() -> None:
    sent = body(event())

    assert header(sent, 1_795_359_600) == stripe.WebhookSignature.generate_signature_header(
        sent.decode(), SECRET, 1_795_359_600
    )


def test_the_same_event_again_changes_nothing_and_is_answered_alike(door: Door) -> None:
    first = door.tell(event())
    rows = dict(door.store.rows)
    door.clock.forward(timedelta(hours=3))

    again = door.tell(event())

    assert (again.status, again.text) == (first.status, first.text)
    assert door.store.rows == rows


def test_an_event_is_forgotten_by_itself_after_its_time(door: Door) -> None:
    door.tell(event())

    (row,) = (row for key, row in door.store.rows.items() if key.table == "payments")
    assert row["expires_at"] == int((door.clock.now() + KEPT_FOR).timestamp())


@pytest.mark.commitment("sharing.payment-limits", "data.billing")
@pytest.mark.parametrize("kind", [*webhooks.ABOUT, "invoice.created"])
def test_what_is_kept_and_said_of_an_event_holds_nothing_of_a_person_or_a_card(
    kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    door = Door(service=f"stripe_webhooks-{uuid4().hex}")

    assert door.tell(event(kind)).status == 200

    left = json.dumps([dict(row) for row in door.store.rows.values()], default=str) + Heard(capsys).text
    assert "StripeEventReceived" in left or kind == "invoice.created"
    for mark in (*NAMES, "arker", "H0H", "visa", "4242", "Xt5EWLLDS7FJjR1c", "2031", "receipt", "_secret_"):
        assert mark not in left.replace("Marked", "").replace("marked", ""), mark


AT = datetime.fromtimestamp(1_795_359_600, UTC)
OURS = {"payment": PAYMENT, "n": 1}
MONEY = {"currency": "CAD", "intent": "pi_3QMarked", "charge": "ch_3QMarked"}


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (
            "payment_intent.amount_capturable_updated",
            {
                "kind": Kind.INTENT,
                "object": "pi_3QMarked",
                "cents": 18_500,
                "status": "requires_capture",
                "begun_at": at(1_795_350_000),
                **MONEY,
                **OURS,
            },
        ),
        (
            "charge.captured",
            {
                "kind": Kind.CHARGE,
                "object": "ch_3QMarked",
                "cents": 18_500,
                "status": "succeeded",
                "begun_at": at(1_795_350_001),
                "capture_before": at(1_795_900_000),
                **MONEY,
                **OURS,
            },
        ),
        (
            "refund.created",
            {
                "kind": Kind.REFUND,
                "object": "re_3QMarked",
                "cents": 5_000,
                "status": "succeeded",
                "reason": "requested_by_customer",
                "begun_at": at(1_795_360_000),
                "n": 2,
                **MONEY,
            },
        ),
        (
            "charge.dispute.created",
            {
                "kind": Kind.DISPUTE,
                "object": "dp_1QMarked",
                "cents": 18_500,
                "status": "needs_response",
                "reason": "product_not_received",
                "begun_at": at(1_795_370_000),
                "due_by": at(1_796_400_000),
                **MONEY,
            },
        ),
        (
            "radar.early_fraud_warning.created",
            {
                "kind": Kind.WARNING,
                "object": "issfr_1QMarked",
                "actionable": True,
                "reason": "made_with_stolen_card",
                "begun_at": at(1_795_380_000),
                "intent": "pi_3QMarked",
                "charge": "ch_3QMarked",
            },
        ),
        ("customer.created", {"kind": Kind.CUSTOMER, "object": "cus_marked", "begun_at": at(1_795_340_000)}),
        (
            "payment_method.attached",
            {"kind": Kind.PAYMENT_METHOD, "object": "pm_1QMarked", "begun_at": at(1_795_345_000)},
        ),
    ],
)
def test_of_each_kind_of_object_what_says_what_became_of_a_payment_is_kept(
    door: Door, kind: str, expected: dict[str, Any]
) -> None:
    door.tell(event(kind))

    assert door.kept("evt_1QMarked") == StripeEvent(id=event_id("evt_1QMarked"), type=kind, created_at=AT, **expected)


def test_what_is_kept_tells_of_an_authorisation(door: Door) -> None:
    door.tell(event("payment_intent.amount_capturable_updated"))

    said = told(door.kept("evt_1QMarked"))

    assert said is not None
    assert (said.intent, said.standing, said.cents) == ("pi_3QMarked", Standing.AUTHORISED, 18_500)


@pytest.mark.parametrize(
    ("field", "odd"),
    [
        ("amount", -1),
        ("amount", 10**30),
        ("amount", "18500"),
        ("amount", True),
        ("amount", 1.5),
        ("currency", "dollars"),
        ("currency", ["cad"]),
        ("status", "Marker, Wilhelmina"),
        ("payment_intent", "marker@example.com"),
        ("payment_intent", {"id": {"id": "pi_1"}}),
        ("payment_method_details", "card"),
        ("payment_method_details", {"card": {"capture_before": 10**18}}),
        ("metadata", {"payment": "pay_of_somebody", "n": "0", "stage": "test"}),
        ("metadata", {"payment": PAYMENT, "n": "1", "stage": "prod"}),
        ("metadata", None),
    ],
)
def test_a_field_that_does_not_fit_is_left_out_and_the_rest_is_kept(door: Door, field: str, odd: Any) -> None:
    whole, spoilt = event(name="evt_whole"), event()
    spoilt["data"]["object"][field] = odd

    assert door.tell(whole).status == door.tell(spoilt).status == 200

    fields = {"amount": "cents", "payment_intent": "intent", "payment_method_details": "capture_before"}
    lost = {"payment", "n"} if field == "metadata" else {fields.get(field, field)}
    one, other = door.kept("evt_whole"), door.kept("evt_1QMarked")
    differ = {name for name in StripeEvent.__dataclass_fields__ if getattr(one, name) != getattr(other, name)}
    assert differ == {"id"} | lost


def test_an_object_that_came_along_whole_is_known_by_its_id(door: Door) -> None:
    sent = event("payment_intent.amount_capturable_updated")
    sent["data"]["object"]["latest_charge"] = webhooks.charge()

    door.tell(sent)

    assert door.kept("evt_1QMarked").charge == "ch_3QMarked"


def test_an_event_of_an_unknown_kind_is_kept_counted_and_handed_to_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    door = Door(service=f"stripe_webhooks-{uuid4().hex}")

    assert door.tell(event("invoice.created")).status == 200

    assert door.kept("evt_1QMarked") == StripeEvent(event_id("evt_1QMarked"), "invoice.created", AT)
    assert door.handed_on() == []
    heard = Heard(capsys)
    assert heard.total("UnknownStripeEvents") == 1
    assert [line["outcome"] for line in heard.lines] == ["nobodys"]


def test_the_log_says_which_event_it_was_and_what_became_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    door = Door(service=f"stripe_webhooks-{uuid4().hex}")

    door.tell(event())
    door.tell(event())

    lines = Heard(capsys).lines
    assert [line["outcome"] for line in lines] == ["kept", "known"]
    assert {(line["event_id"], line["event_type"]) for line in lines} == {(event_id("evt_1QMarked"), "charge.captured")}


@pytest.mark.parametrize("seconds", [-TOLERANCE, TOLERANCE, 0])
def test_a_signature_is_good_for_five_minutes_in_either_direction(door: Door, seconds: int) -> None:
    sent = body(event())

    assert door.send(sent, header(sent, door.now + seconds)).status == 200


@pytest.mark.parametrize("seconds", [-TOLERANCE - 1, TOLERANCE + 1, -(10**9), 10**11])
def test_a_signature_from_another_time_is_refused(door: Door, seconds: int) -> None:
    sent = body(event())

    assert refused(door, sent, header(sent, door.now + seconds)) == "signature-refused"


def spelled(*changes: tuple[str, str]) -> list[Any]:
    return [pytest.param(*each, id=each[0]) for each in changes]


@pytest.mark.parametrize(
    ("what", "written"),
    spelled(
        ("empty", ""),
        ("no time", "v1={sig}"),
        ("no signature", "t={now}"),
        ("two times", "t={now},t={now},v1={sig}"),
        ("an older scheme alone", "t={now},v0={sig}"),
        ("blanks", "t={now}, v1={sig}"),
        ("a plus", "t=+{now},v1={sig}"),
        ("underscores", "t=1_795_359_600,v1={sig}"),
        ("digits of another script", "t=١٧٩٥٣٥٩٦٠٠,v1={sig}"),
        ("letters beyond ASCII", "t={now},v1={sig},v2=é"),
        ("capitals", "t={now},v1={SIG}"),
        ("a signature cut short", "t={now},v1={half}"),
        ("an empty part", "t={now},,v1={sig}"),
        ("no equals sign", "t={now},v1{sig}"),
        ("two equals signs", "t={now},v1=={sig}"),
        ("a line break", "t={now},v1={sig}\n"),
        ("semicolons", "t={now};v1={sig}"),
        ("a time of many digits", "t={now}" + "0" * 30 + ",v1={sig}"),
        ("another secret", "t={now},v1={other}"),
    ),
)
def test_a_header_that_is_not_as_stripe_writes_it_is_refused(door: Door, what: str, written: str) -> None:
    sent = body(event())
    sig, other = made(sent, door.now), made(sent, door.now, OTHER_SECRET)
    named = {"now": door.now, "sig": sig, "SIG": sig.upper(), "half": sig[:32], "other": other}

    assert refused(door, sent, written.format(**named)) == "signature-refused"


def test_no_header_at_all_is_refused(door: Door) -> None:
    assert refused(door, body(event()), None) == "signature-refused"


def test_a_body_that_was_written_anew_no_longer_bears_its_signature(door: Door) -> None:
    sent = body(event())

    for anew in (json.dumps(event()).encode(), sent + b"\n", sent.replace(b"18500", b"18501")):
        assert refused(door, anew, header(sent, door.now)) == "signature-refused"


def test_a_signature_of_ours_among_others_in_any_order_is_found(door: Door) -> None:
    sent = body(event())
    parts = [f"t={door.now}", f"v1={made(sent, door.now)}", f"v1={'0' * 64}", f"v0={'1' * 64}"]

    for order in permutations(parts):
        assert door.send(sent, ",".join(order)).status == 200
    assert len(door.rows()) == 1


def test_too_many_signatures_are_refused_though_one_is_right(door: Door) -> None:
    sent = body(event())
    right = header(sent, door.now)
    wrong = f",v1={'0' * 64}"

    assert refused(door, sent, right + wrong * MOST_SIGNATURES) == "signature-refused"
    assert door.send(sent, right + wrong * (MOST_SIGNATURES - 1)).status == 200


def test_a_header_that_is_too_long_is_refused(door: Door) -> None:
    sent = body(event())

    assert refused(door, sent, header(sent, door.now) + ",v9=" + "0" * LONGEST_HEADER) == "signature-refused"


SIGNED_BUT = {
    "not UTF-8": b'{"id": "evt_\xff\xfe"}',
    "empty": b"",
    "blank": b" ",
    "not JSON": b"{'id': 1}",
    "half": b'{"id": "evt_1"',
    "a list": b"[]",
    "a text": b'"evt_1"',
    "a number": b"1",
    "null": b"null",
    "NaN": body(event()).replace(b"18500", b"NaN"),
    "infinite": body(event()).replace(b"18500", b"-Infinity"),
    "of endless digits": body(event()).replace(b"18500", b"9" * 5000),
    "deep": b'{"a":' * 40 + b"1" + b"}" * 40,
    "very deep": b"[" * 100_000,
    "two documents": body(event()) * 2,
    "in another code": "{}".encode("utf-16"),
    "after a mark": b"\xef\xbb\xbf" + body(event()),
    "no event": b"{}",
    "of real money": body(event(livemode=True)),
    "of no mode": body({name: value for name, value in event().items() if name != "livemode"}),
    "of a mode in words": body(event(livemode="false")),
    "of mode 0": body(event(livemode=0)),
    "without an id": body(event(id=None)),
    "with an id of something else": body(event(id="ch_1")),
    "with an id that is a sentence": body(event(id="evt_ 1")),
    "with a type that is a list": body(event(type=["charge.captured"])),
    "with a type that is a sentence": body(event(type="Wilhelmina Marker")),
    "without a time": body(event(created=None)),
    "from before all time": body(event(created=-1)),
    "from after all time": body(event(created=10**14)),
    "from a broken time": body(event(created=1.5)),
}


@pytest.mark.parametrize("sent", SIGNED_BUT.values(), ids=SIGNED_BUT)
def test_what_is_signed_and_no_event_for_us_is_refused(door: Door, sent: bytes) -> None:
    assert refused(door, sent, header(sent, door.now)) in {"event-refused", "signature-refused"}


@pytest.mark.parametrize("signed", [True, False])
def test_a_body_that_is_too_large_is_not_looked_at(door: Door, signed: bool) -> None:
    for sent in (body(event()) + b" " * MAX_BODY, b"\xff" * (MAX_BODY + 1), b"x" * (2 * MAX_BODY)):
        assert refused(door, sent, header(sent, door.now) if signed else None) == "body-too-large"
    assert door.secret.calls == []


def test_a_name_that_comes_twice_does_no_harm(door: Door) -> None:
    sent = body(event()).replace(b'"livemode": false', b'"livemode": true, "livemode": false')

    assert door.send(sent, header(sent, door.now)).status == 200
    assert len(door.rows()) == 1


def test_every_secret_is_tried(door: Door) -> None:
    door.secret.held = {"webhook_secrets": [OTHER_SECRET, SECRET]}

    assert door.tell(event(name="evt_new"), OTHER_SECRET).status == 200
    assert door.tell(event(name="evt_old"), SECRET).status == 200
    assert len(door.rows()) == 2
    assert len(door.secret.calls) == 1


def test_a_secret_that_stripe_rotated_to_is_found_without_waiting_for_the_next_look(door: Door) -> None:
    door.tell(event(name="evt_before"))
    door.secret.held = {"webhook_secrets": [OTHER_SECRET, SECRET]}
    door.clock.forward(timedelta(seconds=UNKNOWN_SECONDS))

    assert door.tell(event(), OTHER_SECRET).status == 200


def test_while_stripe_signs_with_both_secrets_nothing_waits_for_the_rotation(door: Door) -> None:
    door.tell(event(name="evt_before"))

    assert door.tell(event(), OTHER_SECRET, SECRET).status == 200


def test_strangers_cannot_make_us_fetch_the_secret_over_and_over(door: Door) -> None:
    sent = body(event())
    for _ in range(300):
        refused(door, sent, header(sent, door.now, OTHER_SECRET))
        refused(door, sent, "t=1,v1=" + "0" * 64)
        door.clock.forward(timedelta(seconds=0.2))

    assert len(door.secret.calls) <= 60 / UNKNOWN_SECONDS


@pytest.mark.parametrize("held", [{}, {"webhook_secrets": []}, {"webhook_secrets": [" ", 5]}, {"webhook_secrets": "x"}])
def test_without_a_secret_stripe_is_asked_to_come_again(door: Door, held: object) -> None:
    door.secret.held = held

    answer = door.tell(event())

    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "unavailable", "5")
    assert not door.store.rows


def test_while_the_secret_cannot_be_reached_stripe_is_asked_to_come_again(door: Door) -> None:
    door.secret.down = True

    assert door.tell(event()).status == 503
    assert not door.store.rows


class Down:
    """Tables that take nothing."""

    def commit(self, *writes: object) -> None:
        raise Unavailable


def test_an_event_that_could_not_be_kept_is_asked_for_again() -> None:
    door = Door(store=Down())

    answer = door.tell(event())

    assert (answer.status, answer.code) == (503, "unavailable")
