"""Passwords: reset by mail or changed while logged in; either ends every log-in."""

from datetime import timedelta

import pytest

from jobipro.application.change_address import ChangeAddress
from jobipro.application.change_password import AskPasswordReset, ChangePassword, LookAtReset, ResetPassword
from jobipro.domain.callers import Caller
from jobipro.domain.errors import Invalid, LimitReached, NotAuthenticated, NotFound
from jobipro.domain.events import EventType
from jobipro.domain.ids import SubjectId
from jobipro.domain.messages import TokenPurpose
from tests.fakes.credentials import FakeCredentials
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


@pytest.mark.commitment("purpose.account-admin")
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


@pytest.mark.parametrize("way", ["reset", "change"])
def test_a_new_password_drops_a_new_address_that_was_asked_for_under_the_old_one(world: World, way: str) -> None:
    subject = world.active()
    ChangeAddress(
        world.store.load,
        world.store.commit,
        world.accounts,
        world.credentials,
        world.limits,
        world.outbox,
        world.index_mac,
        world.clock,
        world.ids,
    )(world.caller(subject), "somebody.else@example.com", OLD)
    asked_for = world.link(subject, TokenPurpose.VERIFY_NEW_ADDRESS)

    if way == "reset":
        reset(world, world.link(subject, TokenPurpose.RESET_PASSWORD, world.account(subject).address_index))
    else:
        change(world)(world.caller(subject), OLD, NEW)

    with pytest.raises(NotFound):
        world.verify_address(asked_for)
    account = world.account(subject)
    assert (account.person.email, account.person.pending_email) == ("marie@example.com", None)


@pytest.mark.parametrize("way", ["reset", "change"])
def test_a_new_password_ends_the_reset_links_sent_before_it(world: World, way: str) -> None:
    subject = world.active()
    kept = world.link(subject, TokenPurpose.RESET_PASSWORD)
    used = world.link(subject, TokenPurpose.RESET_PASSWORD)
    world.clock.forward(timedelta(seconds=1))
    if way == "reset":
        reset(world, used)
    else:
        change(world)(world.caller(subject), OLD, NEW)

    with pytest.raises(NotFound):
        reset(world, kept)
    reset(world, world.link(subject, TokenPurpose.RESET_PASSWORD))


def test_a_token_refreshed_while_the_log_ins_are_being_ended_opens_nothing_afterwards(world: World) -> None:
    class Slow(FakeCredentials):
        """Takes its time to end the log-ins; until then one of them gets another token."""

        def end_all(self, subject: SubjectId) -> None:
            world.clock.forward(timedelta(seconds=1))
            refreshed.append(world.caller(subject))
            world.clock.forward(timedelta(seconds=1))
            super().end_all(subject)

    refreshed: list[Caller] = []
    world.credentials = Slow()
    subject = world.active()

    reset(world, world.link(subject, TokenPurpose.RESET_PASSWORD))

    with pytest.raises(NotAuthenticated):
        world.account(subject).admits(refreshed[0])


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


def test_a_reset_makes_a_log_in_anew_that_was_deleted_behind_our_back(world: World) -> None:
    subject = world.active()
    world.credentials.delete(subject)

    reset(world, world.link(subject, TokenPurpose.RESET_PASSWORD))

    assert world.credentials.passwords[subject] == NEW
