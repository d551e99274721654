"""The edge answers everything, says what was wrong without repeating it, and keeps the log clean."""

import json
from collections.abc import Callable
from enum import StrEnum
from time import perf_counter
from typing import Annotated, Any

import pytest
from chalice.app import Blueprint
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, StringConstraints

from jobipro.domain.errors import (
    AlreadyDone,
    Conflict,
    FieldError,
    IdempotencyMismatch,
    Invalid,
    LimitReached,
    NotFound,
    ServiceError,
    SubjectErased,
    Unavailable,
    UnderAge,
    Unintelligible,
    WrongCredentials,
)
from jobipro.domain.language import Language
from jobipro.http import (
    FORM,
    MULTIPART,
    Accepted,
    Answer,
    App,
    Body,
    Caller,
    Day,
    Line,
    Page,
    Paging,
    create_app,
    view,
)
from jobipro.settings import Shared
from tests import events
from tests.functional.conftest import Api, Reply

SUBJECT = "sub_abcdefghijklmnopqrstuvwxyz"
MARKER = "Zq9Marker7Xv"
STYLE = "body{color:black}"


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Part(Body):
    label: Annotated[Line, Field(max_length=5)]


class Thing(Body):
    name: Annotated[Line, Field(max_length=20)]
    colour: Colour = Colour.RED
    count: Annotated[int, Field(ge=1, le=9)] = 1
    born: Day | None = None
    note: str = ""
    parts: Annotated[tuple[Part, ...], Field(max_length=2)] = ()
    secret: Annotated[str, StringConstraints(strip_whitespace=False)] = ""


class OneClick(Body):
    list_unsubscribe: Annotated[str, Field(alias="List-Unsubscribe")]


class Told(Answer):
    name: str
    note: str | None = None
    secret: str | None = None


class Who(Answer):
    subject: str
    issued_at: int
    session: str


class Seen(Answer):
    nulls = True

    source: str
    key: str | None
    html: bool


def things() -> Blueprint:
    routes = Blueprint(__name__)

    @routes.route("/things", methods=["GET"])
    @view(query=Paging, answers=list[Told])
    def list_things(query: Paging) -> list[Told]:
        return [Told(name=str(number)) for number in range(query.limit)]

    @routes.route("/things", methods=["POST"])
    @view(body=Thing, status=201, answers=Told)
    def post_thing(body: Thing) -> Told:
        return Told(name=body.name, note=body.note or None, secret=body.secret or None)

    @routes.route("/things/{thing_id}", methods=["GET"])
    @view(answers=Told)
    def get_thing(thing_id: str) -> Told:
        return Told(name=thing_id)

    @routes.route("/small", methods=["POST"])
    @view(body=Thing, answers=Accepted, status=202, max_body=64)
    def post_small(body: Thing) -> Accepted:
        return Accepted()

    @routes.route("/click", methods=["POST"])
    @view(body=OneClick, answers=Accepted, content_types=(FORM, MULTIPART))
    def post_click(body: OneClick) -> Accepted:
        assert body.list_unsubscribe == "One-Click"
        return Accepted()

    return routes


def lost(language: Language | None) -> Page:
    if language is Language.FR:
        raise RuntimeError(MARKER)
    return Page("<p>Nothing here</p>", status=404)


def others(fail: Callable[[], Exception]) -> Blueprint:
    routes = Blueprint(__name__)

    @routes.route("/me", methods=["GET"])
    @view(answers=Who)
    def get_me(caller: Caller) -> Who:
        return Who(subject=caller.subject, issued_at=caller.issued_at, session=caller.session)

    @routes.route("/seen", methods=["POST"])
    @view(answers=Seen)
    def post_seen(source: str, idempotency_key: str | None, accepts_html: bool) -> Seen:
        return Seen(source=source, key=idempotency_key, html=accepts_html)

    @routes.route("/page", methods=["GET", "HEAD"])
    @view(answers=Page)
    def get_page() -> Page:
        return Page(f"<html><style>{STYLE}</style><p>Bonjour, ça va</p></html>")

    @routes.route("/nothing", methods=["DELETE"])
    @view(status=204)
    def delete_nothing() -> None:
        return None

    @routes.route("/links/{token}", methods=["GET", "POST"])
    @view(answers=Told, lost=lost)
    def follow_link(token: str, language: Language | None) -> Told:
        if token == "good":
            return Told(name=str(language))
        raise NotFound

    @routes.route("/fails", methods=["GET"])
    @view(answers=Told)
    def get_failure() -> Told:
        raise fail()

    return routes


