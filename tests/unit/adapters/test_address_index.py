"""Looking up an address: one digest for all its spellings, another for each use, and none that can be guessed."""

import pytest

from jobipro.domain.address import canonical, mac_message
from tests.fakes.kms import FakeMac


def index(address):
    return FakeMac("index")(mac_message(canonical(address), "index"))


@pytest.mark.parametrize(
    "spelling",
    [
        "marie.tremblay@example.com",
        "Marie.Tremblay@Example.COM",
        "  marie.tremblay@example.com\n",
        "\uff4darie.tremblay@example.com",
        "MARIE.TREMBLAY@EXAMPLE.COM",
    ],
)
def test_one_address_has_one_digest_however_it_is_written(spelling):
    assert index(spelling) == index("marie.tremblay@example.com")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("élodie@example.com", "e\u0301lodie@example.com"),
        ("info@métiers.example.com", "info@xn--mtiers-bva.example.com"),
        ("STRASSE@example.com", "straße@example.com"),
    ],
)
def test_letters_beyond_ascii_have_one_form(one, other):
    assert index(one) == index(other)


@pytest.mark.parametrize(
    "other",
    [
        "marietremblay@example.com",
        "marie.tremblay+jobs@example.com",
        "marie.tremblay@example.ca",
        "marie.tremblay@mail.example.com",
        "marie_tremblay@example.com",
    ],
)
def test_what_may_be_another_mailbox_has_another_digest(other):
    assert index(other) != index("marie.tremblay@example.com")


def test_the_index_and_the_suppressions_cannot_be_matched():
    address = canonical("marie@example.com")
    same_key = FakeMac("one key")

    assert mac_message(address, "index") != mac_message(address, "suppression")
    assert same_key(mac_message(address, "index")) != same_key(mac_message(address, "suppression"))


def test_no_address_can_be_made_to_read_as_another_use():
    assert b"\0" not in canonical("marie@example.com").encode()
    assert mac_message("a@example.com", "index") == b"jobipro/address/v1\0index\0a@example.com"
    assert mac_message("a@example.com", "suppression") == b"jobipro/address/v1\0suppression\0a@example.com"
