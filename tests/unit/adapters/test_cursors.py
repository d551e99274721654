"""Cursors: they continue the list they were given for, for the person they were given to, and nothing else."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobipro.adapters.digests import EdgeDigests, SignedCursors
from jobipro.adapters.secrets import RotatingKey
from jobipro.domain.errors import Invalid
from tests.fakes.secrets import FakeSecrets

ROW = {"pk": "C#sub_" + "a" * 26, "sk": "2026-11-01T12:00:00.000Z#apr_" + "b" * 26}
MINE = "approvals sub_" + "a" * 26


@pytest.fixture
def secrets():
    return FakeSecrets()


@pytest.fixture
def cursors(secrets):
    return SignedCursors(RotatingKey(secrets, "edge"))


@given(st.dictionaries(st.text(max_size=10), st.text(max_size=30), min_size=1, max_size=4), st.text(max_size=30))
def test_a_cursor_reads_as_it_was_signed(row, owner):
    cursors = SignedCursors(RotatingKey(FakeSecrets(), "edge"))

    assert cursors.verify(owner, cursors.sign(owner, row)) == row


def test_at_the_end_of_a_list_there_is_none_and_none_begins_it(cursors):
    assert cursors.sign(MINE, None) is None
    assert cursors.verify(MINE, None) is None


@pytest.mark.parametrize("owner", ["approvals sub_" + "e" * 26, "requests sub_" + "a" * 26, ""])
def test_a_cursor_is_of_no_use_to_anybody_else_or_for_another_list(cursors, owner):
    with pytest.raises(Invalid) as refused:
        cursors.verify(owner, cursors.sign(MINE, ROW))

    assert [wrong.field for wrong in refused.value.fields] == ["cursor"]


def test_no_bit_can_be_changed(cursors):
    octets = base64.urlsafe_b64decode(padded(cursors.sign(MINE, ROW)))

    for position in range(len(octets) * 8):
        changed = bytearray(octets)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(Invalid):
            cursors.verify(MINE, base64.urlsafe_b64encode(changed).decode().rstrip("="))


@given(st.text(max_size=80) | st.binary(max_size=80).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_any_other_text_is_refused_and_breaks_nothing(noise):
    with pytest.raises(Invalid):
        SignedCursors(RotatingKey(FakeSecrets(), "edge")).verify(MINE, noise)


def test_a_cursor_goes_on_after_a_rotation(secrets, cursors):
    cursor = cursors.sign(MINE, ROW)
    secrets.rotate()

    assert SignedCursors(RotatingKey(secrets, "edge")).verify(MINE, cursor) == ROW


def test_a_digest_is_one_of_its_purpose_and_shows_nothing(secrets):
    digest = EdgeDigests(RotatingKey(secrets, "edge"))

    assert digest("limits", "ada@example.com") == digest("limits", "ada@example.com")
    assert digest("limits", "ada@example.com") != digest("attempt", "ada@example.com")
    assert digest("limits", "ada@example.com") != digest("limits", "eve@example.com")
    assert "ada" not in digest("limits", "ada@example.com")
    assert len(digest("limits", "ada@example.com")) == 43


def padded(cursor):
    return cursor + "=" * (-len(cursor) % 4)