def build(service: str = "things", fail: Callable[[], Exception] = NotFound, origins: tuple[str, ...] = ()) -> App:
    settings = Shared(stage="test", service_version="1", allowed_origins=origins)
    return create_app(service, things(), others(fail), settings=settings)


@pytest.fixture(scope="module")
def api() -> Api:
    return Api(build())


def test_a_fitting_body_reaches_the_function_and_its_answer_comes_back(api: Api) -> None:
    reply = api.post("/things", {"name": "  Zoé ", "note": "two\nlines"})

    assert (reply.status, reply.json) == (201, {"name": "Zoé", "note": "two\nlines"})
    assert reply.headers["Content-Type"] == "application/json"


def test_a_password_keeps_its_spaces(api: Api) -> None:
    assert api.post("/things", {"name": "a", "secret": "  s  "}).json["secret"] == "  s  "


def test_a_body_in_base64_is_read_like_any_other(api: Api) -> None:
    reply = api.request("POST", "/things", raw='{"name": "Zoé"}'.encode(), headers={"content-type": "application/json"})

    assert reply.json == {"name": "Zoé"}


def test_a_body_without_a_media_type_is_read_as_json(api: Api) -> None:
    assert api.request("POST", "/things", body='{"name": "a"}').status == 201


def test_a_media_type_may_have_parameters(api: Api) -> None:
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}

    assert api.request("POST", "/things", body='{"name": "a"}', headers=headers).status == 201


def test_a_request_without_a_body_may_name_any_media_type(api: Api) -> None:
    assert api.get("/things", headers={"Content-Type": "text/plain"}).status == 200


def test_fields_that_are_none_are_left_out_unless_the_answer_keeps_them(api: Api) -> None:
    assert "note" not in api.post("/things", {"name": "a"}).json
    assert api.post("/seen").json["key"] is None


def test_a_list_is_answered_as_a_list_and_the_query_says_how_long(api: Api) -> None:
    assert api.get("/things", query={"limit": "2"}).json == [{"name": "0"}, {"name": "1"}]


def test_an_answer_may_have_no_body(api: Api) -> None:
    reply = api.request("DELETE", "/nothing")

    assert (reply.status, reply.text) == (204, "")


def test_path_parameters_come_by_name(api: Api) -> None:
    assert api.get("/things/req_1").json == {"name": "req_1"}


@pytest.mark.parametrize("value", ["a b", "é", "a\x00", "x" * 513, ""])
def test_a_path_parameter_that_none_of_our_ids_could_be_names_nothing(api: Api, value: str) -> None:
    event = events.load("rest_get")
    event["requestContext"] |= {"resourcePath": "/things/{thing_id}"}
    event["pathParameters"] = {"thing_id": value}

    assert api.send(event).status == 404


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (FORM, "List-Unsubscribe=One-Click"),
        (FORM, "List-Unsubscribe=One%2DClick\r\n"),
        (
            "multipart/form-data; boundary=xx",
            '--xx\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--xx--\r\n',
        ),
    ],
)
@pytest.mark.parametrize("as_base64", [False, True])
def test_both_kinds_of_form_are_read(api: Api, content_type: str, body: str, as_base64: bool) -> None:
    sent: dict[str, Any] = {"raw": body.encode()} if as_base64 else {"body": body}

    assert api.request("POST", "/click", headers={"Content-Type": content_type}, **sent).status == 200


