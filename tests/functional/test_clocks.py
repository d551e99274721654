"""Each minute: everything due is done, whatever else fails, and the failure is not hushed up."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import partial
from uuid import uuid4

import pytest

from functions.clocks.settings import Settings
from jobipro.application.sign_up import UNVERIFIED
from jobipro.application.sweep import Piece, Task
from jobipro.bootstrap.clocks import clocks
from jobipro.domain.errors import Unavailable
from jobipro.domain.events import EventType, Queue
from jobipro.queues import RESERVE_SECONDS, TickFailed, run_due
from jobipro.settings import read
from tests.fakes.post_office import PostOffice
from tests.functional.waking import Heard, Invocation


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


def tick(tasks: Mapping[str, Task], milliseconds: int = 55_000) -> dict[str, int]:
    return run_due(f"clocks_{uuid4().hex}", lambda: tasks)({"source": "aws.scheduler"}, Invocation(milliseconds))


def noted(done: list[str], name: str) -> Mapping[str, int]:
    done.append(name)
    return {"Done": 1}


def counting(done: list[str], name: str, pieces: int = 3) -> Task:
    def task() -> Iterator[Piece]:
        for _ in range(pieces):
            yield partial(noted, done, name)

    return task


def test_a_minute_in_the_life_of_a_stage(office: PostOffice, capsys: pytest.CaptureFixture[str]) -> None:
    subject = office.pending()
    office.clock.forward(UNVERIFIED)
    capsys.readouterr()

    counts = tick(office.tasks())

    assert counts == {
        "Pieces": 3,
        "Failures": 0,
        "EventsSentAgain": 1,
        "UnroutableEvents": 0,
        "SubjectsErased": 1,
        "ReconciliationsAnnounced": 1,
        "GapsFound": 0,
    }
    assert [event.type for event in office.queues.of(Queue.DELIVERIES)] == [EventType.ACCOUNT_CREATED]
    assert subject not in office.credentials.passwords
    heard = Heard(capsys)
    assert [line["task"] for line in heard.lines] == list(office.tasks())
    assert [each["task"] for each in heard.metrics] == list(office.tasks())
    assert heard.total("SubjectsErased") == 1
    assert "example.com" not in heard.text


def test_a_piece_that_fails_stops_neither_its_task_nor_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    done: list[str] = []

    def broken() -> Iterator[Piece]:
        def fail() -> Mapping[str, int]:
            raise Unavailable

        yield fail
        yield partial(noted, done, "after")
        raise ValueError("marie@example.com")

    with pytest.raises(TickFailed):
        tick({"broken": broken, "sound": counting(done, "sound")})

    assert done == ["after", "sound", "sound", "sound"]
    heard = Heard(capsys)
    errors = [line for line in heard.lines if line["level"] == "ERROR"]
    assert [line["task"] for line in errors] == ["broken", "broken"]
    assert heard.total("Failures") == 2
    assert "marie" not in heard.text


def test_a_person_who_cannot_be_erased_stands_in_nobodys_way(office: PostOffice) -> None:
    first, second = office.pending(), office.pending(email="other@example.com")
    office.clock.forward(UNVERIFIED)
    delete = office.credentials.delete

    class Stubborn:
        calls = office.credentials.calls

        def delete(self, subject: str) -> None:
            if subject == first:
                raise Unavailable
            delete(second)

    office.credentials = Stubborn()  # type: ignore[assignment]
    with pytest.raises(TickFailed):
        tick({"erase-overdue": office.tasks()["erase-overdue"]})

    standing = [office.store.load(office.accounts.standing(each)).status for each in (first, second)]
    assert standing == ["erasing", "erased"]


def test_no_piece_begins_when_the_time_is_up() -> None:
    done: list[str] = []

    assert tick({"late": counting(done, "late")}, int(RESERVE_SECONDS * 1000)) == {"Pieces": 0, "Failures": 0}
    assert done == []


def test_a_task_without_end_leaves_the_others_their_share() -> None:
    done: list[str] = []

    def endless() -> Iterator[Piece]:
        while True:
            yield dict

    tick({"endless": endless, "sound": counting(done, "sound")}, int(RESERVE_SECONDS * 1000) + 100)
    assert done == ["sound"] * 3


def test_what_the_clocks_are_wired_from_fits_their_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ca-central-1")
    wired = clocks(read(Settings, {field.name.upper(): field.name for field in fields(Settings)}))

    assert list(wired.tasks()) == list(PostOffice().tasks())
