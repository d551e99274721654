"""Cases: what somebody has to look at, and when they are reminded of it."""

from datetime import datetime, timedelta

import pytest

from jobipro.domain import cases
from jobipro.domain.cases import ACTED_ON_WITHIN, ANSWERED_WITHIN, CaseKind, reminder
from jobipro.domain.ids import RequestId, SubjectId
from jobipro.domain.payments import Authorisation, Dispute, DisputeState, FraudWarning, Payment, folded, opened
from tests.fakes.stripe_lives import BEGINNING

DUE = BEGINNING + timedelta(days=10)
FRESH = opened(RequestId("req_a"), SubjectId("sub_c"), SubjectId("sub_p"), 12_500, BEGINNING)


def disputed(state: DisputeState, due_by: datetime | None = DUE, payment: Payment = FRESH) -> Payment:
    dispute = Dispute("du_1", 12_500, state, "fraudulent", BEGINNING, due_by)
    return folded(payment, Authorisation("pi_1", disputes={"du_1": dispute}))


def warned(actionable: bool, payment: Payment = FRESH) -> Payment:
    warning = FraudWarning("issfr_1", actionable, "made_with_stolen_card", BEGINNING)
    return folded(payment, Authorisation("pi_1", warnings={"issfr_1": warning}))


def test_somebody_is_reminded_7_3_and_1_days_before_then_when_it_is_overdue_and_each_day_after() -> None:
    reminded, now = [], BEGINNING
    for _ in range(6):
        now = reminder(DUE, now)
        reminded.append((now - DUE) // timedelta(days=1))

    assert reminded == [-7, -3, -1, 0, 1, 2]


@pytest.mark.parametrize("late", [timedelta(0), timedelta(hours=1), timedelta(days=1), timedelta(days=40, hours=3)])
def test_the_next_reminder_is_always_still_to_come(late: timedelta) -> None:
    now = DUE + late

    assert timedelta(0) < reminder(DUE, now) - now <= timedelta(days=1)


def test_a_dispute_opens_a_case_and_its_end_closes_it() -> None:
    first, second = disputed(DisputeState.OPEN), disputed(DisputeState.WON, payment=disputed(DisputeState.OPEN))

    (case,) = cases.opened(FRESH, first, BEGINNING)
    assert (case.kind, case.state, case.due_by) == (CaseKind.DISPUTE, "open", DUE)
    assert case.remind_at == DUE - timedelta(days=7)
    assert not cases.moved(FRESH, first, BEGINNING)
    assert not cases.opened(first, second, BEGINNING)
    (case,) = cases.moved(first, second, BEGINNING)
    assert (case.state, case.remind_at, case.open) == ("won", None, False)


def test_a_warning_opens_a_case_until_nothing_can_be_done_about_it() -> None:
    (case,) = cases.opened(FRESH, warned(True), BEGINNING)
    assert (case.kind, case.state, case.due_by) == (CaseKind.WARNING, "open", BEGINNING + ACTED_ON_WITHIN)
    assert case.open

    (case,) = cases.moved(warned(True), warned(False, payment=warned(True)), BEGINNING)
    assert (case.state, case.open) == ("closed", False)


def test_a_dispute_without_a_day_is_given_one() -> None:
    (case,) = cases.opened(FRESH, disputed(DisputeState.INQUIRY, due_by=None), BEGINNING)

    assert case.due_by == BEGINNING + ANSWERED_WITHIN


def test_what_did_not_change_moves_no_case() -> None:
    payment = disputed(DisputeState.OPEN)

    assert not cases.moved(payment, warned(True, payment=payment), BEGINNING)
    assert not cases.opened(payment, payment, BEGINNING)