def test_every_misfit_is_named_with_what_was_expected_and_nothing_is_repeated(api: Api) -> None:
    sent = {
        "name": MARKER * 9,
        "colour": MARKER,
        "count": 10,
        "born": "946684800",
        "note": 5,
        "parts": [{"label": "fine"}, {"label": MARKER}],
        "extra": MARKER,
    }
    reply = api.post("/things", sent)

    assert (reply.status, reply.code) == (422, "invalid-input")
    assert reply.errors == {
        "name": "Text of at most 20 characters.",
        "colour": "One of 'red' or 'blue'.",
        "count": "At most 9.",
        "born": "A date such as 1990-02-28.",
        "note": "Text.",
        "parts.1.label": "Text of at most 5 characters.",
        "extra": "There is no such field; leave it out.",
    }
    assert MARKER not in reply.text


def test_a_field_name_that_could_hold_something_personal_is_not_repeated(api: Api) -> None:
    reply = api.post("/things", {"name": "a", f"{MARKER}@example.com": 1})

    assert reply.errors == {"": "There is no such field; leave it out."}
    assert MARKER not in reply.text


@pytest.mark.parametrize(
    ("field", "value"),
    [("count", "1"), ("count", True), ("count", 1.0), ("note", None), ("name", ["a"]), ("name", "two\nlines")],
)
def test_nothing_is_turned_into_another_type_to_make_it_fit(api: Api, field: str, value: object) -> None:
    reply = api.post("/things", {"name": "a", field: value})

    assert (reply.status, list(reply.errors)) == (422, [field])


@pytest.mark.parametrize("text", ["nul \x00", "bell \x07", "delete \x7f"])
def test_control_characters_are_refused_by_field(api: Api, text: str) -> None:
    assert api.post("/things", {"name": "a", "note": text}).errors == {"note": "Text without control characters."}


def test_half_a_surrogate_pair_is_refused_by_field(api: Api) -> None:
    reply = api.request("POST", "/things", body='{"name": "a", "parts": [{"label": "\\ud800"}]}')

    assert reply.errors == {"parts.0.label": "Text without control characters."}


@pytest.mark.parametrize(
    "body",
    [
        None,
        "",
        "  ",
        "{",
        "nonsense",
        '{"name": "a"} {}',
        '{"name": "a", "name": "b"}',
        '{"name": "a", "parts": [{"label": "a", "label": "b"}]}',
        '{"count": NaN}',
        '{"count": Infinity}',
        '{"count": -Infinity}',
        '{"count": 1e999}',
        '{"count": 12345678901234567890}',
        '{"count": ' + "9" * 5000 + "}",
        '{"name": ' + "[" * 17 + "]" * 17 + "}",
        "[" * 100_000,
        "[" * 100_000 + "]" * 100_000,
        '{"a":' * 40_000,
        "\ud800",
        "\ufeff{}",
    ],
)
def test_what_cannot_be_read_as_json_is_malformed(api: Api, body: str | None) -> None:
    reply = api.request("POST", "/things", body=body)

    assert (reply.status, reply.code) == (400, "malformed-body")


@pytest.mark.parametrize("body", ["[]", '"text"', "1", "null"])
def test_json_that_is_no_object_is_told_that_an_object_was_expected(api: Api, body: str) -> None:
    assert api.request("POST", "/things", body=body).errors == {"": "An object."}


def test_bytes_that_are_not_utf_8_are_malformed(api: Api) -> None:
    assert api.request("POST", "/things", raw=b'{"name": "\xff"}').code == "malformed-body"


def test_base64_that_is_none_is_malformed(api: Api) -> None:
    event = events.load("rest_get")
    event["requestContext"] |= {"resourcePath": "/things", "httpMethod": "POST"}

    assert api.send(event | {"body": "!!", "isBase64Encoded": True}).code == "malformed-body"


def test_a_body_is_bounded_in_bytes_however_it_travels(api: Api) -> None:
    fits = '{"name": "' + "é" * 20 + '"}'
    long = '{"name": "a", "note": "' + "é" * 30 + '"}'

    assert len(fits) < 64 < len(long.encode())
    assert api.request("POST", "/small", body=fits).status == 202
    assert api.request("POST", "/small", raw=fits.encode()).status == 202
    for reply in (api.request("POST", "/small", body=long), api.request("POST", "/small", raw=long.encode())):
        assert (reply.status, reply.code) == (413, "body-too-large")


