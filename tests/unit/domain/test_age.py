"""The ages of majority."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobipro.domain.age import AGE_OF_MAJORITY, came_of_age_on, is_of_age, plausible
from jobipro.domain.provinces import Province

EIGHTEEN = {Province.AB, Province.MB, Province.ON, Province.PE, Province.QC, Province.SK}
DAY = timedelta(days=1)

provinces = st.sampled_from(Province)
births = st.dates(date(1900, 1, 1), date(2100, 12, 31))

pytestmark = pytest.mark.commitment("account.no-minors")


@pytest.mark.parametrize("province", Province)
def test_the_age_of_majority_is_that_of_the_statutory_rules(province):
    assert AGE_OF_MAJORITY[province] == (18 if province in EIGHTEEN else 19)


@pytest.mark.parametrize("province", Province)
@pytest.mark.parametrize(("month", "day"), [(1, 1), (2, 28), (3, 1), (6, 15), (12, 31)])
def test_a_person_comes_of_age_on_the_birthday_and_not_the_day_before(province, month, day):
    born = date(2006, month, day)
    birthday = date(2006 + AGE_OF_MAJORITY[province], month, day)

    assert not is_of_age(born, province, birthday - DAY)
    assert is_of_age(born, province, birthday)
    assert is_of_age(born, province, birthday + DAY)


@pytest.mark.parametrize("province", Province)
def test_who_was_born_on_29_february_comes_of_age_on_1_march(province):
    born = date(2008, 2, 29)
    year = 2008 + AGE_OF_MAJORITY[province]

    assert came_of_age_on(born, province) == date(year, 3, 1)
    assert not is_of_age(born, province, date(year, 2, 28))
    assert is_of_age(born, province, date(year, 3, 1))


@given(births, provinces, st.integers(-40_000, 40_000))
def test_nobody_is_of_age_before_the_day_they_come_of_age(born, province, days):
    today = came_of_age_on(born, province) + timedelta(days=days)

    assert is_of_age(born, province, today) is (days >= 0)


def test_somebody_who_is_not_born_yet_is_not_of_age():
    assert not is_of_age(date.max, Province.QC, date(2026, 11, 22))


@pytest.mark.parametrize(
    ("born", "can_be"),
    [
        (date(2026, 11, 22), True),
        (date(2026, 11, 23), False),
        (date(1896, 1, 1), True),
        (date(1895, 12, 31), False),
        (date.min, False),
        (date.max, False),
    ],
)
def test_a_date_of_birth_is_neither_in_the_future_nor_too_long_ago(born, can_be):
    assert plausible(born, date(2026, 11, 22)) is can_be
