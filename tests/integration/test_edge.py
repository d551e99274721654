"""The edge of the deployed stack: whatever comes in, an answer in our words goes out, never a 5xx."""

import random
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from jobipro.http.reading import MAX_BODY
from tests.integration.people import Person, customer
from tests.integration.routes import DESCRIPTION, ROUTES
from tests.integration.stack import Api, Stack

SECURE = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Access-Control-Allow-Origin": "*",
}
PREFLIGHT = {
    "Origin": "https://www.example.com",
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
}
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def person(stack: Stack) -> Person:
    return customer(stack)


def is_problem(answer: requests.Response, status: int, code: str) -> bool:
    """Tell whether an answer is a problem of ours, whole, with the headers that every answer has."""
    told = answer.json()
    return (
        (answer.status_code, told["status"], told["code"], told["type"])
        == (status, status, code, f"urn:jobipro:problem:{code}")
        and answer.headers["Content-Type"] == "application/problem+json"
        and answer.headers["X-Correlation-Id"] == told["correlation_id"]
        and has_headers(answer)
    )


def has_headers(answer: requests.Response) -> bool:
    """Tell whether an answer has the headers that every answer has."""
    return {name: answer.headers.get(name) for name in SECURE} == SECURE and "Content-Security-Policy" in answer.headers


@pytest.mark.parametrize(
    "path", ["/nothing", "/requests/a/b", "/me/nothing", "/.env", "/%2e%2e/etc/passwd", "/signup/"]
)
def test_a_path_that_does_not_exist_is_a_problem_from_the_gateway(api: Api, path: str):
    assert is_problem(api.get(path), 404, "not-found")


@pytest.mark.parametrize(("method", "path"), [("PUT", "/signup"), ("DELETE", "/sessions"), ("PATCH", "/status")])
def test_a_method_that_a_route_does_not_have_is_a_problem_from_the_gateway(api: Api, method: str, path: str):
    assert is_problem(api.call(method, path), 404, "not-found")


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_guarded_route_tells_a_stranger_to_log_in(api: Api, route: Any):
    path = route.path.replace("{id}", "req_aaaaaaaaaaaaaaaaaaaaaaaaaa")

    answer = api.call(route.method, path, token="nonsense")

    assert is_problem(answer, 401, "not-authenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("path", sorted(DESCRIPTION["paths"]))
def test_every_route_answers_a_preflight(api: Api, path: str):
    answer = api.call("OPTIONS", path.replace("{", "").replace("}", ""), headers=PREFLIGHT)

    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    allowed = {name.lower() for name in answer.headers["Access-Control-Allow-Headers"].split(",")}
    assert allowed >= {"authorization", "content-type", "idempotency-key"}
    methods = {method.upper() for method in DESCRIPTION["paths"][path] if method != "parameters"}
    assert methods <= set(answer.headers["Access-Control-Allow-Methods"].split(","))


def test_a_good_answer_has_the_headers_too(api: Api, person: Person):
    for answer in (api.get("/status"), api.get("/policy"), person.call("GET", "/me")):
        assert answer.status_code == 200
        assert has_headers(answer)
        assert answer.headers["X-Correlation-Id"]


def test_each_answer_has_a_correlation_id_of_its_own_whatever_the_caller_sent(api: Api):
    mine = {"X-Correlation-Id": "mine-to-choose"}
    ids = {
        api.get(path, headers=mine).headers["X-Correlation-Id"] for path in ("/status", "/status", "/me", "/nothing")
    }

    assert len(ids - {"mine-to-choose"}) == 4


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "nonsense"])
def test_a_body_of_another_kind_is_refused_with_what_would_do(api: Api, kind: str):
    answer = api.call("POST", "/signup", data="hello", headers={"Content-Type": kind})

    assert is_problem(answer, 415, "wrong-media-type")
    assert answer.headers["Accept"] == "application/json"


@pytest.mark.parametrize("size", [MAX_BODY + 1, 5_000_000])
def test_a_body_that_is_too_large_is_refused(api: Api, size: int):
    assert is_problem(api.call("POST", "/signup", data=b" " * size, headers=JSON), 413, "body-too-large")


def test_a_body_beyond_what_the_gateway_takes_is_refused(api: Api):
    answer = api.call("POST", "/signup", data=b" " * (10 * 1024 * 1024 + 1), headers=JSON)

    assert is_problem(answer, 413, "body-too-large")


MALFORMED = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"{'a': 1}",
    b"\xff\xfe{}",
    b"\xef\xbb\xbf{}",
    b"{}" * 2,
    b'{"email": NaN}',
    b'{"email": 1e999}',
    b'{"email": ' + b"9" * 5000 + b"}",
    b'{"email": "\\ud800"}',
    b'{"email": "\\u0000"}',
    b'{"email": "a", "email": "b"}',
    b"[" * 100_000,
    b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    b'{"__proto__": {"constructor": 1}}',
    "{\u201cemail\u201d: 1}".encode(),
    "{'email': 'é'}".encode("latin-1"),
]


