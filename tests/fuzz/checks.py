"""What every answer must be, whatever was sent: each check returns what is wrong, nothing if all is well."""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Protocol

SECURE = {
    "strict-transport-security": ["max-age=63072000; includeSubDomains"],
    "x-content-type-options": ["nosniff"],
    "referrer-policy": ["no-referrer"],
    "cache-control": ["no-store"],
    "cross-origin-resource-policy": ["same-origin"],
    "access-control-allow-origin": ["*"],
}
"""What every answer carries."""

MEMBERS = {"type", "title", "status", "code", "detail", "correlation_id"}
"""What every problem has."""

LONG_ENOUGH = 8
"""Characters from which on a text in an answer is no coincidence."""


class Answer(Protocol):
    """An answer: names of headers in lower case, each with a list of values."""

    @property
    def status_code(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, list[str]]: ...

    @property
    def content(self) -> bytes: ...


def lacking_headers(answer: Answer) -> str:
    """Every answer carries the headers that protect it, and one correlation id."""
    different = {name: answer.headers.get(name) for name, value in SECURE.items() if answer.headers.get(name) != value}
    if different:
        return f"headers differ: {different}"
    if "content-security-policy" not in answer.headers:
        return "no content security policy"
    return "" if len(answer.headers.get("x-correlation-id", [])) == 1 else "no single correlation id"


def no_problem(answer: Answer) -> str:
    """An error that is no page is a problem (RFC 9457), whole, whose status is the answer's."""
    kind = content_type(answer)
    if answer.status_code < 400 or kind.startswith("text/html"):
        return ""
    if kind != "application/problem+json":
        return f"an error of type {kind!r}"
    problem = json.loads(answer.content)
    if not problem.keys() >= MEMBERS:
        return f"no {', '.join(sorted(MEMBERS - problem.keys()))} in the problem"
    expected = (answer.status_code, f"urn:jobipro:problem:{problem['code']}", answer.headers["x-correlation-id"][0])
    return "" if (problem["status"], problem["type"], problem["correlation_id"]) == expected else "a problem of another"


def repeated(answer: Answer, sent: Collection[str], words: str) -> str:
    """An error repeats nothing of what was sent, unless it is one of our own words."""
    if answer.status_code < 400:
        return ""
    told = answer.content.decode(errors="replace")
    said = "\n".join(texts(json.loads(told))) if content_type(answer).endswith("json") else told
    found = [text for text in sent if len(text) >= LONG_ENOUGH and text in said and text not in words]
    return f"the answer repeats {found[:3]}" if found else ""


def told(answer: Answer, marks: Collection[str], sent: Collection[str]) -> str:
    """No answer holds what only somebody else's things hold."""
    whole = answer.content.decode(errors="replace")
    found = [mark for mark in marks if mark in whole and not any(mark in text for text in sent)]
    return f"the answer holds somebody else's {found}" if found else ""


def content_type(answer: Answer) -> str:
    """Return the content type of an answer."""
    return answer.headers.get("content-type", [""])[0]


def texts(value: Any) -> Iterator[str]:
    """Yield every text in a value, however deep; names of fields are none."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
