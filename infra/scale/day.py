"""What happens in a day, which calls it makes, and what DynamoDB counts for it.

The calls are counted by tests/budgets/test_calls.py, the units by tests/budgets/test_units.py.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from infra.scale.figures import ASSUMED
from jobipro.domain.limits import RULES
from jobipro.domain.requests import WAVE
from tests.budgets.test_calls import COSTS

DAY = 86_400  # seconds
TOLD = 4
"""Mails of a job that ends well, beside its receipt: two of its acceptance, one that it is done, one that all agree."""
SEND, MAIL = "sqs:SendMessageBatch", "ses:SendRawEmail"


@dataclass(frozen=True, slots=True)
class Units:
    """What DynamoDB counts, and the bytes of new rows that stay."""

    read: int = 0
    written: int = 0
    kept: int = 0

    def __add__(self, other: "Units") -> "Units":
        return Units(self.read + other.read, self.written + other.written, self.kept + other.kept)


UNITS: Mapping[tuple[str, str], Units] = {
    ("post a request", "POST /requests"): Units(2, 18, 1374),
    ("post a request", "1 for deliveries+matching"): Units(0, 2, 0),
    ("post a request", "RequestPosted to provider_notification"): Units(5, 10, 475),
    ("post a request", "RequestPosted to message_delivery"): Units(5, 10, 300),
    ("post a request", "OpportunityMatched"): Units(6, 16, 334),
    ("log in and out", "POST /sessions"): Units(1, 2, 0),
    ("log in and out", "POST /sessions/refresh"): Units(0, 0, 0),
    ("look at the profile", "GET /me"): Units(2, 0, 0),
    ("read and cancel a request", "GET /requests"): Units(3, 0, 0),
    ("read and cancel a request", "GET /requests/{id}"): Units(3, 0, 0),
    ("read and cancel a request", "POST /requests/{id}/cancel"): Units(3, 8, 138),
    ("read and cancel a request", "1 for media+payments"): Units(0, 2, 0),
    ("sign up", "POST /signup"): Units(0, 22, 1265),
    ("sign up", "1 for deliveries"): Units(0, 2, 0),
    ("sign up", "AccountCreated"): Units(6, 10, 540),
    ("verify", "GET /verify/{token}"): Units(1, 0, 0),
    ("verify", "POST /verify/{token}"): Units(5, 24, 1918),
    ("offer work for the first time", "PUT /me/provider"): Units(4, 12, 1022),
    ("offer work for the first time", "1 for matching"): Units(0, 2, 0),
    ("offer work for the first time", "ProviderChanged"): Units(4, 14, 844),
    ("unsubscribe with one click", "POST /unsubscribe/{token}"): Units(1, 6, 215),
    ("what anybody may ask", "tick"): Units(9, 0, 0),
    ("send an image", "POST /uploads"): Units(2, 9, 190),
    ("send an image", "ObjectCreated"): Units(1, 3, 221),
    ("send an image", "GET /requests/{id}/media"): Units(4, 0, 0),
    ("make an offer", "GET /opportunities"): Units(7, 0, 0),
    ("make an offer", "GET /opportunities/{id}"): Units(6, 0, 0),
    ("make an offer", "POST /opportunities/{id}/offers"): Units(6, 18, 559),
    ("make an offer", "2 for deliveries"): Units(0, 4, 0),
    ("make an offer", "GET /requests/{id}/offers"): Units(7, 0, 0),
    ("accept an offer", "POST /requests/{id}/offers/{offer_id}/accept"): Units(11, 32, 1404),
    ("accept an offer", "3 for deliveries+payments"): Units(0, 6, 0),
    ("accept an offer", "OfferAccepted"): Units(5, 12, 131),
    ("reach the provider", "GET /requests/{id}/contact"): Units(7, 10, 513),
    ("pay for a job", "POST /requests/{id}/payment"): Units(11, 17, 131),
    ("pay for a job", "GET /requests/{id}/payment"): Units(11, 5, 0),
    ("hear that a bank holds the money", "POST /webhooks/stripe"): Units(0, 4, 365),
    ("hear that a bank holds the money", "1 for payments"): Units(0, 2, 0),
    ("hear that a bank holds the money", "StripeEventReceived"): Units(6, 7, 0),
    ("say that the work is done", "POST /requests/{id}/complete"): Units(3, 10, 140),
    ("say that the work is done", "2 for deliveries"): Units(0, 4, 0),
    ("confirm that the work is done", "POST /requests/{id}/confirm"): Units(3, 10, 141),
    ("confirm that the work is done", "2 for deliveries+payments"): Units(0, 4, 0),
    ("find the work good", "RequestConfirmed"): Units(4, 10, 0),
    ("find the work good", "1 for deliveries"): Units(0, 2, 0),
    ("get a receipt and money back", "PaymentSettled"): Units(7, 10, 300),
    ("hear how a job goes on", "RequestTold"): Units(5, 10, 302),
}
"""By scenario and trigger of tests/budgets/test_calls.py; tests/budgets/test_units.py counts them."""


@dataclass(frozen=True, slots=True)
class Load:
    """How much is asked of a stage."""

    people: int
    requests: int

    @property
    def providers(self) -> float:
        """How many people are providers."""
        return self.people * guess("providers")

    @property
    def told(self) -> float:
        """How many opportunities go to the queue in a day."""
        return self.requests * WAVE * guess("waves")

    @property
    def commercial(self) -> float:
        """How many of them become mails: the limit of each provider stands in front."""
        return min(self.told, self.providers * RULES["opportunity.mail"].count)


IDLE, SMALL, LARGE = Load(0, 0), Load(50_000, 10_000), Load(10_000_000, 2_000_000)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happens so often a day: what it calls and what DynamoDB counts for it, each time."""

    what: str
    function: str
    times: float
    calls: tuple[str, ...]
    units: Units

    @property
    def milliseconds(self) -> float:
        """How long the function is at it."""
        return guess("own") + sum(guess(_kind(call)) for call in self.calls)


