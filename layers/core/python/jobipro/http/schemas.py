"""What comes in and goes out: base models, a few kinds of field, and how a misfit is worded."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidationError,
)

from jobipro.domain.errors import FieldError, Invalid
from jobipro.domain.times import written


class Expected(ValueError):
    """What a validator of ours wanted, as a sentence the caller may read: `raise Expected("A date in the past.")`.

    The message of any other ValueError stays inside, since it may repeat what was sent.
    """


class Body(BaseModel):
    """What a caller sends: exactly the fields named, each of its own type, texts stripped and bounded.

    A password keeps its spaces with `Annotated[str, StringConstraints(strip_whitespace=False)]`. One that asks for
    nothing may be left out altogether, where it says so.
    """

    may_be_left_out: ClassVar[bool] = False

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        str_strip_whitespace=True,
        str_max_length=2000,
        allow_inf_nan=False,
        hide_input_in_errors=True,
    )


def never_null(schema: dict[str, Any]) -> None:
    """Say in a JSON schema that what may be left out is left out, and never null."""
    for described in schema.get("properties", {}).values():
        kinds = [kind for kind in described.get("anyOf", ()) if kind != {"type": "null"}]
        if len(kinds) == 1:
            del described["anyOf"]
            described.update(kinds[0])
        elif kinds:
            described["anyOf"] = kinds
        if described.get("default", ...) is None:
            del described["default"]


class Query(Body):
    """What a caller writes behind the question mark; each name once."""

    model_config = ConfigDict(json_schema_extra=never_null)


class Paging(Query):
    """Which part of a list is wanted."""

    limit: Annotated[int, Field(ge=1, le=100, description="How many at most.")] = 20
    cursor: Annotated[str | None, Field(max_length=2000, description="`next` of the page before.")] = None


def _says_what_is_left_out(schema: dict[str, Any], model: type["Answer"]) -> None:
    if not model.nulls:
        never_null(schema)


class Answer(BaseModel):
    """What goes out as JSON; fields that are None are left out unless `nulls` is set."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_says_what_is_left_out)

    nulls: ClassVar[bool] = False


class Accepted(Answer):
    """Taken in; nothing more is said: `{}`."""


def _day(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise Expected("A date such as 1990-02-28.")


ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]*$"
"""No control characters, nor those that make a text read in another order than it is written."""

Line = Annotated[str, StringConstraints(min_length=1, pattern=ONE_LINE)]
"""Text on one line, not empty; bound it further with `Annotated[Line, Field(max_length=80)]`."""

Day = Annotated[date, BeforeValidator(_day)]
"""A date as `YYYY-MM-DD` and nothing else; pydantic's own would read "946684800" as one, too."""

Instant = Annotated[
    datetime,
    PlainSerializer(written, return_type=str),
    Field(json_schema_extra={"format": "date-time"}, examples=["2026-11-23T14:05:09.120Z"]),
]
"""A time in an answer: RFC 3339, UTC, milliseconds."""

LinkToken = Annotated[
    str,
    Field(
        description="The last part of the link in the mail.",
        examples=["Zk3nT0yq8sX1vLrB5uC7wE2aH9dJ4fGm6pQiNoKtRxY"],
    ),
]
"""What the path of a page holds that is reached by a link in a mail."""


SAFE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
"""Names that may be repeated to the caller: what looks like a field name, and cannot hold much else."""


def dotted(path: Iterable[str | int]) -> str:
    """Return a path as the caller would write it, cut before a name that is none of ours to repeat."""
    parts: list[str] = []
    for part in path:
        if isinstance(part, str) and not SAFE_NAME.fullmatch(part):
            break
        parts.append(str(part))
    return ".".join(parts)


def misfit(error: ValidationError) -> Invalid:
    """Reword pydantic's findings: the dotted path and what was expected, never what was sent.

    A list or object is not complained of when something in it is: pydantic counts only the entries that fit.
    """
    found = error.errors(include_url=False, include_input=False)
    fields = {dotted(each["loc"]): _expected(each["type"], each.get("ctx", {})) for each in reversed(found)}
    return Invalid(
        *(
            FieldError(path, expected)
            for path, expected in reversed(fields.items())
            if not any(other.startswith(f"{path}.") for other in fields)
        )
    )


@contextmanager
def within(field: str) -> Iterator[None]:
    """Put a field's name before those that the domain found wrong inside it: `street` becomes `address.street`."""
    try:
        yield
    except Invalid as error:
        raise Invalid(*(FieldError(f"{field}.{wrong.field}", wrong.expected) for wrong in error.fields)) from error


EXPECTED: Mapping[str, str] = {
    "missing": "This is required.",
    "extra_forbidden": "There is no such field; leave it out.",
    "string_type": "Text.",
    "int_type": "A whole number.",
    "int_parsing": "A whole number.",
    "int_from_float": "A whole number.",
    "float_type": "A number.",
    "float_parsing": "A number.",
    "finite_number": "A number.",
    "decimal_type": "A number.",
    "decimal_parsing": "A number.",
    "bool_type": "true or false.",
    "bool_parsing": "true or false.",
    "none_required": "null.",
    "list_type": "A list.",
    "tuple_type": "A list.",
    "set_type": "A list.",
    "frozen_set_type": "A list.",
    "dict_type": "An object.",
    "model_type": "An object.",
    "model_attributes_type": "An object.",
    "date_type": "A date such as 1990-02-28.",
    "date_parsing": "A date such as 1990-02-28.",
    "date_from_datetime_parsing": "A date such as 1990-02-28.",
    "datetime_type": "A time such as 2026-11-01T09:30:00Z.",
    "datetime_parsing": "A time such as 2026-11-01T09:30:00Z.",
    "timezone_aware": "A time with its zone, such as 2026-11-01T09:30:00Z.",
    "time_type": "A time of day such as 21:30.",
    "time_parsing": "A time of day such as 21:30.",
    "url_parsing": "A web address.",
    "url_scheme": "A web address.",
}
"""What each kind of misfit expected that needs no telling of a bound."""

PATTERNS: Mapping[str, str] = {ONE_LINE: "Text on one line, without control characters."}
"""What is expected where a pattern says it badly."""

BOUNDED: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "string_pattern_mismatch": lambda of: PATTERNS.get(of["pattern"], "Text of the documented form."),
    "string_too_short": lambda of: f"Text of at least {_count(of['min_length'], 'character')}.",
    "string_too_long": lambda of: f"Text of at most {_count(of['max_length'], 'character')}.",
    "too_short": lambda of: f"At least {_count(of['min_length'], 'entry', 'entries')}.",
    "too_long": lambda of: f"At most {_count(of['max_length'], 'entry', 'entries')}.",
    "greater_than": lambda of: f"More than {of['gt']}.",
    "greater_than_equal": lambda of: f"At least {of['ge']}.",
    "less_than": lambda of: f"Less than {of['lt']}.",
    "less_than_equal": lambda of: f"At most {of['le']}.",
    "multiple_of": lambda of: f"A multiple of {of['multiple_of']}.",
    "enum": lambda of: f"One of {of['expected']}.",
    "literal_error": lambda of: f"One of {of['expected']}.",
}
"""What each kind of misfit expected that comes with a bound, a list or a pattern, all of our own making."""


def _expected(kind: str, context: Mapping[str, Any]) -> str:
    if isinstance(context.get("error"), Expected):
        return str(context["error"])
    if kind in BOUNDED:
        return BOUNDED[kind](context)
    return EXPECTED.get(kind, "A value of the documented form.")


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
