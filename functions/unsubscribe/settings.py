"""The environment of unsubscribing."""

import os
from dataclasses import dataclass
from functools import cache

from jobipro.settings import Shared, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Shared):
    """What unsubscribing is told."""

    table_consents: str
    table_outbox: str
    secret_unsubscribe: str
    sender_name: str
    sender_address: str
    postal_address: str
    officer_email: str


@cache
def settings() -> Settings:
    """Return the environment, read once."""
    return read(Settings, os.environ)
