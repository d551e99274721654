"""Which versions of the privacy policy and terms there are, and since when each is in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from jobipro.domain.language import Language


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One published version; it is in force from the first moment (UTC) of a day until the next version's."""

    version: str
    effective_on: date


VERSIONS: Sequence[PolicyVersion] = (PolicyVersion("2026-11-01", date(2026, 11, 1)),)
"""Every version published, oldest first. None is ever removed: approvals name the one they were given under."""

OFFICER_EMAIL = "info@jobipro.com"
"""Where the Privacy Officer is reached, unless a stage says otherwise. Source: the policy, "Privacy Officer"."""

LANGUAGES = tuple(Language)
"""The languages in which the service speaks to people."""


def current(on: date) -> PolicyVersion:
    """Return the version in force on a day; before the first one took effect, the first, since none came before."""
    return next((each for each in reversed(VERSIONS) if each.effective_on <= on), VERSIONS[0])


def in_force(version: str, on: date) -> bool:
    """Tell whether a version is the one in force on a day: an older one has to be put to the person again."""
    present = current(on)
    return version == present.version and present.effective_on <= on
