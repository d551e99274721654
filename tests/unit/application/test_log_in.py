"""Logging in and out: nobody learns who is here, and an ended log-in opens nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from jobipro.adapters.dynamodb.rows import Key
from jobipro.application.log_in import LogIn, LogOut, Refresh, admitted
from jobipro.application.ports.credentials import Tokens
from jobipro.domain.accounts import AccountStatus
from jobipro.domain.errors import Invalid, LimitReached, NotAuthenticated, SubjectErased, WrongCredentials
from jobipro.domain.subject_keys import KeyClass
from tests.fakes.world import World

PASSWORD = "four quiet maple canoes"


def log_in(world: World, email: str = "marie@example.com", password: str = PASSWORD) -> Tokens:
    use_case = LogIn(
        world.store.load,
        world.store.commit,
        world.accounts,
        world.credentials,
        world.limits,
        world.index_mac,
        world.clock,
    )
    return use_case(email, password)


@pytest.mark.commitment("purpose.account-admin")
def test_address_and_password_give_tokens(world: World) -> None:
    world.active()

    assert log_in(world, email=" Marie@EXAMPLE.com").expires_in == 900


def test_a_wrong_password_and_nobody_look_alike_and_cost_the_same_four_calls(world: World) -> None:
    world.active()
    world.calls()

    with pytest.raises(WrongCredentials):
        log_in(world, password="wrong")
    wrong = world.calls()
    with pytest.raises(WrongCredentials):
        log_in(world, email="nobody@example.com")

    assert world.calls() == wrong
    assert sorted(wrong) == ["AdminInitiateAuth", "BatchGetItem", "GenerateMac", "TransactWriteItems"]


@pytest.mark.commitment("account.email-verified")
def test_an_address_that_is_not_verified_opens_nothing(world: World) -> None:
    world.pending()

    with pytest.raises(WrongCredentials):
        log_in(world)


def test_the_eleventh_guess_within_a_quarter_of_an_hour_waits_even_if_it_is_right(world: World) -> None:
    world.active()
    for _ in range(10):
        with pytest.raises(WrongCredentials):
            log_in(world, password="wrong")

    with pytest.raises(LimitReached):
        log_in(world)

    world.clock.forward(timedelta(minutes=15))
    log_in(world)


def test_what_is_no_address_is_refused_by_name(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        log_in(world, email="not an address")

    assert [wrong.field for wrong in refused.value.fields] == ["email"]


def log_out(world: World) -> LogOut:
    return LogOut(world.store.load, world.store.commit, world.accounts, world.credentials, world.clock)


def test_a_token_of_somebody_who_logged_out_opens_nothing(world: World) -> None:
    subject = world.active()
    phone, web = world.caller(subject, "phone"), world.caller(subject, "web")
    tokens = log_in(world)

    log_out(world)(phone, tokens.refresh_token)

    account = world.account(subject)
    with pytest.raises(NotAuthenticated):
        account.admits(phone)
    with pytest.raises(WrongCredentials):
        Refresh(world.credentials)(tokens.refresh_token)
    assert account.admits(web) is account


def test_ended_log_ins_are_forgotten_when_their_tokens_are_over(world: World) -> None:
    subject = world.active()
    log_out(world)(world.caller(subject, "phone"), "any")
    world.clock.forward(timedelta(minutes=16))
    log_out(world)(world.caller(subject, "web"), "any")

    assert set(world.account(subject).ended_sessions) == {"web"}


@pytest.mark.parametrize("status", sorted(set(AccountStatus) - {AccountStatus.ACTIVE}))
def test_a_token_opens_only_an_active_account(world: World, status: AccountStatus) -> None:
    subject = world.active()
    account = replace(world.account(subject), status=status)

    with pytest.raises(NotAuthenticated):
        account.admits(world.caller(subject))


def test_a_token_of_somebody_erased_opens_nothing(world: World) -> None:
    subject = world.active()
    world.store.commit(world.keys.erased(subject, KeyClass.PERSONAL, world.clock.now()))

    with pytest.raises(SubjectErased):
        world.account(subject)
    del world.store.rows[Key("accounts", f"A#{subject}", "PROFILE")]
    with pytest.raises(NotAuthenticated):
        admitted(world.store.load(world.accounts.account(subject)), world.caller(subject))
