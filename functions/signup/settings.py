"""The environment of sign-up."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from jobipro.settings import Shared, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Shared):
    """What sign-up is told; `limits` replaces single numbers of the table of limits."""

    table_accounts: str
    table_subject_keys: str
    table_consents: str
    table_limits: str
    table_outbox: str
    key_subjects: str
    key_address_index: str
    key_suppression: str
    secret_edge: str
    user_pool_id: str
    user_pool_client_id: str
    sender_name: str
    sender_address: str
    postal_address: str
    officer_email: str
    limits: Mapping[str, int] = field(default_factory=dict)


@cache
def settings() -> Settings:
    """Return the environment, read once."""
    return read(Settings, os.environ)
