"""What people do, one thing at a time: each is done over and over, with another call failing each time.

A scenario joins by a line in `SCENARIOS`: what it starts from, made by `after` an earlier beginning where there is one,
and what is done then. Nothing says which calls are made: they are found by doing it once. A play takes a fifth of a
second, so only what no scenario before it made to fail is tried (`Stage.troubles`), and a newcomer costs what is new in
it. `test_coverage.py` tells when a function, a route, an event or a call was left out. Where a fault may show in the
end, `allowed.py` says why. How a new service says that it is busy belongs to `calls.BUSY`, what only looks to
`calls.WITHOUT_EFFECT`.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from jobipro.adapters.system import RandomIds
from jobipro.domain import policy
from jobipro.domain.events import Event, EventType
from jobipro.domain.ids import RequestId, SubjectId
from jobipro.domain.offers import offer_id
from jobipro.domain.payments import payment_id
from jobipro.domain.times import written
from tests.fakes import webhooks
from tests.fakes.images import jpeg
from tests.faults.state import Kept
from tests.faults.world import LATER, Request, World

PASSWORD = "four quiet maple canoes"
NEW_PASSWORD = "five loud birch paddles"
MONTREAL = {"latitude": 45.50884, "longitude": -73.58781}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, by what is theirs alone."""

    email: str
    name: str
    subject: str = ""


ADA = Person("ada.lovelace@example.com", "Augusta")
PAT = Person("pat.plumber@example.com", "Patterson")
MARKERS = (
    "lovelace",
    "augusta",
    "patterson",
    "pat.plumber",
    "augusta.new",
    "notre-dame",
    "514555",
    "kitchen tap",
    "wilhelmina",
)
"""What may be in nobody's sight but in mails, folded to lower case."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a scenario starts from: who is there, and what they were sent."""

    kept: Kept
    people: Mapping[str, Person] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)

    @property
    def passwords(self) -> dict[str, str]:
        """The password of each log-in."""
        return {person.subject: PASSWORD for person in self.people.values()}


