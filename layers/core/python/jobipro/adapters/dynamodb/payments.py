"""Table `payments`: what is owed for a request, what Stripe told of it, and where Stripe's names lead.

| row | key | clear |
|---|---|---|
| payment | `P#<payment>` / `PAYMENT` | parties, cents, currency, facts by PaymentIntent, what was asked, what is due |
| case | `P#<payment>` / `CASE#<Stripe's id>` | request, kind, state, reason, cents, day it is due, next reminder |
| PaymentIntent | `X#<Stripe's id>` / `-` | the payment |
| customer at Stripe | `C#<subject>` / `CUSTOMER` | Stripe's id |

Card and billing address are sealed under the customer's record key; a payment begins without either.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from jobipro.adapters.dynamodb.rows import Absent, Equals, Item, Key, Present, Put, Update
from jobipro.adapters.dynamodb.sealed import Sealing
from jobipro.adapters.dynamodb.subject_keys import SubjectKeys, row_of
from jobipro.application.ports.payments import CaseName
from jobipro.application.ports.storage import Read, Rows, Search, Write
from jobipro.domain.cases import Case, CaseKind
from jobipro.domain.errors import Conflict
from jobipro.domain.ids import PaymentId, RequestId, SubjectId
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
)
from jobipro.domain.postal import MailingAddress
from jobipro.domain.subject_keys import KeyClass, SubjectKey
from jobipro.domain.times import instant, written

TABLE = "payments"
PAYMENT = "PAYMENT"
CASE_REMINDER = "case"
"""`due_kind` of cases of which somebody is reminded at `due_at`."""


class Payments:
    """Payments, their private part sealed under the customer's record key."""

    def __init__(self, sealing: Sealing, keys: SubjectKeys) -> None:
        self._sealing = sealing
        self._keys = keys

    def standing(self, payment: PaymentId) -> Read[Payment | None]:
        """Read a payment without what is sealed of it; None when there is none."""
        place = payment_row(payment)
        return Read((place,), lambda rows: _payment(rows[place]) if place in rows else None)

    def payment(self, payment: PaymentId, customer: SubjectId) -> Read[Payment | None]:
        """Read a customer's payment with card and billing address; None when there is none, or it is another's.

        Somebody who never had a record key has nothing private here. Raises SubjectErased when the key is gone.
        """
        place, key_row = payment_row(payment), row_of(customer, KeyClass.RECORD)

        def build(rows: Rows) -> Payment | None:
            row = rows.get(place)
            if row is None or row["customer"] != customer:
                return None
            if key_row not in rows:
                return _payment(row)
            key = self._keys.opened(rows, customer, KeyClass.RECORD)
            fields = self._sealing.unseal(key, row, TABLE) if "sealed" in row else {}
            return _payment(row, _private(fields), key)

        return Read((place, key_row), build)

    def opened(self, payment: Payment) -> Write:
        """Keep a new payment; `AlreadyDone` when the request has one."""
        row = {
            "request": payment.request,
            "customer": payment.customer,
            "provider": payment.provider,
            "cents": payment.cents,
            "currency": payment.currency,
            "opened_at": written(payment.opened_at),
            "version": payment.version,
            "authorisations": {},
        }
        return Write(Put(payment_row(payment.id), row, when=(Absent(),)))

    def kept(self, payment: Payment, before: Payment) -> Write:
        """Keep what became of a payment as it was read; `Conflict` when it changed since.

        Card and billing address are sealed anew, under the payment's key, when they are not as they were.
        """
        place = payment_row(payment.id)
        values: dict[str, Any] = {
            "authorisations": {name: _fields(each) for name, each in payment.authorisations.items()},
            "asked": {name: _ask_fields(each) for name, each in payment.asked.items()},
            "needed": payment.needed,
            "version": before.version + 1,
        }
        gone: tuple[str, ...] = ()
        if payment.capture_announced:
            values["capture_announced"] = payment.capture_announced
        if payment.due:
            values |= {"due_kind": payment.due.kind.value, "due_at": written(payment.due.at)}
        else:
            gone = ("due_kind", "due_at")
        under: tuple[SubjectKey, ...] = ()
        if payment.private is not None and payment.private != before.private:
            if payment.key is None:
                raise ValueError("what is private of a payment needs its customer's record key")
            values["sealed"] = self._sealing.seal(payment.key, place, PAYMENT, _private_fields(payment.private))
            under = (payment.key,)
        change = Update(place, set=values, remove=gone, when=(Equals("version", before.version),))
        return Write(change, refused=lambda row: Conflict(), under=under)

    def due(self, kind: DueKind, before: datetime) -> Search[PaymentId]:
        """Search payments for which something falls due, longest due first."""
        return Search(
            TABLE,
            index="due",
            partition=("due_kind", kind.value),
            from_to=("due_at", "0", written(before)),
            build=lambda item, rows: PaymentId(item["pk"].removeprefix("P#")),
        )

    def of_intent(self, intent: str) -> Read[PaymentId | None]:
        """Read which payment a PaymentIntent is of, None when it is none that is known."""
        place = _intent_row(intent)
        return Read((place,), lambda rows: PaymentId(rows[place]["payment"]) if place in rows else None)

    def intent_of(self, intent: str, payment: PaymentId) -> Write:
        """Keep which payment a PaymentIntent is of; doing it twice changes nothing."""
        return Write(Put(_intent_row(intent), {"payment": payment}))

    def case_opened(self, case: Case) -> Write:
        """Keep a new case; `Conflict` when there is one already."""
        row = {"request": case.request, "kind": case.kind.value, "opened_at": written(case.opened_at)}
        reminder = {"due_kind": CASE_REMINDER, "due_at": written(case.remind_at)} if case.remind_at else {}
        put = Put(_case_row(case), row | _case_fields(case) | reminder, when=(Absent(),))
        return Write(put, refused=lambda row: Conflict())

    def case_moved(self, case: Case) -> Write:
        """Keep what became of a case; when it was opened stays as it was."""
        return Write(Update(_case_row(case), **_case_change(case), when=(Present(),)))

    def case(self, name: CaseName) -> Read[Case | None]:
        """Read a case, None when there is none."""
        place = Key(TABLE, f"P#{name[0]}", f"CASE#{name[1]}")
        return Read((place,), lambda rows: _case(rows[place]) if place in rows else None)

    def cases_due(self, before: datetime) -> Search[CaseName]:
        """Search cases of which somebody is to be reminded, longest due first."""
        return Search(
            TABLE,
            index="due",
            partition=("due_kind", CASE_REMINDER),
            from_to=("due_at", "0", written(before)),
            build=lambda item, rows: (PaymentId(item["pk"].removeprefix("P#")), item["sk"].removeprefix("CASE#")),
        )

    def case_reminded(self, case: Case, before: Case) -> Write:
        """Keep when somebody is reminded next; `AlreadyDone` when the case is not as it was read."""
        unmoved = (Equals("state", before.state), Equals("due_at", written(before.remind_at or before.due_by)))
        return Write(Update(_case_row(case), **_case_change(case), when=unmoved))

    def stripe_customer(self, subject: SubjectId) -> Read[str | None]:
        """Read under which id Stripe has a customer, None when it has not."""
        place = _customer_row(subject)
        return Read((place,), lambda rows: str(rows[place]["customer"]) if place in rows else None)

    def stripe_customer_kept(self, subject: SubjectId, customer: str) -> Write:
        """Keep under which id Stripe has a customer."""
        return Write(Put(_customer_row(subject), {"customer": customer}))


