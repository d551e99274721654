"""The environment of Stripe's webhooks."""

import os
from dataclasses import dataclass
from functools import cache

from jobipro.settings import Shared, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Shared):
    """What Stripe's webhooks are told; `stripe_livemode` is `true` where real money moves, else `false`."""

    table_payments: str
    table_outbox: str
    secret_stripe: str
    stripe_livemode: str


@cache
def settings() -> Settings:
    """Return the environment, read once."""
    return read(Settings, os.environ)