class Setting:
    """People in a world, on the way to what a scenario starts from or in the middle of it."""

    def __init__(self, world: World, facts: Facts | None = None) -> None:
        self.world = world
        self.people = dict(facts.people) if facts else {}
        self.links = dict(facts.links) if facts else {}

    def facts(self) -> Facts:
        """Return what a scenario can start from."""
        return Facts(self.world.storage.take(), self.people, self.links)

    def post(self, route: str, body: object = None, method: str = "POST", **more: Any) -> Any:
        """Send a request without Idempotency-Key, unless it is given."""
        return self.world.ask(Request(method, route, body, **more))

    def as_(self, name: str, method: str, route: str, body: object = None, **more: Any) -> Any:
        """Send a request of somebody who just logged in."""
        person = self.people[name]
        token = self.world.token(person.subject, PASSWORD)["IdToken"]
        return self.world.ask(Request(method, route, body, caller=token, **more))

    def link(self, to: str, kind: str) -> str:
        """Return the token of the newest link of a kind that was mailed to an address."""
        found = [
            token
            for mail in self.world.mails
            if mail.to == to
            for token in re.findall(rf"/{kind}/([A-Za-z0-9_-]+)", mail.text)
        ]
        assert found, f"no {kind} link went to {to}"
        return str(found[-1])

    def sign_up(self, person: Person, role: str, key: str | None = None) -> None:
        """Ask for an account."""
        body = {
            "email": person.email,
            "password": PASSWORD,
            "given_name": person.name,
            "family_name": "Lovelace",
            "date_of_birth": "1990-02-28",
            "province": "QC",
            "role": role,
            "language": "en",
            "policy_version": policy.current(datetime.now(UTC).date()).version,
            "phone": "514 555 0123",
            "approvals": {"newsletter": True, "sms": True},
        }
        answer = self.post("/signup", body, key=key)
        assert answer.status in {202, 503}, answer

    def join(self, name: str, person: Person, role: str) -> None:
        """Ask for an account and verify the address."""
        before = self.world.storage.take().users
        self.sign_up(person, role)
        self.world.arrive()
        (subject,) = self.world.storage.take().users - before
        self.people[name] = replace(person, subject=subject)
        token = self.link(person.email, "verify")
        assert self.post("/verify/{token}", path={"token": token}).status == 200
        self.world.arrive()

    def tell(self, kind: EventType, name: str, **refs: str) -> None:
        """Have an event about Ada's request told to somebody, as if whoever caused it had committed it."""
        request = RequestId(self.links["request"])
        about = {"request": request, "customer": self.people["ada"].subject, **refs}
        event = Event(RandomIds().event(), kind, datetime.now(UTC), SubjectId(self.people[name].subject), about)
        self.world.storage.add("outbox", {"pk": f"O#{event.id}", "sk": "-", "body": event.to_body()})

    def send_image(self, content: bytes, key: str | None = None) -> None:
        """Have Ada announce an image and send it."""
        body = {"content_type": "image/jpeg", "size": len(content)}
        answer = self.as_("ada", "POST", "/uploads", body, key=key)
        assert answer.status in {201, 503}, answer
        if answer.status == 201:
            self.links["upload"] = answer.json()["id"]
            self.world.send_image(answer.json(), content)
        self.world.arrive()

    def ask_for_help(self, key: str | None = None, *media: str) -> None:
        """Have Ada post a request."""
        body = {
            "trade": "plumbing",
            "title": "Kitchen tap drips",
            "description": "It has dripped since Monday.",
            "location": MONTREAL,
            "address": {
                "street": "1 rue Notre-Dame Est",
                "city": "Montréal",
                "province": "QC",
                "postal_code": "H2Y 1B6",
            },
            "phone": "514 555 0123",
            "contact_preference": "both",
            "media": media,
        }
        answer = self.as_("ada", "POST", "/requests", body, key=key)
        assert answer.status in {201, 503}, answer
        if answer.status == 201:
            self.links["request"] = answer.json()["id"]

    def offer(self, key: str | None = None) -> None:
        """Have Pat offer for Ada's request."""
        day = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
        body = {"price_cents": 12500, "earliest_on": day, "message": "Patterson comes at nine."}
        path = {"id": self.links["request"]}
        answer = self.as_("pat", "POST", "/opportunities/{id}/offers", body, path=path, key=key)
        assert answer.status in {201, 503}, answer
        if answer.status == 201:
            self.links["offer"] = answer.json()["id"]


def plumbing(radius_km: int) -> dict[str, object]:
    """Return what somebody in Montréal says they do."""
    return {"trades": ["plumbing"], "base": MONTREAL, "radius_km": radius_km, "about": "Taps and pipes."}


# What scenarios start from.


type Act = Callable[[Setting], object]


@dataclass(frozen=True, slots=True)
class Later:
    """What a scenario starts from when something more happens after an earlier beginning, which is made but once."""

    earlier: Act
    own: Act

    def __call__(self, it: Setting) -> None:
        """Let both happen."""
        self.earlier(it)
        self.own(it)


def after(earlier: Act) -> Callable[[Act], Later]:
    """Return what has a beginning go on from an earlier one."""
    return lambda own: Later(earlier, own)


def nobody(it: Setting) -> None:
    """Nothing is there."""


def signed_up(it: Setting) -> None:
    """Ada has been sent the link that verifies her address."""
    it.sign_up(ADA, "customer")
    it.world.arrive()
    (subject,) = it.world.storage.take().users
    it.people["ada"] = replace(ADA, subject=subject)
    it.links["verify"] = it.link(ADA.email, "verify")


def member(it: Setting) -> None:
    """Ada has an account."""
    it.join("ada", ADA, "customer")


@after(member)
def resetting(it: Setting) -> None:
    """Ada has been sent a link that resets her password."""
    it.post("/password-resets", {"email": ADA.email})
    it.world.arrive()
    it.links["reset"] = it.link(ADA.email, "password-resets")


