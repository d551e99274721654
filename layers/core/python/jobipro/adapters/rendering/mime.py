"""A mail as bytes on the wire: MIME with text and HTML, and the headers that let a person unsubscribe in one click."""

import re
from datetime import UTC, datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, formataddr
from hashlib import sha256
from urllib.parse import urlsplit

from jobipro.adapters.rendering.foreign_text import clean, one_line
from jobipro.adapters.rendering.identification import Identification
from jobipro.adapters.rendering.mails import Mail
from jobipro.domain.errors import Unintelligible

_DOTTED = r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*"
_NAME = re.compile(_DOTTED, re.ASCII)
_ADDRESS = re.compile(f"{_DOTTED}@{_DOTTED}", re.ASCII)
_URI = re.compile(r"https?://[\w.!#$%&'()*+/:;=?@\[\]~-]+", re.ASCII)
"""An RFC 3986 URI without commas, so that it is one entry of a list."""

_LONGEST_VALUE = 900
_LONGEST_PLAIN_SUBJECT = 60
"""Characters, so that no line passes the 998 that RFC 5322 (2.1.1) allows, and a subject's the 78 it advises."""


class _AsWritten(EmailPolicy):
    """Headers leave as they are written here.

    Left to itself the standard library writes a long link as encoded words, which ends it, and reads encoded words in
    a subject that somebody typed. It would also make a class of its own for each header that is set, and parse one
    anew whenever it looks at it.
    """

    def header_max_count(self, name: str) -> None:
        return None

    def header_store_parse(self, name: str, value: str) -> tuple[str, str]:
        return name, value

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value


_POLICY = _AsWritten(linesep="\r\n", refold_source="none")


def mime(
    mail: Mail,
    to: str,
    identification: Identification,
    unsubscribe: str,
    list_id: str,
    message_id: str,
    date: datetime,
) -> bytes:
    """Return the whole message; the same input gives the same bytes.

    `message_id` and `list_id` come without angle brackets. The unsubscribe link is HTTPS, or HTTP on this machine.
    No text can add a header: the subject is made one line, and an address, id or link that does not fit is refused.
    Raises Unintelligible, with the header's name, for such an address, id or link.
    Source: RFC 8058 (one-click), RFC 2369 and 2919 (List-), RFC 3834 (Auto-Submitted).
    """
    message = EmailMessage(_POLICY)
    message["From"] = formataddr(
        (one_line(clean(identification.sender_name)), _fitting("From", _ADDRESS, identification.sender_address))
    )
    message["To"] = _fitting("To", _ADDRESS, to)
    message["Subject"] = _subject(mail.subject)
    message["Date"] = format_datetime(date.astimezone(UTC))
    message["Message-ID"] = f"<{_fitting('Message-ID', _ADDRESS, message_id)}>"
    message["List-Id"] = f"<{_fitting('List-Id', _NAME, list_id)}>"
    message["List-Unsubscribe"] = f"<{_one_click(unsubscribe)}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    message.set_boundary(_boundary(mail))
    message["Content-Language"] = mail.language.value
    return message.as_bytes()


def _subject(subject: str) -> str:
    """Return a subject as RFC 2047 wants it: plain where that is unmistakable, else all of it in encoded words."""
    line = one_line(clean(subject))
    if line.isascii() and "=?" not in line and len(line) <= _LONGEST_PLAIN_SUBJECT:
        return line
    return Header(line, "utf-8", header_name="Subject").encode()


def _fitting(header: str, form: re.Pattern[str], value: str) -> str:
    if not form.fullmatch(value) or len(value) > _LONGEST_VALUE:
        raise Unintelligible(header)
    return value


def _one_click(link: str) -> str:
    header = "List-Unsubscribe"
    split = urlsplit(_fitting(header, _URI, link))
    host = split.hostname or ""
    if split.scheme != "https" and host not in {"127.0.0.1", "localhost"} and not host.endswith(".localhost"):
        raise Unintelligible(header)
    return link


def _boundary(mail: Mail) -> str:
    """Return a boundary that cannot stand in the parts: quoted-printable writes no `=` before an underscore."""
    return "=_" + sha256(f"{mail.text}\0{mail.html}".encode()).hexdigest()[:32]
