"""How an instant is written: RFC 3339 in UTC, with milliseconds and `Z`, so that text sorts as time does."""

import re
from datetime import UTC, datetime

_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")


def written(at: datetime) -> str:
    """Return an aware instant as text; what is finer than a millisecond is cut off."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def instant(text: str) -> datetime:
    """Return the instant that `written` made a text of; ValueError for any other text."""
    if not _WRITTEN.fullmatch(text):
        raise ValueError("not an instant as RFC 3339 in UTC with milliseconds")
    return datetime.fromisoformat(text)


LAST = "9999-12-31T23:59:59.999Z"
"""Sorts behind every instant."""
