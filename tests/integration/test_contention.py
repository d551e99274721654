"""Many at once on the same job, over HTTP: one wins, the others read what became of it, and no ledger has a gap."""

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
import requests

from tests.integration import insider
from tests.integration.jobs import Job, at_once, jobs
from tests.integration.people import Person, customer, provider, settled
from tests.integration.stack import Stack

ROUNDS = 4
"""How often each race is run, on a request of its own."""

type Ask = Callable[[], requests.Response]


@pytest.fixture(scope="module")
def providers(stack: Stack) -> list[Person]:
    """Three who work alone in their trade."""
    found = [provider(stack, "flooring", name=f"floor-{number}") for number in range(3)]
    settled(stack)
    return found


@pytest.fixture
def asking(stack: Stack) -> Person:
    return customer(stack, "asking")


def told(answer: requests.Response) -> tuple[int, str | None, tuple[str, ...]]:
    """Return the status of an answer, and what a refusal says of the state and what it allows."""
    said = answer.json()
    return answer.status_code, said.get("state"), tuple(said.get("allowed", ()))


def rows(stack: Stack, job: Job) -> dict[str, insider.Row]:
    """Return the rows of a job's request, by their sort key."""
    return {row["sk"]: row for row in insider.rows(stack, "requests") if row["pk"] == f"R#{job.id}"}


def moves(stack: Stack, job: Job) -> Counter[str]:
    """Return how often each action was taken."""
    return Counter(row["action"] for key, row in rows(stack, job).items() if key.startswith("T#"))


def opened(stack: Stack, person: Person, job: Job) -> int:
    """Return how often a person's contact was opened for a job."""
    entries = insider.ledger(stack, person.subject)
    return len([each for each in entries if each["request"] == job.id and each["kind"] == "opened"])


@pytest.mark.commitment("sharing.contact-exchange", "rights.recipients")
def test_of_offers_accepted_at_once_one_is_and_it_is_each_time_it_was_asked(stack, asking, providers):
    raced = jobs(stack, asking, providers, ROUNDS, trade="flooring")

    for job in raced:
        asked = [*job.offers, *job.offers]
        answers = dict(zip(range(len(asked)), at_once(*(partial(job.accept, each) for each in asked)), strict=True))

        accepted = rows(stack, job)["REQUEST"]["offer"]
        for number, answer in answers.items():
            if asked[number] == accepted:
                assert told(answer) == (200, None, ())
            else:
                assert told(answer) == (409, "engaged", ("cancel", "dispute"))
        states = [row["state"] for key, row in rows(stack, job).items() if key.startswith("OFFER#")]
        assert sorted(states) == ["accepted", "open", "open"]
        assert moves(stack, job)["accept"] == 1
        winner = job.offers[accepted].subject
        assert {person.subject: opened(stack, person, job) for person in providers} == {
            person.subject: int(person.subject == winner) for person in providers
        }
        assert opened(stack, asking, job) == 1
    owed = [row for row in insider.rows(stack, "payments") if row.get("customer") == asking.subject]
    assert sorted(row["request"] for row in owed if row["sk"] == "PAYMENT") == sorted(job.id for job in raced)


def test_a_customer_who_accepts_for_several_requests_at_once_has_all_of_them_entered(stack, asking, providers):
    raced = jobs(stack, asking, providers[:1], ROUNDS, trade="flooring")

    answers = at_once(*(partial(job.accept, next(iter(job.offers))) for job in raced))

    assert {answer.status_code for answer in answers} == {200}
    assert Counter(each["request"] for each in insider.ledger(stack, asking.subject)) == {job.id: 1 for job in raced}


def test_a_request_taken_back_and_accepted_at_once_is_one_of_the_two(stack, asking, providers):
    for job in jobs(stack, asking, providers[:1], ROUNDS, trade="flooring"):
        offer = next(iter(job.offers))
        cancel = partial(asking.call, "POST", f"/requests/{job.id}/cancel", {})

        accepted, cancelled = map(told, at_once(partial(job.accept, offer), cancel))

        if rows(stack, job)["REQUEST"]["state"] == "engaged":
            assert accepted == (200, None, ())
            # Who looks only after the acceptance calls a job off, and is asked for a reason.
            assert cancelled in {(409, "engaged", ("cancel", "dispute")), (422, None, ())}
        else:
            assert (accepted, cancelled[0]) == ((409, "cancelled", ()), 200)
        assert moves(stack, job)["accept"] + moves(stack, job)["cancel"] == 1
        assert opened(stack, asking, job) == moves(stack, job)["accept"]


def test_a_job_done_and_called_off_at_once_is_one_of_the_two(stack, asking, providers):
    for job in jobs(stack, asking, providers[:1], ROUNDS, trade="flooring"):
        working = job.engaged()
        complete = partial(working.call, "POST", f"/requests/{job.id}/complete", {})
        cancel = partial(asking.call, "POST", f"/requests/{job.id}/cancel", {"reason": "no-longer-needed"})

        *completed, cancelled = map(told, at_once(complete, complete, cancel))

        if rows(stack, job)["REQUEST"]["state"] == "completed":
            assert {each[0] for each in completed} == {200}
            assert cancelled == (409, "completed", ("confirm", "dispute"))
        else:
            assert cancelled[0] == 200
            assert set(completed) == {(409, "cancelled", ())}
        assert moves(stack, job)["complete"] + moves(stack, job)["cancel"] == 1


@pytest.mark.commitment("sharing.contact-exchange", "rights.recipients")
def test_every_look_at_contact_is_entered_however_many_look_at_once(stack, asking, providers):
    (job,) = jobs(stack, asking, providers[:1], trade="flooring")
    working = job.engaged()
    before = len(insider.ledger(stack, working.subject))
    path = f"/requests/{job.id}/contact"

    answers = at_once(*(partial(person.call, "GET", path) for person in (asking, working) for _ in range(4)))

    shown = [answer for answer in answers if answer.status_code == 200]
    assert {answer.status_code for answer in answers} <= {200, 503}
    assert len(shown) >= 2
    looks = len(insider.ledger(stack, asking.subject)) - 1 + len(insider.ledger(stack, working.subject)) - before
    assert looks == len(shown)
