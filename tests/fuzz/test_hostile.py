"""What no client library sends: JSON that parsers disagree about, targets and headers of any bytes."""

import http.client
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from urllib.parse import quote_from_bytes, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from jobipro.http.reading import FORM, JSON, MULTIPART
from tests.description import Operation, operations, undescribed
from tests.fuzz import checks
from tests.fuzz.cast import ENDS_LOG_INS, USES_LINKS_UP, Cast, Link
from tests.integration.people import Person
from tests.integration.stack import Stack

CASES = int(os.environ.get("FUZZ_CASES", "50"))
"""Of each kind. The seed is fixed, unless pytest is told another one (`--hypothesis-seed`)."""

WITH_JSON = [operation for operation in operations() if JSON in operation.bodies]
WITH_FORMS = [operation for operation in operations() if FORM in operation.bodies]
WITH_PATH = [operation for operation in operations() if operation.in_path]
LISTS = [operation for operation in operations() if operation.id in {"list_requests", "list_approvals"}]

bounded = settings(
    max_examples=CASES,
    derandomize="FUZZ_CASES" not in os.environ,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody who asks, and links that lead somewhere."""

    person: Person
    links: Mapping[str, Link]

    def path(self, operation: Operation) -> str:
        """Return a path of an operation whose link, if it has one, is good."""
        kind = operation.path.split("/")[1]
        good = {"token": self.links[kind].token} if kind in self.links else {}
        return operation.path.format(**{**operation.in_path, **good})


@pytest.fixture(scope="module")
def asking(stack: Stack) -> Asking:
    """Somebody with a password that no example has, so that nothing ends the log-in."""
    person = Person(stack, f"hostile-{secrets.token_hex(6)}@example.com", "eight short cedar rafts").joined()
    return Asking(person, Cast(stack, "customer").links)


ODD = ["NaN", "-Infinity", "1e999", "-0", "0x1", "01", "9" * 400, "1" + "0" * 18, "''", "tru", "", "-", "//", "\ufeff"]
ODD += [r'"\ud800"', r'"\udc00\ud800"', r'"\u0000"', '"\x00"', '"\x7f"', r'"\u202e"', '"\n"', '"', r'"\x"', "[" * 50]
ODD += ["[" * 100_000, '{"a":' * 5_000, '{"a":1,"a":2}', '{"":{}}', '{"__proto__":{}}', '"' + "a" * 270_000 + '"']

values = st.sampled_from(ODD) | st.text(st.characters(codec="utf-8")).map(json.dumps) | st.floats().map(json.dumps)
names = st.sampled_from(sorted({name for each in WITH_JSON for name in each.bodies[JSON]["example"]}))
nested = st.recursive(
    values,
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda all_: f"[{','.join(all_)}]")
        | st.lists(st.tuples(names, inner), max_size=4).map(
            lambda all_: "{" + ",".join(f'"{name}":{value}' for name, value in all_) + "}"
        )
    ),
    max_leaves=8,
)
codecs = st.sampled_from(["utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "latin-1"])
in_headers = (
    b"	" + bytes(range(0x20, 0x7F)) + bytes(range(0x80, 0x100))
)  # what HTTP allows: more is the server's to refuse
header_bytes = st.lists(st.sampled_from(in_headers), max_size=300).map(bytes)
headers = st.dictionaries(
    st.sampled_from(["Accept", "Accept-Language", "Idempotency-Key", "Origin", "X-Forwarded-For", "User-Agent"]),
    header_bytes | st.sampled_from([b"*/*;q=nan", b"fr;q=1e9", b"text/html;q=1;q=0", b"," * 900, b"null", b"\xff" * 9]),
    max_size=3,
)


@st.composite
def spoilt_bodies(draw: st.DrawFn, operation: Operation) -> bytes:
    """Draw the example of an operation with something odd in place of a part of it, or only what is odd."""
    example = json.dumps(operation.bodies[JSON]["example"])
    first, last = sorted(draw(st.tuples(*[st.integers(0, len(example))] * 2)))
    text = draw(st.sampled_from([example[:first] + draw(nested) + example[last:], draw(nested)]))
    return text.encode(draw(codecs), errors="replace")


@bounded
@given(st.data(), st.sampled_from(WITH_JSON))
def test_any_bytes_for_json_are_answered_as_described(
    asking: Asking, data: st.DataObject, operation: Operation
) -> None:
    body = data.draw(spoilt_bodies(operation))

    _is_well_answered(asking, operation, asking.path(operation), body, {"Content-Type": JSON.encode()})


@bounded
@given(st.data(), st.sampled_from(WITH_FORMS))
def test_any_bytes_for_a_form_are_answered_as_described(
    asking: Asking, data: st.DataObject, operation: Operation
) -> None:
    pieces = [
        b"List-Unsubscribe=One-Click",
        b"password=",
        b"%",
        b"%00",
        b"&",
        b"=",
        b"--x",
        b"\r\n",
        b";",
        b'name="stop"',
    ]
    pieces += [
        b"Content-Disposition: form-data; ",
        b"Content-Transfer-Encoding: base64",
        b"Content-Type: multipart/mixed",
    ]
    body = b"".join(data.draw(st.lists(st.sampled_from(pieces) | st.binary(max_size=20), max_size=30)))
    kind = data.draw(
        st.sampled_from([FORM.encode(), f"{MULTIPART}; boundary=x".encode(), MULTIPART.encode()])
        | header_bytes.map(lambda raw: MULTIPART.encode() + b"; boundary=" + raw)
    )

    _is_well_answered(asking, operation, asking.path(operation), body, {"Content-Type": kind})


@bounded
@given(st.sampled_from(WITH_PATH), st.binary(min_size=1, max_size=600), headers)
def test_any_bytes_in_a_path_lead_nowhere(
    asking: Asking, operation: Operation, raw: bytes, more: dict[str, bytes]
) -> None:
    path = operation.path.format(**dict.fromkeys(operation.in_path, quote_from_bytes(raw, safe="")))

    _is_well_answered(asking, operation, path, b"", more)


@bounded
@given(
    st.sampled_from(LISTS),
    st.lists(st.tuples(st.sampled_from(["limit", "cursor", "lang", "x"]), st.binary(max_size=100)), max_size=4),
    headers,
)
def test_any_bytes_in_a_query_are_answered_as_described(
    asking: Asking, operation: Operation, pairs: list[tuple[str, bytes]], more: dict[str, bytes]
) -> None:
    query = "&".join(f"{name}={quote_from_bytes(raw)}" for name, raw in pairs)

    _is_well_answered(asking, operation, f"{operation.path}?{query}", b"", more)


@bounded
@given(
    st.sampled_from([operation for operation in operations() if operation.guarded]),
    header_bytes
    | st.sampled_from([b"Bearer", b"Basic Og==", b"a.b.c", b"e30.e30.", b"eyJhbGciOiJub25lIn0.e30.", b"." * 9000]),
)
def test_no_authorization_that_is_made_up_opens_anything(asking: Asking, operation: Operation, raw: bytes) -> None:
    answer = _asked(asking, operation, asking.path(operation), b"", {"Authorization": raw})

    assert answer.status_code == 401
    assert _wrong(operation, answer) == []


def _is_well_answered(asking: Asking, operation: Operation, path: str, body: bytes, more: Mapping[str, bytes]) -> None:
    log_in = {"Authorization": asking.person.token.encode()} if operation.guarded else {}

    answer = _asked(asking, operation, path, body, {**log_in, **more})

    if answer.status_code == 200 and str(operation) in USES_LINKS_UP:
        asking.links[operation.path.split("/")[1]].renew()
    if answer.status_code == 204 and str(operation) in ENDS_LOG_INS:
        asking.person.log_in()
    assert answer.status_code < 500
    assert answer.status_code != 401 or not operation.guarded
    assert _wrong(operation, answer) == []


def _wrong(operation: Operation, answer: SimpleNamespace) -> list[str]:
    """Return what is wrong with an answer by its description; a path may be cut so that it is no route's."""
    text = answer.content.decode()
    found = [checks.lacking_headers(answer)]
    if operation.method != "HEAD":
        found.append(checks.no_problem(answer))
        if answer.status_code != 404:
            flat = CaseInsensitiveDict({name: values[0] for name, values in answer.headers.items()})
            found += undescribed(operation, answer.status_code, flat, text)
    return [each for each in found if each]


def _asked(asking: Asking, operation: Operation, path: str, body: bytes, sent: Mapping[str, bytes]) -> SimpleNamespace:
    place = urlsplit(asking.person.api.url)
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=40)
    try:
        connection.putrequest(operation.method, path)
        for name, value in sent.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        found: dict[str, list[str]] = {}
        for name, text in answer.getheaders():
            found.setdefault(name.lower(), []).append(text)
        return SimpleNamespace(status_code=answer.status, headers=found, content=answer.read())
    finally:
        connection.close()
