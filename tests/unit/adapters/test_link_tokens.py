"""Single-use links: kept hashed, good once, for a time, and found by nothing but themselves."""

import hashlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobipro.adapters.dynamodb.accounts import LinkTokens
from jobipro.adapters.system import RandomIds
from jobipro.domain.errors import NotFound
from jobipro.domain.ids import SubjectId
from jobipro.domain.link_tokens import Issued
from jobipro.domain.messages import TokenPurpose
from tests.fakes.store import FakeStore
from tests.fakes.system import FakeClock

ADA = SubjectId("sub_" + "a" * 26)
NOW = FakeClock().now()
LINK = Issued(ADA, TokenPurpose.VERIFY_ADDRESS, "index#mac", NOW + timedelta(hours=24))
TOKENS = LinkTokens()


@pytest.fixture
def store():
    return FakeStore()


@pytest.fixture
def token(store):
    token = RandomIds().link_token()
    store.commit(TOKENS.issued(token, LINK))
    return token


def test_a_token_is_256_random_bits():
    tokens = {RandomIds().link_token() for _ in range(100)}

    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {43}


def test_a_link_says_what_it_was_sent_for(store, token):
    assert store.load(TOKENS.link(token)) == LINK


def test_the_token_itself_is_nowhere_in_the_table(store, token):
    (key,) = store.rows

    assert key.pk == "T#" + hashlib.sha256(token.encode()).hexdigest()
    assert token not in repr(store.rows)


def test_the_row_expires_with_the_link(store, token):
    (row,) = store.rows.values()

    assert row["expires_at"] == int(LINK.expires_at.timestamp())


def test_a_link_is_good_once(store, token):
    store.commit(TOKENS.used(token, NOW))

    with pytest.raises(NotFound):
        store.commit(TOKENS.used(token, NOW))
    with pytest.raises(NotFound):
        store.load(TOKENS.link(token))
    assert store.rows == {}


def test_a_link_works_until_it_runs_out_and_not_a_moment_longer(store, token):
    late = LINK.expires_at + timedelta(milliseconds=1)

    with pytest.raises(NotFound):
        store.commit(TOKENS.used(token, late))

    store.commit(TOKENS.used(token, LINK.expires_at))


def test_looking_uses_nothing_up(store, token):
    for _ in range(3):
        store.load(TOKENS.link(token))

    store.commit(TOKENS.used(token, NOW))


def test_no_letter_can_be_changed(store, token):
    for position, letter in enumerate(token):
        other = "A" if letter != "A" else "B"
        with pytest.raises(NotFound):
            store.load(TOKENS.link(token[:position] + other + token[position + 1 :]))


@given(st.text(max_size=50))
def test_any_other_text_leads_nowhere(noise):
    with pytest.raises(NotFound):
        FakeStore().load(TOKENS.link(noise))
    with pytest.raises(NotFound):
        FakeStore().commit(TOKENS.used(noise, NOW))


@pytest.mark.parametrize("more", ["A", "=", "\n", " "])
def test_a_token_with_something_behind_it_leads_nowhere(store, token, more):
    with pytest.raises(NotFound):
        store.load(TOKENS.link(token + more))


@pytest.mark.parametrize("purpose", TokenPurpose)
def test_a_link_is_good_for_its_own_purpose_only(purpose):
    link = Issued(ADA, purpose, "index#mac", NOW + timedelta(hours=1))

    assert [other for other in TokenPurpose if link.good(frozenset({other}), NOW)] == [purpose]