def test_a_body_is_256_kib_at_most_unless_a_route_says_otherwise(api: Api) -> None:
    assert api.request("POST", "/things", body=" " * 256 * 1024 + "{}").status == 413
    assert api.request("DELETE", "/nothing", body="x" * 300_000).status == 413


@pytest.mark.parametrize(
    "part",
    [
        'Content-Disposition: form-data; name="' + ";" * 30_000 + '"\r\n\r\nx',
        "\r\n".join(f"Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}" for level in range(2000)),
    ],
)
def test_a_form_that_is_built_to_hurt_is_refused_without_being_read(api: Api, part: str) -> None:
    began = perf_counter()
    reply = api.request("POST", "/click", body=f"--xx\r\n{part}", headers={"Content-Type": f"{MULTIPART}; boundary=xx"})

    assert (reply.status, reply.code) == (413, "body-too-large")
    assert perf_counter() - began < 0.5


def test_a_form_as_long_as_they_may_be_is_read_at_once_or_refused(api: Api) -> None:
    part = "\r\n".join(f"Content-Type: multipart/a; boundary={level}\r\n\r\n--{level}" for level in range(150))
    began = perf_counter()
    reply = api.request("POST", "/click", body=f"--x\r\n{part}", headers={"Content-Type": f"{MULTIPART}; boundary=x"})

    assert (reply.status, reply.code) == (400, "malformed-body")
    assert perf_counter() - began < 0.5


@pytest.mark.parametrize(
    ("path", "sent", "accepted"),
    [
        ("/things", "text/plain", ["application/json"]),
        ("/things", "application/jsonx", ["application/json"]),
        ("/things", "*/*", ["application/json"]),
        ("/click", "application/json", [FORM, MULTIPART]),
    ],
)
def test_another_media_type_is_told_which_are_accepted(api: Api, path: str, sent: str, accepted: list[str]) -> None:
    reply = api.request("POST", path, body="{}", headers={"Content-Type": sent})

    assert (reply.status, reply.code, reply.json["allowed"]) == (415, "wrong-media-type", accepted)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (FORM, "List-Unsubscribe=a&List-Unsubscribe=b"),
        (FORM, "List-Unsubscribe=%ff"),
        (FORM, "é"),
        (FORM, "&".join(f"a{number}=1" for number in range(60))),
        (MULTIPART, "no boundary"),
        ("multipart/form-data; boundary=xx", "--xx\r\n\r\nnameless\r\n--xx--"),
        (
            "multipart/form-data; boundary=xx",
            '--xx\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\nfile\r\n--xx--',
        ),
        ("multipart/form-data; boundary=é", "--é"),
    ],
)
def test_a_form_that_cannot_be_read_is_malformed(api: Api, content_type: str, body: str) -> None:
    reply = api.request("POST", "/click", body=body, headers={"Content-Type": content_type})

    assert (reply.status, reply.code) == (400, "malformed-body")


@pytest.mark.parametrize(
    ("query", "field"),
    [({"limit": "0"}, "limit"), ({"limit": "x"}, "limit"), ({"limt": "1"}, "limt"), ({"cursor": "\x00"}, "cursor")],
)
def test_a_query_that_does_not_fit_is_named(api: Api, query: dict[str, str], field: str) -> None:
    reply = api.get("/things", query=query)

    assert (reply.status, list(reply.errors)) == (422, [field])


def test_a_query_says_each_thing_once(api: Api) -> None:
    event = events.load("rest_get") | {"multiValueQueryStringParameters": {"limit": ["1", "2"]}}

    assert api.send(event).errors == {"limit": "One value."}


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256, "a\n"])
def test_an_idempotency_key_is_visible_ascii_of_bounded_length(api: Api, key: str) -> None:
    reply = api.post("/seen", headers={"Idempotency-Key": key})

    assert reply.errors == {"Idempotency-Key": "1 to 255 visible ASCII characters."}


def test_the_source_and_the_idempotency_key_are_handed_on(api: Api) -> None:
    reply = api.post("/seen", headers={"idempotency-key": "k1"}, source="198.51.100.9")

    assert (reply.json["source"], reply.json["key"]) == ("198.51.100.9", "k1")


