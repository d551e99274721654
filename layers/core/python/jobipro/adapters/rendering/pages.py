"""The few pages that links in mails lead to: both languages, no scripts, no other files."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256

from jobipro.adapters.rendering.identification import Identification
from jobipro.adapters.rendering.templates import TEMPLATES, laid_out, words
from jobipro.domain.approvals import OPTIONAL, Category
from jobipro.domain.errors import Unintelligible
from jobipro.domain.language import Language

STYLE = (TEMPLATES / "pages" / "style.css").read_text(encoding="utf-8")

STYLE_HASH = f"sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}"
"""What a page's Content-Security-Policy says about its style, without the quotes around it."""

PAGES = frozenset(
    {
        "verify",
        "verified",
        "verified-choose-password",
        "verify-taken",
        "link-not-valid",
        "reset-password",
        "password-reset-done",
        "unsubscribe",
        "unsubscribed",
        "unsubscribed-all",
        "address-changed",
    }
)

CATEGORY_NAMES: Mapping[Category, Mapping[Language, str]] = {
    Category.ACCOUNT: {Language.EN: "Account messages", Language.FR: "Messages sur votre compte"},
    Category.REQUESTS: {Language.EN: "News about your requests", Language.FR: "Nouvelles de vos demandes"},
    Category.OPPORTUNITIES: {Language.EN: "Requests near you", Language.FR: "Demandes près de chez vous"},
    Category.NEWSLETTER: {Language.EN: "Newsletter", Language.FR: "Infolettre"},
    Category.PRODUCT_NEWS: {Language.EN: "Product news", Language.FR: "Nouveautés de JobiPro"},
    Category.PROMOTIONS: {Language.EN: "Contests and promotions", Language.FR: "Concours et promotions"},
    Category.RESEARCH: {Language.EN: "Surveys and research", Language.FR: "Sondages et recherche"},
}
"""How the pages name what a person can receive."""


def page(name: str, language: Language | None, facts: Mapping[str, object], identification: Identification) -> str:
    """Return a page in the language asked, the other one folded below it; in both, English first, when none was.

    A form posts to the page's own address with `?lang=` of the words around it, so that the answer speaks the same
    language. It sends `password` on reset-password; `stop`, which is `category` or `all`, on unsubscribe and
    unsubscribed.
    Facts: `category` on those two; on reset-password `minimum` and `maximum` (characters of a password) and `errors`,
    a list of `too-short`, `too-long` and `refused` that is empty at first.
    Raises Unintelligible for a page that does not exist, and where a fact is missing or unknown.
    """
    if name not in PAGES:
        raise Unintelligible(name)
    first = language or Language.EN
    second = Language.FR if first is Language.EN else Language.EN
    sections = [_section(name, spoken, facts) for spoken in (first, second)]
    return laid_out(
        "html",
        "pages/layout.jinja",
        {"sections": sections, "folded": language is not None, "style": STYLE, "identification": identification},
    )


def _section(name: str, language: Language, facts: Mapping[str, object]) -> dict[str, object]:
    names = {category: named[language] for category, named in CATEGORY_NAMES.items()}
    optional = [label for category, label in names.items() if category in OPTIONAL]
    ours = {"language": language, "names": names, "optional": optional}
    said = words("html", f"pages/{name}.{language}.jinja", {**facts, **ours})
    return {"language": language, "title": said.values["title"], "body": said.body}
