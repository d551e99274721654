"""The environment of the profile."""

import os
from dataclasses import dataclass
from functools import cache

from jobipro.settings import Shared, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Shared):
    """What the profile is told."""

    table_accounts: str
    table_subject_keys: str
    table_consents: str
    table_disclosures: str
    table_outbox: str
    key_subjects: str
    secret_edge: str


@cache
def settings() -> Settings:
    """Return the environment, read once."""
    return read(Settings, os.environ)
