"""What a customer does not share changes not one byte of what a provider gets.

Requests are generated that are alike in what is shared (trade, title, description, the area of some 5 km²) and differ
in everything else, down to where and with what their photos were taken. The mails are compared as they were given to
SES, byte by byte, for one provider. Two headers are left out: `Date`, the second of sending, and `Message-ID`, which
names the event. The unsubscribe link names the provider's own subscription, so it is compared as it is. In what names
the request, such as answers and the mails of a job, ids, times and the signatures of links are masked.
"""

import base64
import json
import random
import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any

import pytest
import requests

from jobipro.domain.coverage import Location, coarse_area
from tests.fakes.images import jpeg
from tests.integration import hunt, insider
from tests.integration.jobs import offer
from tests.integration.people import Person, customer, provider, settled, until_waiting
from tests.integration.stack import Stack
from tests.integration.test_media import ready

CELL = Location(45.53, -73.62)
VARIANTS = 4
SHARED = [
    {
        "trade": "landscaping",
        "title": "A hedge to cut",
        "description": "Cedar, 12 m long.\n\nBoth sides; tea is on me.",
    },
    {
        "trade": "landscaping",
        "title": "Haie à tailler — été",
        "description": "Thuya de 2 m. « Bien droite » 🌲, s.v.p.",
    },
]
MASKED = re.compile(rb"^(Date|Message-ID): [^\r\n]*\r?\n", re.MULTILINE)
IDS = re.compile(r"\b(sub|req|evt|apr|upl|off)_[a-z2-7]{26}\b|\d{4}-\d\d-\d\dT[0-9:.]+Z|\?X-Amz-[^\"]+")


@dataclass(frozen=True, slots=True)
class Told:
    """What one provider got of each request, by what the requests share: mails, queue bodies, message rows, answers.

    `jobs` are the mails about the first of them, all of which the provider did, each as one text.
    """

    mails: Sequence[Sequence[bytes]]
    bodies: Sequence[Sequence[str]]
    rows: Sequence[Sequence[str]]
    answers: Sequence[Sequence[Sequence[bytes]]]
    jobs: Sequence[str]


@pytest.fixture(scope="module")
def told(stack: Stack) -> Told:
    """What a provider heard when strangers asked for the same."""
    hunt.record_calls(stack)
    dice = random.Random(20261122)
    person = provider(stack, "landscaping", name="told")
    settled(stack)
    mails, bodies, rows, answers, jobs = [], [], [], [], list[str]()
    for shared in SHARED:
        began = datetime.now(UTC)
        known = {row["pk"] for row in insider.rows(stack, "messages")}
        strangers = [_stranger(stack, dice) for _ in range(VARIANTS)]
        with insider.held_back(stack, "deliveries"):
            posted = [_posted(asking, dice, shared) for asking in strangers]
            until_waiting(stack, "deliveries", 2 * VARIANTS)
            bodies.append([IDS.sub(_kind, body) for body in _opportunities(stack, person)])
        settled(stack)
        mails.append([MASKED.sub(b"", mail) for mail in _mails(stack, person, began)])
        rows.append(_message_rows(stack, person, known))
        answers.append([list(_answers(person, request)) for request in posted])
        jobs = jobs or _done(stack, person, dict(zip(posted, strangers, strict=True)))
    return Told(mails, bodies, rows, answers, jobs)


@pytest.mark.commitment("sharing.request-details", "sharing.only-as-stated", "approval.implicit")
@pytest.mark.parametrize("group", range(len(SHARED)))
def test_mails_about_requests_alike_in_what_is_shared_are_alike_to_the_byte(told: Told, group: int):
    assert len(told.mails[group]) == VARIANTS
    assert len(set(told.mails[group])) == 1


def test_what_is_shared_does_change_the_mail(told: Told):
    assert len({mails[0] for mails in told.mails}) == len(SHARED)


@pytest.mark.commitment("sharing.only-as-stated")
@pytest.mark.parametrize("group", range(len(SHARED)))
def test_what_travels_and_what_is_kept_of_it_differs_in_ids_and_times_only(told: Told, group: int):
    assert [len(told.bodies[group]), len(told.rows[group])] == [VARIANTS, VARIANTS]
    assert len(set(told.bodies[group])) == 1
    assert len(set(told.rows[group])) == 1


@pytest.mark.commitment("sharing.request-details", "sharing.only-as-stated")
@pytest.mark.parametrize("group", range(len(SHARED)))
def test_answers_about_requests_alike_in_what_is_shared_are_alike_to_the_byte(told: Told, group: int):
    assert len(told.answers[group]) == VARIANTS
    for answers in zip(*told.answers[group], strict=True):
        assert len(set(answers)) == 1


@pytest.mark.commitment("sharing.only-as-stated")
def test_the_mails_of_a_job_are_alike_whoever_it_is_done_for(told: Told):
    assert len(told.jobs) == 2 * VARIANTS
    assert {text: told.jobs.count(text) for text in told.jobs} == dict.fromkeys(told.jobs, VARIANTS)


def _posted(asking: Person, dice: random.Random, shared: dict[str, str]) -> str:
    """Post a request with what is shared, a photo among it; what its camera wrote is not. Return its id."""
    photo = ready(asking, jpeg(_word(dice)))
    posted = asking.post_request(**shared, **_withheld(dice), media=[photo])
    assert posted.status_code == 201, posted.text
    return str(posted.json()["id"])


