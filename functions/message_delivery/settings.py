"""The environment of message delivery."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from jobipro.settings import Shared, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Shared):
    """What message delivery is told.

    `public_url` is where people reach the API; `limits` replaces single numbers of the table of limits;
    `configuration_set` is the one of SES that watches over the mails, none by default.
    """

    table_accounts: str
    table_subject_keys: str
    table_consents: str
    table_requests: str
    table_payments: str
    table_messages: str
    table_limits: str
    key_subjects: str
    key_suppression: str
    secret_edge: str
    secret_unsubscribe: str
    public_url: str
    sender_name: str
    sender_address: str
    postal_address: str
    officer_email: str
    configuration_set: str = ""
    limits: Mapping[str, int] = field(default_factory=dict)


@cache
def settings() -> Settings:
    """Return the environment, read once."""
    return read(Settings, os.environ)
