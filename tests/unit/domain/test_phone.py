"""Phone numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobipro.domain.errors import Invalid
from jobipro.domain.phone import e164


@pytest.mark.parametrize(
    "text",
    [
        "514 555 0123",
        "(514) 555-0123",
        "514.555.0123",
        "1-514-555-0123",
        "+1 514 555 0123",
        "5145550123",
        " +15145550123 ",
    ],
)
def test_a_north_american_number_is_kept_in_one_spelling(text):
    assert e164(text) == "+15145550123"


@pytest.mark.parametrize(
    ("text", "kept"),
    [("+33 1 23 45 67 89", "+33123456789"), ("+44 20 7946 0958", "+442079460958"), ("+2901234567", "+2901234567")],
)
def test_a_number_from_abroad_needs_its_country_code(text, kept):
    assert e164(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "555 0123",
        "014 555 0123",
        "114 555 0123",
        "911 555 0123",
        "514 055 0123",
        "514 155 0123",
        "514 911 0123",
        "514 555 012",
        "514 555 01234",
        "+1 114 555 0123",
        "33 1 23 45 67 89",
        "+3312345",
        "+33" + "1" * 14,
        "514 555 O123",
        "٥١٤ ٥٥٥ ٠١٢٣",
        "514 555 0123 ext 4",
        "5" * 100_000,
    ],
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(Invalid) as refused:
        e164(text)

    assert [wrong.field for wrong in refused.value.fields] == ["phone"]


@given(st.text("0123456789+ -()x", max_size=45))
def test_a_kept_number_is_kept_as_it_is(text):
    try:
        kept = e164(text)
    except Invalid:
        return
    assert e164(kept) == kept
