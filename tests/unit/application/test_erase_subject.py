"""Erasure: constant work to the end of the key, and the same end from wherever it stopped."""

from dataclasses import replace
from datetime import timedelta

import pytest

from jobipro.application.erase_subject import RESUMED, UNPROVEN
from jobipro.application.sign_up import OPENING, UNVERIFIED
from jobipro.domain.accounts import AccountStatus
from jobipro.domain.errors import Conflict, SubjectErased
from jobipro.domain.events import EventType
from jobipro.domain.ids import RequestId, SubjectId
from jobipro.domain.messages import TokenPurpose
from jobipro.domain.trades import Trade
from tests.fakes.faults import Crash, Faults
from tests.fakes.market import plumber
from tests.fakes.post_office import Meanwhile, PostOffice

ONE = timedelta(milliseconds=1)
FIVE_CALLS = ["AdminDeleteUser", "BatchGetItem", "BatchGetItem", "TransactWriteItems", "TransactWriteItems"]


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


def status(office: PostOffice, subject: SubjectId) -> AccountStatus:
    return AccountStatus(office.store.load(office.accounts.standing(subject)).status)


def erased(office: PostOffice) -> list[SubjectId]:
    return [event.subject for event in office.events() if event.type is EventType.SUBJECT_ERASED]


def assert_gone(office: PostOffice, subject: SubjectId, address: str) -> None:
    """Nothing opens, nothing finds, nobody logs in; what was told was told once."""
    assert office.store.load(office.accounts.account(subject)) is None
    with pytest.raises(SubjectErased):
        office.store.load(office.keys.key(subject))
    assert status(office, subject) is AccountStatus.ERASED
    assert not office.rows("EIX#")
    assert not office.rows("COV#")
    assert not [key for key in office.rows(f"A#{subject}") if key.sk == "COVERAGE"]
    assert subject not in office.credentials.passwords
    assert erased(office) == [subject]
    assert office.store.find(office.accounts.to_erase(office.clock.now() + RESUMED * 2), 10).items == []
    assert address not in repr(office.store.rows)


@pytest.mark.commitment("rights.deletion")
def test_somebody_erased_is_gone_in_five_calls(office: PostOffice) -> None:
    subject = office.active()
    office.calls()

    assert office.eraser()(subject)
    assert sorted(office.calls()) == FIVE_CALLS
    assert_gone(office, subject, "marie@example.com")


@pytest.mark.commitment("rights.deletion")
def test_the_key_ends_with_the_second_call_whatever_the_person_owns(office: PostOffice) -> None:
    subject = office.provider()
    posted = [office.posted(subject) for _ in range(5)]
    with pytest.raises(Crash):
        office.eraser(Faults(at=1, after=True))(subject)

    with pytest.raises(SubjectErased):
        office.store.load(office.keys.key(subject))
    for event in posted:
        with pytest.raises(SubjectErased):
            office.store.load(office.requests.request(RequestId(event.refs["request"]), subject))


def test_a_provider_is_found_nowhere_afterwards(office: PostOffice) -> None:
    trades = (Trade.PLUMBING, Trade.HVAC, Trade.ROOFING, Trade.PAINTING, Trade.MOVING)
    subject = office.provider(plumber(radius_km=100, trades=trades))
    assert len(office.rows("COV#")) > 100

    office.eraser()(subject)
    assert_gone(office, subject, "example.com")


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(5))
@pytest.mark.parametrize("provider", [False, True])
def test_wherever_the_eraser_dies_the_next_one_ends_the_same(
    office: PostOffice, provider: bool, at: int, after: bool
) -> None:
    subject = office.provider() if provider else office.active()
    with pytest.raises(Crash):
        office.eraser(Faults(at, after))(subject)

    office.eraser()(subject)
    assert_gone(office, subject, "example.com")


def test_erasing_twice_changes_nothing(office: PostOffice) -> None:
    subject = office.active()
    office.eraser()(subject)
    before = office.store.rows.copy()

    assert not office.eraser()(subject)
    assert office.store.rows == before
    assert not office.eraser()(office.ids.subject())


def test_two_erasers_at_once_tell_of_it_once(office: PostOffice) -> None:
    subject = office.active()

    office.eraser(store=Meanwhile(office.store, lambda: office.eraser()(subject)))(subject)
    assert_gone(office, subject, "marie@example.com")


def test_an_address_that_is_freed_can_sign_up_again(office: PostOffice) -> None:
    office.eraser()(office.active())

    again = office.active()
    assert status(office, again) is AccountStatus.ACTIVE


def test_only_who_is_meant_is_erased(office: PostOffice) -> None:
    subject = office.active()

    assert not office.eraser()(subject, only=UNPROVEN)
    assert status(office, subject) is AccountStatus.ACTIVE


def test_whoever_verifies_in_the_last_moment_stays(office: PostOffice) -> None:
    subject = office.pending()
    link = office.link(subject, TokenPurpose.VERIFY_ADDRESS)
    store = Meanwhile(office.store, lambda: office.verify_address(link))

    assert not office.eraser(store=store)(subject, only=UNPROVEN)
    assert status(office, subject) is AccountStatus.ACTIVE
    assert erased(office) == []


def test_an_address_that_changes_in_the_last_moment_is_freed_and_the_old_one_left_to_whoever_has_it(
    office: PostOffice,
) -> None:
    subject = office.active()
    before = office.account(subject)
    moved = replace(before.with_person(email="marie.new@example.com"), address_index="index#new")
    taken: list[SubjectId] = []

    def moves_and_another_takes_the_old_address() -> None:
        office.store.commit(office.accounts.moved(moved, before, office.ids.subscription()))
        taken.append(office.active())

    office.eraser(store=Meanwhile(office.store, moves_and_another_takes_the_old_address))(subject)

    assert status(office, subject) is AccountStatus.ERASED
    assert office.store.load(office.accounts.subject_of("index#new")) is None
    assert office.store.load(office.accounts.subject_of(before.address_index)) == taken[0]


def test_an_account_that_never_stands_still_is_left_for_later(office: PostOffice) -> None:
    subject = office.active()

    class Busy(Meanwhile):
        def commit(self, *writes: object) -> None:
            raise Conflict

    with pytest.raises(Conflict):
        office.eraser(store=Busy(office.store, lambda: None))(subject)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(5))
def test_sign_ups_that_are_never_verified_are_gone_after_a_day(office: PostOffice, at: int, after: bool) -> None:
    subject = office.pending()
    office.clock.forward(UNVERIFIED - ONE)
    assert office.tick("erase-overdue") == {}

    office.clock.forward(ONE)
    with pytest.raises(Crash):
        office.tick("erase-overdue", Faults(at + 1, after))
    office.clock.forward(RESUMED)
    office.tick("erase-overdue")
    assert_gone(office, subject, "marie@example.com")


def test_sign_ups_that_died_half_way_are_gone_after_an_hour(office: PostOffice) -> None:
    subject = office.ids.subject()
    office.store.commit(office.accounts.opening(subject, office.clock.now(), office.clock.now() + OPENING))
    office.credentials.create(subject, "never mind it")

    assert office.tick("erase-overdue") == {}
    office.clock.forward(OPENING)
    assert office.tick("erase-overdue") == {"SubjectsErased": 1}
    assert status(office, subject) is AccountStatus.ERASED
    assert office.credentials.passwords == {}
    assert office.tick("erase-overdue") == {}


def test_who_is_verified_is_never_due(office: PostOffice) -> None:
    office.active()
    office.clock.forward(UNVERIFIED * 400)

    assert office.tick("erase-overdue") == {}
