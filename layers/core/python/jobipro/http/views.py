"""The view decorator: between Chalice and a function of ours that sees only what its parameters name."""

import base64
import hashlib
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from chalice.app import Response
from pydantic import ValidationError

from jobipro.domain.callers import Caller
from jobipro.domain.errors import FieldError, Invalid, NotAuthenticated, NotFound, ServiceError
from jobipro.domain.ids import SubjectId
from jobipro.domain.language import Language
from jobipro.http import problems
from jobipro.http.problems import InternalError, MalformedBody, WrongMediaType
from jobipro.http.reading import (
    EXCHANGE,
    FORM,
    JSON,
    MAX_BODY,
    MULTIPART,
    Exchange,
    Incoming,
    accepts_html,
    body_bytes,
    check_json,
    check_texts,
    form,
    language,
    media_type,
)
from jobipro.http.schemas import Answer, Body, Query, dotted, misfit


@dataclass(frozen=True, slots=True)
class Page:
    """A whole HTML page; of its styles the first `<style>` element is allowed, of its scripts none."""

    html: str
    status: int = 200


@dataclass(frozen=True, slots=True)
class Signature:
    """Where the signature of a body stands, and what both look like, for OpenAPI."""

    header: str
    looks: str
    example: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Signed:
    """A body as it came, byte by byte, and its signature as the header has it, empty when there is none."""

    body: bytes = field(repr=False)
    signature: str = field(repr=False)


type Given = Answer | Sequence[Answer] | Page | None
"""What a view gives back; None is an answer without a body."""

FROM_REQUEST = frozenset({"body", "signed", "query", "caller", "source", "idempotency_key", "accepts_html", "language"})
"""Parameters that a view may name besides those of its path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a view takes and gives: read by the view itself and by the OpenAPI generator."""

    function: Callable[..., Given]
    status: int
    body: type[Body] | None
    signed: Signature | None
    query: type[Query] | None
    answers: type[Answer] | type[list[Any]] | type[Page] | None
    errors: tuple[type[ServiceError], ...]
    summary: str
    content_types: tuple[str, ...]
    max_body: int
    lost: Callable[[Language | None], Page] | None
    look: Callable[..., object] | None

    @property
    def wants(self) -> frozenset[str]:
        """Which of what a request holds the function asks for."""
        return FROM_REQUEST & frozenset(inspect.signature(self.function).parameters)

    @property
    def path(self) -> frozenset[str]:
        """The names of the path parameters."""
        return frozenset(inspect.signature(self.function).parameters) - FROM_REQUEST


