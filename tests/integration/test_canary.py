"""The canary hunt: somebody whose every field is a unique marker goes through everything, and shows nowhere.

They may show in what is sealed, once it is opened with their key, and in the mail meant for whoever reads it.
"""

import json
import random
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from jobipro.adapters.system import RandomIds
from jobipro.domain.events import Event, EventType
from jobipro.domain.ids import SubjectId
from tests.fakes import webhooks
from tests.integration import hunt, insider
from tests.integration.jobs import offer
from tests.integration.paying import Job
from tests.integration.people import (
    FORM,
    MONTREAL,
    ONE_CLICK,
    Person,
    request_body,
    settled,
    sign_up_body,
    unsubscribe_path,
)
from tests.integration.stack import Api, Mail, Stack, link

BILLING = ("billing street", "billing city", "billing postal code")

READER = ("reader address", "reader family name", "reader phone", "reader street", "offer message")
"""What is kept of the provider who does the canary's work."""

TOLD = {"provider-engaged", "offer-accepted", "job-completed", "job-confirmed", "payment-receipt", "payment-refunded"}
"""Kinds of mail that one of them gets of what the other did."""

SEALED = {
    "address",
    "given name",
    "family name",
    "born",
    "phone",
    "street",
    "city",
    "postal code",
    "new address",
    "about",
    "base latitude",
    "base longitude",
    "title",
    "description",
    "request street",
    "request city",
    "request postal code",
    "request phone",
    "request latitude",
    "request longitude",
    *BILLING,
}
"""What is kept of the canary at the end; the old address as the former one, and in the proof of what was approved."""

CARRIED: Mapping[tuple[str, str], set[str]] = {
    ("kms GenerateMac", "Message"): {"address", "new address", "unknown address", "reader address"},
    ("cognito-idp AdminInitiateAuth", "AuthParameters.PASSWORD"): {
        "password",
        "second password",
        "third password",
        "wrong password",
    },
    ("cognito-idp AdminInitiateAuth", "AuthParameters.REFRESH_TOKEN"): {"first refresh token"},
    ("cognito-idp RevokeToken", "Token"): {"last refresh token"},
    ("ses SendRawEmail", "Destinations.member.1"): {"address", "new address", "reader address"},
    ("ses SendRawEmail", "RawMessage.Data"): {
        "address",
        "new address",
        "reader address",
        "title",
        "description",
        "verification link",
        "second verification link",
        "reset link",
        "unsubscribe link",
    },
    ("dynamodb BatchGetItem", "RequestItems.requests.Keys.0.pk.S"): {"path"},
}
"""What a call to AWS is for: the digest of an address, the check of a password, a mail, a look for whatever stands in a
path. Nothing of it is kept there but the password, by Cognito. The embedded cloud itself strikes the password of
`AdminSetUserPassword` from its record."""


PAYER = ("payer", "payer street", "payer email", "payer phone", "payer city", "payer note")
"""What Stripe tells of who pays, in the order of `webhooks.NAMES`."""


@dataclass(slots=True)
class Canary:
    """The markers, by name; what the canary was answered; whom which mail was meant for."""

    markers: dict[str, str]
    person: Person
    reader: Person
    began: datetime
    refusals: list[requests.Response] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)

    def carried(self, findings: Iterable[hunt.Finding]) -> dict[tuple[str, str], set[str]]:
        """Return which markers which parameter of which call carries."""
        table = self.person.stack.table("requests")
        shown: dict[tuple[str, str], set[str]] = {}
        for finding in findings:
            service, operation, _ = finding.name.split()
            place = (f"{service} {operation}", finding.path.replace(table, "requests"))
            shown.setdefault(place, set()).add(finding.marker)
        return shown


