"""The environment of the clocks."""

import os
from dataclasses import dataclass
from functools import cache

from jobipro.settings import Shared, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Shared):
    """What the clocks are told."""

    table_outbox: str
    table_accounts: str
    table_subject_keys: str
    table_requests: str
    table_messages: str
    table_payments: str
    queue_matching: str
    queue_deliveries: str
    queue_payments: str
    queue_media: str
    user_pool_id: str


@cache
def settings() -> Settings:
    """Return the environment, read once."""
    return read(Settings, os.environ)
