"""Mails on the wire: headers that cannot be forged, and one click to unsubscribe."""

from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobipro.adapters.rendering.identification import Identification
from jobipro.adapters.rendering.mails import Mail
from jobipro.adapters.rendering.mime import mime
from jobipro.domain.errors import Unintelligible
from jobipro.domain.language import Language

HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
    "Content-Language",
]
MAIL = Mail("Votre demande est publiée\xa0: évier", "Bonjour été\n", "<p>Bonjour été</p>\n", Language.FR)
SENDER = Identification("JobiPro Inc.", "hello@jobipro.example", "1 Main Street, Toronto", "officer@jobipro.example")


def wired(mail=MAIL, identification=SENDER, **more) -> bytes:
    usual = {
        "to": "zoe@example.com",
        "unsubscribe": "https://api.jobipro.example/unsubscribe/" + "Az0-_" * 24,
        "list_id": "requests.jobipro.com",
        "message_id": "evt_abcdefghijklmnopqrstuvwxyz.sub_abcdefghijklmnopqrstuvwxyz.email@jobipro.example",
        "date": datetime(2026, 1, 31, 12, 30, tzinfo=UTC),
    }
    return mime(mail, identification=identification, **{**usual, **more})


def received(sent: bytes) -> EmailMessage:
    return message_from_bytes(sent, policy=policy.default)


def test_a_message_holds_text_then_html_in_utf_8():
    message = received(wired())
    text, html = message.iter_parts()

    assert message.get_content_type() == "multipart/alternative"
    assert (text.get_content_type(), text.get_content_charset()) == ("text/plain", "utf-8")
    assert (html.get_content_type(), html.get_content_charset()) == ("text/html", "utf-8")
    assert text.get_content().replace("\r\n", "\n") == MAIL.text
    assert html.get_content().replace("\r\n", "\n") == MAIL.html


def test_the_headers_are_these_once_each():
    message = received(wired())

    assert message.keys() == HEADERS
    assert message["From"] == '"JobiPro Inc." <hello@jobipro.example>'
    assert message["To"] == "zoe@example.com"
    assert message["Subject"] == MAIL.subject
    assert message["Date"].datetime == datetime(2026, 1, 31, 12, 30, tzinfo=UTC)
    assert message["List-Id"] == "<requests.jobipro.com>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "fr"


@pytest.mark.commitment("approval.unsubscribe")
def test_one_click_unsubscribe_is_one_uri_on_one_line():
    link = "https://api.jobipro.example/unsubscribe/" + "Az0-_" * 24

    lines = wired(unsubscribe=link).split(b"\r\n")

    assert f"List-Unsubscribe: <{link}>".encode() in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines


@pytest.mark.parametrize(
    "link",
    ["http://127.0.0.1:8000/unsubscribe/a", "http://localhost/unsubscribe/a", "http://api.jobipro.localhost:1/u"],
)
def test_unsubscribing_over_http_is_for_this_machine(link):
    assert f"<{link}>".encode() in wired(unsubscribe=link)


@pytest.mark.parametrize(
    "link",
    [
        "http://api.jobipro.example/unsubscribe/a",
        "http://localhost.evil.example/a",
        "mailto:unsubscribe@jobipro.example",
        "https://a.example/u>, <https://b.example/u",
        "https://a.example/u,https://b.example/u",
        "https://a.example/u\r\nBcc: x@evil.example",
        "https://a.example/é",
        "https://a.example/" + "a" * 900,
        "",
    ],
)
def test_any_other_unsubscribe_link_is_refused(link):
    with pytest.raises(Unintelligible):
        wired(unsubscribe=link)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "zoe",
        "zoe@example.com, x@evil.example",
        "zoe@example.com\r\nBcc: x@evil.example",
        "zoe@example.com\n",
        "<zoe@example.com>",
        "Zoe <zoe@example.com>",
        "zoé@example.com",
        '"zoe"@example.com',
        "zoe@@example.com",
        "zoe@example..com",
    ],
)
def test_a_message_goes_to_one_plain_address(address):
    with pytest.raises(Unintelligible):
        wired(to=address)


@pytest.mark.parametrize("name", ["message_id", "list_id"])
@pytest.mark.parametrize(
    "value", ["", "a b@c.example", "<a@b.example>", "a@b.example\r\nBcc: x@evil.example", "é@b.example"]
)
def test_an_id_that_does_not_fit_its_header_is_refused(name, value):
    with pytest.raises(Unintelligible):
        wired(**{name: value})


@pytest.mark.parametrize(
    "subject",
    [
        "Tap\r\nBcc: x@evil.example",
        "Tap\n\nA body of mine",
        "Tap\r\n\r\n--=_\r\nContent-Type: text/html",
        "Tap\u2028Bcc: x@evil.example",
        "Tap\x85Bcc: x@evil.example",
        "Tap\x0bBcc: x@evil.example",
        "=?utf-8?q?Tap=0D=0ABcc:_x@evil.example?=",
        "Tap\udc0aBcc: x@evil.example",
    ],
)
def test_a_subject_adds_no_header(subject):
    message = received(wired(Mail(subject, MAIL.text, MAIL.html, MAIL.language)))

    assert message.keys() == HEADERS
    assert len(list(message.iter_parts())) == 2


def test_a_sender_name_adds_no_header():
    identification = Identification(
        "Jobi, Pro\r\nBcc: é", "hello@jobipro.example", "1 Main Street", "o@jobipro.example"
    )

    message = received(wired(identification=identification))

    assert message.keys() == HEADERS
    assert [(each.display_name, each.addr_spec) for each in message["From"].addresses] == [
        ("Jobi, Pro Bcc: é", "hello@jobipro.example")
    ]


def test_encoded_words_that_somebody_typed_are_shown_as_typed():
    sent = wired(Mail("=?utf-8?q?Tap?=", MAIL.text, MAIL.html, MAIL.language))

    assert b"Subject: =?utf-8?q?Tap?=\r\n" not in sent
    assert received(sent)["Subject"] == "=?utf-8?q?Tap?="


LETTERS = st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp"))


@given(st.text(LETTERS, max_size=300).map(lambda text: " ".join(text.split())))
def test_a_subject_arrives_as_it_was_and_in_short_lines(subject):
    sent = wired(Mail(subject, MAIL.text, MAIL.html, MAIL.language))
    head = sent.partition(b"\r\n\r\n")[0]

    assert received(sent)["Subject"] == subject
    assert head.isascii()
    assert all(len(line) <= 78 for line in head.split(b"\r\n") if line.startswith((b"Subject", b" ")))


@given(st.text(), st.text())
def test_no_text_breaks_out_of_its_part(text, html):
    text, html = (each.encode(errors="replace").decode() for each in (text, html))

    message = received(wired(Mail("Tap", text, f"--=_\n{html}", Language.EN)))

    assert message.keys() == HEADERS
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_every_line_ends_as_mail_asks_and_is_short_enough():
    sent = wired(Mail("Tap", "é" * 5000 + "\n", "<p>" + "a" * 5000 + "\n", Language.EN))

    assert sent.count(b"\n") == sent.count(b"\r\n")
    assert max(map(len, sent.split(b"\r\n"))) <= 998
    assert sent.isascii()


def test_the_same_input_gives_the_same_bytes():
    there = timezone(timedelta(hours=-5))

    assert wired() == wired()
    assert wired(date=datetime(2026, 1, 31, 7, 30, tzinfo=there)) == wired()
