"""Kinds of field, and how a misfit is worded."""

from datetime import UTC, date, datetime
from typing import Annotated, Literal

import pytest
from pydantic import AfterValidator, Field, ValidationError

from jobipro.domain.errors import FieldError, Invalid
from jobipro.http import Answer, Body, Day, Expected, Instant, Line, Query, within
from jobipro.http.schemas import dotted, misfit


def _even(number: int) -> int:
    if number % 2:
        raise Expected("An even number.")
    return number


def _careless(text: str) -> str:
    if text:
        raise ValueError(f"{text} is bad")
    return text


class Form(Body):
    line: Annotated[Line, Field(max_length=8)] = "line"
    day: Day | None = None
    even: Annotated[int, AfterValidator(_even)] = 0
    careless: Annotated[str, AfterValidator(_careless)] = ""
    at: datetime | None = None
    kind: Literal["a", "b"] = "a"
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5
    tags: Annotated[tuple[str, ...], Field(min_length=1)] = ("a",)
    short: Annotated[str, Field(min_length=2)] = "ab"


class Find(Query):
    day: Day | None = None
    even: Annotated[int, AfterValidator(_even)] = 0


class Event(Answer):
    at: Instant


def findings(json: str) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        Form.model_validate_json(json)
    return {each.field: each.expected for each in misfit(caught.value).fields}


@pytest.mark.parametrize("text", ["", "   ", "a\nb", "a\tb", "a\rb", "a\u2028b", "a\x85b", "too long, far"])
def test_a_line_is_one_line_not_empty_and_bounded(text: str) -> None:
    with pytest.raises(ValidationError):
        Form.model_validate({"line": text})


@pytest.mark.parametrize("text", ["a", " a ", "Zoé", "名前", "a\u00a0b"])
def test_a_line_may_be_in_any_script_and_loses_its_margins(text: str) -> None:
    assert Form.model_validate({"line": text}).line == text.strip()


@pytest.mark.parametrize("text", ["946684800", "2000-1-1", "2000-02-30", "2000-01-01T00:00:00", "20000101", ""])
def test_a_day_is_written_in_one_way_only(text: str) -> None:
    assert findings(f'{{"day": "{text}"}}') == {"day": "A date such as 1990-02-28."}


def test_a_day_is_read_from_bodies_and_from_queries() -> None:
    assert Form.model_validate_json('{"day": "2000-02-29"}').day == date(2000, 2, 29)
    assert Find.model_validate_strings({"day": "2000-02-29", "even": "4"}) == Find(day=date(2000, 2, 29), even=4)


def test_an_instant_is_written_in_utc_with_milliseconds() -> None:
    at = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)

    assert Event(at=at).model_dump_json() == '{"at":"2026-11-01T09:30:00.000Z"}'


def test_a_validator_of_ours_says_what_it_expected_and_another_ones_words_stay_inside() -> None:
    assert findings('{"even": 3, "careless": "secret"}') == {
        "even": "An even number.",
        "careless": "A value of the documented form.",
    }


def test_bounds_and_choices_are_said() -> None:
    sent = '{"kind": "c", "share": 1, "tags": [], "short": "a", "at": "soon", "line": "a\\nb"}'

    assert findings(sent) == {
        "line": "Text on one line, without control characters.",
        "at": "A time such as 2026-11-01T09:30:00Z.",
        "kind": "One of 'a' or 'b'.",
        "share": "Less than 1.0.",
        "tags": "At least 1 entry.",
        "short": "Text of at least 2 characters.",
    }


def test_text_without_a_bound_of_its_own_is_bounded_all_the_same() -> None:
    assert findings(f'{{"tags": ["{"x" * 2001}"]}}') == {"tags.0": "Text of at most 2000 characters."}


def test_a_path_stops_before_a_name_that_is_not_ours_to_repeat() -> None:
    assert dotted(("parts", 3, "label")) == "parts.3.label"
    assert dotted(("parts", 3, "jane@example.com", "label")) == "parts.3"
    assert dotted(("x" * 65,)) == ""


def test_what_the_domain_found_wrong_is_named_by_where_the_caller_wrote_it() -> None:
    with pytest.raises(Invalid) as caught, within("address"):
        raise Invalid(FieldError("street", "Text."), FieldError("city", "Text."))

    assert [each.field for each in caught.value.fields] == ["address.street", "address.city"]
