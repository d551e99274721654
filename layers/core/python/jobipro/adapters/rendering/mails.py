"""Every mail JobiPro sends: its words, as text and as HTML."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from jobipro.adapters.rendering.foreign_text import one_line
from jobipro.adapters.rendering.identification import Identification
from jobipro.adapters.rendering.templates import laid_out, words
from jobipro.domain.approvals import OPTIONAL, Category
from jobipro.domain.errors import Unintelligible
from jobipro.domain.language import Language


@dataclass(frozen=True, slots=True)
class Kind:
    """What a mail is about, and whether its address has been proven to belong to the person it speaks of.

    Mail to an unproven address takes no facts: anybody could make us send words of theirs to a stranger.
    """

    category: Category
    proven: bool = True


KINDS: Mapping[str, Kind] = {
    "verify-address": Kind(Category.ACCOUNT, proven=False),
    "already-registered": Kind(Category.ACCOUNT, proven=False),
    "reset-password": Kind(Category.ACCOUNT),
    "password-changed": Kind(Category.ACCOUNT),
    "verify-new-address": Kind(Category.ACCOUNT, proven=False),
    "address-change-told": Kind(Category.ACCOUNT),
    "request-posted": Kind(Category.REQUESTS),
    "opportunity": Kind(Category.OPPORTUNITIES),
}


@dataclass(frozen=True, slots=True)
class Links:
    """Where a mail leads: `action` is what it asks for, where it asks for something."""

    action: str | None
    unsubscribe: str


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail in one language, before it is addressed."""

    subject: str
    text: str
    html: str
    language: Language


def render(
    kind: str, language: Language, facts: Mapping[str, object], links: Links, identification: Identification
) -> Mail:
    """Return a mail; facts that its words do not use change nothing.

    Facts: `reference`, `trade`, `title` for request-posted; `trade`, `title`, `description`, `latitude`, `longitude`
    (degrees) for opportunity. Names of trades come in the language of the mail.
    Raises Unintelligible for a kind that does not exist, and where a fact or a link that is needed is missing.
    """
    if kind not in KINDS:
        raise Unintelligible(kind)
    given = {
        **(facts if KINDS[kind].proven else {}),
        "language": language,
        "officer_email": identification.officer_email,
    }
    if links.action is not None:
        given["action"] = links.action
    template = f"mails/{kind}.{language}.jinja"
    text, html = words("text", template, given), words("html", template, given)
    around = {
        "language": language,
        "optional": KINDS[kind].category in OPTIONAL,
        "unsubscribe": links.unsubscribe,
        "identification": identification,
    }
    return Mail(
        subject=one_line(str(text.values["subject"])),
        text=_tidy(laid_out("text", "mail.jinja", {**text.values, **around, "body": text.body})),
        html=laid_out("html", "mail.jinja", {**html.values, **around, "body": html.body}),
        language=language,
    )


def _tidy(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"