@after(member)
def moving(it: Setting) -> None:
    """Ada has been sent the link that verifies her new address."""
    it.as_("ada", "POST", "/me/email", {"email": "augusta.new@example.com", "current_password": PASSWORD})
    it.world.arrive()
    it.links["verify"] = it.link("augusta.new@example.com", "verify")


@after(member)
def market(it: Setting) -> None:
    """Ada has an account, Pat offers plumbing near by."""
    it.join("pat", PAT, "provider")
    assert it.as_("pat", "PUT", "/me/provider", plumbing(radius_km=20)).status == 200
    it.world.arrive()
    it.links["unsubscribe-account"] = it.link(PAT.email, "unsubscribe")


@after(market)
def told(it: Setting) -> None:
    """Pat has heard of Ada's request."""
    it.ask_for_help()
    it.world.arrive()
    it.links["unsubscribe"] = it.link(PAT.email, "unsubscribe")


@after(told)
def offered(it: Setting) -> None:
    """Pat has offered to do what Ada asks."""
    it.offer()
    it.world.arrive()


@after(offered)
def engaged(it: Setting) -> None:
    """Ada has accepted Pat's offer."""
    accepts(it)
    it.world.arrive()


@after(told)
def another_wave(it: Setting) -> None:
    """A wave of Ada's request is over and the next one, for those who joined since, is due."""
    due = {"due_kind": {"S": "wave"}, "due_at": {"S": written(datetime.now(UTC))}}
    place = (f"R#{it.links['request']}", "WAVE")
    it.world.storage.change("requests", place, {"finished": {"BOOL": False}, "after": {"S": ""}, **due})


@after(market)
def quiet(it: Setting) -> None:
    """Pat wants no mail at this time of day."""
    answer = it.as_("pat", "PUT", "/me/preferences", {"quiet_hours": {"start": "00:00", "end": "23:59"}})
    assert answer.status == 200, answer


@after(told)
def at_work(it: Setting) -> None:
    """Pat is engaged for Ada's request, which she owes for."""
    ada, pat = (it.people[name].subject for name in ("ada", "pat"))
    place = (f"R#{it.links['request']}", "REQUEST")
    it.world.storage.change("requests", place, {"state": {"S": "engaged"}, "provider": {"S": pat}})
    taken = {
        "n": 1,
        "standing": "captured",
        "cents": 12345,
        "captured_cents": 12345,
        "refunded_cents": 5000,
        "refunds": {"re_1": {"cents": 5000, "state": "succeeded"}},
        "disputes": {},
        "warnings": {},
        "seen": True,
    }
    payment = {
        "pk": f"P#{payment_id(RequestId(it.links['request']))}",
        "sk": "PAYMENT",
        "request": it.links["request"],
        "customer": ada,
        "provider": pat,
        "cents": 12345,
        "currency": "CAD",
        "opened_at": written(datetime.now(UTC)),
        "version": 1,
        "authorisations": {"pi_1": taken},
    }
    it.world.storage.add("payments", payment)


@after(at_work)
def still_owing(it: Setting) -> None:
    """Pat is engaged for Ada's request, and nothing holds the money for it."""
    place = (f"P#{payment_id(RequestId(it.links['request']))}", "PAYMENT")
    it.world.storage.change("payments", place, {"authorisations": {"M": {}}})


@after(still_owing)
def paid(it: Setting) -> None:
    """Ada has paid for the job: her bank holds the money."""
    pays(it)


@after(still_owing)
def paid_untold(it: Setting) -> None:
    """Ada has paid for the job, and Stripe is about to tell of it."""
    asks_to_pay(it)
    it.world.arrive()


@after(paid)
def taken_untold(it: Setting) -> None:
    """Ada's money was taken, and Stripe is about to tell of it."""
    fake = it.world.storage.stripe.fake
    (intent,) = fake.intents
    fake.capture("by hand", intent)