class View:
    """One route's function, with its terms around it, as Chalice calls it."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.wants = terms.wants
        self.path = terms.path
        self.__name__ = terms.function.__name__
        self.__doc__ = terms.function.__doc__

    def __call__(self, **path: str) -> Response:
        """Answer the present request; every error becomes a problem, and one that is ours is kept for the log."""
        exchange = EXCHANGE.get()
        exchange.answered = True
        try:
            return self._response(exchange, path)
        except Exception as error:
            told = error if isinstance(error, ServiceError) else InternalError()
            if problems.status_of(type(told)) >= HTTPStatus.INTERNAL_SERVER_ERROR:
                exchange.failure = error
            return problem_response(told, exchange)

    def _response(self, exchange: Exchange, path: Mapping[str, str]) -> Response:
        try:
            return _response(self._given(exchange, path), self.terms.status)
        except NotFound as error:
            if self.terms.lost is None or not self._speaks_html(exchange):
                raise
            exchange.problem = error.code
            return _response(self.terms.lost(language(exchange.incoming)), HTTPStatus.NOT_FOUND)

    def _speaks_html(self, exchange: Exchange) -> bool:
        return self.terms.answers is Page or accepts_html(exchange.incoming)

    def _given(self, exchange: Exchange, path: Mapping[str, str]) -> Given:
        request = exchange.incoming
        passed: dict[str, object] = {name: _path_value(value) for name, value in path.items()}
        if "caller" in self.wants:
            passed["caller"] = caller = _caller(request)
            exchange.subject = caller.subject
        if "source" in self.wants:
            passed["source"] = request.source
        if "accepts_html" in self.wants:
            passed["accepts_html"] = accepts_html(request)
        if "language" in self.wants:
            passed["language"] = language(request)
        if "idempotency_key" in self.wants:
            passed["idempotency_key"] = _idempotency_key(request)
        if self.terms.query is not None:
            passed["query"] = _query(request, self.terms.query)
        return self.terms.function(**passed, **self._read(request, path))

    def _read(self, request: Incoming, path: Mapping[str, str]) -> dict[str, Body | Signed]:
        """Return the body for a function that wants one; where it does not fit, what the path names comes first."""
        try:
            raw = body_bytes(request, self.terms.max_body)
            if self.terms.signed is not None:
                return {"signed": Signed(raw, request.headers.get(self.terms.signed.header.lower(), ""))}
            return {"body": self._body(request, raw, self.terms.body)} if self.terms.body is not None else {}
        except ServiceError:
            if self.terms.look is not None:
                self.terms.look(**path)
            raise

    def _body(self, request: Incoming, raw: bytes, model: type[Body]) -> Body:
        header = request.headers.get("content-type", self.terms.content_types[0])
        kind = media_type(header)
        if kind not in self.terms.content_types:
            raise WrongMediaType(self.terms.content_types)
        try:
            if kind == JSON:
                if not raw.strip():
                    if model.may_be_left_out:
                        return model()
                    raise MalformedBody
                check_json(raw)
                return model.model_validate_json(raw)
            return model.model_validate_strings(form(raw, header))
        except ValidationError as error:
            raise misfit(error) from None


def view(
    *,
    body: type[Body] | None = None,
    signed: Signature | None = None,
    query: type[Query] | None = None,
    status: int = 200,
    answers: type[Answer] | type[list[Any]] | type[Page] | None = None,
    errors: tuple[type[ServiceError], ...] = (),
    summary: str = "",
    content_types: tuple[str, ...] = (JSON,),
    max_body: int = MAX_BODY,
    lost: Callable[[Language | None], Page] | None = None,
    look: Callable[..., object] | None = None,
) -> Callable[[Callable[..., Given]], View]:
    """Make a function into a view that Chalice can route to.

    Parameters
    ----------
    body, query
        What the function's parameters of these names are validated as.
    signed
        Where the signature of the body stands, for a function that checks it over the bytes, of whatever media type.
    status
        Of every answer but a problem; a `Page` brings its own.
    answers
        What the function gives back: an `Answer`, `list[…]` of one, or `Page`; None for no body. For OpenAPI.
    errors
        The errors of the domain it may raise, for OpenAPI; those of the edge are added.
    content_types
        Of the body: JSON, or the two kinds of form.
    max_body
        Bytes.
    lost
        The page that a browser gets in place of a problem when there is nothing here.
    look
        Looks for what the path names, changing nothing. A body that does not fit is told of only where that is there:
        a link that leads nowhere is answered alike whatever comes with it.

    The function gets what its parameters name: `body`, `signed`, `query`, `caller` (the route then needs a log-in),
    `source` (the caller's network address as the gateway saw it), `idempotency_key` (or None), `accepts_html`,
    `language` (the one a page should speak: `?lang=`, else what the browser prefers, else None), and the
    parameters of its path.
    """
    if not set(content_types) <= {JSON, FORM, MULTIPART}:
        raise ValueError(f"a view reads {JSON}, {FORM} or {MULTIPART}")

    def decorate(function: Callable[..., Given]) -> View:
        terms = Terms(
            function=function,
            status=status,
            body=body,
            signed=signed,
            query=query,
            answers=answers,
            errors=errors,
            summary=summary,
            content_types=content_types,
            max_body=max_body,
            lost=lost,
            look=look,
        )
        named = {"body": body, "signed": signed, "query": query}
        wrong = [name for name, of in named.items() if (name in terms.wants) != (of is not None)]
        if wrong:
            raise ValueError(f"{function.__name__}: {wrong[0]} must be both a parameter and a model, or neither")
        return View(terms)

    return decorate


def problem_response(error: ServiceError, exchange: Exchange) -> Response:
    """Return an error as the answer to a request."""
    told = problems.problem(error, exchange.incoming.correlation_id)
    exchange.problem = told.code
    return Response(
        body=told.model_dump_json(exclude_none=True),
        status_code=told.status,
        headers={"Content-Type": problems.PROBLEM_JSON, **problems.headers(error)},
    )


def _response(given: Given, status: int) -> Response:
    match given:
        case None:
            return Response(body="", status_code=status)
        case Page():
            return Response(
                body=given.html,
                status_code=given.status,
                headers={
                    "Content-Type": "text/html; charset=utf-8",
                    "Content-Security-Policy": page_policy(given.html),
                },
            )
        case Answer():
            return Response(body=_json(given), status_code=status, headers={"Content-Type": JSON})
    return Response(
        body=f"[{','.join(_json(each) for each in given)}]", status_code=status, headers={"Content-Type": JSON}
    )


def _json(answer: Answer) -> str:
    return answer.model_dump_json(exclude_none=not answer.nulls, by_alias=True)


def page_policy(html: str) -> str:
    """Return the content security policy of a page: no script, its first style sheet, forms to ourselves."""
    found = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    style = f"'sha256-{_hashed(found[1])}'" if found else "'none'"
    return f"default-src 'none'; style-src {style}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


@lru_cache(maxsize=16)
def _hashed(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def _path_value(value: str) -> str:
    """Our ids and tokens are visible ASCII: anything else names nothing."""
    if not re.fullmatch(r"[\x21-\x7e]{1,512}", value):
        raise NotFound
    return value


def _query(request: Incoming, model: type[Query]) -> Query:
    twice = next((name for name, values in request.query.items() if len(values) > 1), None)
    if twice is not None:
        raise Invalid(FieldError(dotted([twice]), "One value."))
    values = {name: value for name, (value,) in request.query.items()}
    check_texts(values)
    try:
        return model.model_validate_strings(values)
    except ValidationError as error:
        raise misfit(error) from None


def _idempotency_key(request: Incoming) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not re.fullmatch(r"[\x21-\x7e]{1,255}", key):
        raise Invalid(FieldError("Idempotency-Key", "1 to 255 visible ASCII characters."))
    return key


_SUBJECT = re.compile(r"sub_[a-z2-7]{26}")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _caller(request: Incoming) -> Caller:
    subject = request.claims.get("cognito:username", "")
    session = request.claims.get("origin_jti", "")
    issued_at = _epoch(request.claims.get("iat", ""))
    if not _SUBJECT.fullmatch(subject) or not session or issued_at is None:
        raise NotAuthenticated
    return Caller(subject=SubjectId(subject), issued_at=issued_at, session=session)


_SPELLED = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([0-9]{2}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) UTC ([0-9]{4})")


def _epoch(issued: str) -> int | None:
    """Read `iat` either way it comes: in the token it is a number, API Gateway's REST authorizer spells it out."""
    if re.fullmatch(r"[0-9]{1,12}", issued):
        return int(issued)
    found = _SPELLED.fullmatch(issued)
    if found is None or found[1] not in _MONTHS:
        return None
    month, (day, hour, minute, second, year) = _MONTHS.index(found[1]) + 1, map(int, found.groups()[1:])
    try:
        return int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp())
    except ValueError:
        return None
