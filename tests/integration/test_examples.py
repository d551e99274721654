"""Whatever the API's description gives as an example works when it is pasted, and is answered as described."""

import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any

import pytest
import requests

from jobipro.http import FORM, JSON, MULTIPART
from jobipro.http.reading import MAX_BODY
from tests.description import Operation, operations, undescribed
from tests.fakes import webhooks
from tests.integration.jobs import offer
from tests.integration.paying import Job, engaged
from tests.integration.people import NEAR_MONTREAL, Person, customer, path_of, provider, settled, somebody
from tests.integration.stack import Api, Mail, Stack, links

OPERATIONS = {operation.id: operation for operation in operations()}
HTML = "text/html"


@dataclass(frozen=True, slots=True)
class Case:
    """One operation, sent as one of its kinds of body and asked for one of its kinds of answer."""

    operation: Operation
    body: str | None
    answer: str | None

    def __str__(self) -> str:
        return " ".join(str(each) for each in (self.operation, self.body, "→", self.answer) if each)


def cases() -> list[Case]:
    """Return cases in which each kind of body and each kind of answer occurs."""
    found: list[Case] = []
    for operation in OPERATIONS.values():
        bodies: list[str | None] = [*operation.bodies] or [None]
        answers: list[str | None] = [*operation.answers[operation.success].get("content", {})] or [None]
        many = max(len(bodies), len(answers))
        found += [
            Case(operation, body, answer)
            for _, body, answer in zip(range(many), cycle(bodies), cycle(answers), strict=False)
        ]
    return found


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands in for what an example cannot hold: who asks, a token or an id of theirs."""

    token: str | None = None
    path: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, str] = field(default_factory=dict)
    signed_with: str | None = None


def send(api: Api, case: Case, asked: Asked) -> requests.Response:
    """Send the example of a case, with what was asked in place of what cannot be made up."""
    operation = case.operation
    path = operation.path.format(**{**operation.in_path, **asked.path})
    headers = {"Accept": case.answer or "*/*"}
    if asked.signed_with is not None:
        sent = json.dumps(operation.bodies[case.body or JSON]["example"]).encode()
        headers["Stripe-Signature"] = webhooks.header(sent, int(time.time()), asked.signed_with)
        return api.call(operation.method, path, data=sent, headers=headers)
    body = {**operation.bodies[case.body]["example"], **asked.body} if case.body else None
    bodies: dict[str | None, dict[str, Any]] = {
        None: {},
        JSON: {"json": body},
        FORM: {"data": body},
        MULTIPART: {"files": {name: (None, value) for name, value in (body or {}).items()}},
    }
    return api.call(operation.method, path, token=asked.token, headers=headers, **bodies[case.body])


def answered(operation: Operation, answer: requests.Response, status: int) -> bool:
    """Tell whether an answer has a status and is as described; says what is wrong with it when it is not."""
    assert answer.status_code == status, answer.text
    assert undescribed(operation, status, answer.headers, answer.text) == []
    return True


@pytest.fixture(scope="module")
def marie(stack: Stack) -> Person:
    """Whom the examples tell of, signed up and logged in with the examples themselves."""
    sign_up, log_in = (OPERATIONS[name].bodies[JSON]["example"] for name in ("post_signup", "post_session"))
    person = Person(stack, sign_up["email"], sign_up["password"])
    if person.api.post("/sessions", log_in).status_code == 401:  # else she is there from an earlier run
        assert person.api.post("/signup", sign_up).status_code == 202
        assert person.verify().status_code == 200
    answer = person.api.post("/sessions", log_in)
    assert answer.status_code == 200, answer.text
    person.tokens = answer.json()
    return person


@pytest.fixture(scope="module")
def paul(stack: Stack) -> Person:
    """Somebody with the same password, whose log-ins may end."""
    return customer(stack, "paul")


def newest(stack: Stack, person: Person, containing: str, ask: Callable[[], object]) -> Asked:
    """Return the token of the link that comes by mail when it is asked for."""
    there = len([mail for mail in person.mails() if _linked(mail, containing)])
    ask()
    mail = stack.mailbox.wait_for(person.email, link=containing, count=there + 1)
    return Asked(path={"token": path_of(stack, _linked(mail, containing)[0]).rpartition("/")[2]})


def _linked(mail: Mail, containing: str) -> list[str]:
    return [url for url in links(mail) if containing in url]


def by_sign_up(containing: str) -> Callable[[Stack, Person, Person], Asked]:
    def ask(stack: Stack, marie: Person, paul: Person) -> Asked:
        newcomer = somebody(stack)
        return newest(stack, newcomer, containing, newcomer.sign_up)

    return ask


def by_reset(stack: Stack, marie: Person, paul: Person) -> Asked:
    return newest(stack, paul, "/password-resets/", lambda: paul.api.post("/password-resets", {"email": paul.email}))


def logged_in(stack: Stack, marie: Person, paul: Person) -> Asked:
    paul.log_in()
    return Asked(token=paul.token, body={"refresh_token": paul.tokens["refresh_token"]})


def refreshing(stack: Stack, marie: Person, paul: Person) -> Asked:
    return Asked(body=logged_in(stack, marie, paul).body)


def as_somebody_else(stack: Stack, marie: Person, paul: Person) -> Asked:
    return Asked(token=customer(stack).token)


def as_provider(stack: Stack, marie: Person, paul: Person) -> Asked:
    body = OPERATIONS["put_provider"].bodies[JSON]["example"]
    assert marie.call("PUT", "/me/provider", body).status_code == 200
    return Asked(token=marie.token)


def of_a_request(stack: Stack, marie: Person, paul: Person) -> Asked:
    posted = marie.call("POST", "/requests", OPERATIONS["post_request"].bodies[JSON]["example"])
    assert posted.status_code == 201, posted.text
    return Asked(token=marie.token, path={"id": posted.json()["id"]})


def of_an_upload(stack: Stack, marie: Person, paul: Person) -> Asked:
    announced = marie.call("POST", "/uploads", OPERATIONS["post_upload"].bodies[JSON]["example"])
    assert announced.status_code == 201, announced.text
    return Asked(token=marie.token, path={"id": announced.json()["id"]})


def after(*steps: str, by_provider: bool = False) -> Callable[[Stack, Person, Person], Asked]:
    """Have Marie post a request, Paul hear of it, and both go some steps further: offer, accept, complete."""

    def ask(stack: Stack, marie: Person, paul: Person) -> Asked:
        paul.log_in()
        assert paul.call("PUT", "/me/provider", OPERATIONS["put_provider"].bodies[JSON]["example"]).status_code == 200
        settled(stack)
        path = dict(of_a_request(stack, marie, paul).path)
        settled(stack)
        if "offer" in steps:
            path["offer_id"] = offer(paul, path["id"])
        if "accept" in steps:
            assert marie.call("POST", f"/requests/{path['id']}/offers/{path['offer_id']}/accept").status_code == 200
        if "complete" in steps:
            assert paul.call("POST", f"/requests/{path['id']}/complete").status_code == 200
        return Asked(token=(paul if by_provider else marie).token, path=path, body=_dated(steps))

    return ask


def _dated(steps: tuple[str, ...]) -> dict[str, str]:
    """Return the day from which an offer is made: one that is ahead whenever this runs."""
    day = datetime.now(UTC).date() + timedelta(days=2)
    return {"earliest_on": day.isoformat()} if steps == ("tell",) else {}


def as_marie(stack: Stack, marie: Person, paul: Person) -> Asked:
    return Asked(token=marie.token)


def of_a_job(stack: Stack, marie: Person, paul: Person) -> Asked:
    job = _engaged(stack, marie)
    return Asked(token=marie.token, path={"id": job.request})


def of_a_job_that_was_paid(stack: Stack, marie: Person, paul: Person) -> Asked:
    job = _engaged(stack, marie)
    job.pays()
    job.moves(job.pat, "complete")
    job.moves(job.ada, "confirm")
    job.becomes("captured")
    return Asked(token=job.pat.token, path={"id": job.request})


def _engaged(stack: Stack, marie: Person) -> Job:
    pat = provider(stack, "hvac", base=NEAR_MONTREAL)
    settled(stack)
    return engaged(stack, marie, pat, trade="hvac")


def as_stripe(stack: Stack, marie: Person, paul: Person) -> Asked:
    return Asked(signed_with=stack.description["stripe_webhook_secret"])


def as_nobody(stack: Stack, marie: Person, paul: Person) -> Asked:
    return Asked()


WITH: Mapping[str, Callable[[Stack, Person, Person], Asked]] = {
    "get_verify": by_sign_up("/verify/"),
    "get_verify_head": by_sign_up("/verify/"),
    "post_verify": by_sign_up("/verify/"),
    "get_unsubscribe": by_sign_up("/unsubscribe/"),
    "get_unsubscribe_head": by_sign_up("/unsubscribe/"),
    "post_unsubscribe": by_sign_up("/unsubscribe/"),
    "get_reset": by_reset,
    "get_reset_head": by_reset,
    "post_reset": by_reset,
    "post_refresh": refreshing,
    "post_end": logged_in,
    "post_password": as_somebody_else,
    "post_email": as_somebody_else,
    "get_provider": as_provider,
    "get_request": of_a_request,
    "cancel_request": of_a_request,
    "post_payment": of_a_job,
    "get_payment": of_a_job,
    "post_refund": of_a_job_that_was_paid,
    "get_request_media": of_a_request,
    "get_upload": of_an_upload,
    "list_offers": after("offer"),
    "accept_offer": after("offer"),
    "complete_request": after("offer", "accept", by_provider=True),
    "confirm_request": after("offer", "accept", "complete"),
    "dispute_request": after("offer", "accept"),
    "get_contact": after("offer", "accept"),
    "get_opportunity": after(by_provider=True),
    "post_offer": after("tell", by_provider=True),
    "withdraw_offer": after("offer", by_provider=True),
    "get_opportunity_media": after(by_provider=True),
    "post_stripe_event": as_stripe,
}
"""Who does what the examples say, where it is not Marie who is logged in, or nobody."""


@pytest.mark.parametrize("case", cases(), ids=str)
def test_the_example_works_and_is_answered_as_described(stack: Stack, marie: Person, paul: Person, case: Case) -> None:
    operation = case.operation
    asked = WITH.get(operation.id, as_marie if operation.guarded else as_nobody)(stack, marie, paul)

    answer = send(stack.api, case, asked)

    assert answered(operation, answer, operation.success)
    if case.answer is not None and operation.method != "HEAD":
        assert answer.headers["Content-Type"].startswith(case.answer)


MADE_UP = [case for case in cases() if case.operation.in_path or case.operation.id == "post_refresh"]


@pytest.mark.parametrize("case", MADE_UP, ids=str)
def test_an_id_or_token_that_is_an_example_itself_opens_nothing(stack: Stack, marie: Person, case: Case) -> None:
    answer = send(stack.api, case, Asked(token=marie.token if case.operation.guarded else None))

    assert answered(case.operation, answer, 404 if case.operation.in_path else 401)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=str)
def test_what_a_route_refuses_is_answered_as_described(api: Api, marie: Person, operation: Operation) -> None:
    if operation.signed or (operation.in_path and not operation.guarded):
        return  # a link that leads nowhere gets 404 whatever comes with it, and what is not signed 400
    path = operation.path.format(**operation.in_path)
    token = marie.token if operation.guarded else None

    def refused(status: int, **options: Any) -> bool:
        return answered(operation, api.call(operation.method, path, **{"token": token, **options}), status)

    if operation.guarded:
        assert refused(401, token=None)
        assert refused(401, token=secrets.token_urlsafe())
    if operation.method not in {"GET", "HEAD"}:
        assert refused(413, data=b" " * (MAX_BODY + 1), headers={"Content-Type": JSON})
    if operation.bodies:
        assert refused(400, data=b"{", headers={"Content-Type": JSON})
        assert refused(415, data=b"{}", headers={"Content-Type": "text/plain"})
        assert refused(422, json={"nothing": "of the kind"})
    if any(each["in"] == "query" for each in operation.parameters()):
        assert refused(422, params={"limit": "0"})
        assert refused(422, params={"nothing": "of the kind"})
    if any(each["name"] == "Idempotency-Key" for each in operation.parameters()):
        body = operation.bodies[JSON]["example"]
        assert refused(422, json=body, headers={"Idempotency-Key": "with a blank"})


@pytest.mark.parametrize("operation", [each for each in OPERATIONS.values() if each.signed], ids=str)
def test_what_is_not_signed_is_refused_as_described(api: Api, operation: Operation) -> None:
    for status, sent in ((400, b"{}"), (400, b"{"), (400, b""), (413, b" " * (MAX_BODY + 1))):
        assert answered(operation, api.call(operation.method, operation.path, data=sent), status)