@pytest.mark.parametrize("content", MALFORMED, ids=range(len(MALFORMED)))
@pytest.mark.parametrize("path", ["/signup", "/sessions", "/password-resets/" + "A" * 43])
def test_a_body_that_cannot_be_read_is_a_4xx_problem(api: Api, path: str, content: bytes):
    answer = api.call("POST", path, data=content, headers=JSON)

    assert answer.status_code in {400, 404, 422}
    assert is_problem(answer, answer.status_code, answer.json()["code"])


@pytest.mark.parametrize("path", ["/verify/", "/password-resets/", "/unsubscribe/"])
def test_a_page_for_a_link_that_leads_nowhere_is_plain_and_may_be_kept_by_nobody(api: Api, path: str):
    answer = api.get(path + "A" * 43, headers={"Accept": "text/html"})

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "script" not in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert has_headers(answer)
    head = api.call("HEAD", path + "A" * 43)
    assert (head.status_code, head.content) == (404, b"")


HOSTILE_TARGETS = [
    "/%00",
    "/%ff%fe",
    "/verify/%00",
    "/verify/%2e%2e%2f%2e%2e%2fme",
    "/verify/../me",
    "/verify/" + "a" * 4000,
    "/requests/%0d%0aSet-Cookie:%20a=b",
    "/requests?limit=1&limit=2",
    "/requests?limit=%ff",
    "/requests?cursor=" + "A" * 3000,
    "/requests?%00=%00",
    "/requests?limit=-1",
    "/requests?limit=99999999999999999999",
    "/requests/${jndi:ldap://example.com/a}",
    "/requests/'%20OR%201=1--",
    "/requests/%F0%9F%92%A9",
    "//requests",
    "/?",
    "/#",
    "/status?a=" + "&a=" * 500,
]


@pytest.mark.parametrize("target", HOSTILE_TARGETS, ids=range(len(HOSTILE_TARGETS)))
def test_a_hostile_target_gets_no_5xx(api: Api, person: Person, target: str):
    status = _raw(api, f"GET {target} HTTP/1.1\r\nAuthorization: {person.token}\r\n".encode())

    assert 200 <= status < 500


@pytest.mark.parametrize("method", ["TRACE", "PROPFIND", "SCRIPT"])
def test_a_method_that_nobody_knows_is_not_repeated(api: Api, method: str):
    answer = api.call(method, "/status")

    assert is_problem(answer, 404, "not-found")
    assert "SCRIPT" not in answer.text


HOSTILE_HEADERS = [
    b"Content-Type: application/json; charset=\xff\r\nContent-Length: 2\r\n\r\n{}",
    b"Content-Type: \r\nContent-Length: 2\r\n\r\n{}",
    b"Content-Type: application/json\r\nIdempotency-Key: \xe9\r\nContent-Length: 2\r\n\r\n{}",
    b"Content-Type: application/json\r\nAccept-Language: " + b"fr;q=," * 500 + b"\r\nContent-Length: 2\r\n\r\n{}",
    b"Content-Type: application/json\r\nAccept: */*;q=nan, \x01\r\nContent-Length: 2\r\n\r\n{}",
    b"Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    b"Content-Type: application/json\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\n{}",
    b"Content-Type: multipart/form-data\r\nContent-Length: 2\r\n\r\n{}",
    b"Content-Type: application/json\r\nX-Forwarded-For: <script>, ::1\r\nContent-Length: 2\r\n\r\n{}",
    b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"Content-Type: application/json\r\nContent-Length: -2\r\n\r\n{}",
]


@pytest.mark.parametrize("rest", HOSTILE_HEADERS, ids=range(len(HOSTILE_HEADERS)))
@pytest.mark.parametrize("path", ["/signup", "/unsubscribe/AAAA"])
def test_hostile_headers_get_a_4xx(api: Api, path: str, rest: bytes):
    assert 400 <= _raw(api, f"POST {path} HTTP/1.1\r\n".encode() + rest, whole=True) < 500


def test_bytes_at_random_get_a_4xx(api: Api):
    dice = random.Random(20261122)
    statuses = set()
    for _ in range(60):
        content = dice.randbytes(dice.randrange(1, 400))
        path = dice.choice(["/signup", "/sessions", "/verifications", "/password-resets", "/sessions/refresh"])
        kind = dice.choice(["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a"])
        statuses.add(api.call("POST", path, data=content, headers={"Content-Type": kind}).status_code)

    assert statuses <= {400, 415, 422}


def test_a_json_number_or_text_of_an_odd_kind_names_its_field(api: Api):
    odd: dict[str, Any] = {
        "email": 5,
        "password": None,
        "date_of_birth": "29 February",
        "province": "ZZ",
        "approvals": [],
    }

    answer = api.post("/signup", odd)

    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} >= set(odd)


def _raw(api: Api, request: bytes, *, whole: bool = False) -> int:
    """Send bytes as they are and return the status of the answer."""
    place = urlsplit(api.url)
    line, _, rest = request.partition(b"\r\n")
    host = f"Host: {place.netloc}\r\nConnection: close\r\n".encode()
    with socket.create_connection((str(place.hostname), int(place.port or 80)), timeout=40) as connection:
        connection.sendall(line + b"\r\n" + host + rest + (b"" if whole else b"\r\n"))
        with connection.makefile("rb") as answer:
            return int(answer.readline().split()[1])
