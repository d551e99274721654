"""What becomes of the requests that somebody was told of: offers, work and money, over HTTP."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import stripe

from infra.demo.cast import Cast, Person, Provider, Wish
from infra.demo.client import Client, Member
from infra.demo.side_by_side import Steps, side_by_side
from infra.local.failure import CannotRun

OFFERS_EACH = 2
"""Offers a request, from those who are nearest; the customer takes the lowest."""

LEAST_CENTS, MORE_CENTS = 9_500, 850
CARD, DECLINED = "pm_card_visa", "pm_card_chargeCustomerFail"
DECLINED_EACH = 7
"""Of so many customers one tries a card first that is declined."""

SETTLED_WITHIN = 120.0  # seconds
LOOKED_EVERY = 0.5


class Fate(StrEnum):
    """How a job goes."""

    PAID = "paid"
    PARTLY_REFUNDED = "partly refunded"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"
    LEFT = "left at work"


FATES = (
    *(Fate.PAID, Fate.PARTLY_REFUNDED, Fate.CANCELLED, Fate.PAID, Fate.LEFT),
    *(Fate.PAID, Fate.REFUNDED, Fate.PAID, Fate.PAID, Fate.PAID),
)
"""Jobs take turns in going well."""

DONE = frozenset({Fate.PAID, Fate.PARTLY_REFUNDED, Fate.REFUNDED})
"""Where the work is done, confirmed and paid for."""

PAYMENT_STATES: Mapping[Fate, str] = {
    Fate.PAID: "captured",
    Fate.PARTLY_REFUNDED: "partly-refunded",
    Fate.REFUNDED: "refunded",
    Fate.CANCELLED: "released",
    Fate.LEFT: "authorised",
}
"""What the payment comes to."""


@dataclass(frozen=True, slots=True)
class Job:
    """A request that found its provider."""

    n: int
    wish: Wish
    request: str
    provider: Provider
    cents: int

    @property
    def fate(self) -> Fate:
        """How it goes."""
        return FATES[self.n % len(FATES)]


@dataclass(frozen=True, slots=True)
class Ended:
    """A job, what its payment came to by our books, and what Stripe has of it: captured, and given back, in cents."""

    job: Job
    state: str
    ours: tuple[int, int]
    stripes: tuple[int, int]

    @property
    def agrees(self) -> bool:
        """Tell whether both books say the same, and what should be so."""
        return self.ours == self.stripes and self.state == PAYMENT_STATES[self.job.fate]


@dataclass(frozen=True, slots=True)
class Market:
    """A stack, and everybody who acts on it."""

    description: Mapping[str, Any]
    members: Mapping[Person, Member]
    steps: Steps

    def side_by_side[T, R](self, name: str, work: Callable[[Client, T], R], items: Sequence[T]) -> list[R]:
        """Do something for each item, each with a connection of its own."""

        def one(item: T) -> R:
            with closing(Client(self.description)) as client:
                return work(client, item)

        return side_by_side(one, items, self.steps(name, len(items))) if items else []

    def call(self, client: Client, person: Person, method: str, path: str, expected: int, body: object = None) -> Any:
        """Act as a person."""
        return self.members[person].call(client, method, path, expected, body)

    def stripe(self, key: str) -> Any:
        """Return a client of the local Stripe."""
        return stripe.StripeClient(key, base_addresses={"api": self.description["stripe"]}).v1


def carried_through(
    market: Market, cast: Cast, requests: Mapping[Wish, str], told: Mapping[Wish, Sequence[Provider]]
) -> Sequence[Ended]:
    """Let those who were told of a request offer, and see each job to its end; `told` has the nearest first."""
    offers = _offered(market, requests, told)
    jobs = _accepted(market, [wish for wish in cast.wishes if wish in offers], requests, offers)
    _paid(market, jobs)
    _worked(market, jobs)
    _wait(market, jobs, lambda job: "captured" if job.fate in DONE else PAYMENT_STATES[job.fate])
    _refunded(market, jobs)
    payments = _wait(market, jobs, lambda job: PAYMENT_STATES[job.fate])
    return _compared(market, jobs, payments)


def _offered(
    market: Market, requests: Mapping[Wish, str], told: Mapping[Wish, Sequence[Provider]]
) -> Mapping[Wish, Mapping[str, Provider]]:
    """Have the nearest providers make offers; return who made each offer."""
    earliest = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    wanted = [(wish, provider, place) for wish in told for place, provider in enumerate(told[wish][:OFFERS_EACH])]

    def offer(client: Client, item: tuple[Wish, Provider, int]) -> str:
        wish, provider, place = item
        path = f"/opportunities/{requests[wish]}"
        market.call(client, provider.person, "GET", path, 200)
        cents = LEAST_CENTS + MORE_CENTS * (len(wish.title) + 7 * place)
        body = {"price_cents": cents, "earliest_on": earliest, "message": "I have done many of these."}
        made: str = market.call(client, provider.person, "POST", f"{path}/offers", 201, body)["id"]
        return made

    made = market.side_by_side("Providers offer", offer, wanted)
    found: dict[Wish, dict[str, Provider]] = {}
    for (wish, provider, _), name in zip(wanted, made, strict=True):
        found.setdefault(wish, {})[name] = provider
    return found


def _accepted(
    market: Market, wishes: Sequence[Wish], requests: Mapping[Wish, str], offers: Mapping[Wish, Mapping[str, Provider]]
) -> Sequence[Job]:
    """Have the customers accept the lowest offer, and the providers look whom they work for."""

    def accept(client: Client, numbered: tuple[int, Wish]) -> Job:
        n, wish = numbered
        path = f"/requests/{requests[wish]}"
        listed = market.call(client, wish.customer, "GET", f"{path}/offers", 200)["offers"]
        lowest = min(listed, key=lambda offer: int(offer["price_cents"]))
        market.call(client, wish.customer, "POST", f"{path}/offers/{lowest['id']}/accept", 200)
        provider = offers[wish][lowest["id"]]
        market.call(client, provider.person, "GET", f"{path}/contact", 200)
        return Job(n, wish, requests[wish], provider, lowest["price_cents"])

    return market.side_by_side("Customers accept", accept, list(enumerate(wishes)))


def _paid(market: Market, jobs: Sequence[Job]) -> None:
    """Have the customers pay as their browsers do: with a publishable key, at Stripe."""
    intents = market.stripe("pk_test_of_the_demo").payment_intents

    def pay(client: Client, job: Job) -> None:
        asked = market.call(client, job.wish.customer, "POST", f"/requests/{job.request}/payment", 200, {})
        secret = asked["client_secret"]
        name = secret.partition("_secret_")[0]
        if job.n % DECLINED_EACH == 0:
            _declined(intents, name, secret)
        intents.confirm(name, {"client_secret": secret, "payment_method": CARD})

    market.side_by_side("Customers pay", pay, jobs)


def _declined(intents: Any, name: str, secret: str) -> None:
    try:
        intents.confirm(name, {"client_secret": secret, "payment_method": DECLINED})
    except stripe.CardError:
        return
    raise CannotRun("The local Stripe took a card that it has to decline.")


def _worked(market: Market, jobs: Sequence[Job]) -> None:
    """Have the work done and confirmed, or called off, or left where it is."""

    def work(client: Client, job: Job) -> None:
        path = f"/requests/{job.request}"
        if job.fate in DONE:
            market.call(client, job.provider.person, "POST", f"{path}/complete", 200)
            market.call(client, job.wish.customer, "POST", f"{path}/confirm", 200)
        elif job.fate is Fate.CANCELLED:
            reason = {"reason": "no-longer-needed"}
            market.call(client, job.wish.customer, "POST", f"{path}/cancel", 200, reason)

    market.side_by_side("The work is done", work, jobs)


def _refunded(market: Market, jobs: Sequence[Job]) -> None:
    """Have providers give money back."""

    def refund(client: Client, job: Job) -> None:
        body = {"amount_cents": job.cents // 4} if job.fate is Fate.PARTLY_REFUNDED else {}
        market.call(client, job.provider.person, "POST", f"/requests/{job.request}/refunds", 202, body)

    back = [job for job in jobs if job.fate in {Fate.PARTLY_REFUNDED, Fate.REFUNDED}]
    market.side_by_side("Money goes back", refund, back)


def _wait(market: Market, jobs: Sequence[Job], wanted: Callable[[Job], str]) -> Sequence[Mapping[str, Any]]:
    """Return the payments once each has come to a state, or as they are when that takes too long."""

    def look(client: Client, job: Job) -> Mapping[str, Any]:
        deadline = time.monotonic() + SETTLED_WITHIN
        while True:
            found: Mapping[str, Any] = market.call(
                client, job.wish.customer, "GET", f"/requests/{job.request}/payment", 200
            )
            if found["status"] == wanted(job) or time.monotonic() > deadline:
                return found
            time.sleep(LOOKED_EVERY)

    return market.side_by_side("Payments settle", look, jobs)


def _compared(market: Market, jobs: Sequence[Job], payments: Sequence[Mapping[str, Any]]) -> Sequence[Ended]:
    """Put our books beside Stripe's, payment by payment."""
    found: dict[str, tuple[int, int]] = {}
    for charge in market.stripe("sk_test_of_the_demo").charges.list({"limit": 100}).auto_paging_iter():
        payment = charge.metadata.to_dict().get("payment") if charge.captured else None
        if payment:
            captured, back = found.get(payment, (0, 0))
            found[payment] = captured + charge.amount_captured, back + charge.amount_refunded
    return [
        Ended(
            job,
            payment["status"],
            (payment["captured_cents"], payment["refunded_cents"]),
            found.get(f"pay_{job.request.removeprefix('req_')}", (0, 0)),
        )
        for job, payment in zip(jobs, payments, strict=True)
    ]
