"""What a person agreed to receive, on what basis, for how long, and how they took it back.

Canada's anti-spam law (CASL) asks the sender to prove each consent: what was shown, when and how (s.13).
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from jobipro.domain.ids import ApprovalId
from jobipro.domain.language import Language


class Category(StrEnum):
    """What messages are about."""

    ACCOUNT = "account"
    REQUESTS = "requests"
    OPPORTUNITIES = "opportunities"
    NEWSLETTER = "newsletter"
    PRODUCT_NEWS = "product_news"
    PROMOTIONS = "promotions"
    RESEARCH = "research"


OPTIONAL = frozenset(Category) - {Category.ACCOUNT}
"""What a person can switch off: everything but the messages without which an account cannot be run."""


class Channel(StrEnum):
    """How messages travel."""

    EMAIL = "email"
    SMS = "sms"


class Basis(StrEnum):
    """Why we may write to somebody, or use what they gave."""

    EXPRESS = "express"
    IMPLIED_INQUIRY = "implied-inquiry"
    IMPLIED_BUSINESS = "implied-business"
    TRANSACTIONAL = "transactional"
    IMPLICIT = "implicit"
    """Using the phone and address given with one request, for that request and nothing else; not a marketing basis."""


MONTHS: Mapping[Basis, int] = {Basis.IMPLIED_INQUIRY: 6, Basis.IMPLIED_BUSINESS: 24}
"""How many calendar months a basis lasts; one that is not here has no end. Source: CASL s.10(9)-(13)."""


class HowGiven(StrEnum):
    """Where a person approved."""

    SIGN_UP_FORM = "sign-up form"
    PREFERENCES = "preferences"
    PROVIDER_PROFILE = "provider profile"
    REQUEST_FORM = "request form"


class HowWithdrawn(StrEnum):
    """Where a person took an approval back."""

    PREFERENCES = "preferences"
    LINK = "link"
    ONE_CLICK = "one-click"


@dataclass(frozen=True, slots=True)
class Approval:
    """A person approved; `shown` names the wording they saw, `refs` what gave rise to it (a request, say)."""

    id: ApprovalId
    category: Category
    channel: Channel
    basis: Basis
    at: datetime
    how: HowGiven
    shown: str
    language: Language
    policy_version: str
    until: datetime | None = None
    refs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A person took back whatever they had approved of one category on one channel."""

    id: ApprovalId
    category: Category
    channel: Channel
    at: datetime
    how: HowWithdrawn
    refs: Mapping[str, str] = field(default_factory=dict)


def until(basis: Basis, at: datetime) -> datetime | None:
    """Return the instant at which a basis that began at `at` has run out; None if it does not by itself.

    Months are those of the calendar: six months after 31 August is the last day of February.
    """
    if basis not in MONTHS:
        return None
    years, month = divmod(at.month - 1 + MONTHS[basis], 12)
    year, month = at.year + years, month + 1
    return at.replace(year=year, month=month, day=min(at.day, monthrange(year, month)[1]))


def holds(approval: Approval, on: datetime) -> bool:
    """Tell whether an approval has begun and has not run out at an instant; withdrawals are not looked at."""
    return approval.at <= on and (approval.until is None or on < approval.until)


WORDING_VERSION = "2026-11"
"""The edition of the wordings that people are shown now."""

EDITIONS: Mapping[str, Mapping[Category | Channel, Mapping[Language, str]]] = {
    "2026-11": {
        Category.REQUESTS: {
            Language.EN: (
                "By posting this request you agree that JobiPro uses the phone number and address you give here to "
                "have this request fulfilled, and for nothing else, and writes to you about it."
            ),
            Language.FR: (
                "En publiant cette demande, vous acceptez que JobiPro utilise le numéro de téléphone et l'adresse "
                "donnés ici pour y donner suite, et pour rien d'autre, et vous écrive à son sujet."
            ),
        },
        Category.OPPORTUNITIES: {
            Language.EN: (
                "By saving your provider profile you agree to receive e-mail from JobiPro about service requests that "
                "match your trades and area. You can unsubscribe at any time."
            ),
            Language.FR: (
                "En enregistrant votre profil de prestataire, vous acceptez de recevoir de JobiPro des courriels sur "
                "les demandes de service qui correspondent à vos métiers et à votre secteur. Vous pouvez vous "
                "désabonner en tout temps."
            ),
        },
        Category.NEWSLETTER: {
            Language.EN: "Yes, send me JobiPro's newsletter. I can unsubscribe at any time.",
            Language.FR: "Oui, envoyez-moi l'infolettre de JobiPro. Je peux me désabonner en tout temps.",
        },
        Category.PRODUCT_NEWS: {
            Language.EN: "Yes, send me news of JobiPro's products and services. I can unsubscribe at any time.",
            Language.FR: (
                "Oui, envoyez-moi des nouvelles des produits et services de JobiPro. Je peux me désabonner en tout "
                "temps."
            ),
        },
        Category.PROMOTIONS: {
            Language.EN: "Yes, send me JobiPro's contests and promotions. I can unsubscribe at any time.",
            Language.FR: "Oui, envoyez-moi les concours et promotions de JobiPro. Je peux me désabonner en tout temps.",
        },
        Category.RESEARCH: {
            Language.EN: "Yes, invite me to surveys that help improve JobiPro. I can unsubscribe at any time.",
            Language.FR: (
                "Oui, invitez-moi à des sondages qui aident à améliorer JobiPro. Je peux me désabonner en tout temps."
            ),
        },
        Channel.EMAIL: {
            Language.EN: "Yes, send me e-mail about what I switch on here. I can unsubscribe at any time.",
            Language.FR: (
                "Oui, envoyez-moi des courriels sur ce que j'active ici. Je peux me désabonner en tout temps."
            ),
        },
        Channel.SMS: {
            Language.EN: (
                "Yes, JobiPro may also send me text messages about what I chose above. I can reply STOP at any time."
            ),
            Language.FR: (
                "Oui, JobiPro peut aussi m'envoyer des textos sur ce que j'ai choisi ci-dessus. Je peux répondre ARRET "
                "en tout temps."
            ),
        },
    },
}
"""What is shown when asking, by edition. An edition that anybody was shown is never changed or removed: a new one is
added beside it, since the old one is the evidence."""

WORDINGS = EDITIONS[WORDING_VERSION]


def shown(topic: Category | Channel, language: Language) -> str:
    """Return the id of the wording shown today, to be kept with the approval."""
    return f"{WORDING_VERSION}/{topic}/{language}"


WORDS: Mapping[str, str] = {
    f"{edition}/{topic}/{language}": words
    for edition, topics in EDITIONS.items()
    for topic, languages in topics.items()
    for language, words in languages.items()
}
"""Every wording anybody was ever shown, by the id that `shown` gave it."""