@pytest.mark.parametrize(
    ("accept", "html"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("text/*;q=0.9, */*;q=0.1", True),
        ("*/*", False),
        ("", False),
        ("application/json, text/html;q=0.5", False),
        ("text/html;q=0", False),
        ("text/html;q=nonsense", False),
        (";;,,q=", False),
    ],
)
def test_html_is_for_those_who_would_rather_have_it(api: Api, accept: str, html: bool) -> None:
    assert api.post("/seen", headers={"Accept": accept}).json["html"] is html


@pytest.mark.parametrize(
    ("query", "header", "language"),
    [
        ({"lang": "fr"}, "en", "fr"),
        ({"lang": "de"}, "fr-CA, en;q=0.9", "fr"),
        ({}, "en;q=0.8, fr-CA;q=0.9", "fr"),
        ({}, "de, en-CA;q=0.5", "en"),
        ({}, "fr;q=0, de", "None"),
        ({}, "", "None"),
        ({}, ";q=,;;", "None"),
    ],
)
def test_a_page_speaks_the_language_asked_for(api: Api, query: dict[str, str], header: str, language: str) -> None:
    assert api.get("/links/good", query=query, headers={"Accept-Language": header}).json == {"name": language}


def test_a_browser_gets_a_page_where_there_is_nothing_and_a_program_a_problem(api: Api) -> None:
    page, problem = api.get("/links/bad", headers={"Accept": "text/html"}), api.get("/links/bad")

    assert (page.status, page.text) == (404, "<p>Nothing here</p>")
    assert (problem.status, problem.code) == (404, "not-found")


def test_a_page_that_cannot_be_made_is_a_fault_of_ours_like_any_other(api: Api) -> None:
    reply = api.get("/links/bad", headers={"Accept": "text/html", "Accept-Language": "fr"})

    assert (reply.status, reply.code) == (500, "internal-error")
    assert MARKER not in reply.text


@pytest.mark.parametrize("issued", ["1795357800", "Sun Nov 22 14:30:00 UTC 2026"])
def test_the_caller_is_who_the_token_says(api: Api, issued: str) -> None:
    reply = api.get("/me", caller={"cognito:username": SUBJECT, "iat": issued, "origin_jti": "s1"})

    assert reply.json == {"subject": SUBJECT, "issued_at": 1795357800, "session": "s1"}


@pytest.mark.parametrize(
    "claims",
    [
        None,
        {"cognito:username": "someone@example.com"},
        {"cognito:username": ""},
        {"origin_jti": ""},
        {"iat": "yesterday"},
        {"iat": "Sun Foo 22 14:30:00 UTC 2026"},
        {"iat": "Sun Feb 31 14:30:00 UTC 2026"},
    ],
)
def test_a_token_that_does_not_say_enough_opens_nothing(api: Api, claims: dict[str, str] | None) -> None:
    reply = api.get("/me", caller=claims)

    assert (reply.status, reply.code, reply.headers["WWW-Authenticate"]) == (401, "not-authenticated", "Bearer")


def test_an_unknown_route_is_not_found_and_not_named(api: Api) -> None:
    reply = api.get(f"/{MARKER}")

    assert (reply.status, reply.code) == (404, "not-found")
    assert MARKER not in reply.text


def test_an_unknown_method_is_told_which_are_possible(api: Api) -> None:
    reply = api.request("PUT", "/things")

    assert (reply.status, reply.code) == (405, "wrong-method")
    assert reply.headers["Allow"] == "GET, POST"
    assert reply.json["allowed"] == ["GET", "POST"]


def test_head_answers_like_get_without_the_body(api: Api) -> None:
    get, head = api.get("/page"), api.request("HEAD", "/page")

    assert (head.status, head.headers, head.text) == (get.status, get.headers, "")


