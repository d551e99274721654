"""Sign-up: who gets in, what is kept, what is told, and that nobody learns who is here already."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from jobipro.adapters.dynamodb.rows import Key
from jobipro.application.sign_up import OPENING
from jobipro.domain.accounts import AccountStatus
from jobipro.domain.age import AGE_OF_MAJORITY
from jobipro.domain.approvals import Category
from jobipro.domain.errors import IdempotencyMismatch, Invalid, LimitReached, Unavailable, UnderAge
from jobipro.domain.events import EventType
from jobipro.domain.ids import SubjectId
from jobipro.domain.messages import TokenPurpose
from jobipro.domain.provinces import ZONES, Province
from tests.fakes.credentials import FakeCredentials
from tests.fakes.world import World

SIX_CALLS = [
    "TransactWriteItems",
    "TransactWriteItems",
    "GenerateDataKey",
    "GenerateMac",
    "AdminCreateUser",
    "AdminSetUserPassword",
]


@pytest.mark.commitment("purpose.account-admin")
def test_a_sign_up_leaves_a_pending_person_a_log_in_and_one_event(world: World) -> None:
    subject = world.pending()

    account = world.account(subject)
    assert account.status is AccountStatus.PENDING
    assert account.person.email == "marie@example.com"
    assert world.credentials.passwords == {subject: "four quiet maple canoes"}
    assert [event.type for event in world.events()] == [EventType.ACCOUNT_CREATED]


@pytest.mark.commitment("security.encrypted-at-rest", "data.contact", "data.identifiers")
def test_nothing_personal_is_in_clear(world: World) -> None:
    world.pending(approvals=frozenset({Category.NEWSLETTER}))

    stored = repr(world.store.rows).casefold()
    assert not [word for word in ("marie", "tremblay", "1990-02-28", "example.com", "canoes") if word in stored]


def test_known_and_unknown_addresses_cost_the_same_calls(world: World) -> None:
    world.sign_up(world.command())
    unknown = world.calls()
    subject = world.events()[0].subject
    world.verify_address(world.link(subject, TokenPurpose.VERIFY_ADDRESS))
    world.calls()

    world.sign_up(world.command())

    assert sorted(world.calls()) == sorted(unknown) == sorted(SIX_CALLS)


@pytest.mark.commitment("account.no-minors", "purpose.enforce-terms")
@pytest.mark.parametrize("province", list(Province))
def test_a_birthday_counts_from_its_first_moment_where_the_person_lives(world: World, province: Province) -> None:
    born = date(2026 - AGE_OF_MAJORITY[province], 12, 15)
    midnight = datetime(2026, 12, 15, tzinfo=ZONES[province]).astimezone(UTC)

    world.clock.at = midnight - timedelta(milliseconds=1)
    with pytest.raises(UnderAge):
        world.sign_up(world.command(province=province, date_of_birth=born))
    assert world.store.rows == {}
    assert world.credentials.passwords == {}
    assert world.calls() == []

    world.clock.at = midnight
    world.sign_up(world.command(province=province, date_of_birth=born))
    assert len(world.credentials.passwords) == 1


@pytest.mark.parametrize("born", [date(2026, 11, 23), date(1890, 1, 1)])
def test_a_date_of_birth_that_cannot_be_is_refused(world: World, born: date) -> None:
    with pytest.raises(Invalid) as refused:
        world.sign_up(world.command(date_of_birth=born))

    assert [wrong.field for wrong in refused.value.fields] == ["date_of_birth"]
    assert world.store.rows == {}


@pytest.mark.commitment("account.policy-version", "approval.collect-with-notice")
@pytest.mark.parametrize("version", ["2025-01-01", "", "2026-11-01 "])
def test_a_policy_version_that_is_not_in_force_is_refused(world: World, version: str) -> None:
    with pytest.raises(Invalid) as refused:
        world.sign_up(world.command(policy_version=version))

    assert [wrong.field for wrong in refused.value.fields] == ["policy_version"]
    assert world.store.rows == {}


def test_the_sixth_sign_up_with_an_address_in_an_hour_waits(world: World) -> None:
    for _ in range(5):
        world.sign_up(world.command())

    with pytest.raises(LimitReached) as reached:
        world.sign_up(world.command(email=" MARIE@Example.com "))

    assert 0 < reached.value.retry_after <= 3600
    assert len(world.credentials.passwords) == 5


def test_the_sixty_first_sign_up_from_an_ipv6_network_waits_whichever_address_it_comes_from(world: World) -> None:
    for number in range(60):
        world.sign_up(world.command(email=f"person{number}@example.com", source=f"2001:db8::{number:x}"))

    with pytest.raises(LimitReached):
        world.sign_up(world.command(email="person60@example.com", source="2001:db8::ffff"))


def test_the_sixty_first_sign_up_from_a_source_in_an_hour_waits(world: World) -> None:
    for n in range(60):
        world.sign_up(world.command(email=f"person{n}@example.com"))

    with pytest.raises(LimitReached):
        world.sign_up(world.command(email="person60@example.com"))
    world.sign_up(world.command(email="person60@example.com", source="203.0.113.8"))


def test_a_repeat_with_the_same_idempotency_key_tells_nobody_twice(world: World) -> None:
    world.sign_up(world.command(idempotency_key="one"))
    world.sign_up(world.command(idempotency_key="one"))

    assert len(world.events()) == 1


def test_another_body_under_the_same_idempotency_key_is_refused(world: World) -> None:
    world.sign_up(world.command(idempotency_key="one"))

    with pytest.raises(IdempotencyMismatch):
        world.sign_up(world.command(idempotency_key="one", given_name="Maria"))


def test_a_sign_up_that_dies_on_the_way_is_due_to_be_swept_up(world: World) -> None:
    class Away(FakeCredentials):
        def create(self, subject: SubjectId, password: str) -> None:
            raise Unavailable

    with pytest.raises(Unavailable):
        replace(world.sign_up, credentials=Away())(world.command())

    world.clock.forward(OPENING + timedelta(seconds=1))
    (subject,) = world.store.find(world.accounts.to_erase(world.clock.now()), limit=10).items
    assert world.store.rows[Key("accounts", f"A#{subject}", "PROFILE")]["status"] == "opening"
    assert world.events() == []
