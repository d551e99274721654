"""What people write about a request: how long it may be, and that it gives away no way around JobiPro.

Title and description are shown to providers before anybody is engaged, so they may hold no phone number, e-mail address
or link. Looking for them is a matter of shapes: it catches what people write, also in disguise, and lets prices, sizes,
dates and part numbers pass; somebody determined can always word it otherwise.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from jobipro.domain.errors import FieldError, Invalid


class Finding(StrEnum):
    """What was found in a text, in words; never the text itself."""

    PHONE = "a phone number"
    EMAIL = "an e-mail address"
    LINK = "a link"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a text may be: its greatest length in characters, whether it may have lines, whether it is shown early."""

    longest: int
    lines: bool = False
    shown_before_engagement: bool = False


NAME = Rule(100)
TITLE = Rule(120, shown_before_engagement=True)
DESCRIPTION = Rule(4000, lines=True, shown_before_engagement=True)
OFFER = Rule(2000, lines=True, shown_before_engagement=True)
ABOUT = Rule(2000, lines=True)


def accepted(rule: Rule, field_name: str, text: str) -> str:
    """Return a text as it is kept, trimmed and with plain line ends; `Invalid` names the field that breaks a rule."""
    kept = text.replace("\r\n", "\n").strip()
    if not kept or len(kept) > rule.longest or not _fold(kept).strip():
        raise Invalid(FieldError(field_name, f"1 to {rule.longest} characters."))
    if _UNREADABLE.search(kept) or not (rule.lines or _ONE_LINE.fullmatch(kept)):
        raise Invalid(FieldError(field_name, "Plain text." if rule.lines else "Plain text on one line."))
    found = contact_free(kept) if rule.shown_before_engagement else None
    if found:
        raise Invalid(FieldError(field_name, f"A text without {found.value}."))
    return kept


def contact_free(text: str) -> Finding | None:
    """Return which way of contact a text holds, None if it holds none."""
    folded = _BRACKETED_DOT.sub(".", _BRACKETED_AT.sub("@", _fold(text)))
    if any(shape.search(folded) for shape in _ADDRESSES):
        return Finding.EMAIL
    if any(shape.search(folded) for shape in _LINKS):
        return Finding.LINK
    if any(row.is_phone_number() for row in _digit_rows(_NOT_PHONE.sub(_BREAK, folded))):
        return Finding.PHONE
    return None


