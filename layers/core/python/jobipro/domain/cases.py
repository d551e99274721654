"""Cases: a dispute or an early fraud warning that somebody has to look at, and by when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from jobipro.domain.ids import PaymentId, RequestId
from jobipro.domain.payments import Dispute, FraudWarning, Payment

ANSWERED_WITHIN = timedelta(days=7)
"""How long there is to answer a dispute for which Stripe names no day. Source: Stripe's docs, "Disputes": 7 to 21."""

ACTED_ON_WITHIN = timedelta(days=3)
"""How soon an early fraud warning is looked at: money given back before a dispute comes spares its fee. A choice."""

REMINDERS = (timedelta(days=7), timedelta(days=3), timedelta(days=1), timedelta(0))
"""How long before its day somebody is reminded of a case; the last one says that it is overdue."""

OVERDUE_AGAIN = timedelta(days=1)
"""How often from then on."""

OPEN, CLOSED = "open", "closed"
"""States of an early fraud warning; a dispute has its own."""


class CaseKind(StrEnum):
    """What a case is about."""

    DISPUTE = "dispute"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Case:
    """One dispute or warning, by Stripe's id of it; `reason` and amount, in cents, are as Stripe tells them.

    `remind_at` is when somebody is reminded next, None once the case is closed.
    """

    id: str
    payment: PaymentId
    request: RequestId
    kind: CaseKind
    state: str
    reason: str
    cents: int
    opened_at: datetime
    due_by: datetime
    remind_at: datetime | None

    @property
    def open(self) -> bool:
        """Tell whether somebody still has to look at it."""
        return self.remind_at is not None


def reminder(due_by: datetime, now: datetime) -> datetime:
    """Return when somebody is reminded next of a case that is open."""
    for before in REMINDERS:
        if due_by - before > now:
            return due_by - before
    overdue = (now - due_by) // OVERDUE_AGAIN
    return due_by + (overdue + 1) * OVERDUE_AGAIN


def opened(before: Payment, after: Payment, now: datetime) -> tuple[Case, ...]:
    """Return the cases that a payment has now and did not have before."""
    return tuple(case for case in _cases(after, now) if case.id not in {**before.disputes, **before.warnings})


def moved(before: Payment, after: Payment, now: datetime) -> tuple[Case, ...]:
    """Return the cases that a payment had before and of which more is known now."""
    known = {**before.disputes, **before.warnings}
    present = {**after.disputes, **after.warnings}
    return tuple(case for case in _cases(after, now) if case.id in known and known[case.id] != present[case.id])


def _cases(payment: Payment, now: datetime) -> Iterator[Case]:
    for dispute in payment.disputes.values():
        yield _of_dispute(payment, dispute, now)
    for warning in payment.warnings.values():
        yield _of_warning(payment, warning, now)


def _of_dispute(payment: Payment, dispute: Dispute, now: datetime) -> Case:
    due_by = dispute.due_by or dispute.told_at + ANSWERED_WITHIN
    return Case(
        dispute.id,
        payment.id,
        payment.request,
        CaseKind.DISPUTE,
        dispute.state.value,
        dispute.reason,
        dispute.cents,
        now,
        due_by,
        reminder(due_by, now) if dispute.unsettled else None,
    )


def _of_warning(payment: Payment, warning: FraudWarning, now: datetime) -> Case:
    due_by = warning.told_at + ACTED_ON_WITHIN
    return Case(
        warning.id,
        payment.id,
        payment.request,
        CaseKind.WARNING,
        OPEN if warning.actionable else CLOSED,
        warning.reason,
        payment.captured_cents,
        now,
        due_by,
        reminder(due_by, now) if warning.actionable else None,
    )
