"""Text that people typed: what of it may stand in a mail or page of ours."""

import re
import unicodedata

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
_SPACES = re.compile(r"\s+", re.ASCII)
_JOINERS = "\u200c\u200d"


def clean(text: str) -> str:
    """Return the text without what can disturb the text around it; its lines stay lines.

    Controls and lone surrogates go, and so do invisible format characters: overrides of the writing direction could
    turn our own words round. The two joiners stay, since some scripts and emoji need them.
    """
    return "".join(character for character in _LINE_ENDS.sub("\n", text) if _is_harmless(character))


def one_line(text: str) -> str:
    """Return the text as one line; non-breaking spaces, which French needs, stay."""
    return _SPACES.sub(" ", text).strip(" ")


def _is_harmless(character: str) -> bool:
    return character in "\n\t" or character in _JOINERS or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}
