"""Places, money and times, as people write them in each language."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobipro.adapters.rendering.figures import card, day, moment, money


@pytest.mark.parametrize(
    ("cents", "english", "french"),
    [
        (0, "$0.00", "0,00\xa0$"),
        (5, "$0.05", "0,05\xa0$"),
        (123450, "$1,234.50", "1\xa0234,50\xa0$"),
        (100000000, "$1,000,000.00", "1\xa0000\xa0000,00\xa0$"),
    ],
)
def test_dollars_are_written_by_language(cents, english, french):
    assert (money(cents, "CAD", "en"), money(cents, "CAD", "fr")) == (english, french)


def test_another_currency_is_named():
    assert (money(123450, "EUR", "en"), money(123450, "EUR", "fr")) == ("EUR\xa01,234.50", "1\xa0234,50\xa0EUR")


@given(cents=st.integers(0, 10**12), language=st.sampled_from(["en", "fr"]))
def test_no_cent_is_lost_and_no_amount_is_broken_over_two_lines(cents, language):
    written = money(cents, "CAD", language)

    assert "".join(character for character in written if character.isdigit()).lstrip("0") == str(cents).lstrip("0")
    assert " " not in written


@pytest.mark.commitment("sharing.payment-limits")
@pytest.mark.parametrize(
    ("brand", "english", "french"),
    [
        ("visa", "Visa ending in\xa04242", "Visa se terminant par\xa04242"),
        ("amex", "American Express ending in\xa04242", "American Express se terminant par\xa04242"),
        ("<b>new</b>", "Card ending in\xa04242", "Carte se terminant par\xa04242"),
    ],
)
def test_a_card_is_named_by_brand_and_last_four(brand, english, french):
    assert (card(brand, "4242", "en"), card(brand, "4242", "fr")) == (english, french)


@pytest.mark.parametrize(
    ("at", "english", "french"),
    [
        (datetime(2026, 11, 1, tzinfo=UTC), "November\xa01, 2026", "1er\xa0novembre\xa02026"),
        (datetime(2027, 8, 31, tzinfo=UTC), "August\xa031, 2027", "31\xa0août\xa02027"),
    ],
)
def test_days_are_written_by_language(at, english, french):
    assert (day(at, "en"), day(at, "fr")) == (english, french)


@pytest.mark.parametrize(
    ("hour", "minute", "english", "french"),
    [
        (0, 5, "12:05\xa0a.m.", "0\xa0h\xa005"),
        (11, 59, "11:59\xa0a.m.", "11\xa0h\xa059"),
        (12, 0, "12:00\xa0p.m.", "12\xa0h\xa000"),
        (23, 30, "11:30\xa0p.m.", "23\xa0h\xa030"),
    ],
)
def test_times_are_written_by_language(hour, minute, english, french):
    at = datetime(2026, 11, 25, hour, minute, tzinfo=UTC)

    assert moment(at, "en") == f"November\xa025, 2026, at {english}"
    assert moment(at, "fr") == f"25\xa0novembre\xa02026 à {french}"
