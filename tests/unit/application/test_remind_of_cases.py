"""Reminders of cases: each once, none after its case is closed, whatever dies on the way."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from jobipro.application.remind_of_cases import RemindOfCases
from jobipro.domain.errors import AlreadyDone
from jobipro.domain.stripe_events import StripeEvent
from tests.fakes.faults import Crash, Faults
from tests.fakes.meanwhile import Meanwhile
from tests.fakes.stripe_lives import Life, StripeShows
from tests.fakes.till import Till


@pytest.fixture
def till() -> Till:
    """Return a stage with a dispute that is due in nine days."""
    till = Till()
    till.told(*disputed(till, "needs_response"))
    return till


def disputed(till: Till, status: str) -> list[StripeEvent]:
    life = Life(till.name).authorised().captured().dispute("created", "needs_response")
    if status != "needs_response":
        life.dispute("closed", status)
    till.stripe = StripeShows(life.events)
    return life.events


def reminded(till: Till, faults: Faults | None = None, commit: Any = None) -> Counter[str]:
    store = (faults or Faults()).around(till.store)
    remind = RemindOfCases(store.load, commit or store.commit, store.find, till.payments, till.clock)
    return sum((Counter(piece()) for piece in remind()), Counter())


def test_a_case_is_counted_7_3_and_1_days_before_its_day_and_each_day_once_it_is_overdue(till: Till) -> None:
    counted = []
    for day in range(13):
        found = reminded(till)
        assert reminded(till) == Counter()
        counted += [(day, name) for name in found]
        till.clock.forward(timedelta(days=1, minutes=1))

    soon = [day for day, name in counted if name == "CasesDueSoon"]
    overdue = [day for day, name in counted if name == "CasesOverdue"]
    assert (soon, overdue) == ([2, 6, 8], [9, 10, 11, 12])


def test_nobody_is_reminded_of_a_case_that_is_closed(till: Till) -> None:
    till.told(*disputed(till, "won")[-1:])
    till.clock.forward(timedelta(days=30))

    assert reminded(till) == Counter()
    assert [case.open for case in till.cases()] == [False]


def test_a_case_that_is_closed_just_now_is_left_alone(till: Till) -> None:
    till.clock.forward(timedelta(days=3))
    closing = till.received(disputed(till, "lost")[-1])

    assert reminded(till, commit=Meanwhile(till.store, lambda: till.apply(closing))) == Counter()
    assert [case.open for case in till.cases()] == [False]


def test_wherever_the_process_dies_a_case_is_counted_at_most_once(till: Till) -> None:
    till.clock.forward(timedelta(days=3))
    for at in range(3):
        for after in (False, True):
            with pytest.raises(Crash):
                reminded(till, Faults(at, after))

    assert reminded(till) in (Counter(), Counter(CasesDueSoon=1))
    assert reminded(till) == Counter()


def test_a_case_keeps_when_it_was_opened(till: Till) -> None:
    (before,) = till.cases()
    till.clock.forward(timedelta(days=3))
    reminded(till)
    till.told(*disputed(till, "won")[-1:])

    (case,) = till.cases()
    assert case.opened_at == before.opened_at
    with pytest.raises(AlreadyDone):
        till.store.commit(till.payments.case_reminded(before, before))
