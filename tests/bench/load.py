"""What the deployed stack bears: many people at once over HTTP, and how fast mails leave the queue.

Everything is looked for afterwards: each account and request in the tables, each mail in the mailbox, once.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from itertools import batched
from statistics import quantiles

from jobipro.adapters.system import RandomIds, SystemClock
from jobipro.domain.events import Event, EventType
from jobipro.domain.ids import SubjectId
from tests.bench.figures import Figure
from tests.integration import insider
from tests.integration.people import customer, provider, request_body, settled, sign_up_body, waiting
from tests.integration.stack import Mail, Stack

CLIENTS = 8
COUNT = 1_000
DELIVERIES = 500
SETTLED_WITHIN = 600.0
PATIENCE = 240.0
"""Seconds, until everything has arrived, and for which a client tries again."""

TRY_AGAIN = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT})
"""Answers after which a client sends the same again, under the same Idempotency-Key."""

type Work = Callable[[int, int], int]


@dataclass(frozen=True, slots=True)
class Load:
    """What clients saw: milliseconds until each piece was done, seconds for all, how often one tried again."""

    latencies: Sequence[float]
    seconds: float
    repeated: int

    def figures(self, name: str) -> Iterator[Figure]:
        """Return the middle of the latencies with its neighbours."""
        cuts = quantiles(self.latencies, n=100)
        more = {"ms at p95": cuts[94], "ms at p99": cuts[98], "a second": len(self.latencies) / self.seconds}
        more |= {"tried again": self.repeated} if self.repeated else {}
        yield Figure(name, cuts[49], "ms at p50", None, more, main=True)


def under_load(count: int, work: Work, wanted: int, tell: Callable[[], object]) -> Load:
    """Have clients do a piece of work so often, all at once; each piece is told its client and its own number."""

    def client(number: int) -> tuple[list[float], int]:
        latencies, repeated = [], 0
        for piece in range(number, count, CLIENTS):
            began = time.perf_counter()
            while (status := work(number, piece)) in TRY_AGAIN and time.perf_counter() - began < PATIENCE:
                repeated += 1
                time.sleep(1)
            latencies.append((time.perf_counter() - began) * 1000)
            if status != wanted:
                raise Refused(f"The API answered {status} where {wanted} was wanted: try again when less runs here.")
            tell()
        return latencies, repeated

    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        found = list(pool.map(client, range(CLIENTS)))
    latencies = [each for seen, _ in found for each in seen]
    return Load(latencies, time.perf_counter() - began, sum(repeated for _, repeated in found))


class Refused(Exception):
    """The stack answered otherwise than it should; the message is one line."""


def figures(stack: Stack, tell: Callable[[], object]) -> Iterator[Figure]:
    """Measure sign-ups, then requests."""
    yield from sign_ups(stack, COUNT, tell)
    yield from requests(stack, COUNT, tell)


def sign_ups(stack: Stack, count: int, tell: Callable[[], object]) -> Iterator[Figure]:
    """Have people sign up, and look for each of them afterwards."""
    apis = [stack.api for _ in range(CLIENTS)]
    before = len(_accounts(stack))
    wanted = Counter(f"crowd-{number}@example.com" for number in range(count))

    def sign_up(client: int, piece: int) -> int:
        body = sign_up_body(f"crowd-{piece}@example.com")
        return apis[client].post("/signup", body, headers=_once(piece)).status_code

    load = under_load(count, sign_up, 202, tell)
    settled(stack, SETTLED_WITHIN)
    yield from load.figures(f"{count:,} sign-ups from {CLIENTS} clients")
    mailed = Counter(mail["to"][0] for mail in stack.mailbox.messages() if mail["to"][0].startswith("crowd-"))
    accounts = len(_accounts(stack)) - before
    yield from _kept("sign-ups", accounts, wanted, mailed)


def requests(stack: Stack, count: int, tell: Callable[[], object]) -> Iterator[Figure]:
    """Have customers post requests that one provider hears of, and look for each of them afterwards."""
    customers = [customer(stack, f"asking-{number}") for number in range(CLIENTS)]
    near = provider(stack, "plumbing", name="told")
    settled(stack)
    before = len(_requests(stack))
    wanted = Counter(_title(number) for number in range(count))

    apis = [stack.api for _ in range(CLIENTS)]

    def post(client: int, piece: int) -> int:
        body = request_body(title=_title(piece))
        token = customers[client].token
        return apis[client].post("/requests", body, token=token, headers=_once(piece)).status_code

    load = under_load(count, post, 201, tell)
    settled(stack, SETTLED_WITHIN)
    yield from load.figures(f"{count:,} requests from {CLIENTS} clients")
    rows = len(_requests(stack)) - before
    mails = stack.mailbox.messages()
    told = Counter((_told(mail), mail["to"][0] == near.email) for mail in mails if _told(mail))
    to_customers, to_provider = (
        Counter({title: n for (title, by), n in told.items() if by is whom}) for whom in (False, True)
    )
    yield from _kept("requests, to their customers", rows, wanted, to_customers)
    yield from _kept("requests, to the provider", rows, wanted, to_provider)


def deliveries(stack: Stack, tell: Callable[[], object], count: int = DELIVERIES) -> Iterator[Figure]:
    """Put events into the queue and return how many mails a second come out of it."""
    person = customer(stack, "reading")
    answer = person.post_request(title="A door sticks")
    settled(stack)
    about = {"request": answer.json()["id"]}
    ids, now = RandomIds(), SystemClock().now()
    events = [Event(ids.event(), EventType.REQUEST_POSTED, now, SubjectId(person.subject), about) for _ in range(count)]
    before = len(person.mails())
    with insider.held_back(stack, "deliveries"):
        for batch in batched(events, 10, strict=False):
            insider.send(stack, "deliveries", *(event.to_body() for event in batch))
    began = time.perf_counter()
    while waiting(stack, "deliveries"):
        time.sleep(0.2)
    seconds = time.perf_counter() - began
    mails = len(person.mails()) - before
    tell()
    yield Figure(f"{count} deliveries through the queue", mails / seconds, "a second", main=True)
    yield Figure("deliveries lost or doubled", abs(count - mails), "mails", 0, main=True)


def _kept(what: str, rows: int, wanted: Counter[str], found: Counter[str]) -> Iterator[Figure]:
    """Tell how many were lost and doubled, of the rows in the tables and of the mails that were found together."""
    more = rows - wanted.total()
    yield Figure(f"{what}: lost", max(-more, 0) + (wanted - found).total(), "of them", 0, main=True)
    yield Figure(f"{what}: doubled", max(more, 0) + (found - wanted).total(), "of them", 0, main=True)


def _once(piece: int) -> dict[str, str]:
    return {"Idempotency-Key": f"piece-{piece}"}


def _accounts(stack: Stack) -> list[insider.Row]:
    return [row for row in insider.rows(stack, "accounts") if row["sk"] == "PROFILE"]


def _requests(stack: Stack) -> list[insider.Row]:
    return [row for row in insider.rows(stack, "requests") if row["sk"] == "REQUEST"]


def _title(number: int) -> str:
    return f"Tap {number} drips"


def _told(mail: Mail) -> str:
    """Return the title of the request that a mail tells of."""
    title = mail["subject"].rpartition(": ")[2]
    return title if title.startswith("Tap ") else ""