POSTED, READ, VERIFIED, OFFERED = (
    "post a request",
    "read and cancel a request",
    "verify",
    "offer work for the first time",
)
IMAGE, OFFER, ENGAGED = "send an image", "make an offer", "accept an offer"
PAID, DONE, GOOD = "pay for a job", "say that the work is done", "confirm that the work is done"
ACCEPTING = "POST /requests/{id}/offers/{offer_id}/accept"
HELD, TAKEN = "hear that a bank holds the money", "find the work good"

MIX: Sequence[tuple[str, str, str, str, str]] = (
    ("POST /requests", "request_posting", POSTED, "POST /requests", "requests"),
    ("its event handed over", "outbox_relay", POSTED, "1 for deliveries+matching", "requests"),
    ("providers found", "provider_notification", POSTED, "RequestPosted to provider_notification", "requests"),
    ("confirmation sent", "message_delivery", POSTED, "RequestPosted to message_delivery", "requests"),
    ("opportunity sent", "message_delivery", POSTED, "OpportunityMatched", "commercial mails"),
    ("POST /sessions", "signup", "log in and out", "POST /sessions", "log-ins"),
    ("POST /sessions/refresh", "signup", "log in and out", "POST /sessions/refresh", "refreshes"),
    ("GET /me", "profile", "look at the profile", "GET /me", "looks"),
    ("GET /requests", "request_posting", READ, "GET /requests", "looks"),
    ("GET /requests/{id}", "request_posting", READ, "GET /requests/{id}", "second looks"),
    ("POST /requests/{id}/cancel", "request_posting", READ, "POST /requests/{id}/cancel", "cancellations"),
    ("its event handed over", "outbox_relay", READ, "1 for media+payments", "cancellations"),
    ("POST /signup", "signup", "sign up", "POST /signup", "sign-ups"),
    ("its event handed over", "outbox_relay", "sign up", "1 for deliveries", "sign-ups"),
    ("verification sent", "message_delivery", "sign up", "AccountCreated", "sign-ups"),
    ("GET /verify/{token}", "signup", VERIFIED, "GET /verify/{token}", "sign-ups"),
    ("POST /verify/{token}", "signup", VERIFIED, "POST /verify/{token}", "sign-ups"),
    ("PUT /me/provider", "profile", OFFERED, "PUT /me/provider", "new providers"),
    ("its event handed over", "outbox_relay", OFFERED, "1 for matching", "new providers"),
    ("coverage written", "provider_notification", OFFERED, "ProviderChanged", "new providers"),
    (
        "POST /unsubscribe/{token}",
        "unsubscribe",
        "unsubscribe with one click",
        "POST /unsubscribe/{token}",
        "unsubscribes",
    ),
    ("tick", "clocks", "what anybody may ask", "tick", "minutes"),
    ("POST /uploads", "request_posting", IMAGE, "POST /uploads", "images"),
    ("image made anew", "media", IMAGE, "ObjectCreated", "images"),
    ("GET /requests/{id}/media", "request_posting", IMAGE, "GET /requests/{id}/media", "images"),
    ("GET /opportunities", "request_posting", OFFER, "GET /opportunities", "offers"),
    ("GET /opportunities/{id}", "request_posting", OFFER, "GET /opportunities/{id}", "glances"),
    ("POST /opportunities/{id}/offers", "request_posting", OFFER, "POST /opportunities/{id}/offers", "offers"),
    ("its events handed over", "outbox_relay", OFFER, "2 for deliveries", "offers"),
    ("GET /requests/{id}/offers", "request_posting", OFFER, "GET /requests/{id}/offers", "offers"),
    (ACCEPTING, "request_posting", ENGAGED, ACCEPTING, "jobs"),
    ("its events handed over", "outbox_relay", ENGAGED, "3 for deliveries+payments", "jobs"),
    ("payment opened", "payment_events", ENGAGED, "OfferAccepted", "jobs"),
    ("GET /requests/{id}/contact", "request_posting", "reach the provider", "GET /requests/{id}/contact", "contacts"),
    ("POST /requests/{id}/payment", "payments", PAID, "POST /requests/{id}/payment", "jobs"),
    ("GET /requests/{id}/payment", "payments", PAID, "GET /requests/{id}/payment", "jobs"),
    ("POST /webhooks/stripe", "stripe_webhooks", HELD, "POST /webhooks/stripe", "Stripe's events"),
    ("its event handed over", "outbox_relay", HELD, "1 for payments", "Stripe's events"),
    ("Stripe's event applied", "payment_events", HELD, "StripeEventReceived", "Stripe's events"),
    ("POST /requests/{id}/complete", "request_posting", DONE, "POST /requests/{id}/complete", "jobs"),
    ("its events handed over", "outbox_relay", DONE, "2 for deliveries", "jobs"),
    ("POST /requests/{id}/confirm", "request_posting", GOOD, "POST /requests/{id}/confirm", "jobs"),
    ("its events handed over", "outbox_relay", GOOD, "2 for deliveries+payments", "jobs"),
    ("money taken", "payment_events", TAKEN, "RequestConfirmed", "jobs"),
    ("its event handed over", "outbox_relay", TAKEN, "1 for deliveries", "jobs"),
    ("receipt sent", "message_delivery", "get a receipt and money back", "PaymentSettled", "jobs"),
    ("both told how it goes on", "message_delivery", "hear how a job goes on", "RequestTold", "told"),
)
"""What happens, in which function, where its calls were counted (scenario and trigger), and how often: see `_times`."""


