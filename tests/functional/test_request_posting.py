"""Requests over HTTP: what goes in, what comes out, what is refused and how."""

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from functions.request_posting.routes import blueprint
from functions.request_posting.settings import Settings
from jobipro.domain.ids import SubjectId
from jobipro.http import create_app
from jobipro.settings import read
from tests.fakes.market import Market
from tests.functional.conftest import Api

NOBODYS = "req_" + "z" * 26
BODY: dict[str, Any] = {
    "trade": "plumbing",
    "title": "Kitchen tap drips",
    "description": "It has dripped since Monday,\nmore when hot.",
    "location": {"latitude": 45.50884, "longitude": -73.58781},
    "address": {
        "street": "1 rue Notre-Dame Est",
        "city": "Montréal",
        "province": "QC",
        "postal_code": "h2y1b6",
        "country": "CA",
    },
    "phone": "514 555 0123",
    "contact_preference": "both",
}


@pytest.fixture
def market() -> Market:
    return Market()


@pytest.fixture
def customer(market: Market) -> SubjectId:
    return market.customer()


@pytest.fixture
def api(market: Market) -> Api:
    return Api(create_app("request_posting", blueprint(lambda: market.request_posting)))


def claims(market: Market, subject: SubjectId) -> dict[str, str]:
    return {"cognito:username": subject, "iat": str(int(market.clock.now().timestamp()))}


@pytest.fixture
def me(market: Market, customer: SubjectId) -> dict[str, str]:
    return claims(market, customer)


def test_a_request_is_posted_and_shown_as_it_was_meant(api, me):
    posted = api.post("/requests", BODY, caller=me)
    assert posted.status == 201
    assert set(posted.json) == {"id", "status"}
    assert posted.json["status"] == "posted"

    shown = api.get(f"/requests/{posted.json['id']}", caller=me)
    assert shown.status == 200
    assert shown.json == {
        **BODY,
        "id": posted.json["id"],
        "status": "posted",
        "address": {**BODY["address"], "postal_code": "H2Y 1B6"},
        "phone": "+15145550123",
        "area": shown.json["area"],
        "language": "fr",
        "posted_at": "2026-11-22T15:00:00.000Z",
    }
    assert shown.json["area"] != shown.json["location"]


@pytest.mark.commitment("account.optional-data")
def test_without_phone_there_is_none_in_the_answer(api, me):
    body = {name: value for name, value in BODY.items() if name != "phone"} | {"contact_preference": "email"}
    posted = api.post("/requests", body, caller=me)

    assert "phone" not in api.get(f"/requests/{posted.json['id']}", caller=me).json


def without(*path: str) -> dict[str, Any]:
    body = deepcopy(BODY)
    place = body
    for name in path[:-1]:
        place = place[name]
    del place[path[-1]]
    return body


def having(value: object, *path: str) -> dict[str, Any]:
    body = deepcopy(BODY)
    place = body
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return body


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (without("trade"), "trade"),
        (having("alchemy", "trade"), "trade"),
        (without("title"), "title"),
        (having("", "title"), "title"),
        (having("x" * 121, "title"), "title"),
        (having("two\nlines", "title"), "title"),
        (having("Call 514-555-0123", "title"), "title"),
        (without("description"), "description"),
        (having(" ", "description"), "description"),
        (having("x" * 4001, "description"), "description"),
        (having("See https://tap.example.com/me", "description"), "description"),
        (without("location"), "location"),
        (having(91, "location", "latitude"), "location.latitude"),
        (having("45.5", "location", "latitude"), "location.latitude"),
        (having({"latitude": 48.85, "longitude": 2.35}, "location"), "location"),
        (without("address"), "address"),
        (having("", "address", "street"), "address.street"),
        (having("90210", "address", "postal_code"), "address.postal_code"),
        (having("XX", "address", "province"), "address.province"),
        (having("US", "address", "country"), "address.country"),
        (having("not a number", "phone"), "phone"),
        (without("phone"), "phone"),
        (having("pigeon", "contact_preference"), "contact_preference"),
        (without("contact_preference"), "contact_preference"),
        (having("mine", "id"), "id"),
    ],
)
def test_what_does_not_fit_is_named_not_repeated_and_not_kept(api, market, me, body, field):
    rows = dict(market.store.rows)

    refused = api.post("/requests", body, caller=me)

    assert (refused.status, refused.code) == (422, "invalid-input")
    assert list(refused.errors) == [field]
    for word in ("alchemy", "90210", "pigeon", "not a number", "514-555", "tap.example"):
        assert word not in refused.text
    assert market.store.rows == rows


