"""The checks of a fuzz run find what they are there for."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.fuzz import checks
from tests.fuzz.jobs import ASKED_FOR, WORKED_ON, Job, Jobs
from tests.integration.people import Person
from tests.integration.stack import Stack

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


NOBODYS_STACK = Stack({}, Path())
ME, THEY = Person(NOBODYS_STACK, "me@example.com"), Person(NOBODYS_STACK, "they@example.com")
ASKED = [Job(name, stage, f"offer to {name}", ME, THEY, f"my {name}") for name, stage in ASKED_FOR.items()]
WORKED = [Job(name, stage, f"words of {name}", THEY, ME, f"their {name}") for name, stage in WORKED_ON.items()]
JOBS = Jobs(ASKED, WORKED, Job("", ASKED[0].stage, "words of the lost one", THEY, ME, "the lost one"))
CONTACT, OFFERS, OPPORTUNITY = "GET /requests/{id}/contact", "GET /requests/{id}/offers", "GET /opportunities/{id}"


@pytest.mark.parametrize("job", WORKED, ids=lambda job: job.operation)
def test_a_provider_may_see_the_words_of_a_request_and_nothing_that_reaches_its_customer(job: Job):
    assert JOBS.shown(OPPORTUNITY, job.request) == {job.word}
    assert JOBS.shown("GET /opportunities", "") == {text for each in WORKED for text in (each.word, each.request)}


def test_whoever_is_engaged_may_see_a_contact_in_the_way_that_is_preferred():
    by_phone, by_mail = (JOBS.shown(CONTACT, f"their {name}") for name in (CONTACT, "POST /requests/{id}/refunds"))

    assert by_phone == {"Theirfirstname", "Theirlastname", "1 Theirstreet", "4385550199"}
    assert by_mail == {"Theirfirstname", "Theirlastname", "1 Theirstreet", "they@example.com"}
    assert JOBS.shown(CONTACT, f"my {CONTACT}") == {"Theirfirstname", "Theirlastname", "they@example.com", "4385550188"}


@pytest.mark.parametrize(
    ("operation", "where"),
    [
        (CONTACT, f"their {OPPORTUNITY}"),
        (CONTACT, f"my {OFFERS}"),
        (CONTACT, "the lost one"),
        (OFFERS, "my POST /requests/{id}/cancel"),
        (OFFERS, f"their {CONTACT}"),
        (OPPORTUNITY, "the lost one"),
        (OPPORTUNITY, f"my {CONTACT}"),
        ("GET /requests/{id}", f"their {CONTACT}"),
        ("GET /requests/{id}/payment", f"their {CONTACT}"),
        ("GET /requests", ""),
        ("GET /me", ""),
    ],
)
def test_nothing_of_anybody_else_may_be_seen_elsewhere(operation: str, where: str):
    assert JOBS.shown(operation, where) == set()


def test_a_customer_may_see_an_offer_with_the_given_name_alone():
    assert JOBS.shown(OFFERS, f"my {OFFERS}") == {f"offer to {OFFERS}", "Theirfirstname"}


def test_whoever_was_given_something_may_be_seen_by_name():
    engaged = {f"their {name}" for name, stage in WORKED_ON.items() if stage >= ASKED_FOR[CONTACT]}

    assert JOBS.shown("GET /me/disclosures", "") == {"Theirfirstname", "Theirlastname"} | engaged


def test_what_is_seen_nowhere_is_looked_for():
    everywhere = {
        text
        for job in (*ASKED, *WORKED)
        for name in (CONTACT, OFFERS, OPPORTUNITY)
        for text in JOBS.shown(name, job.request)
    }

    assert {"45.53017", "73.62039", "words of the lost one", "the lost one"} <= set(JOBS.marks) - everywhere
