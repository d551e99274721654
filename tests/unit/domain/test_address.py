"""E-mail addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobipro.domain.address import canonical, deliverable, mac_message, valid
from jobipro.domain.errors import FieldError, Invalid


@pytest.mark.parametrize(
    ("written", "looked_up"),
    [
        ("Alice@Example.COM", "alice@example.com"),
        ("  alice@example.com\n", "alice@example.com"),
        ("a.l.i.c.e@gmail.com", "a.l.i.c.e@gmail.com"),
        ("alice+jobs@example.com", "alice+jobs@example.com"),
        ("o'neil@sub.example.ca", "o'neil@sub.example.ca"),
        ("alice@Bücher.ca", "alice@xn--bcher-kva.ca"),
        ("alice@XN--BCHER-KVA.ca", "alice@xn--bcher-kva.ca"),
        ("Andre\u0301@example.ca", "andré@example.ca"),
        ("ＡＬＩＣＥ＠ｅｘａｍｐｌｅ．ｃａ", "alice@example.ca"),
        ("alice@example。ca", "alice@example.ca"),
    ],
)
def test_every_way_to_write_an_address_is_looked_up_alike(written, looked_up):
    assert canonical(written) == looked_up


@pytest.mark.parametrize(
    "address",
    [
        "",
        "alice",
        "@example.ca",
        "alice@",
        "alice@example",
        "alice@@example.ca",
        "alice@bob@example.ca",
        '"alice"@example.ca',
        '"a@b"@example.ca',
        "ali ce@example.ca",
        "alice@exa mple.ca",
        "alice@exam\u00a0ple.ca",
        "<alice@example.ca>",
        "Alice <alice@example.ca>",
        "alice@example.ca,bob@example.ca",
        "alice@example.ca\r\nBcc: bob@example.ca",
        "alice\0@example.ca",
        "ali\u200bce@example.ca",
        "ali\u202ece@example.ca",
        "\ud800@example.ca",
        ".alice@example.ca",
        "alice.@example.ca",
        "al..ice@example.ca",
        "alice@.example.ca",
        "alice@example..ca",
        "alice@example.ca.",
        "alice@-example.ca",
        "alice@exam_ple.ca",
        "alice@127.0.0.1",
        "alice@[127.0.0.1]",
        "alice@xn--a.ca",
        "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 10_000 + "@example.ca",
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(address):
    with pytest.raises(Invalid) as refused:
        canonical(address)

    assert refused.value.fields == (FieldError("email", "An e-mail address such as name@example.com."),)
    assert not valid(address)


def test_lengths_are_bounded_as_mail_servers_bound_them():
    assert valid("a" * 64 + "@example.ca")
    assert not valid("a" * 65 + "@example.ca")
    assert not valid("é" * 33 + "@example.ca")
    longest = "a" * 64 + "@" + ".".join(["b" * 61] * 3) + ".ca"
    assert len(longest) == 253
    assert valid(longest + "x")
    assert not valid(longest + "xy")


def test_mail_goes_to_the_local_part_as_its_owner_writes_it():
    assert deliverable(" Strasse@Bücher.CA ") == "Strasse@xn--bcher-kva.ca"


def test_an_address_that_no_mail_can_be_sent_to_is_refused():
    with pytest.raises(Invalid) as refused:
        deliverable("zoé@example.ca")
    assert [wrong.field for wrong in refused.value.fields] == ["email"]


@given(st.one_of(st.emails(), st.builds("{}@{}.ca".format, st.text(max_size=8), st.text("aé.xn-ßﬁ", max_size=8))))
def test_doing_it_twice_changes_nothing(address):
    if valid(address):
        once = canonical(address)
        assert canonical(once) == once
        if once.isascii() and address.isascii():
            assert canonical(deliverable(address)) == once
            assert deliverable(deliverable(address)) == deliverable(address)


def test_index_and_suppressions_can_never_be_matched():
    index, suppression = mac_message("alice@example.ca", "index"), mac_message("alice@example.ca", "suppression")

    assert index == b"jobipro/address/v1\0index\0alice@example.ca"
    assert index != suppression
