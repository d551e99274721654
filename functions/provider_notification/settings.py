"""The environment of provider notification."""

import os
from dataclasses import dataclass
from functools import cache

from jobipro.settings import Shared, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Shared):
    """What provider notification is told."""

    table_requests: str
    table_accounts: str
    table_subject_keys: str
    key_subjects: str
    secret_edge: str
    queue_deliveries: str


@cache
def settings() -> Settings:
    """Return the environment, read once."""
    return read(Settings, os.environ)