@after(paid)
def paid_a_week_ago(it: Setting) -> None:
    """Ada's bank lets go of the money soon."""
    place = (f"P#{payment_id(RequestId(it.links['request']))}", "PAYMENT")
    row = it.world.storage.take().rows["payments"][place]
    (intent,) = row["authorisations"]["M"]
    held = {**row["authorisations"]["M"][intent]["M"], "capture_before": {"S": written(datetime.now(UTC))}}
    due = {"due_kind": {"S": "capture"}, "due_at": {"S": written(datetime.now(UTC))}}
    it.world.storage.change("payments", place, {"authorisations": {"M": {intent: {"M": held}}}, **due})


@after(still_owing)
def paid_unheard(it: Setting) -> None:
    """Ada has paid for the job, and nothing that Stripe told of it ever came; it is time to compare."""
    asks_to_pay(it)
    it.world.arrive()
    for event in it.world.storage.stripe.fake.happened:
        event["created"] -= 20 * 60
    to_be_compared(it)


def to_be_compared(it: Setting) -> None:
    """It is time to compare with Stripe."""
    now = datetime.now(UTC)
    times = {"next_at": now, "begun_at": now, "ended_at": now, "compared_until": now - timedelta(hours=1)}
    it.world.storage.change("payments", ("RECONCILED", "-"), {name: {"S": written(at)} for name, at in times.items()})


@after(at_work)
def disputed(it: Setting) -> None:
    """Ada's bank asks for the money back, and somebody has to answer soon."""
    now = datetime.now(UTC)
    case = {
        "pk": f"P#{payment_id(RequestId(it.links['request']))}",
        "sk": "CASE#du_1",
        "request": it.links["request"],
        "kind": "dispute",
        "state": "open",
        "reason": "fraudulent",
        "cents": 12345,
        "opened_at": written(now),
        "due_by": written(now + timedelta(days=2)),
        "due_kind": "case",
        "due_at": written(now),
    }
    it.world.storage.add("payments", case)


@after(paid)
def paid_and_confirmed(it: Setting) -> None:
    """The job was done, and Ada's money taken."""
    job_becomes("confirmed", EventType.REQUEST_CONFIRMED)(it)


@after(member)
def illustrated(it: Setting) -> None:
    """Ada has posted a request with an image, and sent another image."""
    it.send_image(jpeg())
    it.ask_for_help(None, it.links["upload"])
    it.send_image(jpeg())
    it.world.arrive()


@after(at_work)
def at_work_by_offer(it: Setting) -> None:
    """Pat is engaged for Ada's request by the offer that was accepted; the money was taken."""
    offer = offer_id(RequestId(it.links["request"]), SubjectId(it.people["pat"].subject))
    place = (f"R#{it.links['request']}", "REQUEST")
    it.world.storage.change("requests", place, {"offer": {"S": offer}})


@after(at_work_by_offer)
def done(it: Setting) -> None:
    """Pat says that the work is done."""
    it.as_("pat", "POST", "/requests/{id}/complete", path={"id": it.links["request"]})
    it.world.arrive()


# What happens then.


def signs_up(it: Setting) -> None:
    """Somebody asks for an account."""
    it.sign_up(ADA, "customer", key="once")


def verifies(it: Setting) -> None:
    """The link is looked at, as scanners do, and its button pressed."""
    for method in ("HEAD", "GET", "POST"):
        it.post("/verify/{token}", method=method, path={"token": it.links["verify"]})


def logs_in_and_out(it: Setting) -> None:
    """Ada logs in, stays logged in, and logs out."""
    it.post("/sessions", {"email": ADA.email, "password": PASSWORD})
    tokens = it.world.token(it.people["ada"].subject, PASSWORD)
    it.post("/sessions/refresh", {"refresh_token": tokens["RefreshToken"]})
    it.post("/sessions/end", {"refresh_token": tokens["RefreshToken"]}, caller=tokens["IdToken"])


def resets(it: Setting) -> None:
    """The link is looked at, and a new password set."""
    for method in ("HEAD", "GET"):
        it.post("/password-resets/{token}", method=method, path={"token": it.links["reset"]})
    it.post("/password-resets/{token}", {"password": NEW_PASSWORD}, path={"token": it.links["reset"]})