def _markers() -> dict[str, str]:
    salt = secrets.token_hex(4)

    def word(name: str) -> str:
        return f"Cnry{name}{salt}"

    def number(digits: int) -> str:
        return "".join(random.choices("23456789", k=digits))

    def postal_code() -> str:
        return "".join(random.choice(letters) for letters in ("HJ", "3456789", "WXYZ", " ", "2345", "VWXYZ", "6789"))

    words = (
        "address",
        "new address",
        "unknown address",
        "password",
        "second password",
        "third password",
        "wrong password",
        "repeated password",
        "first given name",
        "given name",
        "family name",
        "street",
        "city",
        "about",
        "title",
        "description",
        "request street",
        "request city",
        "cancelled title",
        "billing street",
        "billing city",
        "reader address",
        "reader family name",
        "reader street",
        "offer message",
        "idempotency key",
        "user agent",
        "referer",
        "cookie",
        "path",
        "query",
        "body",
        "field",
        "poison",
        *PAYER,
    )
    return {
        **{name: word("".join(part.title() for part in name.split())) for name in words},
        "born": f"19{random.randint(30, 69)}-0{random.randint(1, 9)}-{random.randint(10, 28)}",
        "first phone": f"514{number(7)}",
        "phone": f"438{number(7)}",
        "request phone": f"579{number(7)}",
        "first postal code": postal_code(),
        "postal code": postal_code(),
        "request postal code": postal_code(),
        "billing postal code": postal_code(),
        "reader phone": f"581{number(7)}",
        "base latitude": f"45.5{number(7)}",
        "base longitude": f"-73.5{number(7)}",
        "request latitude": f"45.5{number(7)}",
        "request longitude": f"-73.6{number(7)}",
        "network": f"127.{random.randint(101, 254)}.{random.randint(101, 254)}.{random.randint(101, 254)}",
    }


@pytest.fixture(scope="module")
def canary(stack: Stack) -> Iterator[Canary]:
    """Somebody who has been through everything."""
    hunt.record_calls(stack)
    began = datetime.now(UTC)
    markers = _markers()
    person = Person(stack, f"{markers['address']}@example.com", markers["password"], _details(markers))
    reader = _reader(stack, markers)
    settled(stack)
    found = Canary(markers, person, reader, began)
    journey = Journey(found, stack.api.from_source(markers["network"]), _browser(markers))
    journey.come_in()
    journey.correct_and_offer()
    journey.ask_for_work()
    journey.change_password()
    journey.change_address()
    journey.unsubscribe()
    journey.stumble()
    journey.pay_elsewhere()
    journey.die_in_queues()
    journey.leave()
    found.mails = stack.mailbox.messages()
    yield found
    for queue in ("deliveries", "matching", "payments"):
        insider.take(stack, f"{queue}-dlq", *found.dead)


def _reader(stack: Stack, markers: dict[str, str]) -> Person:
    """Return the provider who hears of the canary's request and does the work, with markers of their own."""
    details = {
        "role": "provider",
        "family_name": markers["reader family name"],
        "phone": markers["reader phone"],
        "mailing_address": {
            "street": f"5 {markers['reader street']}",
            "city": "Laval",
            "province": "QC",
            "postal_code": "H7T 2Z5",
        },
    }
    reader = Person(stack, f"{markers['reader address']}@example.com", details=details).joined()
    assert reader.offer("pools", base=MONTREAL).status_code == 200
    return reader


def _browser(markers: Mapping[str, str]) -> dict[str, str]:
    """Return what a browser says about itself."""
    return {
        "User-Agent": markers["user agent"],
        "Referer": f"https://example.com/{markers['referer']}",
        "Cookie": f"id={markers['cookie']}",
    }


def _no_name(marker: str) -> str:
    """Return a name of a field such as nobody gives one: what looks like a name is told to whoever mistyped it."""
    return f"{marker} here"


def _details(markers: Mapping[str, str]) -> dict[str, Any]:
    return {
        "given_name": markers["first given name"],
        "family_name": markers["family name"],
        "date_of_birth": markers["born"],
        "phone": markers["first phone"],
        "mailing_address": {
            "street": f"12 {markers['street']}",
            "city": markers["city"],
            "province": "QC",
            "postal_code": markers["first postal code"],
        },
        "approvals": {"newsletter": True, "promotions": True, "product_news": True, "research": True, "sms": True},
        "role": "provider",
    }


