"""Jobs between the caller and somebody else, one for each operation that needs one, and what the caller may see.

The caller is the customer of some and the provider of others, whichever they signed up as: a customer who saves a
provider's profile is both.
"""

import secrets
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from tests.integration import paying
from tests.integration.jobs import offer
from tests.integration.people import MONTREAL, NEAR_MONTREAL, Person, Place, request_body, settled
from tests.integration.stack import Stack

TRADE = "windows"
CENTS = 90_000
"""What each job costs: enough to be given back in many parts."""

GIVEN_NAME, FAMILY_NAME, PHONE = "Theirfirstname", "Theirlastname", "4385550188"
"""Of somebody else, in their profile."""

BASE: Place = {"latitude": 45.51173, "longitude": -73.59211}
PLACE: Place = {"latitude": 45.53017, "longitude": -73.62039}
STREET, PHONE_FOR_REQUESTS = "1 Theirstreet", "4385550199"
"""Of somebody else, in what they ask for: the place is in no answer, only the area around it."""

INSTEAD = {
    GIVEN_NAME: "Myfirstname",
    FAMILY_NAME: "Mylastname",
    PHONE: "5145550123",
    STREET: "1 Mystreet",
    PHONE_FOR_REQUESTS: "5145550123",
}
"""What the caller says in place of what they were shown, since whatever they said is theirs to see."""


class Stage(IntEnum):
    """How far a job has come."""

    POSTED = 0
    OFFERED = 1
    ENGAGED = 2
    COMPLETED = 3
    PAID = 4


SPARE = "whichever"
"""In place of an operation: a job that none needs, so that all may move it."""

ASKED_FOR: Mapping[str, Stage] = {
    "POST /requests/{id}/cancel": Stage.POSTED,
    "GET /requests/{id}/offers": Stage.OFFERED,
    "POST /requests/{id}/offers/{offer_id}/accept": Stage.OFFERED,
    "GET /requests/{id}/contact": Stage.ENGAGED,
    "POST /requests/{id}/dispute": Stage.ENGAGED,
    "POST /requests/{id}/payment": Stage.ENGAGED,
    "POST /requests/{id}/confirm": Stage.COMPLETED,
    "GET /requests/{id}/payment": Stage.PAID,
    SPARE: Stage.ENGAGED,
}
"""How far a job of which the caller is the customer has come for an operation to succeed, each time it is called."""

WORKED_ON: Mapping[str, Stage] = {
    "GET /opportunities/{id}": Stage.POSTED,
    "GET /opportunities/{id}/media": Stage.POSTED,
    "POST /opportunities/{id}/offers": Stage.POSTED,
    "POST /opportunities/{id}/offers/{offer_id}/withdraw": Stage.OFFERED,
    "POST /requests/{id}/cancel": Stage.ENGAGED,
    "POST /requests/{id}/complete": Stage.ENGAGED,
    "GET /requests/{id}/contact": Stage.ENGAGED,
    "POST /requests/{id}/dispute": Stage.ENGAGED,
    "POST /requests/{id}/refunds": Stage.PAID,
    SPARE: Stage.ENGAGED,
}
"""The same where the caller is the provider."""

MOVES = {name for name in (*ASKED_FOR, *WORKED_ON) if name.startswith("POST ")}
MOVES -= {"POST /requests/{id}/payment", "POST /requests/{id}/refunds"}
"""Operations after which others may not succeed on the same job."""

PREFERENCES = {"GET /requests/{id}/contact": "phone"}
"""How somebody else wants to be reached who asked for a job, if not by e-mail."""


@dataclass(slots=True)
class Job:
    """A job for an operation, with a word of somebody else's: in the request where they ask, else in their offer."""

    operation: str
    stage: Stage
    word: str
    customer: Person
    provider: Person
    request: str = ""
    offer: str = "off_" + "a" * 26

    @property
    def path(self) -> dict[str, str]:
        """What fills the path of an operation on this job."""
        return {"id": self.request, "offer_id": self.offer}

    @property
    def preference(self) -> str:
        """How its customer wants to be reached."""
        return PREFERENCES.get(self.operation, "email")

    @property
    def has_contact(self) -> bool:
        """Whether its two sides may reach each other, now or once its operation succeeded."""
        return self.stage >= Stage.ENGAGED or self.operation.endswith("/accept")


