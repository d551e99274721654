"""Jobs on the deployed stack: requests with offers for them, and what happens when many act at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Barrier

import requests

from tests.integration.people import Person, settled
from tests.integration.stack import Stack


@dataclass(frozen=True, slots=True)
class Job:
    """A request, its customer, and the providers with their offers for it, by offer."""

    id: str
    customer: Person
    offers: dict[str, Person]

    def accept(self, offer: str) -> requests.Response:
        """Have the customer accept an offer."""
        return self.customer.call("POST", f"/requests/{self.id}/offers/{offer}/accept")

    def engaged(self) -> Person:
        """Have the customer accept the first offer; return its provider."""
        offer, provider = next(iter(self.offers.items()))
        answer = self.accept(offer)
        assert answer.status_code == 200, answer.text
        return provider


def offer(provider: Person, request: str, price_cents: int = 12_500, message: str = "I can come at nine.") -> str:
    """Have a provider who was told of a request offer to do it; return the offer's id."""
    day = datetime.now(UTC).date() + timedelta(days=2)
    body = {"price_cents": price_cents, "earliest_on": day.isoformat(), "message": message}
    answer = provider.call("POST", f"/opportunities/{request}/offers", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def jobs(stack: Stack, customer: Person, providers: Sequence[Person], count: int = 1, **wish: object) -> list[Job]:
    """Return requests that each of some providers, who must be in reach, has made an offer for."""
    posted = [customer.post_request(**wish) for _ in range(count)]
    assert {answer.status_code for answer in posted} == {201}
    settled(stack)
    ids = [str(answer.json()["id"]) for answer in posted]
    return [Job(id_, customer, {offer(provider, id_): provider for provider in providers}) for id_ in ids]


def at_once(*asked: Callable[[], requests.Response]) -> list[requests.Response]:
    """Ask for several things at the same moment; return the answers in the order of what was asked."""
    start = Barrier(len(asked))

    def ask(one: Callable[[], requests.Response]) -> requests.Response:
        start.wait()
        return one()

    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(ask, asked))