@dataclass(slots=True)
class Journey:
    """What the canary does, step by step."""

    canary: Canary
    api: Api
    browser: Mapping[str, str]

    def come_in(self) -> None:
        """Sign up, lose the link and have it sent again, verify, log in."""
        marks, person = self.canary.markers, self.canary.person
        body = sign_up_body(person.email, password=person.password, **person.details)
        key = {"Idempotency-Key": marks["idempotency key"]}
        for misfit in ({"province": marks["body"]}, {"phone": marks["body"]}, {_no_name(marks["field"]): 1}):
            self._refused("POST", "/signup", body | misfit)
        self._refused("POST", "/signup", body | {"date_of_birth": "2015-01-01"}, headers=key)
        self._done("POST", "/signup", body, headers=key)
        self._done("POST", "/verifications", {"email": person.email})
        mail = person.stack.mailbox.wait_for(person.email, link="/verify/", count=2)
        path = self._path(mail, "/verify/", "verification link")
        self._done("GET", path)
        self._done("POST", path)
        self._refused("POST", path)
        self._refused("POST", "/sessions", {"email": person.email, "password": marks["wrong password"]})
        unknown = f"{marks['unknown address']}@example.com"
        self._refused("POST", "/sessions", {"email": unknown, "password": marks["wrong password"]})
        self._done("POST", "/password-resets", {"email": unknown})
        self._log_in()
        self._done("POST", "/sessions/refresh", {"refresh_token": person.tokens["refresh_token"]})

    def correct_and_offer(self) -> None:
        """Correct the profile, choose what to receive, say what work they do and where."""
        marks = self.canary.markers
        address = self.canary.person.details["mailing_address"] | {"postal_code": marks["postal code"]}
        self._refused("PATCH", "/me", {"given_name": marks["body"] * 20}, own=True)
        corrected = {"given_name": marks["given name"], "phone": marks["phone"], "mailing_address": address}
        self._done("PATCH", "/me", corrected, own=True)
        chosen = self._done("GET", "/me/preferences", own=True).json()
        self._done("PUT", "/me/preferences", chosen | {"quiet_hours": None}, own=True)
        base = {"latitude": float(marks["base latitude"]), "longitude": float(marks["base longitude"])}
        offered = {"trades": ["pools", "hvac"], "base": base, "radius_km": 20, "about": f"I am {marks['about']}."}
        self._refused("PUT", "/me/provider", offered | {"about": f"{marks['body']}@example.com"}, own=True)
        self._done("PUT", "/me/provider", offered, own=True)
        for path in ("/me", "/me/provider", "/me/approvals", "/me/disclosures"):
            self._done("GET", path, own=True)

    def ask_for_work(self) -> None:
        """Post a request and take it back, post another one."""
        marks = self.canary.markers
        wanted = request_body(
            trade="pools",
            title=marks["title"],
            description=f"Please do {marks['description']}.",
            location={"latitude": float(marks["request latitude"]), "longitude": float(marks["request longitude"])},
            address={
                "street": f"77 {marks['request street']}",
                "city": marks["request city"],
                "province": "QC",
                "postal_code": marks["request postal code"],
            },
            phone=marks["request phone"],
            contact_preference="both",
        )
        self._refused("POST", "/requests", wanted | {"trade": marks["body"]}, own=True)
        self._refused("POST", "/requests", wanted | {"title": f"{marks['body']}.com"}, own=True)
        with insider.held_back(self.canary.person.stack, "deliveries"):
            cancelled = wanted | {"title": marks["cancelled title"]}
            request = self._done("POST", "/requests", cancelled, own=True).json()["id"]
            self._done("POST", f"/requests/{request}/cancel", own=True)
        key = {"Idempotency-Key": marks["idempotency key"]}
        request = self._done("POST", "/requests", wanted, own=True, headers=key).json()["id"]
        self._done("GET", "/requests", own=True)
        settled(self.canary.person.stack)
        self.engage(request)

    def engage(self, request: str) -> None:
        """Accept the reader's offer; each looks how to reach the other, and is entered in the other's ledger."""
        marks, reader = self.canary.markers, self.canary.reader
        wanted = {"price_cents": 100, "earliest_on": "2030-01-01", "message": f"{marks['body']}@example.com"}
        refused = reader.call("POST", f"/opportunities/{request}/offers", wanted)
        assert refused.status_code == 422, refused.text
        self.canary.refusals.append(refused)
        accepted = offer(reader, request, message=f"I bring {marks['offer message']}.")
        assert marks["offer message"] in self._done("GET", f"/requests/{request}/offers", own=True).text
        self._done("POST", f"/requests/{request}/offers/{accepted}/accept", own=True)
        assert marks["reader phone"] in self._done("GET", f"/requests/{request}/contact", own=True).text
        assert marks["request street"] in reader.call("GET", f"/requests/{request}/contact").text
        self.pay(request)
        for person in (self.canary.person, reader):
            assert len(person.call("GET", "/me/disclosures").json()["disclosures"]) == 2
        settled(self.canary.person.stack)

    def pay(self, request: str) -> None:
        """Pay for the work, which is done, confirmed, and given back in part."""
        marks = self.canary.markers
        job = Job(self.canary.person.stack, self.canary.person, self.canary.reader, request)
        address = {
            "street": f"9 {marks['billing street']}",
            "city": marks["billing city"],
            "province": "ON",
            "postal_code": marks["billing postal code"],
        }
        path = f"/requests/{request}/payment"
        self._refused("POST", path, {"billing_address": address | {"postal_code": marks["body"]}}, own=True)
        self._done("POST", path, {"billing_address": address}, own=True)
        job.pays()
        job.becomes("authorised")
        job.moves(job.pat, "complete")
        job.moves(job.ada, "confirm")
        job.becomes("captured")
        job.moves(job.pat, "refunds", {"amount_cents": 500})
        job.becomes("partly-refunded")

    def change_password(self) -> None:
        """Change the password, then forget it."""
        marks, person = self.canary.markers, self.canary.person
        changed = {"current_password": person.password, "password": marks["second password"]}
        self._refused("POST", "/me/password", changed | {"current_password": marks["wrong password"]}, own=True)
        self._done("POST", "/me/password", changed, own=True)
        self._done("POST", "/password-resets", {"email": person.email})
        path = self._path(person.stack.mailbox.wait_for(person.email, link="/password-resets/"), "/password-resets/")
        self.canary.markers["reset link"] = path.rpartition("/")[2]
        self._done("GET", path)
        self._refused("POST", path, {"password": "short"})
        self._done("POST", path, {"password": marks["third password"]})
        person.password = marks["third password"]
        self._log_in()

    def change_address(self) -> None:
        """Move to another mailbox; somebody signs up again with the old address, then with the new one."""
        marks, person = self.canary.markers, self.canary.person
        new = f"{marks['new address']}@example.com"
        self._refused("POST", "/me/email", {"email": marks["body"], "current_password": person.password}, own=True)
        self._done("POST", "/me/email", {"email": new, "current_password": person.password}, own=True)
        mail = person.stack.mailbox.wait_for(new, link="/verify/")
        self._done("POST", self._path(mail, "/verify/", "second verification link"))
        person.email = new
        self._done("POST", "/signup", sign_up_body(new, password=marks["repeated password"]))
        self._log_in()

    def unsubscribe(self) -> None:
        """Leave by the page's link and by one click."""
        person = self.canary.person
        settled(person.stack)
        # The first mail to the new address was sent when nobody had proved that it is theirs: its link is nobody's.
        path = unsubscribe_path(person.stack, person.last_mail())
        self.canary.markers["unsubscribe link"] = path.rpartition("/")[2]
        self._done("GET", path)
        self._done("POST", path, data=ONE_CLICK, headers=FORM)

    def stumble(self) -> None:
        """Ask for what is not there, in ways that nobody foresaw."""
        path = self.canary.markers["path"]
        query = {_no_name(self.canary.markers["field"]): self.canary.markers["query"]}
        for route in (f"/{path}", f"/requests/{path}", f"/me/{path}", f"/signup/{path}", f"/{path}/{path}"):
            for method in ("GET", "POST", "DELETE", "PUT"):
                self._refused(method, route, params=query, own=True)
        for route in (f"/verify/{path}", f"/unsubscribe/{path}", f"/password-resets/{path}"):
            self._refused("GET", route, params=query)
            self._refused("POST", route, {"password": self.canary.markers["body"]})
        self._refused("GET", "/requests", params=query, own=True)
        self._refused("GET", "/requests", params={"cursor": self.canary.markers["query"]}, own=True)
        mark = self.canary.markers["body"]
        for content in (mark, f'"{mark}"', f'{{"email": "{mark}', f'{{"{_no_name(mark)}": {{}}}}', f"[{mark}]"):
            for route in ("/signup", "/sessions", "/verifications"):
                self._refused("POST", route, data=content, headers={"Content-Type": "application/json"})
        self._refused("POST", "/signup", data=mark, headers={"Content-Type": f"text/{mark}"})
        self._refused("GET", "/me", headers={"Authorization": mark})

    def pay_elsewhere(self) -> None:
        """Have Stripe tell all it knows of who pays; and have somebody else say the same."""
        secret = self.canary.person.stack.description["stripe_webhook_secret"]
        for kind in (*webhooks.ABOUT, "invoice.created"):
            sent = webhooks.body(webhooks.event(kind, f"evt_{secrets.token_hex(8)}")).decode()
            for name, marker in zip(webhooks.NAMES, PAYER, strict=True):
                sent = sent.replace(name, self.canary.markers[marker])
            for signing, do in ((secret, self._done), (webhooks.OTHER_SECRET, self._refused)):
                signature = webhooks.header(sent.encode(), int(time.time()), signing)
                do("POST", "/webhooks/stripe", data=sent, headers={"Stripe-Signature": signature})
        settled(self.canary.person.stack)

    def die_in_queues(self) -> None:
        """Have an event about the canary, and one that is no event at all, end among the dead letters."""
        stack, subject = self.canary.person.stack, SubjectId(self.canary.person.subject)
        event = Event(RandomIds().event(), EventType.REQUEST_POSTED, datetime.now(UTC), subject).to_body()
        poison = json.dumps({"id": self.canary.markers["poison"], "type": self.canary.markers["poison"]})
        self.canary.dead.append(event)
        for queue in ("deliveries", "matching", "payments"):
            with insider.impatient(stack, queue):
                insider.send(stack, queue, event, poison)
                insider.until_holding(stack, f"{queue}-dlq", event, poison)
            insider.take(stack, f"{queue}-dlq", poison)

    def leave(self) -> None:
        """Log out."""
        person = self.canary.person
        self._done("POST", "/sessions/end", {"refresh_token": person.tokens["refresh_token"]}, own=True)
        self._refused("GET", "/me", own=True)
        settled(person.stack)

    def _log_in(self) -> None:
        person = self.canary.person
        person.tokens = self._done("POST", "/sessions", {"email": person.email, "password": person.password}).json()
        self.canary.markers["log-in token"] = person.token.rpartition(".")[2]
        end = person.tokens["refresh_token"][-60:]
        self.canary.markers.setdefault("first refresh token", end)
        self.canary.markers["last refresh token"] = end

    def _path(self, mail: Mail, containing: str, name: str = "") -> str:
        path = link(mail, containing).removeprefix(self.api.url)
        if name:
            self.canary.markers[name] = path.rpartition("/")[2]
        return path

    def _done(self, method: str, path: str, body: object = None, *, own: bool = False, **more: Any) -> Any:
        answer = self._call(method, path, body, own=own, **more)
        assert answer.status_code < 300, f"{method} {path}: {answer.text}"
        return answer

    def _refused(self, method: str, path: str, body: object = None, *, own: bool = False, **more: Any) -> None:
        answer = self._call(method, path, body, own=own, **more)
        assert 400 <= answer.status_code < 500, f"{method} {path}: {answer.status_code}"
        self.canary.refusals.append(answer)

    def _call(self, method: str, path: str, body: object, *, own: bool, **more: Any) -> requests.Response:
        given = {"headers": {**self.browser, **more.pop("headers", {})}} | ({} if body is None else {"json": body})
        return self.api.call(method, path, token=self.canary.person.token if own else None, **given, **more)