@pytest.mark.parametrize(
    ("error", "status", "code", "more"),
    [
        (
            Invalid(FieldError("a.0", "Text.")),
            422,
            "invalid-input",
            {"errors": [{"field": "a.0", "expected": "Text."}]},
        ),
        (UnderAge(), 422, "under-age", {}),
        (IdempotencyMismatch(), 422, "idempotency-mismatch", {}),
        (NotFound(), 404, "not-found", {}),
        (WrongCredentials(), 401, "wrong-credentials", {}),
        (SubjectErased(), 401, "not-authenticated", {}),
        (Conflict("engaged", ("complete",)), 409, "conflict", {"state": "engaged", "allowed": ["complete"]}),
        (LimitReached(61), 429, "limit-reached", {}),
        (Unavailable(), 503, "unavailable", {}),
        (AlreadyDone({"id": MARKER}), 500, "internal-error", {}),
        (Unintelligible(MARKER), 500, "internal-error", {}),
        (RuntimeError(MARKER), 500, "internal-error", {}),
    ],
)
def test_each_error_has_its_status_and_code(error: Exception, status: int, code: str, more: dict[str, Any]) -> None:
    reply = Api(build(fail=lambda: error)).get("/fails")

    assert (reply.status, reply.json["status"], reply.code) == (status, status, code)
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.json["type"] == f"urn:jobipro:problem:{code}"
    assert {name: reply.json[name] for name in more} == more
    assert {"title", "detail"} <= reply.json.keys()
    assert reply.json["correlation_id"] == reply.headers["X-Correlation-Id"]
    assert MARKER not in reply.text


def test_an_answer_that_may_work_later_says_when_to_try_again() -> None:
    assert Api(build(fail=lambda: LimitReached(61))).get("/fails").headers["Retry-After"] == "61"
    assert Api(build(fail=lambda: LimitReached(0))).get("/fails").headers["Retry-After"] == "1"
    assert "Retry-After" in Api(build(fail=Unavailable)).get("/fails").headers


def test_a_kind_of_error_yet_to_come_has_the_status_of_its_family() -> None:
    class TooFar(Conflict):
        code = "too-far"

    assert Api(build(fail=TooFar)).get("/fails").status == 409


def answers_of_every_kind(api: Api) -> list[Reply]:
    return [
        api.get("/things"),
        api.get("/page"),
        api.get("/nowhere"),
        api.request("PUT", "/things"),
        api.post("/things", {}),
        api.request("POST", "/things", body="{", headers={"Content-Type": "text/plain"}),
        api.request("DELETE", "/nothing"),
        api.get("/me"),
        api.send(events.load("sqs")),
    ]


def test_every_answer_carries_the_headers_that_protect_it(api: Api) -> None:
    for reply in answers_of_every_kind(api):
        assert reply.headers["Strict-Transport-Security"].startswith("max-age=63072000")
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Referrer-Policy"] == "no-referrer"
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"]
        assert reply.headers["X-Correlation-Id"]


def test_a_page_may_use_its_own_style_and_post_to_us_and_nothing_else(api: Api) -> None:
    reply = api.get("/page")

    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
    assert reply.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'sha256-etpaEjSxPGyvpjxDiuWeGjUXNgGQYjDEt1CHIqoVl/Y='; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


def test_every_origin_may_read_where_all_are_allowed() -> None:
    for reply in answers_of_every_kind(Api(build(origins=("*",)))):
        assert reply.headers["Access-Control-Allow-Origin"] == "*"


