"""The clocks' work: waves that are due are told of once, whatever dies on the way."""

from datetime import timedelta

import pytest

from jobipro.domain.events import Event, EventType
from jobipro.domain.ids import RequestId
from jobipro.domain.requests import WAVE, WAVES_APART
from tests.fakes.faults import Crash, Faults
from tests.fakes.post_office import PostOffice


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


def begun(office: PostOffice) -> Event:
    """Return the event of a request whose first wave has gone out, with more providers to tell."""
    for _ in range(WAVE + 5):
        office.provider()
    posted = office.posted(office.customer())
    assert office.notify_providers(posted) == WAVE
    return posted


def waves(office: PostOffice) -> list[Event]:
    return [event for event in office.events() if event.type is EventType.WAVE_DUE]


def test_the_next_wave_is_announced_when_its_time_has_come_and_once(office: PostOffice) -> None:
    posted = begun(office)
    assert office.tick("announce-waves") == {}

    office.clock.forward(WAVES_APART)
    assert office.tick("announce-waves") == {"WavesAnnounced": 1}
    assert office.tick("announce-waves") == {}
    (event,) = waves(office)
    assert (event.subject, event.refs) == (posted.subject, {"request": posted.refs["request"], "wave": "1"})
    assert office.notify_providers(event) == 5


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(3))
def test_wherever_the_clocks_die_the_wave_is_announced_once(office: PostOffice, at: int, after: bool) -> None:
    begun(office)
    office.clock.forward(WAVES_APART)
    with pytest.raises(Crash):
        office.tick("announce-waves", Faults(at, after))

    office.tick("announce-waves")
    assert len(waves(office)) == 1


def test_two_clocks_at_once_announce_it_once(office: PostOffice) -> None:
    begun(office)
    office.clock.forward(WAVES_APART)
    first, second = office.tasks()["announce-waves"](), office.tasks()["announce-waves"]()
    pieces = [next(first), next(second)]

    assert [piece() for piece in pieces] == [{"WavesAnnounced": 1}, {}]
    assert len(waves(office)) == 1


def test_a_wave_that_was_put_off_meanwhile_waits(office: PostOffice) -> None:
    posted = begun(office)
    office.clock.forward(WAVES_APART)
    (piece,) = office.tasks()["announce-waves"]()
    office.clock.forward(timedelta(minutes=-1))

    assert piece() == {}
    assert office.store.load(office.requests.wave(RequestId(posted.refs["request"]))).due_at is not None
