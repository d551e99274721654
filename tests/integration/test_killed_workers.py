"""Workers are killed with -9 while messages go through: none is lost, and no commercial mail goes out twice."""

import json
import os
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Event
from typing import Any

import pytest

from infra.local.settings import ROOT
from infra.operations.redrive import redrive
from jobipro.application.deliver_message import HELD
from jobipro.application.ports.messages import OPEN, State
from jobipro.domain.ids import RequestId, SubjectId
from jobipro.domain.limits import RULES
from jobipro.domain.messages import OPPORTUNITY, REQUEST_POSTED
from jobipro.domain.requests import opportunity_id
from jobipro.domain.times import instant, written
from tests.integration import insider
from tests.integration.people import Person, customer, outbox_bodies, provider, request_body, settled, waiting
from tests.integration.stack import Stack, started
from tests.integration.workers import PROCESSES, kill_one

DELIVERIES = int(os.environ.get("JOBIPRO_DELIVERIES", "100"))
"""How many messages go through; `make killed` says 2,000."""

PROVIDERS = 10
REQUESTS = DELIVERIES // 2
"""Each is confirmed to its customer, and every tenth is told to ten providers: half of the messages are commercial."""

KILLED = max(10, DELIVERIES // 20)
SEED = 20261122
VICTIMS = {"OutboxRelay", "ProviderNotification", "MessageDelivery", "Clocks"}
"""All functions that no caller waits for."""

HIDDEN = 20
"""Seconds until a queue hands out again what a dead worker had; five tries of it outlast a claim."""

LIVELY = timedelta(seconds=10)
"""A claim that is older, when no worker is killed any more, was made by one that was."""

KINDS = {OPPORTUNITY.name, REQUEST_POSTED.name}
TITLE = re.compile(r"Tap \d{4} drips")

THROUGH_PROC = pytest.mark.skipif(not PROCESSES.exists(), reason="workers are found through /proc")

AT_ONCE = 4
TRIES = 10
"""How often a caller repeats what was answered 503: on a busy machine calls take longer than they may."""

WITHIN = 60.0 + DELIVERIES  # seconds


type Due = tuple[str, str]
"""The address that a mail is due to, and the title of the request that it is about."""


@dataclass(slots=True)
class Run:
    """What was asked for and what became of it; how many workers were killed, how many dead letters put back."""

    stack: Stack
    customers: list[Person]
    providers: list[Person]
    confirmations: list[Due] = field(default_factory=list)
    opportunities: dict[str, Due] = field(default_factory=dict)
    """By event."""
    killed: Counter[str] = field(default_factory=Counter)
    put_back: int = 0

    def rows(self) -> list[dict[str, Any]]:
        """Return what is kept of messages about requests."""
        return [row for row in insider.rows(self.stack, "messages") if row["kind"] in KINDS]

    def states(self, kind: str) -> dict[str, str]:
        """Return the state of each message of a kind, by event."""
        return {row["event"]: row["state"] for row in self.rows() if row["kind"] == kind}

    def mails(self) -> Counter[Due]:
        """Return how often each mail went out."""
        found = ((mail, TITLE.search(mail["text"])) for mail in self.stack.mailbox.messages())
        return Counter((mail["to"][0], title[0]) for mail, title in found if title)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Everything that was asked for, brought to its end though workers were killed all the while."""
    with started(tmp_path_factory.mktemp("killed") / "stack", dict.fromkeys(RULES, 1_000_000)) as stack:
        with ThreadPoolExecutor(AT_ONCE) as people:
            customers = [people.submit(customer, stack) for _ in range(2)]
            providers = [people.submit(provider, stack, "plumbing") for _ in range(PROVIDERS)]
        settled(stack)
        run = Run(stack, [each.result() for each in customers], [each.result() for each in providers])
        began = time.monotonic()
        with hidden_briefly(stack), ThreadPoolExecutor(1) as callers:
            enough = Event()
            asking = callers.submit(ask, run, enough)
            try:
                kill(run, asking)
            finally:
                enough.set()
            asking.result()
            until_all_ended(run)
        note(run, time.monotonic() - began)
        yield run


@THROUGH_PROC
@pytest.mark.timeout(3 * WITHIN)
@pytest.mark.commitment("purpose.confirmations")
def test_no_message_is_lost_when_its_worker_is_killed(run: Run):
    mails, told, confirmed = run.mails(), run.states(OPPORTUNITY.name), run.states(REQUEST_POSTED.name)

    assert run.killed.total() >= KILLED
    assert [due for due in run.confirmations if not mails[due]] == []
    assert list(confirmed.values()) == [State.SENT] * len(run.confirmations)
    assert told.keys() == run.opportunities.keys()
    assert set(told.values()) <= {State.SENT, State.UNKNOWN}
    assert [event for event, due in run.opportunities.items() if told[event] == State.SENT and not mails[due]] == []


@THROUGH_PROC
@pytest.mark.timeout(3 * WITHIN)
def test_no_commercial_mail_goes_out_twice_though_its_worker_was_killed(run: Run):
    mails = run.mails()

    assert sum(mails[due] for due in run.opportunities.values()) > 0
    assert [due for due in run.opportunities.values() if mails[due] > 1] == []


def ask(run: Run, enough: Event) -> None:
    """Post requests, several at a time: some that providers hear of among many for which there is nobody.

    On a fast machine all of it may be done before enough workers were met at work: then there is more of it.
    """

    def post(number: int) -> None:
        person = run.customers[number % len(run.customers)]
        title = f"Tap {number:04} drips"
        told = number % PROVIDERS == 0
        body = request_body(title=title, trade="plumbing" if told else "roofing")
        for _ in range(TRIES):
            answer = person.call("POST", "/requests", body, headers={"Idempotency-Key": f"tap-{number}"})
            if answer.status_code != 503:
                break
        assert answer.status_code == 201, answer.text
        run.confirmations.append((person.email, title))
        for each in run.providers if told else ():
            event = opportunity_id(RequestId(answer.json()["id"]), SubjectId(each.subject))
            run.opportunities[event] = (each.email, title)

    with ThreadPoolExecutor(AT_ONCE) as callers:
        list(callers.map(post, range(REQUESTS)))
    for number in count(REQUESTS):
        if enough.is_set():
            return
        post(number)


def kill(run: Run, asking: Future[None]) -> None:
    """Kill workers, each when a number of messages drawn beforehand was taken up: between two, something is done."""
    chance = random.Random(SEED)
    deadline = time.monotonic() + WITHIN
    for moment in sorted(chance.sample(range(DELIVERIES * 9 // 10), KILLED)):
        victim = None
        while victim is None:
            assert time.monotonic() < deadline, f"killed only {run.killed} in {WITHIN:.0f} s"
            assert not (asking.done() and asking.exception()), asking.exception()
            time.sleep(chance.uniform(0, 0.2))
            if taken_up(run.stack) >= moment:
                victim = kill_one(run.stack, VICTIMS, chance)
        run.killed.update([victim])


def taken_up(stack: Stack) -> int:
    """Return how many messages there are rows of."""
    return int(stack.aws("dynamodb").describe_table(TableName=stack.table("messages"))["Table"]["ItemCount"])


def until_all_ended(run: Run) -> None:
    """Wait until nothing is on its way any more; what had too many tries is put back, as an operator does it."""
    deadline = time.monotonic() + WITHIN
    while not ended(run):
        assert time.monotonic() < deadline, f"still on its way after {WITHIN:.0f} s: {outcomes(run)}"
        for queue in ("deliveries", "matching"):
            if waiting(run.stack, f"{queue}-dlq"):
                run.put_back += redrive(run.stack.aws("sqs"), run.stack.description["queues"], queue).put_back
        let_claims_of_the_dead_age(run)
        time.sleep(1)


def ended(run: Run) -> bool:
    """Tell whether outbox and queues are empty, and every message that is due has an outcome."""
    queues = ("matching", "deliveries", "matching-dlq", "deliveries-dlq")
    if outbox_bodies(run.stack) or any(waiting(run.stack, queue) for queue in queues):
        return False
    rows = run.rows()
    return len(rows) >= DELIVERIES and not any(State(row["state"]) in OPEN for row in rows)


def let_claims_of_the_dead_age(run: Run) -> None:
    """Make claims older that nobody works on any more: it saves the minute until they may be taken over."""
    now = datetime.now(UTC)
    for row in run.rows():
        if row["state"] == State.CLAIMED and LIVELY < now - instant(row["claimed_at"]) < HELD:
            insider.change(run.stack, "messages", row["pk"], row["sk"], claimed_at=written(now - HELD))


@contextmanager
def hidden_briefly(stack: Stack) -> Iterator[None]:
    """Have both queues hand out again soon what a dead worker had."""
    with insider.impatient(stack, "matching", HIDDEN), insider.impatient(stack, "deliveries", HIDDEN):
        yield


def outcomes(run: Run) -> Counter[str]:
    """Return how many messages of each kind ended how."""
    return Counter(f"{row['kind']} {row['state']}" for row in run.rows())


def note(run: Run, seconds: float) -> None:
    """Write down what happened, for docs/testing.md."""
    mails, told = run.mails(), run.states(OPPORTUNITY.name)
    unknown = [run.opportunities[event] for event, state in told.items() if state == State.UNKNOWN]
    noted = {
        "on": datetime.now(UTC).date().isoformat(),
        "messages": DELIVERIES,
        "seconds": round(seconds),
        "killed": dict(run.killed),
        "outcomes": dict(outcomes(run)),
        "put back from the dead letters": run.put_back,
        "unknown, though the mail went out": sum(mails[due] for due in unknown),
        "confirmations that went out twice": sum(mails[due] - 1 for due in run.confirmations),
        "opportunities that went out twice": sum(mails[due] > 1 for due in run.opportunities.values()),
    }
    path = ROOT / "build" / "killed.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(noted, indent=2) + "\n")
