"""Approvals: their spans and what was shown."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobipro.domain.approvals import (
    EDITIONS,
    OPTIONAL,
    WORDING_VERSION,
    WORDINGS,
    WORDS,
    Approval,
    Basis,
    Category,
    Channel,
    HowGiven,
    holds,
    shown,
    until,
)
from jobipro.domain.ids import ApprovalId
from jobipro.domain.language import Language
from tests.unit.domain.instants import instants

lasting = st.sampled_from([Basis.IMPLIED_INQUIRY, Basis.IMPLIED_BUSINESS])

SHOWN_SO_FAR = {"2026-11": "903008611022a22d564d35022160b3bc42c92e2ab48915ea5167719a63bdb8a2"}
"""SHA-256 of each edition's words, sorted by id: what people were shown cannot be reworded afterwards."""


def an_approval(basis: Basis, at: datetime) -> Approval:
    return Approval(
        id=ApprovalId("apr_" + "a" * 26),
        category=Category.PROMOTIONS,
        channel=Channel.EMAIL,
        basis=basis,
        at=at,
        how=HowGiven.SIGN_UP_FORM,
        shown=shown(Category.PROMOTIONS, Language.EN),
        language=Language.EN,
        policy_version="2026-11-01",
        until=until(basis, at),
    )


def end_of(approval: Approval) -> datetime:
    assert approval.until is not None
    return approval.until


def morning_of(day: tuple[int, int, int]) -> datetime:
    year, month, day_of_month = day
    return datetime(year, month, day_of_month, 9, 30, tzinfo=UTC)


def test_everything_but_the_running_of_the_account_can_be_switched_off():
    assert set(Category) - OPTIONAL == {Category.ACCOUNT}


@pytest.mark.parametrize(
    ("basis", "at", "end"),
    [
        (Basis.IMPLIED_INQUIRY, (2026, 1, 15), (2026, 7, 15)),
        (Basis.IMPLIED_INQUIRY, (2026, 8, 31), (2027, 2, 28)),
        (Basis.IMPLIED_INQUIRY, (2027, 8, 30), (2028, 2, 29)),
        (Basis.IMPLIED_INQUIRY, (2026, 6, 30), (2026, 12, 30)),
        (Basis.IMPLIED_INQUIRY, (2026, 7, 1), (2027, 1, 1)),
        (Basis.IMPLIED_BUSINESS, (2024, 2, 29), (2026, 2, 28)),
        (Basis.IMPLIED_BUSINESS, (2026, 11, 22), (2028, 11, 22)),
    ],
)
def test_an_implied_approval_lasts_calendar_months(basis, at, end):
    assert until(basis, morning_of(at)) == morning_of(end)


@pytest.mark.parametrize("basis", [Basis.EXPRESS, Basis.TRANSACTIONAL, Basis.IMPLICIT])
def test_other_approvals_do_not_run_out(basis):
    assert until(basis, datetime(2026, 1, 1, tzinfo=UTC)) is None


@given(lasting, instants, instants)
def test_an_approval_that_began_later_does_not_run_out_earlier(basis, first, second):
    first, second = sorted((first, second))
    assert end_of(an_approval(basis, first)) <= end_of(an_approval(basis, second))


@given(lasting, instants)
def test_an_approval_holds_from_its_first_instant_up_to_its_end(basis, at):
    approval = an_approval(basis, at)
    tick = timedelta(microseconds=1)

    assert not holds(approval, at - tick)
    assert holds(approval, at)
    assert holds(approval, end_of(approval) - tick)
    assert not holds(approval, end_of(approval))


def test_an_express_approval_holds_for_good():
    assert holds(an_approval(Basis.EXPRESS, datetime(2026, 1, 1, tzinfo=UTC)), datetime(2099, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("topic", [*sorted(OPTIONAL), *Channel])
@pytest.mark.parametrize("language", Language)
def test_whatever_is_asked_has_words_that_can_be_found_again(topic, language):
    assert WORDS[shown(topic, language)] == WORDINGS[topic][language]


@pytest.mark.commitment("approval.explicit")
def test_what_people_were_shown_is_never_reworded():
    words = {
        edition: sha256(
            "\n".join(f"{name}={text}" for name, text in sorted(WORDS.items()) if name.startswith(edition)).encode()
        ).hexdigest()
        for edition in EDITIONS
    }

    assert words == SHOWN_SO_FAR
    assert WORDING_VERSION in words
