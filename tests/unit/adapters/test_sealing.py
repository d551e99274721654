"""The sealed format, byte for byte, and that a sealed value opens in one place only."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobipro.adapters.dynamodb.sealed import Sealing
from jobipro.adapters.sealing import DataKey, Place
from jobipro.application.ports.storage import Key
from jobipro.domain.data_map import UndeclaredField
from jobipro.domain.errors import Unintelligible
from jobipro.domain.ids import SubjectId
from jobipro.domain.subject_keys import KeyClass

ADA = SubjectId("sub_" + "a" * 26)
EVE = SubjectId("sub_" + "e" * 26)
PLAINTEXT = bytes(range(32))
PROFILE = Place("test", "accounts", f"A#{ADA}", "PROFILE")
FIELDS = {"email": "ada@example.com", "given_name": "Ada", "phone": None, "numbers": [1, 2.5, True]}


def key(subject=ADA, key_class=KeyClass.PERSONAL, version=1, plaintext=PLAINTEXT):
    return DataKey.of(subject, key_class, version, plaintext)


VECTORS = [
    pytest.param(
        key(),
        PROFILE,
        bytes(range(12)),
        {"email": "ada@example.com"},
        "01" + "0001" + "000102030405060708090a0b"
        "2112d489630e889609cc7121087d3efa570a11e71b8412fe3aede79406e07548"
        "8f292f63dc1f9e520398363aa1c266f6",
        id="personal",
    ),
    pytest.param(
        key(key_class=KeyClass.RECORD),
        Place("test", "consents", f"C#{ADA}", f"2026-11-01T12:00:00.000Z#apr_{'b' * 26}"),
        bytes(12),
        {"email": "élodie@example.com"},
        "01" + "0001" + "000000000000000000000000"
        "6e1f8b10c313ef4efee83f937963b1aa40fd6703f4d9e1e1cc9772d90533da24"
        "8878a79a5e43cd701259e972317dee14",
        id="record",
    ),
    pytest.param(
        key(version=258, plaintext=b"\xff" * 32),
        Place("live", "requests", f"R#req_{'c' * 26}", "REQUEST"),
        b"\xaa" * 12,
        {},
        "01" + "0102" + "aa" * 12 + "3d63e1d78bec12feb28580a03603c91ba253c969a81f57defebe57ec018e7be6"
        "175a38915e9b9b8edf9bc267dc1ebc97",
        id="version 258, nothing inside",
    ),
]
"""Computed once from the design with HMAC and AES-GCM alone: a change here makes stored data unreadable."""


@pytest.mark.parametrize(("data_key", "place", "nonce", "fields", "expected"), VECTORS)
def test_the_format_never_changes(data_key, place, nonce, fields, expected):
    assert data_key.seal(place, fields, nonce).hex() == expected
    assert data_key.unseal(place, bytes.fromhex(expected)) == fields


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
json_objects = st.dictionaries(st.text(max_size=12), json_values, max_size=6)


@given(json_objects)
def test_what_was_sealed_opens_as_it_was(fields):
    assert key().unseal(PROFILE, key().seal(PROFILE, fields)) == fields


@given(json_objects)
def test_the_size_tells_no_more_than_a_multiple_of_32(fields):
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
    padded = -(-len(text) // 32) * 32

    assert len(key().seal(PROFILE, fields)) == 1 + 2 + 12 + padded + 16


def test_a_name_of_one_more_letter_does_not_show():
    assert len(key().seal(PROFILE, {"given_name": "Ada"})) == len(key().seal(PROFILE, {"given_name": "Adam"}))


def test_the_same_fields_never_look_the_same_twice():
    assert key().seal(PROFILE, FIELDS) != key().seal(PROFILE, FIELDS)


identifiers = st.text("abc#_", max_size=4)
keys = st.builds(key, st.sampled_from([ADA, EVE]), st.sampled_from(KeyClass), st.integers(1, 3))
places = st.builds(Place, identifiers, identifiers, identifiers, identifiers)


@pytest.mark.commitment("security.encrypted-at-rest")
@given(keys, places, keys, places)
def test_a_value_opens_only_where_and_for_whom_it_was_sealed(sealing_key, place, other_key, other_place):
    sealed = sealing_key.seal(place, FIELDS)

    if (other_key, other_place) == (sealing_key, place):
        assert other_key.unseal(other_place, sealed) == FIELDS
    else:
        with pytest.raises(Unintelligible):
            other_key.unseal(other_place, sealed)


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place("live", "accounts", f"A#{ADA}", "PROFILE"),
        Place("test", "requests", f"A#{ADA}", "PROFILE"),
        Place("test", "accounts", f"A#{EVE}", "PROFILE"),
        Place("test", "accounts", f"A#{ADA}", "OTHER"),
        Place("test", "accounts", f"A#{ADA}P", "ROFILE"),
        Place("tes", "taccounts", f"A#{ADA}", "PROFILE"),
    ],
)
def test_a_value_moved_to_another_stage_table_or_row_does_not_open(elsewhere):
    with pytest.raises(Unintelligible):
        key().unseal(elsewhere, key().seal(PROFILE, FIELDS))


@pytest.mark.parametrize(
    "other",
    [
        key(subject=EVE),
        key(key_class=KeyClass.RECORD),
        key(version=2),
        key(plaintext=b"\x01" * 32),
    ],
    ids=["person", "class", "version", "data key"],
)
def test_a_value_does_not_open_with_another_key(other):
    with pytest.raises(Unintelligible):
        other.unseal(PROFILE, key().seal(PROFILE, FIELDS))


def test_another_version_is_refused_even_when_the_header_is_made_to_match():
    sealed = key().seal(PROFILE, FIELDS)

    with pytest.raises(Unintelligible):
        key(version=2).unseal(PROFILE, sealed[:1] + (2).to_bytes(2) + sealed[3:])


def test_no_bit_can_be_changed():
    sealed = key().seal(PROFILE, {"email": "ada@example.com"})

    for position in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(Unintelligible):
            key().unseal(PROFILE, bytes(changed))


@given(st.integers(0, 62))
def test_a_value_cut_short_is_unintelligible(length):
    sealed = key().seal(PROFILE, {"email": "ada@example.com"})
    assert len(sealed) == 63

    with pytest.raises(Unintelligible):
        key().unseal(PROFILE, sealed[:length])


@given(st.binary(max_size=100))
def test_any_other_bytes_are_unintelligible_and_nothing_worse(noise):
    for sealed in (noise, b"\x01\x00\x01" + noise):
        with pytest.raises(Unintelligible):
            key().unseal(PROFILE, sealed)


def test_a_key_prints_nothing_of_itself():
    shown = repr(key())

    assert "AESGCM" not in shown
    assert PLAINTEXT.hex() not in shown
    assert repr(PLAINTEXT) not in shown


@pytest.mark.commitment("purpose.bound")
@pytest.mark.parametrize("name", ["card_number", "EMAIL", "provider.password"])
def test_a_field_that_the_data_map_does_not_declare_is_not_sealed(name):
    with pytest.raises(UndeclaredField) as refused:
        Sealing("test").seal(key(), Key("accounts", f"A#{ADA}", "PROFILE"), "PROFILE", {name: "4242 4242"})

    assert "4242" not in str(refused.value)


def test_a_row_opens_by_its_own_keys():
    sealing = Sealing("test")
    row = Key("accounts", f"A#{ADA}", "PROFILE")
    item = {"pk": row.pk, "sk": row.sk, "sealed": sealing.seal(key(), row, "PROFILE", {"email": "ada@example.com"})}

    assert sealing.unseal(key(), item, "accounts") == {"email": "ada@example.com"}
    with pytest.raises(Unintelligible):
        sealing.unseal(key(), item | {"pk": f"A#{EVE}"}, "accounts")
    with pytest.raises(Unintelligible):
        Sealing("live").unseal(key(), item, "accounts")