_ONE_LINE = re.compile(r"[^\n\t]*")
_UNREADABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Controls, breaks of lines and paragraphs, halves of characters, and what makes a text read in another order."""


def _fold(text: str) -> str:
    """Return a text without its disguises: plain letters and digits, no case, no accents, nothing invisible.

    Marks are taken out before letters are taken apart: sorting long runs of them is what makes normalising slow.
    """
    if text.isascii():
        return text.casefold()
    bare = "".join(character for character in text if not _is_mark(character))
    apart = unicodedata.normalize("NFKD", bare).casefold()
    return "".join(_plain(character) for character in apart if not _is_mark(character))


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in {"Mn", "Me", "Cf"}


def _plain(character: str) -> str:
    """Return a digit of any script and a dash or blank of any kind as the plain one."""
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    match unicodedata.category(character):
        case "Pd":
            return "-"
        case "Zs":
            return " "
    return character


_SURE_ENDS = "com|net|org"
_ENDS = f"{_SURE_ENDS}|ca|info|biz|io|co|app|dev|xyz|shop|site|online|store|tech|fr|eu|uk|quebec|email|link"
"""Ends of domain names that are no words which might follow a full stop without a blank."""
_HOSTS = "gmail|hotmail|outlook|yahoo|icloud|videotron|sympatico|protonmail"

_BRACKETED_AT = re.compile(r"\s?[(\[{<]\s?(?:@|at|a|arobase?)\s?[)\]}>]\s?")
_BRACKETED_DOT = re.compile(r"\s?[(\[{<]\s?(?:\.|dot|point)\s?[)\]}>]\s?")

_ADDRESSES = (
    re.compile(r"[a-z0-9_.+-]\s{0,2}@\s{0,2}[a-z0-9-]{1,63}(?:\s?\.\s?|\s(?:dot|point)\s)[a-z]{2}"),
    re.compile(rf"[a-z0-9_.+-]\s(?:at|arobase?)\s[a-z0-9-]{{1,63}}(?:\.|\s(?:dot|point)\s)(?:{_ENDS})\b"),
    re.compile(rf"(?:@|\bat\b|\barobase?\b)\s?(?:{_HOSTS})\b"),
    re.compile(r"\bmailto\s?:"),
)
_LINKS = (
    re.compile(r"\bh(?:tt|xx)ps?\s?:|\bftp\s?:\s?/|:\s?/\s?/\s?[a-z0-9]"),
    re.compile(r"\bwww\d?\s?(?:\.|\sdot\s|\spoint\s)"),
    re.compile(rf"[a-z0-9]\.(?:{_ENDS})\b(?!['’])"),
    re.compile(rf"[a-z0-9]\s\.\s?(?:{_SURE_ENDS}|ca)\b"),
    re.compile(rf"[a-z0-9]\.\s(?:{_SURE_ENDS})\b"),
    re.compile(rf"[a-z0-9]\s(?:dot\s(?:{_SURE_ENDS}|ca)|point\s(?:{_SURE_ENDS}))\b"),
    re.compile(r"[a-z0-9]\.[a-z]{2,24}/[a-z0-9]"),
)

_BREAK = ";"
_NOT_PHONE = re.compile(
    r"""
      (?<!\d)(?:19|20)\d\d(?P<by>[-/. ])(?:0?[1-9]|1[0-2])(?P=by)(?:0?[1-9]|[12]\d|3[01])(?!\d)       # 2026-12-01
    | (?<!\d)(?:0?[1-9]|[12]\d|3[01])(?P<of>[-/.])(?:0?[1-9]|[12]\d|3[01])(?P=of)(?:19|20)\d\d(?!\d)  # 01/12/2026
    | (?<!\d)(?:19|20)\d\d\s?[-/]\s?(?:19|20)\d\d(?!\d)                                               # 2025-2026
    | (?<!\d)(?:[01]?\d|2[0-3])[:h][0-5]\d(?!\d)                                                      # 17:30, 17h30
    | \$\s?\d{1,3}(?:[ ,.]\d{3}){1,4}(?![ ,.-]?\d)                                                    # $10,000
    | (?<!\d)\d{1,3}(?:[ ,.]\d{3}){1,4}(?:[.,]\d\d)?\s?(?:\$|cad\b|dollars?\b)                        # 10 000,00 $
    """,
    re.VERBOSE | re.ASCII,
)
"""Dates, years, times and amounts: rows of digits that mean something else."""

_TOKEN = re.compile(r"[0-9]+|[a-z]+|[^a-z0-9]+")
_JOINER = re.compile(r"[\s().\-_/\\*·•~|:,+\[\]]{1,5}", re.ASCII)
_JOINING_WORDS = frozenset({"dash", "hyphen", "tiret", "dot", "point", "space", "espace"})
_CALLING_WORDS = frozenset(
    {"call", "cell", "phone", "sms", "tel", "telephone", "text", "whatsapp"}
    | {"appel", "appeler", "appelez", "cellulaire", "texte", "texter", "textez", "texto"}
)
_UNITS = frozenset(
    {"btu", "cad", "cm", "dollars", "ft", "gal", "in", "kg", "km", "l", "lb", "lbs", "m", "mm", "pi", "po", "psi", "sq"}
    | {"w", "watts"}
)
_DIGIT_WORDS: Mapping[str, str] = {
    word: digit
    for digit, *words in (
        ("0", "zero", "oh", "o"),
        ("1", "one", "un", "une"),
        ("2", "two", "deux"),
        ("3", "three", "trois"),
        ("4", "four", "quatre"),
        ("5", "five", "cinq"),
        ("6", "six"),
        ("7", "seven", "sept"),
        ("8", "eight", "huit"),
        ("9", "nine", "neuf"),
    )
    for word in words
}

_NORTH_AMERICAN = re.compile(r"1?[2-9][0-9]{2}[2-9][0-9]{6}")
_LOCAL = re.compile(r"[2-9][0-9]{2}")


@dataclass(slots=True)
class _Row:
    """Groups of digits that stand side by side, and what stands around them."""

    groups: list[str] = field(default_factory=list)
    joiners: list[str] = field(default_factory=list)
    words: int = 0
    before: str = ""
    called: bool = False
    measured: bool = False

    def is_phone_number(self) -> bool:
        """Tell whether the row reads like one."""
        total = sum(map(len, self.groups))
        if total < 7:
            return False
        spelled = self.words >= 3
        abroad = self.before.endswith("+") and 8 <= total <= 15
        from_home = self.groups[0][0] == "0" and 10 <= total <= 14 and len(self.groups) > 2 and self._no_single()
        asked_for = self.called and total <= 15
        return spelled or abroad or from_home or asked_for or self._digit_by_digit() or self._local() or self._long()

    def _no_single(self) -> bool:
        return all(len(group) > 1 for group in self.groups)

    def _digit_by_digit(self) -> bool:
        """Tell whether seven single digits follow one another."""
        run = 0
        for group in self.groups:
            run = run + 1 if len(group) == 1 else 0
            if run == 7:
                return True
        return False

    def _local(self) -> bool:
        """Tell whether it is 555-0123; `500-1000` is a range, `450-1200 sq ft` a measure."""
        if [len(group) for group in self.groups] != [3, 4] or not _LOCAL.fullmatch(self.groups[0]):
            return False
        first, last = self.groups
        if self.joiners[1] not in {"-", "."}:
            return last.startswith("0")
        a_range = int(first) < int(last) and first.endswith("0") and last.endswith("0")
        return not a_range and not self.measured

    def _long(self) -> bool:
        """Tell whether some neighbouring groups make a North American number, with or without the 1."""
        for start in range(len(self.groups)):
            digits = ""
            for group in self.groups[start : start + 11]:
                digits += group
                if len(digits) > 11:
                    break
                if _NORTH_AMERICAN.fullmatch(digits):
                    return True
        return False


def _digit_rows(text: str) -> Iterator[_Row]:
    """Return the rows of digits in a folded text, spelled digits among them."""
    row, joiner, recent = _Row(), "", ("", "", "")
    for token in _TOKEN.findall(text):
        digits = token if token[0].isdigit() else _DIGIT_WORDS.get(token, "")
        if digits and (row.groups or len(token) > 1 or token[0].isdigit()):
            if not row.groups:
                row.before = joiner
                row.called = not _CALLING_WORDS.isdisjoint(recent)
            row.groups.append(digits)
            row.joiners.append(joiner)
            row.words += token[0].isalpha()
            joiner = ""
        elif row.groups and (token in _JOINING_WORDS or _joins(token)):
            joiner += token
        else:
            row.measured = "$" in row.before or token in _UNITS or token.lstrip().startswith(("$", "%"))
            yield row
            row, joiner = _Row(), token
            if token.isalpha():
                recent = (*recent[1:], token)
    yield row


def _joins(between: str) -> bool:
    """Tell whether what stands between two groups of digits holds them together; a comma and a blank do not."""
    return bool(_JOINER.fullmatch(between)) and ", " not in between