def payment_row(payment: PaymentId) -> Key:
    """Return where a payment is kept."""
    return Key(TABLE, f"P#{payment}", PAYMENT)


def _intent_row(intent: str) -> Key:
    return Key(TABLE, f"X#{intent}")


def _case_row(case: Case) -> Key:
    return Key(TABLE, f"P#{case.payment}", f"CASE#{case.id}")


def _case_fields(case: Case) -> dict[str, Any]:
    return {"state": case.state, "reason": case.reason, "cents": case.cents, "due_by": written(case.due_by)}


def _case_change(case: Case) -> dict[str, Any]:
    if case.remind_at is None:
        return {"set": _case_fields(case), "remove": ("due_kind", "due_at")}
    return {"set": _case_fields(case) | {"due_kind": CASE_REMINDER, "due_at": written(case.remind_at)}}


def _case(row: Item) -> Case:
    return Case(
        id=row["sk"].removeprefix("CASE#"),
        payment=PaymentId(row["pk"].removeprefix("P#")),
        request=RequestId(row["request"]),
        kind=CaseKind(row["kind"]),
        state=row["state"],
        reason=row["reason"],
        cents=row["cents"],
        opened_at=instant(row["opened_at"]),
        due_by=instant(row["due_by"]),
        remind_at=_instant(row.get("due_at")),
    )


def _customer_row(subject: SubjectId) -> Key:
    return Key(TABLE, f"C#{subject}", "CUSTOMER")


