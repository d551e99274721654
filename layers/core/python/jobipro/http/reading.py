"""Reading what API Gateway hands over, whatever it holds: bounds first, then meaning."""

import base64
import binascii
import json
import math
import re
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qsl

from jobipro.domain.errors import FieldError, Invalid
from jobipro.domain.language import Language
from jobipro.http.problems import BodyTooLarge, MalformedBody
from jobipro.http.schemas import dotted

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"

MAX_BODY = 256 * 1024
"""Bytes of a body, unless a route says otherwise."""
MAX_DEPTH = 16
"""Levels of lists and objects in a body."""
MAX_FORM_FIELDS = 50
MAX_FORM = 8 * 1024
"""Bytes of a form, of which the longest of ours holds a password. The time in which the standard library reads the
headers of a part that is built to hurt grows with the square of their length."""
MAX_DIGITS = 19
"""Digits of a whole number: what 64 bits hold."""


class NotARequest(Exception):
    """The event is not one of API Gateway's REST API."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One request: what of the event matters to us, in one form, however API Gateway happened to write it."""

    method: str
    route: str
    headers: Mapping[str, str]
    query: Mapping[str, tuple[str, ...]]
    path: Mapping[str, str]
    body: str = field(repr=False)
    body_is_base64: bool
    claims: Mapping[str, str] = field(repr=False)
    source: str = field(repr=False)
    correlation_id: str


@dataclass(slots=True)
class Exchange:
    """A request and what became known on the way to its answer: whose it is, and what went wrong."""

    incoming: Incoming
    subject: str | None = None
    problem: str | None = None
    failure: Exception | None = None
    answered: bool = False
    told: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


EXCHANGE: ContextVar[Exchange] = ContextVar("exchange")
"""The request being answered: Chalice hands a view nothing but its path parameters."""


def tell(**words: str) -> None:
    """Say more in the log's line about the present request: ids, kinds and states, nothing that a person sent."""
    EXCHANGE.get().told.update(words)


def count(metric: str) -> None:
    """Count something about the present request, beside the request itself."""
    EXCHANGE.get().counts[metric] = 1


