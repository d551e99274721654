"""Every way a use case can decline: one family, one sentence each.

`code` is stable and public; the sentence never repeats what was sent. Only `jobipro.http` knows statuses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar


class ServiceError(Exception):
    """The root of what JobiPro itself raises."""

    code: ClassVar[str] = "service-error"
    sentence: ClassVar[str] = "The service could not do this."

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that was wrong: its dotted path as the caller wrote it, and what was expected there."""

    field: str
    expected: str


class Invalid(ServiceError):
    """Something sent does not fit; `fields` says what and what was expected."""

    code = "invalid-input"
    sentence = "Some of what was sent does not fit; `errors` names each field and what was expected."

    def __init__(self, *fields: FieldError) -> None:
        super().__init__()
        self.fields = fields


class UnderAge(Invalid):
    """The person is below the age of majority of their province or territory."""

    code = "under-age"
    sentence = "JobiPro is open to people who have reached the age of majority where they live; nothing was kept."


class IdempotencyMismatch(Invalid):
    """An Idempotency-Key was used before with another body."""

    code = "idempotency-mismatch"
    sentence = "This Idempotency-Key was used before with a different request; use a new one."


class NotFound(ServiceError):
    """There is no such thing, or the caller may not know that there is."""

    code = "not-found"
    sentence = "There is nothing here."


class NotAuthenticated(ServiceError):
    """No valid log-in: none given, ended, suspended or erased."""

    code = "not-authenticated"
    sentence = "Log in first: the token is missing, has ended, or no longer opens anything."


class WrongCredentials(NotAuthenticated):
    """Address and password do not open an account."""

    code = "wrong-credentials"
    sentence = "Address and password do not open an account. It may not be verified yet."


class Conflict(ServiceError):
    """The thing is in a state that does not allow this."""

    code = "conflict"
    sentence = "This is not possible in the present state."

    def __init__(self, state: str = "", allowed: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.state = state
        self.allowed = allowed


class Moved(Conflict):
    """The thing moved on between the look at it and the write; `state` is where it stands now."""


class LimitReached(ServiceError):
    """Too often; `retry_after` is in seconds."""

    code = "limit-reached"
    sentence = "That was too often; try again later."

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class SubjectErased(ServiceError):
    """The person's key is gone; nothing of theirs can be read or written again."""

    code = "subject-erased"
    sentence = "This person was erased."


class AlreadyDone(ServiceError):
    """A write was refused because the same thing happened before; `before` holds the earlier row's clear fields."""

    code = "already-done"
    sentence = "This was done before."

    def __init__(self, before: Mapping[str, object] | None = None) -> None:
        super().__init__()
        self.before = before or {}


class Unavailable(ServiceError):
    """Something this depends on did not answer; nothing is lost by trying again."""

    code = "unavailable"
    sentence = "The service is busy; try again in a moment."


class Unintelligible(ServiceError):
    """A message or stored value that cannot be understood; it is left whole for a person to look at."""

    code = "unintelligible"
    sentence = "This could not be understood."


class SignatureRefused(ServiceError):
    """What was sent does not bear a signature that a secret of ours made within the last minutes."""

    code = "signature-refused"
    sentence = "The signature is missing, is not made with a secret of ours, or is from another time."


class EventRefused(ServiceError):
    """What was sent is signed and is no event, or one of the other mode, live or test."""

    code = "event-refused"
    sentence = "This is no event that is taken here."


class AddressTaken(Conflict):
    """Somebody verified this address before; told only to whoever holds the mailbox."""

    code = "address-taken"
    sentence = "This address already has an account; log in instead."