def _times(load: Load) -> Mapping[str, float]:
    """Return how often a day each thing happens."""
    new = load.people * guess("sign-ups")
    offers, jobs = load.requests * guess("offers"), load.requests * guess("engaged")
    return {
        "requests": load.requests,
        "commercial mails": load.commercial,
        "log-ins": load.requests * guess("log-ins"),
        "refreshes": load.requests * guess("refreshes"),
        "looks": load.requests * guess("looks") / 4,
        "second looks": load.requests * guess("looks") / 2,
        "cancellations": load.requests * guess("cancelled"),
        "sign-ups": new,
        "new providers": new * guess("providers"),
        "unsubscribes": load.commercial * guess("unsubscribes"),
        "minutes": DAY / 60,
        "images": load.requests * guess("images"),
        "offers": offers,
        "glances": offers * guess("glances"),
        "jobs": jobs,
        "contacts": jobs * guess("contacts"),
        "Stripe's events": jobs * guess("stripe events"),
        "told": offers + jobs * TOLD,
    }


def happenings(load: Load) -> list[Happening]:
    """Return all that happens in a day."""
    times = _times(load)
    found = [
        Happening(what, function, times[often], COSTS[scenario][trigger], UNITS[scenario, trigger])
        for what, function, scenario, trigger, often in MIX
    ]
    return [*map(_over_a_neighbourhood, found), _limited(found, load.told - load.commercial)]


def _over_a_neighbourhood(each: Happening) -> Happening:
    """Return matching with as many pages and sends as it takes; the counted scenario has one provider."""
    if each.what != "providers found":
        return each
    pages, sends = ceil(guess("covering") / 1_000), ceil(WAVE / 10)
    more = ("dynamodb:Query",) * (pages - 1) + (SEND,) * (sends - 1)
    read = Units(read=read_of(guess("covering")))
    return Happening(each.what, each.function, each.times, each.calls + more, each.units + read)


def _limited(found: Iterable[Happening], times: float) -> Happening:
    """Return an opportunity whose provider has had the mails of the day: claimed in vain, and noted."""
    sent = next(each for each in found if each.what == "opportunity sent")
    calls = tuple(call for call in sent.calls if call != MAIL)
    return Happening("opportunity over the limit", sent.function, times, calls, sent.units)


def read_of(rows: float) -> int:
    """Return the read units of so many rows of coverage."""
    return ceil(rows * guess("coverage row") / 4096)


def guess(name: str) -> float:
    """Return a number that is guessed."""
    return ASSUMED[name].value


def _kind(call: str) -> str:
    service, operation = call.split(":")
    if service == "dynamodb":
        return "write" if operation == "TransactWriteItems" else "read"
    return "cognito" if service == "cognito-idp" else service


def total(all_of: Iterable[Happening], counted: Callable[[Happening], float]) -> float:
    """Return how much is counted in a day."""
    return sum(each.times * counted(each) for each in all_of)


def calls(prefix: str) -> Callable[[Happening], float]:
    """Return how to count the calls whose name begins so."""
    return lambda each: sum(call.startswith(prefix) for call in each.calls)


def is_http(each: Happening) -> float:
    """Return 1 for what comes in by HTTP, and 0 for the rest."""
    return float(each.what.split(" ")[0] in {"GET", "POST", "PUT", "PATCH", "HEAD", "DELETE"})