def posts(it: Setting) -> None:
    """Ada posts a request, and Pat hears of it."""
    it.ask_for_help(key="once")


def reads_and_cancels(it: Setting) -> None:
    """Ada looks at her request and takes it back."""
    path = {"id": it.links["request"]}
    it.as_("ada", "GET", "/requests")
    it.as_("ada", "GET", "/requests/{id}", path=path)
    it.as_("ada", "POST", "/requests/{id}/cancel", path=path)


def accepts(it: Setting) -> None:
    """Ada accepts Pat's offer."""
    path = {"id": it.links["request"], "offer_id": it.links["offer"]}
    it.as_("ada", "POST", "/requests/{id}/offers/{offer_id}/accept", path=path)


def reaches_the_other_side(name: str) -> Act:
    """Return how somebody asks for the contact of whom they are engaged with."""
    return lambda it: it.as_(name, "GET", "/requests/{id}/contact", path={"id": it.links["request"]})


def sees_and_offers(it: Setting) -> None:
    """Pat looks at what there is and offers; Ada looks at the offer."""
    path = {"id": it.links["request"]}
    it.as_("pat", "GET", "/opportunities")
    it.as_("pat", "GET", "/opportunities/{id}", path=path)
    it.as_("pat", "GET", "/opportunities/{id}/media", path=path)
    it.offer(key="once")
    it.as_("ada", "GET", "/requests/{id}/offers", path=path)


def withdraws(it: Setting) -> None:
    """Pat takes the offer back."""
    path = {"id": it.links["request"], "offer_id": it.links["offer"]}
    it.as_("pat", "POST", "/opportunities/{id}/offers/{offer_id}/withdraw", path=path)


def moves(who: str, action: str, reason: str | None = None) -> Act:
    """Return that one side moves a job on."""
    body = {"reason": reason} if reason else None
    return lambda it: it.as_(who, "POST", f"/requests/{{id}}/{action}", body, path={"id": it.links["request"]})


def unsubscribes(it: Setting) -> None:
    """Pat looks at the page, and the mailbox provider sends its one click."""
    for method in ("HEAD", "GET"):
        it.post("/unsubscribe/{token}", method=method, path={"token": it.links["unsubscribe"]})
    _pressed(it, "unsubscribe", "List-Unsubscribe=One-Click")


def stripe_tells(kind: str) -> Act:
    """Return what Stripe does when something of a kind happened."""
    return lambda it: _sent_by_stripe(it, webhooks.body(webhooks.event(kind)))


def stripe_tells_of_the_payment(kind: str) -> Act:
    """Return that Stripe tells of what happened to Ada's payment."""

    def tell(it: Setting) -> None:
        told = [each for each in it.world.storage.stripe.fake.happened if each["type"] == kind]
        _sent_by_stripe(it, webhooks.body(told[-1]))

    return tell


def _sent_by_stripe(it: Setting, sent: bytes) -> None:
    # Signed a little ahead, since a recording of this may be played for some minutes more.
    signature = webhooks.header(sent, int(time.time()) + 240)
    it.post("/webhooks/stripe", sent.decode(), headers={"Stripe-Signature": signature})


def posts_without_the_stream(it: Setting) -> None:
    """Ada posts a request, and the stream loses the event."""
    posts(it)
    it.world.put_into_outbox()


def hear_of_the_job(it: Setting) -> None:
    """Both sides are told that they go together."""
    it.tell(EventType.REQUEST_TOLD, "ada", about="provider-engaged")
    it.world.arrive()
    it.tell(EventType.REQUEST_TOLD, "pat", about="offer-accepted")


def hears_of_the_payment(*kinds: EventType) -> Act:
    """Return that Ada is told of her payment."""

    def hears(it: Setting) -> None:
        payment = payment_id(RequestId(it.links["request"]))
        for kind in kinds:
            it.tell(kind, "ada", payment=payment)
            it.world.arrive()

    return hears


