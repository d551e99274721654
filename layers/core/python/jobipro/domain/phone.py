"""Phone numbers in E.164."""

import re

from jobipro.domain.errors import FieldError, Invalid

EXPECTED = "A phone number such as 514 555 0123 or +33 1 23 45 67 89."

_PUNCTUATION = re.compile(r"[ ().\-\u00a0\u2010\u2011]")
_NORTH_AMERICAN = re.compile(r"(?:\+?1)?([2-9](?!11)[0-9]{2}[2-9](?!11)[0-9]{2}[0-9]{4})")
"""Area code and exchange begin with 2 to 9 and do not end in 11. Source: North American Numbering Plan."""
_ABROAD = re.compile(r"\+[2-9][0-9]{7,14}")
"""Country code and number, at most 15 digits (ITU-T E.164); below 8 there is no subscriber."""


def e164(text: str) -> str:
    """Return a number as `+` and digits: North American however written, others with their country code.

    `Invalid` (field `phone`) for anything else.
    """
    bare = _PUNCTUATION.sub("", text.strip()) if len(text) <= 40 else ""
    if found := _NORTH_AMERICAN.fullmatch(bare):
        return f"+1{found[1]}"
    if _ABROAD.fullmatch(bare):
        return bare
    raise Invalid(FieldError("phone", EXPECTED))
