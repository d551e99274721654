"""Nobody reaches what is another's: every route of the API description, with others' ids, links and log-ins."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from tests.integration import hunt
from tests.integration.jobs import jobs
from tests.integration.people import (
    Person,
    claims,
    customer,
    path_of,
    provider,
    settled,
    somebody,
    unsubscribe_path,
)
from tests.integration.routes import OF_ONESELF, OF_SOMETHING, ROUTES, TOKEN_ROUTES, Route
from tests.integration.stack import Stack, link

THEIRS: dict[str, Any] = {"given_name": "Theirfirstname", "family_name": "Theirlastname", "phone": "438 555 0188"}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people with something of their own each: the second one's job, and its offer that was accepted."""

    mine: Person
    theirs: Person
    request: str
    offer: str

    def path_to_theirs(self, route: Route) -> str:
        return OTHERS[route.path.split("/")[1]](self, route.path)


def an_upload(person: Person) -> str:
    """Return the id of an image that somebody is about to send."""
    answer = person.call("POST", "/uploads", {"content_type": "image/jpeg", "size": 1000})
    return str(answer.json()["id"])


OTHERS: Mapping[str, Callable[[Pair, str], str]] = {
    "uploads": lambda pair, path: path.replace("{id}", an_upload(pair.theirs)),
    "requests": lambda pair, path: path.replace("{id}", pair.request).replace("{offer_id}", pair.offer),
    "opportunities": lambda pair, path: path.replace("{id}", pair.request).replace("{offer_id}", pair.offer),
}
"""How the path to another's thing is written, by the first word of the route; one that is not here fails its test."""


@pytest.fixture(scope="module")
def pair(stack: Stack) -> Pair:
    """Two people who have been through the same."""
    mine, theirs = provider(stack, "windows", name="mine"), provider(stack, "windows", name="theirs", **THEIRS)
    working = provider(stack, "masonry", name="working")
    mine.post_request(trade="windows", title="My own window")
    settled(stack)
    (job,) = jobs(stack, theirs, [working], trade="masonry", title="Theirwindow", phone="438 555 0188")
    job.engaged()
    return Pair(mine, theirs, job.id, next(iter(job.offers)))


def test_there_are_routes_to_try():
    assert len(OF_SOMETHING) >= 2
    assert len(OF_ONESELF) >= 5


@pytest.mark.commitment("security.least-access")
@pytest.mark.parametrize("route", OF_SOMETHING, ids=str)
def test_what_is_anothers_is_not_there(pair: Pair, route: Route):
    path = pair.path_to_theirs(route)

    refused = route.asked(pair.mine, path)
    never_was = route.asked(pair.mine, path.replace(pair.request, "req_aaaaaaaaaaaaaaaaaaaaaaaaaa"))
    own = pair.theirs.call("GET", f"/requests/{pair.request}").json()

    assert (refused.status_code, refused.json()["code"]) == (404, "not-found")
    assert _without_id(refused) == _without_id(never_was)
    assert own["status"] != "cancelled"


@pytest.mark.commitment("security.least-access")
@pytest.mark.parametrize("route", OF_ONESELF, ids=str)
def test_what_is_ones_own_holds_nothing_of_anybody_else(pair: Pair, route: Route):
    marks = {
        "address": pair.theirs.email,
        "id": pair.theirs.subject,
        "request": pair.request,
        "title": "Theirwindow",
        "given name": "Theirfirstname",
        "family name": "Theirlastname",
        "phone": "4385550188",
    }

    answer = route.asked(pair.mine, route.path)

    assert answer.status_code == 200
    assert hunt.hunt(marks, [hunt.Place("answer", str(route), "body", answer.content)]) == []


def _no_token(token: str) -> str | None:
    return None


def _forged(token: str) -> str:
    """Sign in a way of one's own."""
    head, body, _ = token.split(".")
    return f"{head}.{body}.{base64.urlsafe_b64encode(bytes(256)).decode().rstrip('=')}"


def _as_another(token: str) -> str:
    """Name somebody else under a signature that is genuine."""
    head, _, signature = token.split(".")
    return f"{head}.{_written(claims(token) | {'cognito:username': 'sub_aaaaaaaaaaaaaaaaaaaaaaaaaa'})}.{signature}"


def _ended(token: str) -> str:
    """Look as if the time were over."""
    head, _, signature = token.split(".")
    return f"{head}.{_written(claims(token) | {'exp': claims(token)['iat'] - 1})}.{signature}"


def _unsigned(token: str) -> str:
    """Ask for no signature at all."""
    return f"{_written({'alg': 'none', 'typ': 'JWT'})}.{token.split('.')[1]}."


def _cut(token: str) -> str:
    return token[:-20]


BAD_TOKENS = {function.__name__.strip("_"): function for function in (_no_token, _forged, _as_another, _ended)}
BAD_TOKENS |= {function.__name__.strip("_"): function for function in (_unsigned, _cut)}