def _payment(row: Item, private: Private | None = None, key: SubjectKey | None = None) -> Payment:
    return Payment(
        id=PaymentId(row["pk"].removeprefix("P#")),
        request=RequestId(row["request"]),
        customer=SubjectId(row["customer"]),
        provider=SubjectId(row["provider"]),
        cents=row["cents"],
        opened_at=instant(row["opened_at"]),
        currency=row["currency"],
        version=row["version"],
        authorisations={name: _authorisation(name, fields) for name, fields in row["authorisations"].items()},
        capture_announced=row.get("capture_announced"),
        asked={name: _ask(fields) for name, fields in row.get("asked", {}).items()},
        needed=row.get("needed", 0),
        due=Due(DueKind(row["due_kind"]), instant(row["due_at"])) if "due_at" in row else None,
        private=private,
        key=key,
    )


def _fields(authorisation: Authorisation) -> dict[str, Any]:
    """Return what is kept of an authorisation, without what nobody told."""
    fields = {
        "n": authorisation.n,
        "standing": authorisation.standing.value,
        "cents": authorisation.cents,
        "charge": authorisation.charge,
        "authorised_at": _written(authorisation.authorised_at),
        "capture_before": _written(authorisation.capture_before),
        "captured_cents": authorisation.captured_cents,
        "refunded_cents": authorisation.refunded_cents,
        "refunds": {
            name: {"cents": refund.cents, "state": refund.state.value} for name, refund in authorisation.refunds.items()
        },
        "disputes": {name: _dispute_fields(dispute) for name, dispute in authorisation.disputes.items()},
        "warnings": {name: _warning_fields(warning) for name, warning in authorisation.warnings.items()},
        "seen": authorisation.seen,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _authorisation(intent: str, fields: Mapping[str, Any]) -> Authorisation:
    return Authorisation(
        intent=intent,
        n=fields["n"],
        standing=Standing(fields["standing"]),
        cents=fields["cents"],
        charge=fields.get("charge"),
        authorised_at=_instant(fields.get("authorised_at")),
        capture_before=_instant(fields.get("capture_before")),
        captured_cents=fields["captured_cents"],
        refunded_cents=fields["refunded_cents"],
        refunds={
            name: Refund(name, each["cents"], RefundState(each["state"])) for name, each in fields["refunds"].items()
        },
        disputes={name: _dispute(name, each) for name, each in fields["disputes"].items()},
        warnings={name: _warning(name, each) for name, each in fields["warnings"].items()},
        seen=fields["seen"],
    )


def _ask_fields(ask: Ask) -> dict[str, Any]:
    fields = {
        "at": written(ask.at),
        "state": ask.state.value,
        "payment_method": ask.payment_method,
        "cents": ask.cents or None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _ask(fields: Mapping[str, Any]) -> Ask:
    return Ask(instant(fields["at"]), AskState(fields["state"]), fields.get("payment_method"), fields.get("cents", 0))


def _dispute_fields(dispute: Dispute) -> dict[str, Any]:
    fields = {
        "cents": dispute.cents,
        "state": dispute.state.value,
        "reason": dispute.reason,
        "told_at": written(dispute.told_at),
    }
    return fields | ({"due_by": written(dispute.due_by)} if dispute.due_by else {})


def _dispute(name: str, fields: Mapping[str, Any]) -> Dispute:
    return Dispute(
        name,
        fields["cents"],
        DisputeState(fields["state"]),
        fields["reason"],
        instant(fields["told_at"]),
        _instant(fields.get("due_by")),
    )


def _warning_fields(warning: FraudWarning) -> dict[str, Any]:
    return {"actionable": warning.actionable, "reason": warning.reason, "told_at": written(warning.told_at)}


def _warning(name: str, fields: Mapping[str, Any]) -> FraudWarning:
    return FraudWarning(name, fields["actionable"], fields["reason"], instant(fields["told_at"]))


def _private_fields(private: Private) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if private.card:
        fields["card"] = asdict(private.card) | {"of": private.card_of}
    if private.billing_address:
        fields["billing_address"] = private.billing_address.to_fields()
    return fields


def _private(fields: Mapping[str, Any]) -> Private:
    card = dict(fields.get("card") or {})
    of = card.pop("of", 0)
    address = fields.get("billing_address")
    return Private(
        card=Card(**card) if card else None,
        card_of=of,
        billing_address=MailingAddress.from_fields(address) if address else None,
    )


def _written(at: datetime | None) -> str | None:
    return written(at) if at else None


def _instant(text: str | None) -> datetime | None:
    return instant(text) if text else None
