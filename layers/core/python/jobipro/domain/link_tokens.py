"""Links that only the holder of a mailbox has: drawn at the moment of sending, kept hashed, good once."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from jobipro.domain.errors import NotFound
from jobipro.domain.ids import SubjectId
from jobipro.domain.messages import LIFETIMES, TokenPurpose

LinkToken = NewType("LinkToken", str)
"""256 random bits in base64url, without padding."""

_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Issued:
    """What is kept of a link: `address_index` names the address it was sent to."""

    subject: SubjectId
    purpose: TokenPurpose
    address_index: str
    expires_at: datetime

    @property
    def sent_at(self) -> datetime:
        """When the link was drawn, which is when its mail was sent."""
        return self.expires_at - LIFETIMES[self.purpose]

    def good(self, purposes: frozenset[TokenPurpose], now: datetime) -> bool:
        """Tell whether the link may still be used for one of these purposes."""
        return self.purpose in purposes and now < self.expires_at


def digest(token: str) -> str:
    """Return what a link is kept under: SHA-256 in hex. `NotFound` when it does not even look like a link of ours."""
    if not _SHAPE.fullmatch(token):
        raise NotFound
    return hashlib.sha256(token.encode()).hexdigest()