def test_only_an_allowed_origin_may_read() -> None:
    api = Api(build(origins=("https://jobipro.example", "https://www.jobipro.example")))

    allowed = api.get("/nowhere", headers={"Origin": "https://www.jobipro.example"})
    other = api.get("/things", headers={"Origin": "https://evil.example"})

    assert allowed.headers["Access-Control-Allow-Origin"] == "https://www.jobipro.example"
    assert "X-Correlation-Id" in allowed.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Origin" not in other.headers
    assert allowed.headers["Vary"] == other.headers["Vary"] == "Origin"


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_request_is_one_line_and_one_metric_set(capsys: pytest.CaptureFixture[str]) -> None:
    reply = Api(build("one-line")).get("/me", caller=SUBJECT)

    line, metrics = lines(capsys)
    assert reply.status == 200
    assert (line["service"], line["route"], line["method"], line["status"]) == ("one-line", "/me", "GET", 200)
    assert (line["subject"], line["correlation_id"]) == (SUBJECT, reply.headers["X-Correlation-Id"])
    assert line["duration_ms"] >= 0
    assert (metrics["route"], metrics["status_class"], metrics["service"]) == ("/me", "2xx", "one-line")
    assert metrics["Requests"] == [1.0]
    assert metrics["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "JobiPro"


def test_nothing_that_was_sent_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    api = Api(build("quiet", fail=lambda: RuntimeError(MARKER)))

    api.get(f"/{MARKER}", source="192.0.2.77")
    api.get(f"/things/{MARKER}", source="192.0.2.77")
    api.get("/things", query={"cursor": MARKER, MARKER: "1"})
    api.post("/things", {"name": MARKER, MARKER: MARKER}, headers={"User-Agent": MARKER, "Authorization": MARKER})
    api.request(MARKER, "/things")
    api.get("/me", caller={"cognito:username": MARKER})
    api.get("/fails")
    api.send({MARKER: MARKER})

    said = capsys.readouterr()
    assert MARKER.lower() not in (said.out + said.err).lower()
    assert "192.0.2.77" not in said.out
    assert "marker-agent" not in said.out


def test_a_fault_of_ours_is_logged_by_type_and_place_without_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> Exception:
        error = RuntimeError(MARKER)
        error.__cause__ = KeyError(MARKER)
        return error

    Api(build("fault", fail)).get("/fails")

    line, metrics = lines(capsys)
    assert (line["level"], line["problem"]) == ("ERROR", "internal-error")
    assert [each["type"] for each in line["failure"]] == ["builtins.RuntimeError", "builtins.KeyError"]
    assert any("get_failure" in frame for frame in line["failure"][0]["frames"])
    assert MARKER not in json.dumps(line)
    assert metrics["status_class"] == "5xx"


def test_what_made_the_service_unavailable_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> Exception:
        error = Unavailable()
        error.__cause__ = TimeoutError(MARKER)
        return error

    assert Api(build("unavailable", fail)).get("/fails").status == 503

    line, _ = lines(capsys)
    assert (line["level"], line["status"], line["problem"]) == ("ERROR", 503, "unavailable")
    assert [each["type"] for each in line["failure"]] == ["jobipro.domain.errors.Unavailable", "builtins.TimeoutError"]


def test_a_correlation_id_that_is_none_of_the_gateways_is_not_repeated(api: Api) -> None:
    event = events.load("rest_get")
    event["requestContext"]["requestId"] = "evil\r\nSet-Cookie: a=b"

    assert api.send(event).headers["X-Correlation-Id"] == "unknown"


def test_an_event_full_of_nulls_is_a_request(api: Api) -> None:
    assert api.send(events.load("rest_nulls")).status == 200


def test_headers_may_come_in_the_plural_only(api: Api) -> None:
    event = events.load("rest_nulls") | {"multiValueHeaders": {"Idempotency-Key": ["first", "last"]}}
    event["requestContext"] |= {"resourcePath": "/seen", "httpMethod": "POST"}

    assert api.send(event).json["key"] == "last"


@pytest.mark.parametrize(
    "event", [None, {}, [], "text", 7, {"requestContext": None}, {"requestContext": {"resourcePath": 1}}]
)
def test_an_event_that_is_no_request_is_answered_all_the_same(api: Api, event: object) -> None:
    assert (api.send(event).status, api.send(event).code) == (500, "internal-error")


@pytest.mark.parametrize("name", ["sqs", "http_api_v2"])
def test_an_event_of_another_service_is_logged_and_not_raised(capsys: pytest.CaptureFixture[str], name: str) -> None:
    reply = Api(build(f"stray-{name}")).send(events.load(name))

    assert reply.status == 500
    assert [line["message"] for line in lines(capsys)] == ["event not understood"]


def test_path_parameters_that_are_missing_name_nothing(api: Api) -> None:
    event = events.load("rest_get")
    event["requestContext"] |= {"resourcePath": "/things/{thing_id}"}

    assert api.send(event).status == 404


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)
EVENT_PARTS = st.fixed_dictionaries(
    {},
    optional={
        "headers": JSON_VALUES,
        "multiValueHeaders": JSON_VALUES | st.dictionaries(st.just("content-type"), st.lists(JSON_VALUES, max_size=2)),
        "queryStringParameters": JSON_VALUES,
        "multiValueQueryStringParameters": JSON_VALUES | st.dictionaries(st.just("limit"), JSON_VALUES),
        "pathParameters": JSON_VALUES,
        "body": JSON_VALUES | st.binary().map(repr),
        "isBase64Encoded": JSON_VALUES,
    },
)