@dataclass(frozen=True, slots=True)
class Jobs:
    """The jobs of a run; `lost` is a request that was taken back, so that nobody who was told of it may see it."""

    asked_for: Sequence[Job]
    worked_on: Sequence[Job]
    lost: Job

    @property
    def marks(self) -> Iterator[str]:
        """What only somebody else's side of them holds."""
        yield from (GIVEN_NAME, FAMILY_NAME, PHONE, STREET, PHONE_FOR_REQUESTS)
        yield from (str(abs(degrees)) for place in (BASE, PLACE) for degrees in place.values())
        yield from (job.word for job in (*self.asked_for, *self.worked_on, self.lost))
        yield from (job.request for job in (*self.worked_on, self.lost))

    def in_own_words(self, text: str) -> str:
        """Return a text of the caller's with nothing in it that somebody else said."""
        for mark, own in (INSTEAD | {job.word: "mine" for job in (*self.asked_for, *self.worked_on)}).items():
            text = text.replace(mark, own)
        return text

    def leading(self, operation: str) -> list[Job]:
        """Return the jobs on which an operation succeeds."""
        return [job for job in (*self.asked_for, *self.worked_on) if job.operation == operation]

    def movable(self, operation: str, request: str) -> str:
        """Return the id of a request, of a spare job in place of one that another operation needs as it is."""
        for side in (self.asked_for, self.worked_on):
            needed = {job.request for job in side if job.operation not in {SPARE, operation}}
            if operation in MOVES and request in needed:
                return next(job.request for job in side if job.operation == SPARE)
        return request

    def shown(self, operation: str, request: str) -> set[str]:
        """Return what an answer may tell the caller of somebody else's; `request` is the id in the path, if any."""
        asked_for = [job for job in self.asked_for if job.request == request]
        worked_on = [job for job in self.worked_on if job.request == request]
        match operation:
            case "GET /opportunities":
                return {text for job in self.worked_on for text in (job.word, job.request)}
            case "GET /opportunities/{id}":
                return {job.word for job in worked_on}
            case "GET /requests/{id}/offers":
                return {text for job in asked_for if job.stage >= Stage.OFFERED for text in (job.word, GIVEN_NAME)}
            case "GET /requests/{id}/contact":
                contacts = (*map(_providers_contact, asked_for), *map(_customers_contact, worked_on))
                return {text for contact in contacts for text in contact}
            case "GET /me/disclosures":
                return {GIVEN_NAME, FAMILY_NAME, *(job.request for job in self.worked_on if job.has_contact)}
        return set()


def _providers_contact(job: Job) -> tuple[str, ...]:
    """Return what the customer of a job is shown of its provider, who has a phone number in their profile."""
    return (GIVEN_NAME, FAMILY_NAME, job.provider.email, PHONE) if job.has_contact else ()


def _customers_contact(job: Job) -> tuple[str, ...]:
    """Return what the provider of a job is shown of its customer, who wants to be reached in one way only."""
    reached = PHONE_FOR_REQUESTS if job.preference == "phone" else job.customer.email
    return (GIVEN_NAME, FAMILY_NAME, STREET, reached) if job.has_contact else ()


def made(stack: Stack, caller: Person, other: Person) -> Jobs:
    """Let two people who are logged in do what makes all the jobs."""
    for person, base in ((caller, MONTREAL), (other, BASE)):
        assert person.offer(TRADE, base=base).status_code == 200
    settled(stack)
    asked_for = [Job(operation, stage, _word(), caller, other) for operation, stage in ASKED_FOR.items()]
    worked_on = [Job(operation, stage, _word(), other, caller) for operation, stage in WORKED_ON.items()]
    lost = Job(SPARE, Stage.POSTED, _word(), other, caller)
    for job in asked_for:
        _post(job, title="My own window", location=NEAR_MONTREAL)
    for job in (*worked_on, lost):
        address = request_body()["address"] | {"street": STREET}
        kept = {"location": PLACE, "address": address, "phone": PHONE_FOR_REQUESTS}
        shared = {"title": f"A {job.word}", "description": f"It rattles, the {job.word}."}
        _post(job, **shared, **kept, contact_preference=job.preference)
    settled(stack)
    _moved(lost.customer, lost, "cancel")
    for job in asked_for:
        _bring(stack, job, f"I bring the {job.word}.")
    for job in worked_on:
        _bring(stack, job, "I bring it.")
    return Jobs(asked_for, worked_on, lost)


def _word() -> str:
    """Return a word that nobody else says."""
    return "their" + "".join(secrets.choice(string.ascii_lowercase) for _ in range(10))


def _post(job: Job, **wish: object) -> None:
    answer = job.customer.post_request(trade=TRADE, **wish)
    assert answer.status_code == 201, answer.text
    job.request = answer.json()["id"]


def _bring(stack: Stack, job: Job, message: str) -> None:
    """Bring a job that was posted to its stage."""
    if job.stage >= Stage.OFFERED:
        job.offer = offer(job.provider, job.request, CENTS, message)
    if job.stage >= Stage.ENGAGED:
        _moved(job.customer, job, f"offers/{job.offer}/accept")
    if job.stage >= Stage.COMPLETED:
        _moved(job.provider, job, "complete")
    if job.stage >= Stage.PAID:
        paid = paying.Job(stack, job.customer, job.provider, job.request)
        paid.pays()
        _moved(job.customer, job, "confirm")
        paid.becomes("captured")


def _moved(who: Person, job: Job, how: str) -> None:
    answer = who.call("POST", f"/requests/{job.request}/{how}", {} if how == "cancel" else None)
    assert answer.status_code == 200, answer.text