@pytest.mark.commitment("security.least-access")
@pytest.mark.parametrize("bad", BAD_TOKENS)
def test_no_guarded_route_opens_without_a_good_log_in(pair: Pair, bad: str):
    token = BAD_TOKENS[bad](pair.theirs.token)
    opened = {}
    for route in ROUTES:
        path = pair.path_to_theirs(route) if route.parameters else route.path
        answer = route.asked(pair.theirs, path, token=token)
        if (answer.status_code, answer.json().get("code")) != (401, "not-authenticated"):
            opened[str(route)] = answer.status_code

    assert opened == {}


def test_a_cursor_of_another_person_is_refused(pair: Pair):
    pair.theirs.post_request(trade="windows", title="One more of them")
    cursor = pair.theirs.call("GET", "/requests", params={"limit": 1}).json()["next"]

    assert pair.theirs.call("GET", "/requests", params={"limit": 1, "cursor": cursor}).status_code == 200
    refused = pair.mine.call("GET", "/requests", params={"limit": 1, "cursor": cursor})
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["cursor"]


def test_an_idempotency_key_of_another_person_is_ones_own_to_use(stack: Stack):
    first, second = customer(stack), customer(stack)
    key = {"Idempotency-Key": "the-same-for-both"}
    posted = [person.call("POST", "/requests", _body(), headers=key) for person in (first, second)]

    assert [answer.status_code for answer in posted] == [201, 201]
    assert posted[0].json()["id"] != posted[1].json()["id"]


@pytest.fixture(scope="module")
def links(stack: Stack, pair: Pair) -> Mapping[str, str]:
    """Good links of three purposes, by the route that each is for."""
    newcomer = somebody(stack)
    newcomer.sign_up()
    verify = stack.mailbox.wait_for(newcomer.email, link="/verify/")
    stack.api.post("/password-resets", {"email": pair.mine.email})
    reset = stack.mailbox.wait_for(pair.mine.email, link="/password-resets/")
    return {
        "/verify/{token}": path_of(stack, link(verify, "/verify/")),
        "/password-resets/{token}": path_of(stack, link(reset, "/password-resets/")),
        "/unsubscribe/{token}": unsubscribe_path(stack, reset),
    }


def test_every_route_with_a_link_token_is_tried(links: Mapping[str, str]):
    assert sorted(links) == TOKEN_ROUTES


@pytest.mark.parametrize("route", TOKEN_ROUTES)
def test_a_link_of_another_purpose_leads_nowhere(stack: Stack, links: Mapping[str, str], route: str):
    others = [path.rpartition("/")[2] for other, path in links.items() if other != route]
    genuine = links[route].rpartition("/")[2]
    cut = [genuine[:-1], genuine[1:], genuine + "A", _changed(genuine), "A" * len(genuine), "-", "%00", "a" * 600]

    pages: dict[str, set[tuple[int, str]]] = {}
    for token in (*others, *cut):
        for method in ("GET", "HEAD", "POST"):
            answer = _followed(stack, method, route.replace("{token}", token))
            pages.setdefault(method, set()).add((answer.status_code, answer.text))

    assert {method: len(seen) for method, seen in pages.items()} == {"GET": 1, "HEAD": 1, "POST": 1}
    assert {status for seen in pages.values() for status, _ in seen} == {404}
    assert _followed(stack, "GET", links[route]).status_code == 200


def test_a_reset_link_sets_the_password_of_its_own_person_once(stack: Stack):
    one, other = customer(stack), customer(stack)
    for person in (one, other):
        stack.api.post("/password-resets", {"email": person.email})
    mail = stack.mailbox.wait_for(one.email, link="/password-resets/")
    stack.mailbox.wait_for(other.email, link="/password-resets/")

    assert one.follow(mail, "/password-resets/", {"password": "six brisk cedar rafts"}).status_code == 200
    assert one.follow(mail, "/password-resets/", {"password": "seven other cedar rafts"}).status_code == 404

    other.log_in()
    assert stack.api.post("/sessions", {"email": one.email, "password": one.password}).status_code == 401
    one.password = "six brisk cedar rafts"
    one.log_in()


def _followed(stack: Stack, method: str, path: str) -> requests.Response:
    """Follow a link as a browser does: with a form where there is one."""
    headers = {"Accept": "text/html"}
    if method != "POST":
        return stack.api.call(method, path, headers=headers)
    form = {"List-Unsubscribe": "One-Click"} if path.startswith("/unsubscribe/") else {"password": "six cedar rafts"}
    return stack.api.call("POST", path, headers=headers, data=form)


def _changed(token: str) -> str:
    return token[:-1] + ("A" if token[-1] != "A" else "B")


def _written(part: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def _without_id(answer: requests.Response) -> dict[str, Any]:
    return {name: value for name, value in answer.json().items() if name != "correlation_id"}


def _body() -> Any:
    return next(route.body for route in ROUTES if str(route) == "POST /requests")
