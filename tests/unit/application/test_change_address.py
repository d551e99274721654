"""A new address: told to the old one, in use once verified, and never taken from somebody else."""

import pytest

from jobipro.application.change_address import ChangeAddress
from jobipro.application.verify_address import Verified
from jobipro.domain.errors import AddressTaken, Invalid, NotFound
from jobipro.domain.events import EventType
from jobipro.domain.ids import SubjectId
from jobipro.domain.messages import TokenPurpose
from tests.fakes.world import World

PASSWORD = "four quiet maple canoes"
MOVE = TokenPurpose.VERIFY_NEW_ADDRESS


def change(world: World, subject: SubjectId, email: str) -> None:
    use_case = ChangeAddress(
        world.store.load,
        world.store.commit,
        world.accounts,
        world.credentials,
        world.limits,
        world.outbox,
        world.index_mac,
        world.clock,
        world.ids,
    )
    use_case(world.caller(subject), email, PASSWORD)


def test_the_new_address_is_asked_the_old_one_told_and_nothing_else_happens_yet(world: World) -> None:
    subject = world.active()

    change(world, subject, "marie.new@example.com")

    account = world.account(subject)
    assert (account.person.email, account.person.pending_email) == ("marie@example.com", "marie.new@example.com")
    told = {event.type for event in world.events()}
    assert {EventType.ADDRESS_CHANGE_ASKED, EventType.ADDRESS_CHANGE_TOLD} <= told


@pytest.mark.commitment("purpose.account-admin", "rights.correction")
def test_once_verified_the_new_address_finds_the_account_and_the_old_one_is_free(world: World) -> None:
    subject = world.active()
    old = world.account(subject).address_index
    change(world, subject, "marie.new@example.com")

    assert world.verify_address(world.link(subject, MOVE)) is Verified.NEW_ADDRESS

    account = world.account(subject)
    assert (account.person.email, account.person.pending_email) == ("marie.new@example.com", None)
    assert account.person.former_email == "marie@example.com"
    assert world.events()[-1].type is EventType.ADDRESS_CHANGED
    assert world.store.load(world.accounts.subject_of(account.address_index)) == subject
    assert world.store.load(world.accounts.subject_of(old)) is None
    subscription = world.store.load(world.consents.subscription(subject))
    assert subscription.suppression == world.suppression_mac(b"jobipro/address/v1\0suppression\0marie.new@example.com")


def test_a_link_sent_to_an_earlier_wish_moves_nothing(world: World) -> None:
    subject = world.active()
    change(world, subject, "first@example.com")
    link = world.link(subject, MOVE)
    change(world, subject, "second@example.com")

    with pytest.raises(NotFound):
        world.verify_address(link)


def test_somebody_elses_address_cannot_be_taken(world: World) -> None:
    paul = world.active(email="paul@example.com")
    subject = world.active()
    change(world, subject, "paul@example.com")

    with pytest.raises(AddressTaken):
        world.verify_address(world.link(subject, MOVE))
    assert world.store.load(world.accounts.subject_of(world.account(paul).address_index)) == paul


def test_the_present_address_and_no_address_are_refused_by_name(world: World) -> None:
    subject = world.active()

    for email in ("MARIE@example.com", "nonsense"):
        with pytest.raises(Invalid) as refused:
            change(world, subject, email)
        assert [wrong.field for wrong in refused.value.fields] == ["email"]
