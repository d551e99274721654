"""The limits."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobipro.domain.limits import RULES, network_of, window_of, with_overrides
from tests.unit.domain.instants import instants

rules = st.sampled_from(list(RULES.values()))


@pytest.mark.parametrize(
    ("name", "count", "seconds"),
    [
        ("sign-up.address", 5, 3600),
        ("sign-up.source", 60, 3600),
        ("log-in.address", 10, 900),
        ("password-reset.address", 5, 3600),
        ("mail.unproven", 3, 3600),
        ("privacy.intake", 3, 86400),
        ("request.posted", 10, 86400),
        ("opportunity.mail", 20, 86400),
    ],
)
def test_the_numbers_are_those_of_the_design(name, count, seconds):
    assert (RULES[name].count, RULES[name].window_seconds) == (count, seconds)


def test_a_stage_can_raise_a_count_and_nothing_else():
    raised = with_overrides({"sign-up.source": 10_000})

    assert raised["sign-up.source"].count == 10_000
    assert raised["sign-up.source"].window_seconds == RULES["sign-up.source"].window_seconds
    assert {name: rule for name, rule in raised.items() if name != "sign-up.source"} == {
        name: rule for name, rule in RULES.items() if name != "sign-up.source"
    }


@pytest.mark.parametrize("overrides", [{"sign-up": 5}, {"log-in.address": 0}, {"log-in.address": -1}])
def test_a_limit_that_does_not_exist_or_lets_nobody_through_is_refused(overrides):
    with pytest.raises(ValueError, match="limit"):
        with_overrides(overrides)


@pytest.mark.parametrize("count", [True, 2.5, "5", None])
def test_a_count_is_a_whole_number(count):
    with pytest.raises(ValueError, match="whole number"):
        with_overrides({"log-in.address": count})


@given(rules, instants)
def test_a_new_window_begins_when_the_wait_is_over_and_not_before(rule, now):
    window = window_of(rule, now)
    whole = now.replace(microsecond=0)

    assert 1 <= window.retry_after <= rule.window_seconds
    assert window_of(rule, whole + timedelta(seconds=window.retry_after)).start != window.start
    assert window_of(rule, whole + timedelta(seconds=window.retry_after - 1)).start == window.start
    assert window.ends_at == int(whole.timestamp()) + window.retry_after


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"),
        ("2001:db8::1", "2001:0DB8:0::0001"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("203.0.113.7", "203.0.113.7"),
        ("unknown", "unknown"),
    ],
)
def test_addresses_that_one_machine_can_choose_among_count_as_one(one, other):
    assert network_of(one) == network_of(other)


@pytest.mark.parametrize(("one", "other"), [("203.0.113.7", "203.0.113.8"), ("2001:db8:1:2::1", "2001:db8:1:3::1")])
def test_networks_of_different_people_are_counted_apart(one, other):
    assert network_of(one) != network_of(other)
