"""Places, money and times as each language writes them."""

from collections.abc import Mapping
from datetime import datetime

from jobipro.domain.language import Language

_FRENCH_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_ENGLISH_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

_SIGNS: Mapping[str, str] = {"CAD": "$"}
"""How a currency is written; any other by its ISO letters."""

_BRANDS: Mapping[str, str] = {
    "amex": "American Express",
    "diners": "Diners Club",
    "discover": "Discover",
    "interac": "Interac",
    "jcb": "JCB",
    "mastercard": "Mastercard",
    "unionpay": "UnionPay",
    "visa": "Visa",
}
"""How the brands of cards are written, by Stripe's words for them; whatever else there may be is a card."""


def place(latitude: float, longitude: float, language: str) -> str:
    """Return a coarse place for a person to read, to a hundredth of a degree (about a kilometre)."""
    west, mark = ("O", ",") if language == Language.FR else ("W", ".")
    north_south, east_west = "N" if latitude >= 0 else "S", "E" if longitude >= 0 else west
    degrees = f"{abs(latitude):.2f}°\u00a0{north_south}, {abs(longitude):.2f}°\u00a0"
    return degrees.replace(".", mark) + east_west


def money(cents: int, currency: str, language: str) -> str:
    """Return an amount for a person to read: `$1,234.50` in English, `1 234,50 $` in French, which never breaks."""
    sign = _SIGNS.get(currency, currency)
    amount = f"{cents // 100:,}.{cents % 100:02}"
    if language == Language.FR:
        return f"{amount.translate({ord(','): '\u00a0', ord('.'): ','})}\u00a0{sign}"
    return f"{sign}{amount}" if currency in _SIGNS else f"{sign}\u00a0{amount}"


def card(brand: str, last4: str, language: str) -> str:
    """Return a card as its holder knows it, by its brand in Stripe's words and the last four of its digits."""
    if language == Language.FR:
        return f"{_BRANDS.get(brand, 'Carte')} se terminant par\u00a0{last4}"
    return f"{_BRANDS.get(brand, 'Card')} ending in\u00a0{last4}"


def day(at: datetime, language: str) -> str:
    """Return the date of an instant in its own zone: `November 1, 2026` or `1er novembre 2026`."""
    if language == Language.FR:
        number = "1er" if at.day == 1 else str(at.day)
        return f"{number}\u00a0{_FRENCH_MONTHS[at.month - 1]}\u00a0{at.year}"
    return f"{_ENGLISH_MONTHS[at.month - 1]}\u00a0{at.day}, {at.year}"


def moment(at: datetime, language: str) -> str:
    """Return an instant to the minute, in its own zone: `…, at 3:04 p.m.` in English, `… à 15 h 04` in French."""
    if language == Language.FR:
        return f"{day(at, language)} à {at.hour}\u00a0h\u00a0{at.minute:02}"
    half = "a.m." if at.hour < 12 else "p.m."
    return f"{day(at, language)}, at {(at.hour - 1) % 12 + 1}:{at.minute:02}\u00a0{half}"
