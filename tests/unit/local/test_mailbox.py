"""The mailbox: whatever SES sends can be read, by people and by tests, and can do nothing there."""

import json
import smtplib
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from infra.local.mailbox import mailbox_of
from infra.local.post import Post, read_message, receiving
from infra.local.settings import HOST
from infra.local.web import serving

SEVEN_BIT = SMTP.clone(cte_type="7bit")


@pytest.fixture
def post() -> Post:
    """An empty post."""
    return Post()


@pytest.fixture
def url(post: Post) -> Iterator[str]:
    """The mailbox of that post."""
    with serving(0, mailbox_of(post, "http://127.0.0.1:8003")) as port:
        yield f"http://{HOST}:{port}"


def a_mail(subject: str = "Vérifiez votre adresse", text: str = "Bonjour", html: str = "<p>Bonjour</p>") -> bytes:
    message = EmailMessage(policy=SEVEN_BIT)
    message["From"] = "JobiPro <hello@jobipro.test>"
    message["To"] = "ada@example.ca"
    message["Subject"] = subject
    message["Message-ID"] = "<one@example.ca>"
    message["List-Unsubscribe"] = f"<https://example.ca/unsubscribe/{'t' * 90}>"
    message.set_content(text)
    message.add_alternative(f"<html><head></head><body>{html}</body></html>", subtype="html")
    return message.as_bytes()


def get(url: str) -> tuple[str, dict[str, str]]:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read().decode(), dict(answer.headers)


def test_a_mail_is_decoded_with_its_headers_and_both_bodies():
    message = read_message(a_mail(), ("ada@example.ca",), datetime(2026, 1, 2, 3, 4, 5, 6000, UTC))

    assert message.id == "one@example.ca"
    assert message.channel == "email"
    assert message.to == ("ada@example.ca",)
    assert message.subject == "Vérifiez votre adresse"
    assert message.headers["List-Unsubscribe"] == f"<https://example.ca/unsubscribe/{'t' * 90}>"
    assert message.text.strip() == "Bonjour"
    assert "<p>Bonjour</p>" in message.html
    assert message.sent_at == "2026-01-02T03:04:05.006Z"


def test_mails_arrive_by_smtp_as_they_were_sent(post: Post):
    warnings: list[str] = []
    with receiving(post, warnings.append) as port, smtplib.SMTP(HOST, port) as relay:
        relay.sendmail("hello@jobipro.test", ["ada@example.ca", "bob@example.ca"], a_mail(text=".\n..\nend"))
        relay.sendmail("hello@jobipro.test", ["eve@example.ca"], a_mail(subject="second"))

    first, second = post.messages()
    assert first.to == ("ada@example.ca", "bob@example.ca")
    assert first.text.splitlines() == [".", "..", "end"]
    assert second.to == ("eve@example.ca",)
    assert warnings == []


def test_a_mail_that_the_emulator_cannot_hand_on_is_not_lost_without_a_word(post: Post):
    warnings: list[str] = []
    with receiving(post, warnings.append) as port, smtplib.SMTP(HOST, port) as relay, pytest.raises(UnicodeError):
        relay.sendmail("hello@jobipro.test", ["ada@example.ca"], "Subject: é\r\n\r\né")

    assert post.messages() == []
    assert warnings == ["A mail is missing from the mailbox: the emulator hands on 7-bit mails only."]


def test_the_json_has_everything_oldest_first(post: Post, url: str):
    post.add(a_mail(subject="first"), ("ada@example.ca",))
    post.add(a_mail(subject="second"), ("bob@example.ca",))

    everything = json.loads(get(f"{url}/api/messages")[0])
    only_bobs = json.loads(get(f"{url}/api/messages?to=bob@example.ca")[0])

    assert [mail["subject"] for mail in everything] == ["first", "second"]
    assert everything[0].keys() == {"id", "channel", "to", "subject", "headers", "text", "html", "sent_at"}
    assert [mail["to"] for mail in only_bobs] == [["bob@example.ca"]]


def test_the_page_lists_newest_first_and_escapes_what_it_shows(post: Post, url: str):
    post.add(a_mail(subject="older"), ("ada@example.ca",))
    post.add(a_mail(subject="<script>alert(1)</script>"), ("ada@example.ca",))
    page, headers = get(url)

    assert page.index("&lt;script&gt;alert(1)") < page.index("older")
    assert "<script>alert" not in page
    assert "2 mails sent" in page
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_a_mail_has_a_page_with_text_headers_and_its_html_in_a_box(post: Post, url: str):
    post.add(a_mail(text="see https://example.ca/verify/abc today"), ("ada@example.ca",))
    page, _ = get(f"{url}/messages/one%40example.ca")
    html, headers = get(f"{url}/messages/one%40example.ca/html")

    assert "<h1>Vérifiez votre adresse</h1>" in page
    assert 'href="https://example.ca/verify/abc"' in page
    assert "List-Unsubscribe" in page
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert '<head><base target="_blank"></head><body><p>Bonjour</p>' in html
    assert "script-src" not in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "sandbox" in headers["Content-Security-Policy"]


def test_a_mail_that_is_not_there_says_so(url: str):
    with pytest.raises(urllib.error.HTTPError) as missing:
        get(f"{url}/messages/none")

    assert missing.value.code == 404
    assert "Each start of the backend begins with an empty mailbox" in missing.value.read().decode()


def test_the_list_links_to_the_page_of_the_api(url: str):
    assert '<a href="http://127.0.0.1:8003">API reference</a>' in get(url)[0]
