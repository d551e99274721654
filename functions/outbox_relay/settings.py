"""The environment of the outbox relay."""

import os
from dataclasses import dataclass
from functools import cache

from jobipro.settings import Shared, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Shared):
    """What the outbox relay is told."""

    table_outbox: str
    queue_matching: str
    queue_deliveries: str
    queue_payments: str
    queue_media: str


@cache
def settings() -> Settings:
    """Return the environment, read once."""
    return read(Settings, os.environ)
