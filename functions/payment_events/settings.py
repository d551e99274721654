"""The environment of payment events."""

import os
from dataclasses import dataclass
from functools import cache

from jobipro.settings import Shared, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Shared):
    """What payment events is told; `stripe_url` is where Stripe's API answers."""

    stripe_url: str
    table_payments: str
    table_requests: str
    table_subject_keys: str
    table_outbox: str
    key_subjects: str
    secret_stripe: str


@cache
def settings() -> Settings:
    """Return the environment, read once."""
    return read(Settings, os.environ)
