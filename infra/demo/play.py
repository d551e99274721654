"""The demo itself: everybody signs up, requests are posted, the mails are read, and the jobs are done and paid."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.demo.cast import Cast, Person, Provider, Wish
from infra.demo.client import Client, Mail, Member, Posted, Sources, introduce
from infra.demo.jobs import Ended, Market, carried_through
from infra.demo.places import distance_km
from infra.demo.reach import Pairs
from infra.demo.side_by_side import Steps, side_by_side
from infra.local.failure import CannotRun
from infra.local.on_the_way import OnTheWay
from infra.local.settings import HOST

GIVEN_UP_AFTER = 420.0
"""Seconds without progress; a message that failed is tried again after 360."""

LOOKED_EVERY = 0.5
"""Seconds between two looks at what is left."""


@dataclass(frozen=True, slots=True)
class Told:
    """A provider heard of a request, by mail."""

    wish: Wish
    provider: Provider
    at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: the requests as posted, who was told, how many mails customers got about theirs, the jobs."""

    posted: Mapping[Wish, Posted]
    told: Sequence[Told]
    confirmed: Mapping[Wish, int]
    ended: Sequence[Ended] = ()

    @property
    def pairs(self) -> Pairs:
        """Requests and those told of them."""
        return frozenset((told.wish, told.provider) for told in self.told)

    @property
    def told_of(self) -> Mapping[Wish, Sequence[Provider]]:
        """Return who was told of each request, nearest first."""
        found: dict[Wish, list[Provider]] = {}
        for wish, provider in sorted(self.pairs, key=lambda pair: distance_km(pair[1].base, pair[0].place)):
            found.setdefault(wish, []).append(provider)
        return found


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
                introduce(client, providers[person])

    people = cast.people
    side_by_side(join, list(enumerate(people)), steps("People sign up", len(people)))
    _wait(way, steps)
    market = Market(description, {person: Member(person) for person in people}, steps)
    posted = market.side_by_side(
        "Requests are posted", lambda client, wish: market.members[wish.customer].post(client, wish), cast.wishes
    )
    _wait(way, steps)

    mails = market.side_by_side("Mails are read", lambda client, person: client.mails(person.address), people)
    found = outcome(cast, dict(zip(cast.wishes, posted, strict=True)), dict(zip(people, mails, strict=True)))
    requests = {wish: each.id for wish, each in found.posted.items()}
    return replace(found, ended=carried_through(market, cast, requests, found.told_of))


def outcome(cast: Cast, posted: Mapping[Wish, Posted], mails: Mapping[Person, Sequence[Mail]]) -> Outcome:
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
