"""What banks hold is told to be taken in time."""

from datetime import timedelta

import pytest

from jobipro.domain.events import EventType
from jobipro.domain.lifecycle import State
from jobipro.domain.payments import CAPTURED_BEFORE
from tests.fakes.job import CENTS, Job
from tests.fakes.meanwhile import Meanwhile
from tests.fakes.stripe import HELD_FOR


@pytest.fixture
def job():
    job = Job()
    job.pay()
    return job


def run(job, task=None):
    """Do all that is due, and return what was counted."""
    return [piece() for piece in (task or job.announce_captures)()]


def test_a_hold_is_told_of_once_twelve_hours_before_it_ends(job):
    job.clock.forward(HELD_FOR - CAPTURED_BEFORE - timedelta(seconds=1))
    assert run(job) == []

    job.clock.forward(timedelta(seconds=1))
    assert run(job) == [{"CapturesAnnounced": 1}]
    assert run(job) == []

    assert job.announced() == [EventType.CAPTURE_DUE]


def test_each_hold_is_told_of(job):
    for _ in range(2):
        job.clock.forward(HELD_FOR - CAPTURED_BEFORE)
        run(job)
        job.move()

    assert job.announced() == [EventType.CAPTURE_DUE] * 2
    assert job.payment.current.n == 3


def test_what_was_taken_meanwhile_is_not_told_of(job):
    job.clock.forward(HELD_FOR - CAPTURED_BEFORE)
    (piece,) = job.announce_captures()
    job.is_at(State.CONFIRMED)
    job.move()

    assert piece() == {}
    assert job.money() == (0, CENTS, 0)


def test_a_payment_that_changes_while_it_is_told_of_is_left_for_the_next_minute(job):
    job.clock.forward(HELD_FOR - CAPTURED_BEFORE)
    job.is_at(State.CONFIRMED)
    task = job.announce_captures
    object.__setattr__(task, "commit", Meanwhile(job.store, job.move))

    assert run(job, task) == [{}]
