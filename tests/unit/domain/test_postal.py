"""Postal addresses."""

import pytest

from jobipro.domain.errors import Invalid
from jobipro.domain.postal import MailingAddress, postal_code
from jobipro.domain.provinces import Province


@pytest.mark.parametrize("text", ["K1A 0B1", "k1a0b1", " K1A-0B1 ", "k1A 0b1"])
def test_a_postal_code_is_kept_in_one_spelling(text):
    assert postal_code(text) == "K1A 0B1"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "K1A",
        "K1A 0B",
        "K1A  0B1",
        "1K1 A0B",
        "D1A 0B1",
        "W1A 0B1",
        "Z1A 0B1",
        "K1O 0B1",
        "K1A 0U1",
        "K1A 0B1 2",
        "12345",
    ],
)
def test_what_canada_post_never_uses_is_refused(text):
    with pytest.raises(Invalid) as refused:
        postal_code(text)

    assert [wrong.field for wrong in refused.value.fields] == ["postal_code"]


def test_an_address_is_tidied_as_it_is_made():
    address = MailingAddress("  12   rue Sainte-Catherine ", "Montréal", Province.QC, "h2x1y4")

    assert (address.street, address.postal_code, address.country) == ("12 rue Sainte-Catherine", "H2X 1Y4", "CA")


def test_an_address_survives_being_taken_apart():
    address = MailingAddress("12 Main St", "Whitehorse", Province.YT, "Y1A 1A1")

    assert MailingAddress.from_fields(address.to_fields()) == address
    assert all(type(value) is str for value in address.to_fields().values())


def test_every_wrong_part_is_named():
    with pytest.raises(Invalid) as refused:
        MailingAddress(" ", "x" * 101, Province.ON, "90210", "US")

    assert {wrong.field for wrong in refused.value.fields} == {"street", "city", "country", "postal_code"}


@pytest.mark.parametrize("street", ["12 Main\x00St", "12 Main \u202e St"])
def test_a_street_holds_nothing_invisible(street):
    with pytest.raises(Invalid):
        MailingAddress(street, "Ottawa", Province.ON, "K1A 0B1")


def test_an_address_does_not_show_itself():
    assert "Main" not in repr(MailingAddress("12 Main St", "Ottawa", Province.ON, "K1A 0B1"))
