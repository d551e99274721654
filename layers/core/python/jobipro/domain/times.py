"""Moments as text: RFC 3339, UTC, milliseconds, `Z`; such texts sort as the moments do."""

from datetime import UTC, datetime

LAST = "9999-12-31T23:59:59.999Z"
"""Sorts behind every moment."""


def to_text(moment: datetime) -> str:
    """Return a moment as text, cut to milliseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def from_text(text: str) -> datetime:
    """Return the moment that a text names; `ValueError` when it names none."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