def incoming(event: object) -> Incoming:
    """Make out a request; NotARequest where the event names no route and method."""
    whole = _mapping(event)
    context = _mapping(whole.get("requestContext"))
    route, method = context.get("resourcePath"), context.get("httpMethod")
    if not isinstance(route, str) or not isinstance(method, str):
        raise NotARequest
    body = whole.get("body")
    return Incoming(
        method=method.upper(),
        route=route,
        headers=_headers(whole),
        query=_query(whole),
        path=dict(_texts(whole.get("pathParameters"))),
        body=body if isinstance(body, str) else "",
        body_is_base64=whole.get("isBase64Encoded") is True,
        claims={
            name: str(value)
            for name, value in _mapping(_mapping(context.get("authorizer")).get("claims")).items()
            if isinstance(value, str | int)
        },
        source=str(_mapping(context.get("identity")).get("sourceIp") or "unknown"),
        correlation_id=_identifier(context.get("requestId")),
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> Iterator[tuple[str, str]]:
    return ((name, text) for name, text in _mapping(value).items() if isinstance(name, str) and isinstance(text, str))


def _lists(value: object) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, values in _mapping(value).items():
        texts = tuple(text for text in values if isinstance(text, str)) if isinstance(values, list) else ()
        if isinstance(name, str) and texts:
            yield name, texts


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    """Join both ways in which headers come; of a header that came twice the last one counts, as in Chalice."""
    several = {name.lower(): values[-1] for name, values in _lists(event.get("multiValueHeaders"))}
    return several | {name.lower(): text for name, text in _texts(event.get("headers"))}


def _query(event: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    single = {name: (text,) for name, text in _texts(event.get("queryStringParameters"))}
    return single | dict(_lists(event.get("multiValueQueryStringParameters")))


def _identifier(value: object) -> str:
    """Take API Gateway's request id as it is, as long as it is fit for a header and a log."""
    return value if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,64}", value) else "unknown"


def body_bytes(request: Incoming, limit: int) -> bytes:
    """Return the exact bytes of the body; BodyTooLarge or MalformedBody."""
    if len(request.body) > (limit * 4 // 3 + 4 if request.body_is_base64 else limit):
        raise BodyTooLarge
    try:
        raw = request.body.encode()
        if request.body_is_base64:
            raw = base64.b64decode(raw, validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise MalformedBody from error
    if len(raw) > limit:
        raise BodyTooLarge
    return raw


def check_json(raw: bytes) -> None:
    """Refuse JSON that another parser could read differently, or that is built to hurt.

    UTF-8 only, each name once, no NaN or infinities, whole numbers of at most 64 bits, at most `MAX_DEPTH` levels:
    else MalformedBody. Texts must be Unicode without control characters other than tab and line breaks: else Invalid,
    which names the field.
    """
    try:
        value = json.loads(
            raw.decode(),
            object_pairs_hook=_once_each,
            parse_constant=_refused,
            parse_int=_ordinary_int,
            parse_float=_finite_float,
        )
    except (ValueError, RecursionError) as error:
        raise MalformedBody from error
    check_texts(value)


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name comes twice")
    return found


def _refused(constant: str) -> float:
    raise ValueError("not a number")


def _ordinary_int(text: str) -> int:
    if len(text.lstrip("-")) > MAX_DIGITS:
        raise ValueError("too many digits")
    return int(text)


def _finite_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("beyond what a number can be")
    return number


_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def check_texts(value: object) -> None:
    """Walk a value without recursion: MalformedBody when it is too deep, Invalid naming a text that is not fit."""
    ahead: list[tuple[tuple[str | int, ...], object]] = [((), value)]
    while ahead:
        path, each = ahead.pop()
        if len(path) > MAX_DEPTH:
            raise MalformedBody
        if isinstance(each, str) and _UNFIT.search(each):
            raise Invalid(FieldError(dotted(path), "Text without control characters."))
        if isinstance(each, dict):
            for name in each:
                if _UNFIT.search(name):
                    raise Invalid(FieldError(dotted(path), "Field names without control characters."))
            ahead.extend(((*path, name), inner) for name, inner in each.items())
        elif isinstance(each, list):
            ahead.extend(((*path, position), inner) for position, inner in enumerate(each))


def form(raw: bytes, content_type: str) -> dict[str, str]:
    """Read a form of either body type; MalformedBody where it cannot be, or where a name comes twice.

    BodyTooLarge beyond `MAX_FORM`, whatever the route says of bodies.
    """
    if len(raw) > MAX_FORM:
        raise BodyTooLarge
    try:
        pairs = _multipart(raw, content_type) if media_type(content_type) == MULTIPART else _urlencoded(raw)
    except (ValueError, LookupError, RecursionError) as error:
        raise MalformedBody from error
    if len(dict(pairs)) != len(pairs):
        raise MalformedBody
    values = dict(pairs)
    check_texts(values)
    return values


def _urlencoded(raw: bytes) -> list[tuple[str, str]]:
    text = raw.decode("ascii").strip()
    return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FORM_FIELDS)


def _multipart(raw: bytes, content_type: str) -> list[tuple[str, str]]:
    """Read the texts of a multipart form; files are refused."""
    if not content_type.isascii() or not content_type.isprintable():
        raise ValueError("not a header")
    parsed = BytesParser().parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + raw)
    parts = parsed.get_payload()
    if not isinstance(parts, list) or len(parts) > MAX_FORM_FIELDS:
        raise ValueError("not a multipart form")
    return [_part(part) for part in parts if isinstance(part, Message)]


def _part(part: Message) -> tuple[str, str]:
    name = part.get_param("name", header="content-disposition")
    payload = part.get_payload(decode=True)
    if not isinstance(name, str) or not isinstance(payload, bytes) or part.get_filename() is not None:
        raise ValueError("not a field of text")
    return name, payload.decode()


def media_type(content_type: str) -> str:
    """Return the media type without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def accepts_html(request: Incoming) -> bool:
    """Tell whether the caller would rather have HTML than JSON, as browsers say in `Accept`."""
    liked = _preferences(request, "accept")
    return _quality(liked, "text/html") > _quality(liked, JSON)


def language(request: Incoming) -> Language | None:
    """Return the language a page should speak: `?lang=`, else what `Accept-Language` likes best, else None."""
    chosen = request.query.get("lang", ("",))[0]
    if chosen in set(Language):
        return Language(chosen)
    liked: dict[str, float] = {}
    for tag, quality in _preferences(request, "accept-language").items():
        liked.setdefault(tag.partition("-")[0], quality)
    ours = [each for each in Language if liked.get(each, 0) > 0]
    return max(ours, key=lambda each: liked[each], default=None)


def _preferences(request: Incoming, header: str) -> dict[str, float]:
    """Read a header such as `Accept` into its names and how much each is liked; leaves out what cannot be read."""
    preferences: dict[str, float] = {}
    for part in request.headers.get(header, "")[:1000].split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        if re.fullmatch(r"[01](\.[0-9]{0,3})?", quality):
            preferences[name] = min(1.0, float(quality))
    return preferences


def _quality(liked: Mapping[str, float], kind: str) -> float:
    wider = kind.partition("/")[0] + "/*"
    return next((liked[each] for each in (kind, wider, "*/*") if each in liked), 0.0)
