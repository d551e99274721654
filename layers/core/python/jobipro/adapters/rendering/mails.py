"""Every mail JobiPro sends: its words, as text and as HTML."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from jobipro.adapters.rendering.foreign_text import one_line
from jobipro.adapters.rendering.identification import Identification
from jobipro.adapters.rendering.templates import laid_out, words
from jobipro.domain.approvals import OPTIONAL
from jobipro.domain.errors import Unintelligible
from jobipro.domain.language import Language
from jobipro.domain.messages import KINDS, LIFETIMES

_ABOUT = ("reference", "trade", "title")

USES: Mapping[str, tuple[str, ...]] = {
    "request-posted": _ABOUT,
    "opportunity": ("trade", "title", "description", "latitude", "longitude"),
    "offer-made": _ABOUT,
    "provider-engaged": _ABOUT,
    "offer-accepted": _ABOUT,
    "job-completed": (*_ABOUT, "hours", "until"),
    "job-confirmed": (*_ABOUT, "hours"),
    "job-cancelled": (*_ABOUT, "side", "reason"),
    "job-disputed": (*_ABOUT, "side", "reason"),
    "request-expired": (*_ABOUT, "days"),
    "payment-receipt": (*_ABOUT, "taken", "currency", "on", "paid_with"),
    "payment-refunded": (*_ABOUT, "returned", "taken", "currency", "paid_with"),
    "payment-needed": (*_ABOUT, "done", "owed", "currency", "paid_with"),
}
"""The facts that reach a mail's words, by kind; other kinds take none. Mail to an unproven address never does: anybody
could make us send words of theirs to a stranger. Nor does any hold a name, a phone number or an address, whoever is
engaged: those are shown to who logs in. Source for `opportunity`: the design, "What a provider sees"."""


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
    """Return a mail; facts that it does not use change nothing.

    Names of trades come in the language of the mail, latitude and longitude in degrees, times in the reader's zone;
    `side` is customer or provider, `reason` is in the language of the mail or None, amounts are in cents, `paid_with`
    is brand and last four digits of a card, or None.
    Raises Unintelligible for a kind that does not exist, and where a fact or a link that is needed is missing.
    """
    if kind not in KINDS:
        raise Unintelligible(kind)
    of = KINDS[kind]
    given = {name: facts[name] for name in USES.get(kind, ()) if name in facts}
    given |= {"language": language, "officer_email": identification.officer_email}
    if links.action is not None:
        given["action"] = links.action
    if of.token is not None:
        given["hours"] = LIFETIMES[of.token] // timedelta(hours=1)
    around = {
        "language": language,
        "optional": of.category in OPTIONAL,
        "unsubscribe": links.unsubscribe,
        "identification": identification,
    }
    template = f"mails/{kind}.{language}.jinja"
    text, html = words("text", template, given), words("html", template, given)
    return Mail(
        subject=one_line(str(text.values["subject"])),
        text=_tidy(laid_out("text", "mail.jinja", {**text.values, **around, "body": text.body})),
        html=laid_out("html", "mail.jinja", {**html.values, **around, "body": html.body}),
        language=language,
    )


def _tidy(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"
