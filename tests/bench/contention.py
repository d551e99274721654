"""Acceptance under contention: several devices of one customer accept different offers for the same request at once.

Everything is looked for afterwards: one offer accepted a request, one entry in each ledger it belongs to, none broken.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from statistics import median

from tests.bench.figures import Figure
from tests.bench.load import Refused
from tests.integration import insider
from tests.integration.jobs import Job, at_once, jobs
from tests.integration.people import customer, provider, settled
from tests.integration.stack import Stack

RIVALS = 4
"""Offers for each request, and clients that accept one of them each at the same moment."""

REQUESTS = 25


def figures(stack: Stack, tell: Callable[[], object], count: int = REQUESTS) -> Iterator[Figure]:
    """Measure how fast requests find their one provider while others are accepted at the same moment."""
    providers = [provider(stack, "fencing", name=f"rival-{number}") for number in range(RIVALS)]
    settled(stack)
    asking = customer(stack, "raced-for")
    raced = jobs(stack, asking, providers, count, trade="fencing", title="The fence leans")
    statuses: Counter[int] = Counter()
    seconds = []
    for job in raced:
        began = time.perf_counter()
        statuses.update(answer.status_code for answer in at_once(*(partial(job.accept, each) for each in job.offers)))
        seconds.append(time.perf_counter() - began)
        tell()
    strange = set(statuses) - {HTTPStatus.OK, HTTPStatus.CONFLICT}
    if strange:
        raise Refused(f"The API answered {min(strange)} to an acceptance: try again when less runs here.")
    more = {"ms a race": median(seconds) * 1000, "answered 409": statuses[HTTPStatus.CONFLICT]}
    name = f"{count} requests, {RIVALS} offers of each accepted at once"
    yield Figure(name, statuses[HTTPStatus.OK] / sum(seconds), "engaged a second", more=more, main=True)
    yield from _kept(stack, raced)


def _kept(stack: Stack, raced: list[Job]) -> Iterator[Figure]:
    """Tell how many requests have no offer accepted or several, and how many entries are missing or too many."""
    ids = {job.id for job in raced}
    rows = [row for row in insider.rows(stack, "requests") if row.get("request") in ids]
    accepted = Counter(row["request"] for row in rows if row.get("state") == "accepted")
    people = {person.subject for job in raced for person in (job.customer, *job.offers.values())}
    entries = Counter(each["request"] for subject in people for each in insider.ledger(stack, subject))
    yield Figure("acceptances: lost or doubled", _off(ids, accepted, 1), "requests", 0, main=True)
    yield Figure("acceptances: entries lost or doubled", _off(ids, entries, 2), "requests", 0, main=True)


def _off(ids: set[str], found: Counter[str], wanted: int) -> int:
    return len([each for each in ids if found[each] != wanted])