@pytest.fixture(scope="module")
def findings(canary: Canary, stack: Stack) -> list[hunt.Finding]:
    """Where the canary shows, the mails left out."""
    return hunt.hunt(canary.markers, hunt.everywhere(stack, canary.began))


@pytest.mark.commitment("security.encrypted-at-rest", "purpose.bound", "data.identifiers", "data.general")
def test_the_canary_shows_nowhere(findings: list[hunt.Finding]):
    assert [finding for finding in findings if finding.kind != "call"] == []


@pytest.mark.commitment("purpose.bound", "data.identifiers", "data.general")
def test_calls_to_aws_carry_what_they_are_for_and_nothing_else(canary: Canary, findings: list[hunt.Finding]):
    carried = canary.carried(finding for finding in findings if finding.kind == "call")

    assert {place: marks - CARRIED.get(place, set()) for place, marks in carried.items()} == {
        place: set() for place in CARRIED
    }


@pytest.mark.commitment("security.encrypted-at-rest")
def test_what_is_sealed_opens_with_the_persons_key_and_holds_the_markers(canary: Canary, stack: Stack):
    sealed = insider.opened(stack, canary.person.subject)
    text = json.dumps([dict(fields) for fields in sealed.values()], ensure_ascii=False)

    assert {name for name, marker in canary.markers.items() if marker in text} >= SEALED
    assert {key.table for key in sealed} == {"accounts", "consents", "disclosures", "payments", "requests"}
    of_reader = json.dumps([dict(fields) for fields in insider.opened(stack, canary.reader.subject).values()])
    assert {name for name in READER if canary.markers[name] in of_reader} == set(READER)
    assert all(b"Cnry" not in row["sealed"] for row in insider.rows(stack, "accounts") if "sealed" in row)