@given(event=JSON_VALUES)
def test_any_event_at_all_is_answered(api: Api, event: object) -> None:
    assert api.send(event).status == 500


@given(
    parts=EVENT_PARTS,
    route=st.sampled_from(["/things", "/click", "/things/{thing_id}", "/seen", "/me"]),
    method=st.sampled_from(["GET", "POST"]),
    context=st.fixed_dictionaries({}, optional={"authorizer": JSON_VALUES, "identity": JSON_VALUES}),
)
def test_a_request_of_any_shape_is_never_a_fault_of_ours(
    api: Api, parts: dict[str, Any], route: str, method: str, context: dict[str, Any]
) -> None:
    event = {**parts, "requestContext": {**context, "resourcePath": route, "httpMethod": method}}

    assert api.send(event).status < 500


@given(body=st.text(st.characters(), max_size=200) | JSON_VALUES.map(json.dumps))
def test_any_body_is_read_or_refused(api: Api, body: str) -> None:
    assert api.request("POST", "/things", body=body).status in (201, 400, 422)


@given(raw=st.binary(max_size=200), kind=st.sampled_from(["application/json", FORM, "multipart/form-data; boundary=b"]))
def test_any_bytes_are_read_or_refused(api: Api, raw: bytes, kind: str) -> None:
    framed = b"--b\r\n" + raw + b"\r\n--b--\r\n" if "boundary" in kind else raw
    for path in ("/things", "/click"):
        assert api.request("POST", path, raw=framed, headers={"Content-Type": kind}).status < 500


@given(kind=st.text(st.characters(), max_size=60))
def test_any_media_type_is_read_or_refused(api: Api, kind: str) -> None:
    assert api.request("POST", "/click", body="a=b", headers={"Content-Type": kind}).status in (400, 415, 422)


@given(fields=st.dictionaries(st.sampled_from(list(Thing.model_fields)), JSON_VALUES, min_size=1))
def test_any_values_in_the_known_fields_are_read_or_named(api: Api, fields: dict[str, object]) -> None:
    reply = api.request("POST", "/things", body=json.dumps(fields, allow_nan=True))

    assert reply.status in (201, 400, 422)
    if reply.status == 422:
        assert all(field == "" or field.split(".")[0] in Thing.model_fields for field in reply.errors)


def test_a_function_that_is_no_view_is_refused_when_the_app_is_built() -> None:
    routes = Blueprint(__name__)
    routes.route("/bare", methods=["GET"])(view)

    with pytest.raises(ValueError, match="GET /bare is not a view"):
        create_app("bare", routes)


def test_a_function_must_name_the_parameters_of_its_path() -> None:
    routes = Blueprint(__name__)

    @routes.route("/things/{thing_id}", methods=["GET"])
    @view()
    def get_thing() -> None:
        return None

    with pytest.raises(ValueError, match="parameters of the path"):
        create_app("nameless", routes)


def test_a_view_that_names_a_body_must_say_its_model() -> None:
    def post(body: Thing) -> None:
        return None

    with pytest.raises(ValueError, match="body must be both"):
        view()(post)


def test_media_types_are_said_in_the_view() -> None:
    routes = Blueprint(__name__)

    @routes.route("/form", methods=["POST"], content_types=[FORM])
    @view()
    def post_form() -> None:
        return None

    with pytest.raises(ValueError, match="content_types in @view"):
        create_app("form", routes)


def test_every_error_of_the_family_has_a_status() -> None:
    def family(kind: type[ServiceError]) -> list[type[ServiceError]]:
        return [kind, *(each for child in kind.__subclasses__() for each in family(child))]

    from jobipro.http.problems import status_of

    assert all(400 <= status_of(kind) <= 599 for kind in family(ServiceError))
