"""Passwords and log-ins."""

from dataclasses import dataclass
from typing import Protocol

from jobipro.domain.ids import SubjectId


@dataclass(frozen=True, slots=True, repr=False)
class Tokens:
    """What a log-in gives; `expires_in` is in seconds. `id_token` goes into `Authorization`."""

    access_token: str
    id_token: str
    refresh_token: str
    expires_in: int


class Credentials(Protocol):
    """Holds passwords under opaque names."""

    def create(self, subject: SubjectId, password: str) -> None: ...
    def set_password(self, subject: SubjectId, password: str) -> None: ...
    def log_in(self, subject: SubjectId, password: str) -> Tokens: ...
    def refresh(self, refresh_token: str) -> Tokens: ...
    def end(self, refresh_token: str) -> None: ...
    def end_all(self, subject: SubjectId) -> None: ...
    def delete(self, subject: SubjectId) -> None: ...