def asks_to_pay(it: Setting) -> None:
    """Ada asks to pay, and pays in her browser."""
    path = {"id": it.links["request"]}
    home = {"street": "1 rue Notre-Dame Est", "city": "Montréal", "province": "QC", "postal_code": "H2Y 1B6"}
    answer = it.as_("ada", "POST", "/requests/{id}/payment", {"billing_address": home}, path=path)
    if "client_secret" in answer.body:
        it.world.storage.stripe.fake.pays(answer.json()["client_secret"].partition("_secret_")[0])


def pays(it: Setting) -> None:
    """Ada pays, and looks at it, twice for the case that once it is not seen."""
    asks_to_pay(it)
    path = {"id": it.links["request"]}
    for _ in range(2):
        it.as_("ada", "GET", "/requests/{id}/payment", path=path)
    it.world.arrive()


def gives_back(it: Setting) -> None:
    """Pat gives a part of the money back."""
    path = {"id": it.links["request"]}
    it.as_("pat", "POST", "/requests/{id}/refunds", {"amount_cents": 500}, path=path, key="once")
    it.world.arrive()


def job_becomes(state: str, kind: EventType) -> Act:
    """Return that the job comes to a state, which is told."""

    def becomes(it: Setting) -> None:
        it.world.storage.change("requests", (f"R#{it.links['request']}", "REQUEST"), {"state": {"S": state}})
        it.tell(kind, "ada")
        it.world.arrive()

    return becomes


def sends_an_image(it: Setting) -> None:
    """Ada sends an image, and posts a request with it."""
    it.send_image(jpeg(), key="once")
    it.as_("ada", "GET", "/uploads/{id}", path={"id": it.links["upload"]})
    it.ask_for_help("once", it.links["upload"])
    it.as_("ada", "GET", "/requests/{id}/media", path={"id": it.links["request"]})


def takes_it_back(it: Setting) -> None:
    """Ada takes her request back."""
    it.as_("ada", "POST", "/requests/{id}/cancel", path={"id": it.links["request"]})


def as_ada(method: str, route: str, body: object = None) -> Act:
    """Return what Ada does with one request."""
    return lambda it: it.as_("ada", method, route, body)


