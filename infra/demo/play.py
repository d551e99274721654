"""The demo itself: everybody signs up, requests are posted, and the mails are read."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.demo.cast import Cast, Person, Provider, Wish
from infra.demo.client import Client, Customer, Mail, Sources, offer
from infra.demo.reach import Pairs
from infra.local.failure import CannotRun
from infra.local.on_the_way import OnTheWay
from infra.local.settings import HOST

AT_ONCE = 8
"""People who act at the same time."""

GIVEN_UP_AFTER = 420.0
"""Seconds without progress; a message that failed is tried again after 360."""

LOOKED_EVERY = 0.5
"""Seconds between two looks at what is left."""

type Done = Callable[[int, int], object]
"""Is told how much of a step is done, of how much."""

type Steps = Callable[[str, int], Done]
"""Begins a step, by its name and how much there is to do."""


@dataclass(frozen=True, slots=True)
class Told:
    """A provider heard of a request, by mail."""

    wish: Wish
    provider: Provider
    at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: when each request was posted, who was told, and how many mails customers got about theirs."""

    posted: Mapping[Wish, datetime]
    told: Sequence[Told]
    confirmed: Mapping[Wish, int]

    @property
    def pairs(self) -> Pairs:
        """Requests and those told of them."""
        return frozenset((told.wish, told.provider) for told in self.told)


def play(description: Mapping[str, Any], cast: Cast, sources: Sources | None, steps: Steps) -> Outcome:
    """Do it all on the stack that a stack.json describes, calling from several sources where they are given.

    Raises CannotRun when the stack does not do its part.
    """
    with closing(Client(description)) as client:
        policy_version = client.call("GET", "/policy", 200)["version"]
    way = OnTheWay(description)
    providers = {provider.person: provider for provider in cast.providers}

    def join(numbered: tuple[int, Person]) -> None:
        n, person = numbered
        with closing(Client(description, sources.of(n) if sources else HOST)) as client:
            client.join(person, policy_version)
            if person in providers:
                offer(client, providers[person])

    people = cast.people
    _side_by_side(join, list(enumerate(people)), steps("People sign up", len(people)))
    _wait(way, steps)
    customers = {person: Customer(person) for person in cast.customers}

    def post(wish: Wish) -> datetime:
        with closing(Client(description)) as client:
            return customers[wish.customer].post(client, wish)

    posted = _side_by_side(post, cast.wishes, steps("Requests are posted", len(cast.wishes)))
    _wait(way, steps)

    def read(person: Person) -> list[Mail]:
        with closing(Client(description)) as client:
            return client.mails(person.address)

    mails = _side_by_side(read, people, steps("Mails are read", len(people)))
    return outcome(cast, dict(zip(cast.wishes, posted, strict=True)), dict(zip(people, mails, strict=True)))


def outcome(cast: Cast, posted: Mapping[Wish, datetime], mails: Mapping[Person, Sequence[Mail]]) -> Outcome:
    """Read from everybody's mails who heard of what."""
    wishes = {wish.title: wish for wish in cast.wishes}
    about = {person: list(_about(wishes, received)) for person, received in mails.items()}
    told = [Told(wish, provider, at) for provider in cast.providers for wish, at in about[provider.person]]
    confirmed = Counter(wish for customer in cast.customers for wish, _ in about[customer])
    return Outcome(posted, told, confirmed)


def _about(wishes: Mapping[str, Wish], mails: Iterable[Mail]) -> Iterator[tuple[Wish, datetime]]:
    """Yield which request each mail is about, when it is about one: its title ends the subject."""
    for mail in mails:
        if wish := wishes.get(mail.subject.rpartition(": ")[2]):
            yield wish, mail.at


def _side_by_side[T, R](work: Callable[[T], R], items: Sequence[T], done: Done) -> list[R]:
    """Return what came of each item, in their order; the first failure ends it all."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        futures = [pool.submit(work, item) for item in items]
        try:
            for n, future in enumerate(as_completed(futures), 1):
                future.result()
                done(n, len(items))
        finally:
            pool.shutdown(cancel_futures=True)
    return [future.result() for future in futures]


def _wait(way: OnTheWay, steps: Steps) -> None:
    """Wait until nothing is on its way any more."""
    most = left = _left(way)
    if not left:
        return
    done = steps("The stack catches up", most)
    since = time.monotonic()
    while left:
        time.sleep(LOOKED_EVERY)
        before, left = left, _left(way)
        most = max(most, left)
        done(most - left, most)
        if left != before:
            since = time.monotonic()
        if time.monotonic() - since > GIVEN_UP_AFTER:
            raise CannotRun(f"{left} messages are stuck on their way: .local/logs may tell why.")


def _left(way: OnTheWay) -> int:
    try:
        return way.count()
    except (BotoCoreError, ClientError):
        raise CannotRun("The embedded cloud does not answer any more: start the stack anew with 'make run'.") from None
