"""A crowd before the webhook: whatever it sends is refused and leaves nothing, and Stripe's own is kept, each once."""

import io
import os
from collections import Counter
from contextlib import redirect_stdout

import pytest

from jobipro.domain.stripe_events import event_id
from tests.fakes.webhooks import NAMES, SECRET
from tests.functional.strangers import HOSTILE, Strangers
from tests.functional.stripe import Door

COUNT = int(os.environ.get("FUZZ_WEBHOOKS", "20000"))
"""`make fuzz` sends 100,000."""
SEED = int(os.environ.get("FUZZ_SEED", "20261122"))


class Log(io.TextIOBase):
    """Keeps nothing of what is said but how much it was, and what of it should not have been."""

    def __init__(self) -> None:
        self.lines = 0
        self.wrong: list[str] = []

    def write(self, text: str) -> int:
        self.lines += text.count("\n")
        if SECRET in text or any(name in text for name in NAMES):
            self.wrong.append(text)
        return len(text)


@pytest.mark.timeout(1800)
@pytest.mark.commitment("sharing.payment-limits", "data.billing")
def test_a_crowd_is_refused_and_stripe_is_heard() -> None:
    log, wanted, acted_on = Log(), set(), set()
    answers: Counter[int] = Counter()
    with redirect_stdout(log):
        door = Door(service="strangers")
        for number, sending in enumerate(Strangers(SEED, lambda: door.now).sendings(COUNT)):
            before = len(door.store.rows)
            answer = door.api.send(sending.handed_over())
            answers[answer.status] += 1
            if sending.event:
                assert answer.status == 200, (number, answer.text)
                wanted.add(event_id(sending.event))
                acted_on |= {event_id(sending.event)} if sending.acted_on else set()
            else:
                assert answer.status in {400, 413}, (number, answer.text, sending)
                assert answer.headers["Content-Type"] == "application/problem+json"
                assert len(door.store.rows) == before, (number, sending)

    assert door.rows() == wanted
    assert {event.id for event in door.handed_on()} == acted_on
    assert answers[200] > len(wanted) > len(acted_on) > 0
    assert len(door.secret.calls) == 1
    assert log.wrong == []
    assert log.lines >= COUNT


def test_a_seed_makes_the_same_crowd_each_time() -> None:
    one, other = (list(Strangers(1, lambda: 1_795_359_600).sendings(300)) for _ in range(2))

    assert one == other
    assert {sending.is_base64 for sending in one} == {True, False}
    assert len({each.event for each in one}) > 2


def test_every_way_not_to_be_stripes_is_one() -> None:
    strangers = Strangers(2, lambda: 1_795_359_600)
    with redirect_stdout(Log()):
        door = Door(service="strangers-one-by-one")
        for way in HOSTILE:
            for _ in range(20):
                assert door.api.send(way(strangers).handed_over()).status in {400, 413}, way.__name__
    assert door.store.rows == {}
