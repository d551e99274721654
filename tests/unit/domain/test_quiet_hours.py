"""Quiet hours."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobipro.domain.errors import Invalid
from jobipro.domain.provinces import ZONES, Province
from jobipro.domain.quiet_hours import QuietHours, next_window
from tests.unit.domain.instants import instants

TORONTO = ZONES[Province.ON]
NIGHT = QuietHours(time(22), time(7))

clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
quiets = st.tuples(clocks, clocks).filter(lambda ends: ends[0] != ends[1]).map(lambda ends: QuietHours(*ends))
zones = st.sampled_from(Province).map(ZONES.__getitem__)


def in_toronto(year: int, month: int, day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=TORONTO).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (in_toronto(2026, 11, 22, 21, 59), None),
        (in_toronto(2026, 11, 22, 22, 0), in_toronto(2026, 11, 23, 7)),
        (in_toronto(2026, 11, 23, 3, 0), in_toronto(2026, 11, 23, 7)),
        (in_toronto(2026, 11, 23, 6, 59, 59), in_toronto(2026, 11, 23, 7)),
        (in_toronto(2026, 11, 23, 7, 0), None),
    ],
)
def test_a_message_in_the_night_waits_for_the_morning(now, then):
    assert next_window(now, TORONTO, NIGHT) == then


def test_quiet_hours_can_lie_within_a_day():
    lunch = QuietHours(time(12), time(13, 30))

    assert next_window(in_toronto(2026, 11, 22, 12, 10), TORONTO, lunch) == in_toronto(2026, 11, 22, 13, 30)
    assert next_window(in_toronto(2026, 11, 22, 23, 0), TORONTO, lunch) is None


def test_the_night_in_which_clocks_go_forward_is_an_hour_shorter():
    evening = in_toronto(2026, 3, 7, 22)
    assert next_window(evening, TORONTO, NIGHT) == evening + timedelta(hours=8)


def test_the_night_in_which_clocks_go_back_is_an_hour_longer():
    evening = in_toronto(2026, 10, 31, 22)
    assert next_window(evening, TORONTO, NIGHT) == evening + timedelta(hours=10)


def test_an_end_that_the_clocks_jump_over_comes_when_it_would_have():
    until_half_past_two = QuietHours(time(22), time(2, 30))
    assert next_window(in_toronto(2026, 3, 8, 1), TORONTO, until_half_past_two) == in_toronto(2026, 3, 8, 3, 30)


def test_an_end_that_comes_twice_counts_the_first_time():
    until_half_past_one = QuietHours(time(22), time(1, 30))
    assert next_window(in_toronto(2026, 11, 1, 0), TORONTO, until_half_past_one) == in_toronto(2026, 11, 1, 1, 30)


@given(instants, zones, quiets)
def test_a_message_waits_for_a_time_that_is_not_quiet(now, zone, quiet):
    then = next_window(now, zone, quiet)

    if then is None:
        assert not quiet.covers(now.astimezone(zone).time())
    else:
        assert now < then <= now + timedelta(hours=50)
        assert then.tzinfo is UTC
        assert next_window(then, zone, quiet) is None


def test_quiet_hours_do_not_last_all_day():
    with pytest.raises(Invalid):
        QuietHours(time(8), time(8))


def test_quiet_hours_are_on_the_wall_clock():
    with pytest.raises(Invalid):
        QuietHours(time(8, tzinfo=UTC), time(9, tzinfo=UTC))
