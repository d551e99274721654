"""Unsubscribe links: they cannot be forged, name nobody, work for ever, and stop only what they are for."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobipro.adapters.digests import SignedCursors
from jobipro.adapters.secrets import RotatingKey
from jobipro.adapters.unsubscribe_links import PURPOSE, TOPICS, VERSION, UnsubscribeLinks, _mac
from jobipro.domain.approvals import Category
from jobipro.domain.errors import NotFound
from jobipro.domain.ids import SubscriptionId
from tests.fakes.secrets import FakeSecrets

SUBSCRIPTION = SubscriptionId(bytes(range(16)))


@pytest.fixture
def secrets():
    return FakeSecrets()


@pytest.fixture
def links(secrets):
    return UnsubscribeLinks(RotatingKey(secrets, "unsubscribe"))


def raw(token):
    return base64.urlsafe_b64decode(token)


def text(octets):
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def resigned(secrets, body, number=1):
    """Return a token that somebody with the key made: it differs from ours in what it says."""
    key = RotatingKey(secrets, "unsubscribe").of("unsubscribe", number)
    assert key is not None
    return text(body + _mac(key, body))


@given(st.binary(min_size=16, max_size=16), st.sampled_from(Category))
def test_a_token_reads_as_it_was_made(subscription, topic):
    links = UnsubscribeLinks(RotatingKey(FakeSecrets(), "unsubscribe"))

    assert links.read(links.token(SubscriptionId(subscription), topic)) == (subscription, topic)


def test_the_format_never_changes(links):
    assert links.token(SUBSCRIPTION, Category.NEWSLETTER) == "AQEBAAECAwQFBgcICQoLDA0ODwS1z2KO8upLJl0tj684cnsd"


def test_a_token_is_48_letters_that_any_mail_program_leaves_alone(links):
    token = links.token(SUBSCRIPTION, Category.NEWSLETTER)

    assert len(token) == 48
    assert token.replace("-", "").replace("_", "").isalnum()


def test_the_layout_is_as_designed(links):
    token = raw(links.token(SUBSCRIPTION, Category.RESEARCH))

    assert token[:3] == bytes([VERSION, 1, PURPOSE])
    assert token[3:19] == SUBSCRIPTION
    assert token[19] == TOPICS[Category.RESEARCH]
    assert len(token[20:]) == 16


def test_topics_keep_their_numbers():
    assert {str(topic): number for topic, number in TOPICS.items()} == {
        "account": 1,
        "requests": 2,
        "opportunities": 3,
        "newsletter": 4,
        "product_news": 5,
        "promotions": 6,
        "research": 7,
    }


def test_no_bit_can_be_changed(links):
    token = raw(links.token(SUBSCRIPTION, Category.NEWSLETTER))

    for position in range(len(token) * 8):
        changed = bytearray(token)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(NotFound):
            links.read(text(bytes(changed)))


def test_no_letter_can_be_changed(links):
    token = links.token(SUBSCRIPTION, Category.NEWSLETTER)

    for position, letter in enumerate(token):
        other = "A" if letter != "A" else "B"
        with pytest.raises(NotFound):
            links.read(token[:position] + other + token[position + 1 :])


@pytest.mark.parametrize("length", range(48))
def test_a_token_cut_short_leads_nowhere(links, length):
    with pytest.raises(NotFound):
        links.read(links.token(SUBSCRIPTION, Category.NEWSLETTER)[:length])


@pytest.mark.parametrize("more", ["A", "=", "AAAA", "====", "\n", " ", "é", "%20", "/x"])
def test_a_token_with_something_behind_it_leads_nowhere(links, more):
    with pytest.raises(NotFound):
        links.read(links.token(SUBSCRIPTION, Category.NEWSLETTER) + more)


@given(st.text(max_size=60))
def test_any_other_text_leads_nowhere_and_breaks_nothing(noise):
    with pytest.raises(NotFound):
        UnsubscribeLinks(RotatingKey(FakeSecrets(), "unsubscribe")).read(noise)


def test_a_link_signed_with_somebody_elses_key_leads_nowhere(links):
    theirs = FakeSecrets()
    theirs.keys["1"] = "x" * 64

    with pytest.raises(NotFound):
        links.read(UnsubscribeLinks(RotatingKey(theirs, "unsubscribe")).token(SUBSCRIPTION, Category.NEWSLETTER))


@pytest.mark.parametrize(
    "body",
    [
        bytes([VERSION + 1, 1, PURPOSE, *SUBSCRIPTION, 4]),
        bytes([VERSION, 1, PURPOSE + 1, *SUBSCRIPTION, 4]),
        bytes([VERSION, 1, PURPOSE, *SUBSCRIPTION, 0]),
        bytes([VERSION, 1, PURPOSE, *SUBSCRIPTION, 200]),
    ],
    ids=["version", "purpose", "no topic", "unknown topic"],
)
def test_a_genuine_signature_over_something_else_leads_nowhere(secrets, links, body):
    with pytest.raises(NotFound):
        links.read(resigned(secrets, body))


def test_what_the_same_secret_signed_for_another_use_leads_nowhere(secrets, links):
    cursor = SignedCursors(RotatingKey(secrets, "unsubscribe")).sign("list", {"pk": "A" * 10})
    assert cursor is not None

    with pytest.raises(NotFound):
        links.read(cursor)


def test_a_key_id_that_does_not_exist_leads_nowhere(secrets, links):
    for number in (0, 2, 255):
        body = bytes([VERSION, number, PURPOSE, *SUBSCRIPTION, 4])
        with pytest.raises(NotFound):
            links.read(text(body + _mac(bytes(32), body)))


def test_old_links_work_after_any_number_of_rotations_and_the_newest_key_signs(secrets):
    tokens = []
    for _ in range(4):
        tokens.append(UnsubscribeLinks(RotatingKey(secrets, "unsubscribe")).token(SUBSCRIPTION, Category.NEWSLETTER))
        secrets.rotate()
    links = UnsubscribeLinks(RotatingKey(secrets, "unsubscribe"))

    assert [raw(token)[1] for token in tokens] == [1, 2, 3, 4]
    assert [links.read(token) for token in tokens] == [(SUBSCRIPTION, Category.NEWSLETTER)] * 4


def test_a_link_signed_just_after_a_rotation_works_where_the_old_key_is_still_remembered(secrets):
    at = iter(float(second) for second in range(1_000))
    links = UnsubscribeLinks(RotatingKey(secrets, "unsubscribe", lambda: next(at)))
    links.token(SUBSCRIPTION, Category.NEWSLETTER)
    secrets.rotate()
    token = UnsubscribeLinks(RotatingKey(secrets, "unsubscribe")).token(SUBSCRIPTION, Category.NEWSLETTER)

    assert links.read(token) == (SUBSCRIPTION, Category.NEWSLETTER)


def test_a_key_that_was_taken_out_opens_nothing_any_more(secrets, links):
    token = links.token(SUBSCRIPTION, Category.NEWSLETTER)
    secrets.rotate()
    del secrets.keys["1"]

    with pytest.raises(NotFound):
        UnsubscribeLinks(RotatingKey(secrets, "unsubscribe")).read(token)
