"""The environment of service requests."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from jobipro.settings import Shared, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Shared):
    """What service requests are told.

    `limits` replaces single numbers of the table of limits; `aws_endpoint_url` is where the embedded cloud is reached,
    empty on AWS.
    """

    table_requests: str
    table_accounts: str
    table_subject_keys: str
    table_consents: str
    table_disclosures: str
    table_payments: str
    table_limits: str
    table_outbox: str
    key_subjects: str
    secret_edge: str
    bucket_media: str
    aws_endpoint_url: str = ""
    limits: Mapping[str, int] = field(default_factory=dict)


@cache
def settings() -> Settings:
    """Return the environment, read once."""
    return read(Settings, os.environ)
