"""Counters and their windows, and what was asked with an Idempotency-Key."""

from datetime import timedelta

import pytest

from jobipro.adapters.digests import EdgeDigests
from jobipro.adapters.dynamodb.limits import REMEMBERED, Attempts, Limits
from jobipro.adapters.secrets import RotatingKey
from jobipro.domain.errors import AlreadyDone, IdempotencyMismatch, LimitReached
from jobipro.domain.limits import RULES, with_overrides
from tests.fakes.digests import FakeDigests
from tests.fakes.secrets import FakeSecrets
from tests.fakes.store import FakeStore
from tests.fakes.system import FakeClock

NOON = FakeClock().now().replace(hour=12)


@pytest.fixture
def store():
    return FakeStore()


@pytest.fixture
def limits():
    return Limits(FakeDigests(), RULES)


@pytest.fixture
def attempts():
    return Attempts(FakeDigests())


def count(store, limits, times, rule="log-in.address", who="ada@example.com", at=NOON):
    for _ in range(times):
        store.commit(limits.counted(rule, who, at))


@pytest.mark.parametrize("rule", sorted(RULES))
def test_each_rule_lets_as_many_through_as_it_says_and_no_more(store, limits, rule):
    count(store, limits, RULES[rule].count, rule)

    with pytest.raises(LimitReached):
        count(store, limits, 1, rule)


@pytest.mark.parametrize(
    ("rule", "number", "seconds"),
    [
        ("sign-up.address", 5, 3600),
        ("sign-up.source", 60, 3600),
        ("log-in.address", 10, 900),
        ("mail.unproven", 3, 3600),
        ("privacy.intake", 3, 86400),
        ("request.posted", 10, 86400),
        ("opportunity.mail", 20, 86400),
    ],
)
def test_the_numbers_are_those_of_the_design(rule, number, seconds):
    assert (RULES[rule].count, RULES[rule].window_seconds) == (number, seconds)


def test_the_next_window_begins_with_nothing_counted(store, limits):
    count(store, limits, 10)
    with pytest.raises(LimitReached):
        count(store, limits, 1, at=NOON + timedelta(minutes=14, seconds=59))

    count(store, limits, 10, at=NOON + timedelta(minutes=15))


@pytest.mark.parametrize(("minutes", "seconds_left"), [(0, 900), (14, 60), (7.5, 450)])
def test_a_caller_is_told_when_the_next_window_begins(store, limits, minutes, seconds_left):
    count(store, limits, 10)

    with pytest.raises(LimitReached) as reached:
        count(store, limits, 1, at=NOON + timedelta(minutes=minutes))

    assert reached.value.retry_after == seconds_left


def test_what_is_refused_is_not_counted(store, limits):
    count(store, limits, 10)
    for _ in range(5):
        with pytest.raises(LimitReached):
            count(store, limits, 1)

    (row,) = store.rows.values()
    assert row["count"] == 10


def test_one_is_not_counted_for_another_nor_for_another_rule(store, limits):
    count(store, limits, 10)

    count(store, limits, 10, who="eve@example.com")
    count(store, limits, 5, rule="sign-up.address")


def test_counters_expire_with_their_window(store, limits):
    count(store, limits, 1)

    (row,) = store.rows.values()
    assert row["expires_at"] == int((NOON + timedelta(minutes=15)).timestamp())


def test_who_is_counted_does_not_show(store):
    limits = Limits(EdgeDigests(RotatingKey(FakeSecrets(), "edge")), RULES)
    count(store, limits, 1, rule="sign-up.source", who="203.0.113.7")

    assert "203.0.113.7" not in repr(store.rows)


def test_a_stage_may_have_numbers_of_its_own(store):
    limits = Limits(FakeDigests(), with_overrides({"log-in.address": 1}))
    count(store, limits, 1)

    with pytest.raises(LimitReached):
        count(store, limits, 1)


# Idempotency-Key.


def first(store, attempts, who="ada", key="k", asked="body", answer=None, at=NOON):
    store.commit(attempts.first(who, key, asked, {"request": "req_1"} if answer is None else answer, at))


def test_the_same_call_again_gets_the_first_answer(store, attempts):
    first(store, attempts)

    with pytest.raises(AlreadyDone) as again:
        first(store, attempts, answer={"request": "req_2"})

    assert again.value.before == {"request": "req_1"}


def test_another_call_under_the_same_key_is_a_mismatch(store, attempts):
    first(store, attempts)

    with pytest.raises(IdempotencyMismatch):
        first(store, attempts, asked="another body")


@pytest.mark.parametrize("other", [{"who": "eve"}, {"key": "k2"}], ids=str)
def test_a_key_is_ones_own(store, attempts, other):
    first(store, attempts)

    first(store, attempts, **other)

    assert len(store.rows) == 2


def test_a_key_is_remembered_for_a_day_even_when_its_row_is_still_there(store, attempts):
    first(store, attempts)
    with pytest.raises(AlreadyDone):
        first(store, attempts, at=NOON + REMEMBERED)

    first(store, attempts, asked="another body", answer={}, at=NOON + REMEMBERED + timedelta(seconds=1))


def test_rows_of_attempts_expire(store, attempts):
    first(store, attempts)

    (row,) = store.rows.values()
    assert row["expires_at"] == int((NOON + REMEMBERED).timestamp())


def test_neither_key_nor_body_shows(store):
    attempts = Attempts(EdgeDigests(RotatingKey(FakeSecrets(), "edge")))
    first(store, attempts, who="sign-up ada@example.com", key="my-key", asked="my body")

    assert not [word for word in ("ada", "my-key", "my body") if word in repr(store.rows)]