def test_a_description_may_be_long_and_have_lines(api, me):
    body = BODY | {"description": "It drips.\n" * 399}

    assert api.post("/requests", body, caller=me).status == 201


def test_a_repeat_gets_the_first_answer(api, market, me):
    key = {"Idempotency-Key": "b7d1f6c2"}
    first = api.post("/requests", BODY, caller=me, headers=key)
    again = api.post("/requests", BODY, caller=me, headers=key)
    other = api.post("/requests", BODY | {"title": "Bath tap drips"}, caller=me, headers=key)

    assert (again.status, again.json) == (201, first.json)
    assert (other.status, other.code, list(other.errors)) == (422, "idempotency-mismatch", ["Idempotency-Key"])
    assert len(api.get("/requests", caller=me).json["requests"]) == 1


def test_the_eleventh_request_of_a_day_waits(api, me):
    for _ in range(10):
        assert api.post("/requests", BODY, caller=me).status == 201

    refused = api.post("/requests", BODY, caller=me)
    assert (refused.status, refused.code) == (429, "limit-reached")
    assert int(refused.headers["Retry-After"]) > 0


def test_the_list_is_ones_own_newest_first_and_goes_on(api, market, customer, me):
    ids = []
    for _ in range(3):
        market.clock.forward(timedelta(seconds=1))
        ids.append(api.post("/requests", BODY, caller=me).json["id"])
    api.post("/requests", BODY, caller=claims(market, market.customer()))

    first = api.get("/requests", caller=me, query={"limit": "2"}).json
    rest = api.get("/requests", caller=me, query={"limit": "2", "cursor": first["next"]}).json

    assert [each["id"] for each in first["requests"] + rest["requests"]] == ids[::-1]
    assert "next" not in rest
    assert set(first["requests"][0]) == {"id", "status", "trade", "title", "posted_at"}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "51"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"cursor": "forged"}, "cursor"),
        ({"cursor": "é"}, "cursor"),
        ({"customer": "sub_" + "a" * 26}, "customer"),
    ],
)
def test_a_list_cannot_be_asked_for_what_is_not_ones_own(api, me, query, field):
    refused = api.get("/requests", caller=me, query=query)

    assert (refused.status, list(refused.errors)) == (422, [field])


def test_a_cancelled_request_says_so_and_again(api, me):
    id_ = api.post("/requests", BODY, caller=me).json["id"]

    for _ in range(2):
        cancelled = api.post(f"/requests/{id_}/cancel", caller=me)
        assert (cancelled.status, cancelled.json) == (200, {"id": id_, "status": "cancelled"})
    assert api.get(f"/requests/{id_}", caller=me).json["status"] == "cancelled"


def test_what_can_no_longer_be_cancelled_says_why(api, market, me):
    id_ = api.post("/requests", BODY, caller=me).json["id"]
    (row,) = [row for row in market.store.rows.values() if row["sk"] == "REQUEST"]
    row["state"] = "completed"

    refused = api.post(f"/requests/{id_}/cancel", caller=me)

    assert (refused.status, refused.code, refused.json["state"]) == (409, "conflict", "completed")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_somebody_elses_unknown_and_malformed_ids_get_one_and_the_same_answer(api, market, me, method):
    theirs = api.post("/requests", BODY, caller=me).json["id"]
    stranger = claims(market, market.customer())
    end = "" if method == "GET" else "/cancel"

    answers = [api.request(method, f"/requests/{id_}{end}", caller=stranger) for id_ in (theirs, NOBODYS, "x", "%00")]

    assert {answer.status for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/requests"),
        ("GET", "/requests"),
        ("GET", f"/requests/{NOBODYS}"),
        ("POST", f"/requests/{NOBODYS}/cancel"),
    ],
)
def test_nothing_without_a_log_in_that_still_holds(api, market, method, path):
    body = BODY if (method, path) == ("POST", "/requests") else None
    gone = market.customer()
    told = claims(market, gone)
    market.erase(gone)

    for caller in (None, told, claims(market, SubjectId("sub_" + "z" * 26))):
        refused = api.request(method, path, json=body, caller=caller)
        assert refused.status == 401


def test_settings_are_read_from_the_environment_of_the_template():
    names = ["requests", "accounts", "subject_keys", "consents", "disclosures", "payments", "limits", "outbox"]
    environment = {f"TABLE_{name.upper()}": name for name in names} | {
        "STAGE": "test",
        "SERVICE_VERSION": "1",
        "KEY_SUBJECTS": "key",
        "SECRET_EDGE": "edge",
        "BUCKET_MEDIA": "media",
        "LIMITS": '{"request.posted": 1000}',
        "ALLOWED_ORIGINS": "*",
    }

    assert read(Settings, environment).limits == {"request.posted": 1000}
