"""How an error reads over HTTP: one table from error to status, one shape of answer (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from jobipro.domain.errors import (
    Conflict,
    EventRefused,
    Invalid,
    LimitReached,
    NotAuthenticated,
    NotFound,
    ServiceError,
    SignatureRefused,
    SubjectErased,
    Unavailable,
)
from jobipro.http.schemas import never_null

PROBLEM_JSON = "application/problem+json"
RETRY_UNAVAILABLE = 5
"""Seconds after which to try again what was not available."""


class MalformedBody(ServiceError):
    """The body cannot be read as what its media type promises."""

    code = "malformed-body"
    sentence = "The body could not be read: send UTF-8 JSON with each name once, numbers of ordinary size, few levels."


class BodyTooLarge(ServiceError):
    """The body is longer than the route takes."""

    code = "body-too-large"
    sentence = "The body is too large."


class WrongMediaType(ServiceError):
    """The body is of a kind that the route does not read; `accepted` are those it does."""

    code = "wrong-media-type"
    sentence = "This route reads another kind of body; `allowed` lists the media types it accepts."

    def __init__(self, accepted: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.accepted = accepted


class WrongMethod(ServiceError):
    """The route exists, but not with this method."""

    code = "wrong-method"
    sentence = "This route answers other methods; `allowed` lists them."

    def __init__(self, methods: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.methods = methods


class InternalError(ServiceError):
    """Something went wrong on our side."""

    code = "internal-error"
    sentence = "Something went wrong on our side; the correlation id helps us find out what."


STATUSES: Mapping[type[ServiceError], int] = {
    MalformedBody: 400,
    SignatureRefused: 400,
    EventRefused: 400,
    NotAuthenticated: 401,
    NotFound: 404,
    WrongMethod: 405,
    Conflict: 409,
    BodyTooLarge: 413,
    WrongMediaType: 415,
    Invalid: 422,
    LimitReached: 429,
    InternalError: 500,
    Unavailable: 503,
}
"""The status of each error; a kind that is not here has that of its nearest ancestor."""

TOLD_AS: Mapping[type[ServiceError], type[ServiceError]] = {SubjectErased: NotAuthenticated}
"""What is worded as something else, since the caller is not to learn the difference."""


class FieldProblem(BaseModel):
    """One field that was wrong."""

    model_config = ConfigDict(extra="forbid")

    field: Annotated[
        str,
        Field(description="Dotted path of the field, as the caller wrote it; empty for the whole.", examples=["email"]),
    ]
    expected: Annotated[str, Field(description="What was expected there.", examples=["An e-mail address."])]


class Problem(BaseModel):
    """An error, as RFC 9457 has it. `code` is stable; nothing that was sent is repeated."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=never_null)

    type: Annotated[
        str,
        Field(description="`urn:jobipro:problem:` and the code.", pattern="^urn:jobipro:problem:[a-z-]+$"),
    ]
    title: Annotated[str, Field(description="The code in words.")]
    status: Annotated[int, Field(description="The status of the answer.", ge=400, le=599)]
    code: Annotated[str, Field(description="What to tell problems apart by: it stays the same.", pattern="^[a-z-]+$")]
    detail: Annotated[str, Field(description="A sentence for people.")]
    errors: Annotated[list[FieldProblem] | None, Field(description="The fields that were wrong.")] = None
    state: Annotated[str | None, Field(description="The state that did not allow it.")] = None
    allowed: Annotated[list[str] | None, Field(description="What would have been possible instead.")] = None
    correlation_id: Annotated[str, Field(description="Names this request in our logs.")]


def status_of(kind: type[ServiceError]) -> int:
    """Return the status of a kind of error: 500 for one that is in no row, since no caller should ever see it."""
    told = TOLD_AS.get(kind, kind)
    return next((STATUSES[ancestor] for ancestor in told.__mro__ if ancestor in STATUSES), STATUSES[InternalError])


def problem(error: ServiceError, correlation_id: str) -> Problem:
    """Word an error for the caller."""
    told: type[ServiceError] | ServiceError = TOLD_AS.get(type(error), error)
    status = status_of(type(error))
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        told = InternalError
    return Problem(
        type=f"urn:jobipro:problem:{told.code}",
        title=told.code.replace("-", " ").capitalize(),
        status=status,
        code=told.code,
        detail=told.sentence,
        errors=_fields(error),
        state=(error.state or None) if isinstance(error, Conflict) else None,
        allowed=_allowed(error),
        correlation_id=correlation_id,
    )


def headers(error: ServiceError) -> dict[str, str]:
    """Return the headers that go with an error, by its status."""
    match error:
        case LimitReached():
            return {"Retry-After": str(max(1, error.retry_after))}
        case Unavailable():
            return {"Retry-After": str(RETRY_UNAVAILABLE)}
        case WrongMethod():
            return {"Allow": ", ".join(error.methods)}
        case WrongMediaType():
            return {"Accept": ", ".join(error.accepted)}
        case NotAuthenticated() | SubjectErased():
            return {"WWW-Authenticate": "Bearer"}
    return {}


def _fields(error: ServiceError) -> list[FieldProblem] | None:
    if not isinstance(error, Invalid) or not error.fields:
        return None
    return [FieldProblem(field=wrong.field, expected=wrong.expected) for wrong in error.fields]


def _allowed(error: ServiceError) -> list[str] | None:
    match error:
        case Conflict():
            return list(error.allowed) if error.state else None
        case WrongMethod():
            return list(error.methods)
        case WrongMediaType():
            return list(error.accepted)
    return None
