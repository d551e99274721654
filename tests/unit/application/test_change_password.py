"""Passwords: reset by mail or changed while logged in; either ends every log-in."""

from datetime import timedelta

import pytest

from jobipro.application.change_password import AskPasswordReset, ChangePassword, LookAtReset, ResetPassword
from jobipro.domain.errors import Invalid, LimitReached, NotAuthenticated, NotFound
from jobipro.domain.events import EventType
from jobipro.domain.messages import TokenPurpose
from tests.fakes.world import World

OLD, NEW = "four quiet maple canoes", "five loud birch paddles"


def ask(world: World, email: str) -> None:
    AskPasswordReset(
        world.store.load,
        world.store.commit,
        world.accounts,
        world.limits,
        world.outbox,
        world.index_mac,
        world.clock,
        world.ids,
    )(email)


def reset(world: World, token: str) -> None:
    ResetPassword(
        world.store.load,
        world.store.commit,
        world.accounts,
        world.tokens,
        world.credentials,
        world.outbox,
        world.clock,
        world.ids,
    )(token, NEW)


def change(world: World) -> ChangePassword:
    return ChangePassword(
        world.store.load,
        world.store.commit,
        world.accounts,
        world.credentials,
        world.limits,
        world.outbox,
        world.clock,
        world.ids,
    )


def test_asking_is_answered_alike_and_costs_the_same_calls_for_known_and_unknown(world: World) -> None:
    subject = world.active()
    world.calls()

    ask(world, "marie@example.com")
    known = world.calls()
    ask(world, "nobody@example.com")

    assert world.calls() == known == ["BatchGetItem", "TransactWriteItems", "GenerateMac"]
    asked = [event for event in world.events() if event.type is EventType.PASSWORD_RESET_ASKED]
    assert [event.subject for event in asked] == [subject]


def test_asking_is_limited_for_known_and_unknown_alike(world: World) -> None:
    world.active()
    for email in ("marie@example.com", "nobody@example.com"):
        for _ in range(5):
            ask(world, email)
        with pytest.raises(LimitReached):
            ask(world, email)


def test_a_reset_sets_the_password_and_ends_every_log_in(world: World) -> None:
    subject = world.active()
    caller = world.caller(subject)
    link = world.link(subject, TokenPurpose.RESET_PASSWORD)
    world.clock.forward(timedelta(seconds=1))

    reset(world, link)

    assert world.credentials.passwords[subject] == NEW
    with pytest.raises(NotAuthenticated):
        world.account(subject).admits(caller)
    assert world.events()[-1].type is EventType.PASSWORD_CHANGED
    with pytest.raises(NotFound):
        reset(world, link)


@pytest.mark.parametrize("purpose", [TokenPurpose.VERIFY_ADDRESS, TokenPurpose.VERIFY_NEW_ADDRESS])
def test_a_link_of_another_purpose_resets_nothing(world: World, purpose: TokenPurpose) -> None:
    subject = world.active()
    link = world.link(subject, purpose)

    with pytest.raises(NotFound):
        reset(world, link)
    with pytest.raises(NotFound):
        LookAtReset(world.store.load, world.tokens, world.clock)(link)
    assert world.credentials.passwords[subject] == OLD


def test_changing_needs_the_present_password_and_ends_the_log_in(world: World) -> None:
    subject = world.active()
    caller = world.caller(subject)

    with pytest.raises(Invalid) as refused:
        change(world)(caller, "wrong", NEW)
    assert [wrong.field for wrong in refused.value.fields] == ["current_password"]

    change(world)(caller, OLD, NEW)

    assert world.credentials.passwords[subject] == NEW
    with pytest.raises(NotAuthenticated):
        world.account(subject).admits(caller)


def test_a_change_that_died_half_way_is_finished_by_whoever_repeats_it(world: World) -> None:
    subject = world.active()
    caller = world.caller(subject)
    world.credentials.set_password(subject, NEW)

    change(world)(caller, OLD, NEW)

    assert world.credentials.passwords[subject] == NEW
    with pytest.raises(NotAuthenticated):
        world.account(subject).admits(caller)


def test_guessing_the_present_password_is_limited_with_the_log_in(world: World) -> None:
    """A wrong one counts twice: the new one is tried, too."""
    caller = world.caller(world.active())
    for _ in range(5):
        with pytest.raises(Invalid):
            change(world)(caller, "wrong", NEW)

    with pytest.raises(LimitReached):
        change(world)(caller, OLD, NEW)