@pytest.mark.commitment("sharing.request-details", "sharing.only-as-stated")
def test_mail_says_what_is_meant_for_its_reader(canary: Canary):
    old, new, reader = f"{canary.markers['address']}@example.com", canary.person.email, canary.reader.email
    told: dict[str, set[str]] = {}
    for finding in hunt.hunt(canary.markers, _in_mails(canary.mails)):
        told.setdefault(finding.name, set()).add(finding.marker)

    assert told.pop(old) == {"address", "verification link", "reset link", "title", "unsubscribe link"}
    assert told.pop(new) == {"new address", "second verification link", "unsubscribe link"}
    assert told.pop(reader) == {"reader address", "title", "description"}
    assert all(marks == {"title", "description"} for marks in told.values())  # other providers, who may have offered


@pytest.mark.commitment("sharing.only-as-stated")
def test_each_was_sent_the_mails_of_their_job(canary: Canary, stack: Stack):
    two = {canary.person.subject, canary.reader.subject}
    rows = [row for row in insider.rows(stack, "messages") if row["recipient"] in two and row["state"] == "sent"]

    assert {row["kind"] for row in rows} >= TOLD


@pytest.mark.commitment("sharing.only-as-stated")
def test_a_refusal_repeats_nothing(canary: Canary):
    assert len(canary.refusals) > 50
    assert hunt.hunt(canary.markers, _in_answers(canary.refusals)) == []


def _in_mails(mails: list[Mail]) -> Iterator[hunt.Place]:
    for mail in mails:
        for path, value in {"text": mail["text"], "html": mail["html"], **mail["headers"]}.items():
            yield hunt.Place("mail", mail["to"][0], path, value.encode())


def _in_answers(answers: list[requests.Response]) -> Iterator[hunt.Place]:
    for answer in answers:
        name = f"{answer.request.method} {answer.request.path_url}"
        yield hunt.Place("answer", name, "body", answer.content)
        yield hunt.Place("answer", name, "headers", str(answer.headers).encode())
