"""The user pool in memory."""

from dataclasses import dataclass, field
from itertools import count

from jobipro.application.ports.credentials import Tokens
from jobipro.domain.errors import FieldError, Invalid, NotFound, WrongCredentials
from jobipro.domain.ids import SubjectId

SHORTEST = 10
"""Characters, as the user pool's policy has it."""


@dataclass
class FakeCredentials:
    """Passwords by subject; a refresh token names its log-in."""

    passwords: dict[SubjectId, str] = field(default_factory=dict)
    log_ins: dict[str, SubjectId] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    _number: "count[int]" = field(default_factory=count)

    def create(self, subject: SubjectId, password: str) -> None:
        self.calls.append("AdminCreateUser")
        self.calls.append("AdminSetUserPassword")
        self.passwords[subject] = _fitting(password)

    def set_password(self, subject: SubjectId, password: str) -> None:
        self.calls.append("AdminSetUserPassword")
        if subject not in self.passwords:
            raise NotFound
        self.passwords[subject] = _fitting(password)

    def log_in(self, subject: SubjectId, password: str) -> Tokens:
        self.calls.append("AdminInitiateAuth")
        if self.passwords.get(subject) != password:
            raise WrongCredentials
        return self._tokens(f"refresh-{next(self._number)}", subject)

    def refresh(self, refresh_token: str) -> Tokens:
        self.calls.append("AdminInitiateAuth")
        if refresh_token not in self.log_ins:
            raise WrongCredentials
        return self._tokens(refresh_token, self.log_ins[refresh_token])

    def end(self, refresh_token: str) -> None:
        self.calls.append("RevokeToken")
        self.log_ins.pop(refresh_token, None)

    def end_all(self, subject: SubjectId) -> None:
        self.calls.append("AdminUserGlobalSignOut")
        self.log_ins = {token: who for token, who in self.log_ins.items() if who != subject}

    def delete(self, subject: SubjectId) -> None:
        self.calls.append("AdminDeleteUser")
        self.passwords.pop(subject, None)
        self.log_ins = {token: who for token, who in self.log_ins.items() if who != subject}

    def _tokens(self, refresh_token: str, subject: SubjectId) -> Tokens:
        self.log_ins[refresh_token] = subject
        return Tokens(f"access of {subject}", f"id of {subject}", refresh_token, 900)


def _fitting(password: str) -> str:
    if len(password) < SHORTEST:
        raise Invalid(FieldError("password", "A longer password."))
    return password