def _answers(person: Person, request: str) -> Iterator[bytes]:
    """Yield what a provider is shown of a request: by itself, in the list, its images, and their bytes."""
    alone = person.call("GET", f"/opportunities/{request}")
    listed = person.call("GET", "/opportunities", params={"limit": 25})
    images = person.call("GET", f"/opportunities/{request}/media")
    assert [answer.status_code for answer in (alone, listed, images)] == [200, 200, 200]
    yield _masked(alone.content)
    (at,) = [place for place in listed.json()["opportunities"] if place["id"] == request]
    yield _masked(json.dumps(at).encode())
    yield _masked(images.content)
    (image,) = images.json()
    yield requests.get(image["url"], timeout=10).content


def _done(stack: Stack, person: Person, asking: dict[str, Person]) -> list[str]:
    """Do what was asked for, by request; return the mails that a provider gets meanwhile."""
    began = datetime.now(UTC)
    for request, each in asking.items():
        made = offer(person, request)
        for who, how in ((each, f"offers/{made}/accept"), (person, "complete")):
            assert who.call("POST", f"/requests/{request}/{how}").status_code == 200
    settled(stack)
    for request, each in asking.items():
        assert each.call("POST", f"/requests/{request}/confirm").status_code == 200
    settled(stack)
    return [_read(mail) for mail in _mails(stack, person, began)]


def _read(mail: bytes) -> str:
    """Return a mail's headers and what its parts say, masked: an id may be cut in two where a line ends.

    What divides the parts is a digest of the mail, so it goes with the id.
    """
    read = message_from_bytes(MASKED.sub(b"", mail), policy=policy.default)
    read.set_boundary("-")
    parts = [part.get_content() for part in read.walk() if not part.is_multipart()]
    return IDS.sub(_kind, "\n".join([*(f"{name}: {value}" for name, value in read.items()), *parts]))


def _masked(answer: bytes) -> bytes:
    return IDS.sub(_kind, answer.decode()).encode()


def _stranger(stack: Stack, dice: random.Random) -> Person:
    """Return a customer made up at random."""
    details = {
        "given_name": _word(dice),
        "family_name": _word(dice),
        "date_of_birth": f"19{dice.randrange(40, 99)}-0{dice.randrange(1, 9)}-{dice.randrange(10, 28)}",
        "province": dice.choice(["QC", "ON", "NB"]),
        "language": dice.choice(["en", "fr"]),
        "phone": _phone(dice),
        "mailing_address": _address(dice),
        "approvals": {"newsletter": dice.random() < 0.5},
    }
    return customer(stack, _word(dice).lower(), **details)


def _withheld(dice: random.Random) -> dict[str, Any]:
    """Return the fields of a request that no provider sees, at random."""
    preference = dice.choice(["email", "phone", "both"])
    phone = {} if preference == "email" and dice.random() < 0.5 else {"phone": _phone(dice)}
    return {"location": _nearby(dice), "address": _address(dice), "contact_preference": preference, **phone}


def _nearby(dice: random.Random) -> dict[str, float]:
    """Return a point at random in the cell."""
    while True:
        found = Location(CELL.latitude + dice.uniform(-0.02, 0.02), CELL.longitude + dice.uniform(-0.02, 0.02))
        if coarse_area(found) == coarse_area(CELL):
            return {"latitude": found.latitude, "longitude": found.longitude}


def _address(dice: random.Random) -> dict[str, str]:
    letters = "ABCEGHJKLMNPRSTVWXYZ"
    code = "".join(dice.choice("123456789" if place % 2 else letters) for place in range(1, 6))
    return {
        "street": f"{dice.randrange(1, 9999)} {_word(dice)} {dice.choice(['Street', 'rue', 'chemin', '<b>', '=?x?='])}",
        "city": _word(dice),
        "province": dice.choice(["QC", "ON", "BC"]),
        "postal_code": f"H{code}",
    }


def _phone(dice: random.Random) -> str:
    return f"{dice.choice([514, 438, 613])}{dice.randrange(2, 9)}2{dice.randrange(10_000, 99_999)}"


def _word(dice: random.Random) -> str:
    return "".join(dice.choices(string.ascii_lowercase, k=dice.randrange(3, 30))).title()


def _mails(stack: Stack, person: Person, since: datetime) -> list[bytes]:
    """Return the mails to somebody as SES was given them."""
    return [
        base64.b64decode(sent["requestParameters"]["RawMessage.Data"])
        for sent in hunt.recorded(stack, since, service="ses")
        if sent["requestParameters"]["Destinations.member.1"] == person.email
    ]


def _opportunities(stack: Stack, person: Person) -> list[str]:
    bodies = insider.bodies(stack, "deliveries")
    return [body for body in bodies if json.loads(body)["subject"] == person.subject]


def _message_rows(stack: Stack, person: Person, known: set[str]) -> list[str]:
    found = [row for row in insider.rows(stack, "messages") if row["pk"] not in known]
    mine = [row for row in found if row["recipient"] == person.subject]
    return [IDS.sub(_kind, json.dumps(row, sort_keys=True)) for row in mine]


def _kind(found: re.Match[str]) -> str:
    """Return what stands for an id, a time or a signature."""
    return found[1] or "a time or a signature"
