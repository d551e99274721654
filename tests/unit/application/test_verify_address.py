"""Verification: the account, the index row and the approvals come to life together, once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from jobipro.adapters.dynamodb.rows import Key
from jobipro.application.verify_address import LookAtVerification, Verified
from jobipro.domain.accounts import AccountStatus
from jobipro.domain.approvals import Approval, Basis, Category, Channel, HowGiven, shown
from jobipro.domain.errors import AddressTaken, NotFound
from jobipro.domain.events import EventType
from jobipro.domain.ids import SubjectId
from jobipro.domain.language import Language
from jobipro.domain.messages import TokenPurpose
from jobipro.domain.subject_keys import KeyClass
from tests.fakes.meanwhile import Meanwhile
from tests.fakes.world import World

VERIFY, MOVE, RESET = TokenPurpose.VERIFY_ADDRESS, TokenPurpose.VERIFY_NEW_ADDRESS, TokenPurpose.RESET_PASSWORD


def history(world: World, subject: SubjectId) -> list[object]:
    return list(world.store.find(world.consents.history(subject), limit=100).items)


@pytest.mark.commitment("account.email-verified")
def test_an_account_is_usable_and_its_address_taken_only_once_verified(world: World) -> None:
    subject = world.pending()
    index = world.account(subject).address_index
    assert world.store.load(world.accounts.subject_of(index)) is None

    assert world.verify_address(world.link(subject, VERIFY)) is Verified.ADDRESS

    assert world.account(subject).status is AccountStatus.ACTIVE
    assert world.store.load(world.accounts.subject_of(index)) == subject
    assert world.events()[-1].type is EventType.ADDRESS_VERIFIED


@pytest.mark.commitment("approval.explicit", "account.policy-version")
def test_approvals_count_from_verification_and_say_what_was_shown_when_and_how(world: World) -> None:
    asked = frozenset({Category.NEWSLETTER, Category.RESEARCH})
    subject = world.pending(approvals=asked)
    before = world.store.load(world.consents.subscription(subject))
    assert before.ground(Category.NEWSLETTER, world.clock.now()) is None
    assert history(world, subject) == []

    world.verify_address(world.link(subject, VERIFY))

    now = world.store.load(world.consents.subscription(subject))
    newsletter, research = history(world, subject)
    assert isinstance(newsletter, Approval)
    assert isinstance(research, Approval)
    assert {newsletter.category, research.category} == asked
    assert newsletter.shown == shown(newsletter.category, Language.FR)
    assert (newsletter.basis, newsletter.how) == (Basis.EXPRESS, HowGiven.SIGN_UP_FORM)
    assert newsletter.at == world.clock.now()
    assert newsletter.policy_version == "2026-11-01"
    ground = now.ground(newsletter.category, world.clock.now())
    assert ground is not None
    assert ground.approval == newsletter.id
    assert now.ground(Category.PROMOTIONS, world.clock.now()) is None


def test_the_evidence_of_an_approval_is_under_the_record_key(world: World) -> None:
    subject = world.active(approvals=frozenset({Category.NEWSLETTER}))

    (row,) = [row for key, row in world.store.rows.items() if key.pk == f"C#{subject}" and "sealed" in row]
    key = world.store.load(world.keys.key(subject, KeyClass.RECORD))
    assert world.sealing.unseal(key, row, "consents") == {"email": "marie@example.com"}


@pytest.mark.commitment("purpose.phone-text-contact")
def test_text_messages_get_approvals_of_their_own_for_the_number_given(world: World) -> None:
    subject = world.active(approvals=frozenset({Category.NEWSLETTER}), text_messages=True, phone="+15145550123")

    key = world.store.load(world.keys.key(subject, KeyClass.RECORD))
    rows = [row for row in world.store.rows.values() if row["pk"] == f"C#{subject}" and "sealed" in row]
    evidence = {row["channel"]: world.sealing.unseal(key, row, "consents") for row in rows}
    assert evidence == {"email": {"email": "marie@example.com"}, "sms": {"phone": "+15145550123"}}

    texting = world.store.load(world.consents.subscription(subject, Channel.SMS))
    assert texting.ground(Category.NEWSLETTER, world.clock.now()) is not None


def test_whoever_declined_before_verifying_receives_nothing_optional(world: World) -> None:
    subject = world.pending(approvals=frozenset({Category.NEWSLETTER}))
    subscription = world.store.load(world.consents.subscription(subject))
    world.store.commit(world.consents.changed(subscription, (), declined=True))

    world.verify_address(world.link(subject, VERIFY))

    assert history(world, subject) == []


def test_a_withdrawal_in_the_very_moment_of_verification_is_not_overwritten(world: World) -> None:
    class AfterTheLook:
        """Loads as ever; right after the second look, everything optional is stopped."""

        looks = 0

        def __call__(self, *reads: Any) -> Any:
            found = world.store.load(*reads)
            self.looks += 1
            if self.looks == 2:
                subscription = world.store.load(world.consents.subscription(subject))
                world.store.commit(world.consents.changed(subscription, (), declined=True))
            return found

    subject = world.pending(approvals=frozenset({Category.NEWSLETTER}))

    replace(world.verify_address, load=AfterTheLook())(world.link(subject, VERIFY))

    assert world.account(subject).status is AccountStatus.ACTIVE
    assert history(world, subject) == []


def test_a_link_works_once(world: World) -> None:
    subject = world.pending()
    link = world.link(subject, VERIFY)
    world.verify_address(link)

    with pytest.raises(NotFound):
        world.verify_address(link)


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "é" * 43, "a" * 10_000])
def test_a_link_that_was_never_sent_is_nothing(world: World, token: str) -> None:
    with pytest.raises(NotFound):
        world.verify_address(token)


def test_a_link_runs_out_after_a_day(world: World) -> None:
    subject = world.pending()
    link = world.link(subject, VERIFY)
    world.clock.forward(timedelta(hours=24))

    with pytest.raises(NotFound):
        world.verify_address(link)
    assert world.account(subject).status is AccountStatus.PENDING


@pytest.mark.parametrize("purpose", [RESET, MOVE])
def test_a_link_of_another_purpose_opens_nothing(world: World, purpose: TokenPurpose) -> None:
    subject = world.pending()

    with pytest.raises(NotFound):
        world.verify_address(world.link(subject, purpose))


def test_looking_at_a_link_changes_nothing(world: World) -> None:
    link = world.link(world.pending(), VERIFY)
    before = repr(world.store.rows)

    LookAtVerification(world.store.load, world.tokens, world.clock)(link)

    assert repr(world.store.rows) == before


def test_the_first_to_verify_an_address_has_it(world: World) -> None:
    first, second = world.pending(), world.pending()
    link = world.link(first, VERIFY)
    world.verify_address(world.link(second, VERIFY))

    with pytest.raises(AddressTaken):
        world.verify_address(link)
    assert world.account(first).status is AccountStatus.PENDING


def test_two_links_of_one_sign_up_used_at_the_same_moment_verify_once(world: World) -> None:
    subject = world.pending()
    link, other = world.link(subject, VERIFY), world.link(subject, VERIFY)

    def the_other_is_used() -> None:
        world.verify_address(other)

    with pytest.raises(NotFound):
        replace(world.verify_address, commit=Meanwhile(world.store, the_other_is_used))(link)
    assert world.account(subject).status is AccountStatus.ACTIVE
    assert [event.type for event in world.events()].count(EventType.ADDRESS_VERIFIED) == 1


def test_no_password_counts_where_several_signed_up_with_one_address(world: World) -> None:
    stranger = world.pending(password="known to a stranger")
    world.pending(password="known to the holder of the mailbox")

    assert world.verify_address(world.link(stranger, VERIFY)) is Verified.PASSWORD_TO_CHOOSE

    assert world.credentials.passwords[stranger] not in ("known to a stranger", "known to the holder of the mailbox")
    assert [(event.type, event.subject) for event in world.events()][-2:] == [
        (EventType.ADDRESS_VERIFIED, stranger),
        (EventType.PASSWORD_RESET_ASKED, stranger),
    ]


def test_an_erased_person_cannot_come_back_by_an_old_link(world: World) -> None:
    subject = world.pending()
    link = world.link(subject, VERIFY)
    world.store.commit(world.keys.erased(subject, KeyClass.PERSONAL, world.clock.now()))

    with pytest.raises(NotFound):
        world.verify_address(link)
    assert Key("subject-keys", f"K#{subject}", "record#1") not in world.store.rows


def test_a_verification_costs_six_calls_when_the_persons_key_is_cached(world: World) -> None:
    link = world.link(world.pending(), VERIFY)
    world.calls()

    world.verify_address(link)

    assert sorted(world.calls()) == sorted(
        ["BatchGetItem", "BatchGetItem", "Query", "TransactWriteItems", "GenerateDataKey", "GenerateMac"]
    )
