"""The verification link once more: the same answer for everybody."""

import pytest

from jobipro.application.ask_verification import AskVerification
from jobipro.domain.errors import LimitReached
from jobipro.domain.events import EventType
from tests.fakes.world import World


def ask(world: World, email: str) -> None:
    AskVerification(
        world.store.commit,
        world.store.find,
        world.accounts,
        world.limits,
        world.outbox,
        world.index_mac,
        world.clock,
        world.ids,
    )(email)


def test_pending_verified_and_unknown_addresses_cost_the_same_calls(world: World) -> None:
    pending, active = world.pending(email="paul@example.com"), world.active()
    world.calls()
    made = []
    for email in ("paul@example.com", "marie@example.com", "nobody@example.com"):
        ask(world, email)
        made.append(world.calls())

    assert made == [["Query", "TransactWriteItems", "GenerateMac"]] * 3
    asked = [event.subject for event in world.events() if event.type is EventType.VERIFICATION_ASKED]
    assert sorted(asked) == sorted([pending, active])


def test_asking_is_limited(world: World) -> None:
    for _ in range(5):
        ask(world, "nobody@example.com")

    with pytest.raises(LimitReached):
        ask(world, "nobody@example.com")
