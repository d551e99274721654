"""People of the deployed stack: they sign up, follow the links in their mail, log in, offer work and ask for it."""

import base64
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

import requests

from infra.local.on_the_way import OnTheWay
from tests.integration.stack import Api, Mail, Stack, link, links

PASSWORD = "four quiet maple canoes"
MONTREAL = {"latitude": 45.50884, "longitude": -73.58781}
NEAR_MONTREAL = {"latitude": 45.5301, "longitude": -73.6203}  # 3.5 km away
QUEBEC_CITY = {"latitude": 46.81228, "longitude": -71.21454}  # 230 km away
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ONE_CLICK = "List-Unsubscribe=One-Click"

type Place = dict[str, float]


@dataclass(slots=True)
class Person:
    """Somebody with a mailbox. `tokens` are those of their present log-in."""

    stack: Stack
    email: str
    password: str = PASSWORD
    details: dict[str, Any] = field(default_factory=dict)
    tokens: dict[str, Any] = field(default_factory=dict)

    @property
    def api(self) -> Api:
        """The API as it answers anybody; `token` makes it answer this person."""
        return self.stack.api

    @property
    def token(self) -> str:
        """What goes into the Authorization header."""
        return str(self.tokens["id_token"])

    @property
    def subject(self) -> str:
        """The opaque id, as the log-in tells it."""
        return str(claims(self.token)["cognito:username"])

    def call(self, method: str, path: str, body: object = None, **options: Any) -> requests.Response:
        """Send a request with this person's log-in."""
        return self.api.call(method, path, token=self.token, json=body, **options)

    def sign_up(self, **options: Any) -> requests.Response:
        """Sign up, or try to."""
        return self.api.post("/signup", sign_up_body(self.email, password=self.password, **self.details), **options)

    def verify(self, count: int = 1) -> requests.Response:
        """Follow the verification link of the `count`th such mail."""
        return self.follow(self.stack.mailbox.wait_for(self.email, link="/verify/", count=count), "/verify/")

    def follow(self, mail: Mail, containing: str, body: object = None) -> requests.Response:
        """POST to the link of a mail, as its button does."""
        return self.api.post(path_of(self.stack, link(mail, containing)), body)

    def log_in(self) -> None:
        """Log in anew."""
        answer = self.api.post("/sessions", {"email": self.email, "password": self.password})
        assert answer.status_code == 200, answer.text
        self.tokens = answer.json()

    def joined(self) -> "Person":
        """Sign up, verify and log in; return the person."""
        answer = self.sign_up()
        assert answer.status_code == 202, answer.text
        assert self.verify().status_code == 200
        self.log_in()
        return self

    def offer(self, *trades: str, base: Place, radius_km: int = 15, **more: Any) -> requests.Response:
        """Save a provider's profile."""
        body = {"trades": list(trades), "base": base, "radius_km": radius_km, **more}
        return self.call("PUT", "/me/provider", body)

    def post_request(self, **changes: Any) -> requests.Response:
        """Post a request, or try to."""
        return self.call("POST", "/requests", request_body(**changes))

    def mails(self, about: str = "") -> list[Mail]:
        """Return the mails received so far; only those with some text in the subject, when it is given."""
        return [mail for mail in self.stack.mailbox.messages(self.email) if about in mail["subject"]]

    def last_mail(self) -> Mail:
        """Return the newest mail."""
        return self.mails()[-1]


def somebody(stack: Stack, name: str = "person", **details: Any) -> Person:
    """Return a person whose address nobody has used yet."""
    return Person(stack, f"{name}-{secrets.token_hex(6)}@example.com", details=details)


def customer(stack: Stack, name: str = "customer", **details: Any) -> Person:
    """Return a customer who is logged in."""
    return somebody(stack, name, **details).joined()


def provider(
    stack: Stack,
    *trades: str,
    base: Place = MONTREAL,
    radius_km: int = 15,
    name: str = "provider",
    **details: Any,
) -> Person:
    """Return a provider who is logged in; `settled` tells when requests find them."""
    person = somebody(stack, name, role="provider", **details).joined()
    saved = person.offer(*trades, base=base, radius_km=radius_km)
    assert saved.status_code == 200, saved.text
    return person


def sign_up_body(email: str, **changes: Any) -> dict[str, Any]:
    """Return what a grown-up sends to sign up."""
    return {
        "email": email,
        "password": PASSWORD,
        "given_name": "Marie",
        "family_name": "Tremblay",
        "date_of_birth": "1990-02-28",
        "province": "QC",
        "role": "customer",
        "language": "en",
        "policy_version": "2026-11-01",
        **changes,
    }


def request_body(**changes: Any) -> dict[str, Any]:
    """Return what a customer sends to post a request."""
    return {
        "trade": "plumbing",
        "title": "Kitchen tap drips",
        "description": "It has dripped since Monday, more when hot.",
        "location": NEAR_MONTREAL,
        "address": {"street": "1 rue Notre-Dame Est", "city": "Montréal", "province": "QC", "postal_code": "H2Y 1B6"},
        "contact_preference": "email",
        **changes,
    }


def claims(token: str) -> dict[str, Any]:
    """Return what a log-in token says, unchecked."""
    body = token.split(".")[1]
    said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return said


def path_of(stack: Stack, url: str) -> str:
    """Return the path of a link into the API."""
    base = str(stack.description["api"])
    assert url.startswith(base + "/"), "a link that leads elsewhere"
    return url.removeprefix(base)


def unsubscribe_path(stack: Stack, mail: Mail) -> str:
    """Return where a mail's one-click header leads, which its last link repeats."""
    header = mail["headers"]["List-Unsubscribe"].strip("<>")
    assert links(mail)[-1] == header
    return path_of(stack, header)


def settled(stack: Stack, within: float = 45.0) -> None:
    """Wait until nothing is on its way any more."""
    way = OnTheWay(stack.description)
    deadline = time.monotonic() + within
    while way.count():
        assert time.monotonic() < deadline, "still on its way"
        time.sleep(0.2)


def outbox_bodies(stack: Stack) -> list[str]:
    """Return what waits in the outbox."""
    rows = stack.aws("dynamodb").scan(TableName=stack.table("outbox"), ConsistentRead=True)["Items"]
    return [row["body"]["S"] for row in rows]


def waiting(stack: Stack, queue: str) -> int:
    """Return how many messages a queue holds, those that are being worked on included."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    told = stack.aws("sqs").get_queue_attributes(QueueUrl=stack.queue(queue), AttributeNames=names)["Attributes"]
    return sum(int(told[name]) for name in names)


def until_waiting(stack: Stack, queue: str, count: int, within: float = 20.0) -> None:
    """Wait until a queue that is held back holds so many messages."""
    deadline = time.monotonic() + within
    while waiting(stack, queue) < count:
        assert time.monotonic() < deadline, f"{waiting(stack, queue)} of {count} in {queue}"
        time.sleep(0.1)
