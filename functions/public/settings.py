"""The environment of the public function."""

import os
from dataclasses import dataclass
from functools import cache

from jobipro.domain.policy import OFFICER_EMAIL
from jobipro.settings import Shared, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Shared):
    """What the public function is told."""

    officer_email: str = OFFICER_EMAIL


@cache
def settings() -> Settings:
    """Return the environment, read once."""
    return read(Settings, os.environ)
