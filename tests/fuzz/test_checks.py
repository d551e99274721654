"""The checks of a fuzz run find what they are there for."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.fuzz import checks

PROBLEM: dict[str, Any] = {
    "type": "urn:jobipro:problem:not-found",
    "title": "Not found",
    "status": 404,
    "code": "not-found",
    "detail": "There is nothing here.",
    "correlation_id": "c-1",
}
HEADERS = {
    **checks.SECURE,
    "content-security-policy": ["default-src 'none'"],
    "x-correlation-id": ["c-1"],
    "content-type": ["application/problem+json"],
}


@dataclass(frozen=True, slots=True)
class Answered:
    status_code: int = 404
    headers: dict[str, list[str]] = field(default_factory=lambda: dict(HEADERS))
    content: bytes = json.dumps(PROBLEM).encode()


def changed(**members: object) -> bytes:
    return json.dumps({**PROBLEM, **members}).encode()


def test_a_good_problem_passes_every_check():
    answer = Answered()

    assert checks.lacking_headers(answer) == ""
    assert checks.no_problem(answer) == ""
    assert checks.repeated(answer, ["something else"], "") == ""
    assert checks.told(answer, ["Theirwindow"], []) == ""


@pytest.mark.parametrize("name", sorted(set(HEADERS) - {"content-type"}))
def test_a_header_that_lacks_is_found(name: str):
    assert checks.lacking_headers(Answered(headers={key: value for key, value in HEADERS.items() if key != name}))


@pytest.mark.parametrize("value", [["no-referrer", "unsafe-url"], ["unsafe-url"]])
def test_a_header_that_says_something_else_too_is_found(value: list[str]):
    assert checks.lacking_headers(Answered(headers={**HEADERS, "referrer-policy": value}))


@pytest.mark.parametrize(
    "answer",
    [
        Answered(headers={**HEADERS, "content-type": ["application/json"]}),
        Answered(headers={name: value for name, value in HEADERS.items() if name != "content-type"}),
        Answered(content=b"{}"),
        Answered(content=changed(status=400)),
        Answered(content=changed(type="about:blank")),
        Answered(content=changed(correlation_id="c-2")),
    ],
)
def test_an_error_that_is_no_whole_problem_is_found(answer: Answered):
    assert checks.no_problem(answer)


@pytest.mark.parametrize("content", [changed(detail="no <script>alert"), changed(errors=[{"field": "<script>alert"}])])
def test_what_was_sent_is_found_in_an_error_wherever_it_is(content: bytes):
    assert checks.repeated(Answered(content=content), ["<script>alert"], "")
    assert not checks.repeated(Answered(content=content), ["<script>alert"], "our own words have <script>alert")
    assert not checks.repeated(Answered(200, content=content), ["<script>alert"], "")


def test_what_is_somebody_elses_is_found_unless_it_was_sent():
    answer = Answered(200, content=b'{"title": "Theirwindow"}')

    assert checks.told(answer, ["Theirwindow"], [])
    assert not checks.told(answer, ["Theirwindow"], ["PATCH Theirwindow"])
