"""The provinces and territories."""

from datetime import UTC, date, datetime

import pytest

from jobipro.domain.language import Language
from jobipro.domain.provinces import NAMES, ZONES, Province, day_in


def test_there_are_ten_provinces_and_three_territories():
    assert len(Province) == 13


@pytest.mark.parametrize("province", Province)
def test_every_province_has_a_name_in_both_languages_and_a_zone(province):
    assert all(NAMES[province][language] for language in Language)
    assert province in ZONES


def test_the_day_depends_on_the_province():
    just_after_midnight_in_st_johns = datetime(2026, 6, 1, 2, 31, tzinfo=UTC)

    assert day_in(Province.NL, just_after_midnight_in_st_johns) == date(2026, 6, 1)
    assert day_in(Province.NS, just_after_midnight_in_st_johns) == date(2026, 5, 31)