def _pressed(it: Setting, link: str, button: str) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    it.post("/unsubscribe/{token}", button, path={"token": it.links[link]}, headers=form)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One thing that people do; `later` is how many seconds pass before the clock strikes."""

    given: Act
    act: Act
    later: int = LATER


NEW_ADDRESS = {"email": "augusta.new@example.com", "current_password": PASSWORD}

SCENARIOS: Mapping[str, Scenario] = {
    "what anybody may ask": Scenario(
        nobody, lambda it: [it.post(route, method="GET") for route in ("/status", "/policy", "/processors")]
    ),
    "sign up": Scenario(nobody, signs_up),
    "sign up again": Scenario(member, signs_up),
    "sign up and never verify": Scenario(signed_up, nobody, later=25 * 3600),
    "ask for the link again": Scenario(signed_up, lambda it: it.post("/verifications", {"email": ADA.email})),
    "verify": Scenario(signed_up, verifies),
    "log in and out": Scenario(member, logs_in_and_out),
    "ask for a password reset": Scenario(member, lambda it: it.post("/password-resets", {"email": ADA.email})),
    "reset the password": Scenario(resetting, resets),
    "change the password": Scenario(
        member, as_ada("POST", "/me/password", {"current_password": PASSWORD, "password": NEW_PASSWORD})
    ),
    "change the address": Scenario(member, as_ada("POST", "/me/email", NEW_ADDRESS)),
    "verify the new address": Scenario(moving, verifies),
    "look at the profile": Scenario(member, as_ada("GET", "/me")),
    "correct the profile": Scenario(member, as_ada("PATCH", "/me", {"given_name": "Augusta Ada"})),
    "look at the preferences": Scenario(member, as_ada("GET", "/me/preferences")),
    "change the preferences": Scenario(
        member, as_ada("PUT", "/me/preferences", {"email": {"newsletter": False, "research": True}, "language": "fr"})
    ),
    "look at the approvals": Scenario(member, as_ada("GET", "/me/approvals")),
    "look at the disclosures": Scenario(engaged, as_ada("GET", "/me/disclosures")),
    "accept an offer": Scenario(offered, accepts),
    "reach the provider": Scenario(engaged, reaches_the_other_side("ada")),
    "reach the customer": Scenario(engaged, reaches_the_other_side("pat")),
    "look at what one offers": Scenario(market, lambda it: it.as_("pat", "GET", "/me/provider")),
    "offer work for the first time": Scenario(member, as_ada("PUT", "/me/provider", plumbing(radius_km=20))),
    "go further for work": Scenario(market, lambda it: it.as_("pat", "PUT", "/me/provider", plumbing(radius_km=60))),
    "post a request": Scenario(market, posts),
    "post a request that the stream loses": Scenario(market, posts_without_the_stream),
    "post a request while the provider sleeps": Scenario(quiet, posts, later=25 * 3600),
    "tell of a request once more": Scenario(another_wave, nobody),
    "hear how a job goes on": Scenario(at_work, hear_of_the_job),
    "get a receipt and money back": Scenario(
        at_work, hears_of_the_payment(EventType.PAYMENT_SETTLED, EventType.PAYMENT_REFUNDED)
    ),
    "be asked for the card again": Scenario(still_owing, hears_of_the_payment(EventType.PAYMENT_NEEDED)),
    "pay for a job": Scenario(still_owing, pays),
    "find the work good": Scenario(paid, job_becomes("confirmed", EventType.REQUEST_CONFIRMED)),
    "call a job off that was paid for": Scenario(paid, job_becomes("cancelled", EventType.REQUEST_CANCELLED)),
    "work for longer than a bank waits": Scenario(paid_a_week_ago, nobody),
    "give money back": Scenario(paid_and_confirmed, gives_back),
    "read and cancel a request": Scenario(told, reads_and_cancels),
    "send an image": Scenario(member, sends_an_image),
    "look at the images of an opportunity": Scenario(
        told, lambda it: it.as_("pat", "GET", "/opportunities/{id}/media", path={"id": it.links["request"]})
    ),
    "send what is no image": Scenario(member, lambda it: it.send_image(b"<html>", key="once")),
    "leave an image unused": Scenario(illustrated, nobody, later=25 * 3600),
    "cancel a request with images": Scenario(illustrated, takes_it_back),
    "make an offer": Scenario(told, sees_and_offers),
    "withdraw an offer": Scenario(offered, withdraws),
    "say that the work is done": Scenario(at_work_by_offer, moves("pat", "complete")),
    "confirm that the work is done": Scenario(done, moves("ada", "confirm")),
    "object to how a job goes": Scenario(at_work_by_offer, moves("ada", "dispute", "not-done")),
    "find nobody in time": Scenario(told, nobody, later=31 * 24 * 3600),
    "object to nothing in time": Scenario(done, nobody, later=73 * 3600),
    "unsubscribe with one click": Scenario(told, unsubscribes),
    "compare with Stripe": Scenario(paid_unheard, nobody),
    "compare with Stripe, and find all there": Scenario(to_be_compared, nobody),
    "be reminded of a dispute": Scenario(disputed, nobody),
    "hear from Stripe": Scenario(nobody, stripe_tells("charge.captured")),
    "hear that a bank holds the money": Scenario(
        paid_untold, stripe_tells_of_the_payment("payment_intent.amount_capturable_updated")
    ),
    "hear that the money was taken": Scenario(taken_untold, stripe_tells_of_the_payment("charge.captured")),
    "hear from Stripe what nobody wants": Scenario(nobody, stripe_tells("invoice.created")),
    "unsubscribe from everything": Scenario(told, lambda it: _pressed(it, "unsubscribe", "stop=all")),
}
