"""Accounts in their table: what is sealed, what finds them, and that nobody writes over what they have not seen."""

from dataclasses import fields, replace
from datetime import date, time, timedelta

import pytest

from jobipro.adapters.dynamodb.accounts import Accounts, profile_row
from jobipro.adapters.dynamodb.sealed import Sealing
from jobipro.adapters.dynamodb.subject_keys import SubjectKeys
from jobipro.application.ports.storage import Key
from jobipro.domain.accounts import Account, AccountStatus, Person, ProviderProfile, Role
from jobipro.domain.approvals import Category
from jobipro.domain.coverage import Location
from jobipro.domain.errors import AddressTaken, AlreadyDone, Conflict, SubjectErased, Unintelligible
from jobipro.domain.ids import SubscriptionId
from jobipro.domain.language import Language
from jobipro.domain.postal import MailingAddress
from jobipro.domain.provinces import Province
from jobipro.domain.quiet_hours import QuietHours
from jobipro.domain.subject_keys import KeyClass
from jobipro.domain.trades import Trade
from tests.fakes.kms import FakeDataKeys
from tests.fakes.store import FakeStore
from tests.fakes.system import FakeClock, FakeIds

NOW = FakeClock().now()
DUE = NOW + timedelta(hours=24)
SUBSCRIPTION = SubscriptionId(bytes(16))

BARE = Person(
    email="marie@example.com",
    given_name="Marie",
    family_name="Tremblay",
    date_of_birth=date(1990, 2, 28),
    province=Province.QC,
    language=Language.FR,
)
FULL = replace(
    BARE,
    phone="+15145550123",
    mailing_address=MailingAddress("111 Wellington Street", "Ottawa", Province.ON, "K1A 0A9"),
    approvals_asked=frozenset({Category.NEWSLETTER, Category.RESEARCH}),
    text_messages_asked=True,
    pending_email="new@example.com",
    former_email="old@example.com",
    provider=ProviderProfile((Trade.PLUMBING, Trade.HVAC), Location(45.50884, -73.58781), 25, "Licensed."),
    quiet_hours=QuietHours(time(21), time(7, 30)),
)


class Stage:
    """A table of accounts with a way to put somebody in it."""

    def __init__(self):
        self.store = FakeStore()
        self.ids = FakeIds()
        self.keys = SubjectKeys(FakeDataKeys())
        self.accounts = Accounts(Sealing("test"), self.keys)

    def pending(self, person=BARE, index="index#marie"):
        subject = self.ids.subject()
        key, kept = self.keys.create(subject, KeyClass.PERSONAL, NOW)
        account = Account(
            subject=subject,
            status=AccountStatus.PENDING,
            role=Role.CUSTOMER,
            version=1,
            created_at=NOW,
            policy_version="2026-11-01",
            address_index=index,
            key=key,
            person=person,
        )
        self.store.commit(self.accounts.opening(subject, NOW, DUE))
        self.store.commit(kept, self.accounts.signed_up(account, DUE))
        return self.read(subject)

    def active(self, person=BARE, index="index#marie"):
        account = self.pending(person, index)
        self.store.commit(self.accounts.activated(account, SUBSCRIPTION))
        return self.read(account.subject)

    def read(self, subject):
        return self.store.load(self.accounts.account(subject))

    def rows(self, prefix):
        return {key for key in self.store.rows if key.pk.startswith(prefix)}


@pytest.fixture
def stage():
    return Stage()


@pytest.mark.parametrize("person", [BARE, FULL], ids=["bare", "full"])
def test_a_person_reads_back_as_they_were_kept(stage, person):
    account = stage.pending(person)

    assert account.person == person
    assert (account.status, account.version, account.created_at) == (AccountStatus.PENDING, 1, NOW)


def test_the_full_person_has_every_field_there_is():
    assert not [field.name for field in fields(Person) if getattr(FULL, field.name) in (None, frozenset(), False)]


@pytest.mark.commitment("data.contact", "security.encrypted-at-rest")
def test_only_ids_states_and_times_are_in_clear(stage):
    account = stage.active(FULL)

    assert stage.store.rows[profile_row(account.subject)].keys() == {
        "pk",
        "sk",
        "status",
        "role",
        "version",
        "created_at",
        "policy_version",
        "address_index",
        "sessions_from",
        "ended_sessions",
        "sealed",
    }


def test_a_profile_put_into_another_persons_row_does_not_open(stage):
    ada, eve = stage.active(BARE, "index#ada"), stage.active(BARE, "index#eve")
    rows = stage.store.rows
    rows[profile_row(eve.subject)]["sealed"] = rows[profile_row(ada.subject)]["sealed"]

    with pytest.raises(Unintelligible):
        stage.read(eve.subject)


def test_there_is_no_account_where_there_never_was_or_only_an_announcement(stage):
    assert stage.read(stage.ids.subject()) is None
    announced = stage.ids.subject()
    stage.store.commit(stage.accounts.opening(announced, NOW, DUE))

    assert stage.read(announced) is None


def test_an_account_is_announced_once(stage):
    subject = stage.ids.subject()
    stage.store.commit(stage.accounts.opening(subject, NOW, DUE))

    with pytest.raises(AlreadyDone):
        stage.store.commit(stage.accounts.opening(subject, NOW, DUE))


# Coming to life.


def test_until_it_is_verified_an_address_is_free_and_the_account_due_to_be_swept_up(stage):
    account = stage.pending()

    assert stage.store.load(stage.accounts.subject_of("index#marie")) is None
    found = stage.store.find(stage.accounts.with_address("index#marie"), 10)
    assert list(found.items) == [(account.subject, False)]
    assert list(stage.store.find(stage.accounts.to_erase(DUE), 10).items) == [account.subject]


def test_verified_it_is_taken_and_nothing_is_due(stage):
    account = stage.active()

    assert account.status is AccountStatus.ACTIVE
    assert stage.store.load(stage.accounts.subject_of("index#marie")) == account.subject
    assert stage.store.load(stage.accounts.holder("index#marie")) == SUBSCRIPTION
    assert list(stage.store.find(stage.accounts.with_address("index#marie"), 10).items) == [(account.subject, True)]
    assert list(stage.store.find(stage.accounts.to_erase(DUE), 10).items) == []


def test_of_two_who_signed_up_with_one_address_the_first_to_verify_it_has_it(stage):
    first, second = stage.pending(), stage.pending()
    stage.store.commit(stage.accounts.activated(first, SUBSCRIPTION))

    with pytest.raises(AddressTaken):
        stage.store.commit(stage.accounts.activated(second, SUBSCRIPTION))

    assert stage.read(second.subject).status is AccountStatus.PENDING
    assert set(stage.store.find(stage.accounts.with_address("index#marie"), 10).items) == {
        (first.subject, True),
        (second.subject, False),
    }


def test_only_what_is_due_by_then_is_swept_up(stage):
    account = stage.pending()

    assert list(stage.store.find(stage.accounts.to_erase(DUE - timedelta(milliseconds=1)), 10).items) == []
    assert list(stage.store.find(stage.accounts.to_erase(DUE), 10).items) == [account.subject]


# Changing.


def test_a_change_is_kept_and_counted(stage):
    account = stage.active()
    stage.store.commit(stage.accounts.saved(account.with_person(given_name="Anne"), before=account))

    after = stage.read(account.subject)
    assert (after.person.given_name, after.version) == ("Anne", account.version + 1)


def test_nobody_writes_over_a_change_they_have_not_seen(stage):
    account = stage.active()
    stage.store.commit(stage.accounts.saved(account.with_person(given_name="Anne"), before=account))

    with pytest.raises(Conflict):
        stage.store.commit(stage.accounts.saved(account.with_person(given_name="Lou"), before=account))

    assert stage.read(account.subject).person.given_name == "Anne"


def test_a_session_that_ended_is_remembered(stage):
    account = stage.active()
    ended = replace(account, ended_sessions={"session-1": 1_800_000_000}, sessions_from=1_700_000_000)
    stage.store.commit(stage.accounts.saved(ended, before=account))

    after = stage.read(account.subject)
    assert (dict(after.ended_sessions), after.sessions_from) == ({"session-1": 1_800_000_000}, 1_700_000_000)


def test_moving_takes_the_new_address_and_frees_the_old(stage):
    account = stage.active()
    moved = replace(account.with_person(email="new@example.com"), address_index="index#new")
    stage.store.commit(stage.accounts.moved(moved, before=account, subscription=SUBSCRIPTION))

    assert stage.store.load(stage.accounts.subject_of("index#new")) == account.subject
    assert stage.store.load(stage.accounts.holder("index#new")) == SUBSCRIPTION
    assert stage.store.load(stage.accounts.subject_of("index#marie")) is None
    assert stage.read(account.subject).person.email == "new@example.com"


def test_nobody_moves_to_an_address_that_is_taken(stage):
    account, _ = stage.active(), stage.active(index="index#new")
    moved = replace(account.with_person(email="new@example.com"), address_index="index#new")

    with pytest.raises(AddressTaken):
        stage.store.commit(stage.accounts.moved(moved, before=account, subscription=SUBSCRIPTION))

    assert stage.store.load(stage.accounts.subject_of("index#marie")) == account.subject


# The end.


def erase(stage, account):
    standing = stage.store.load(stage.accounts.standing(account.subject))
    stage.store.commit(
        stage.accounts.erasing(account.subject, standing, DUE),
        stage.keys.erased(account.subject, KeyClass.PERSONAL, NOW),
    )


@pytest.mark.parametrize("state", ["pending", "active"])
def test_erasing_frees_the_address_and_leaves_no_sealed_field(stage, state):
    account = getattr(stage, state)(FULL)
    erase(stage, account)

    assert stage.rows("EIX#") == set()
    assert not {"sealed", "address_index", "pending_index"} & stage.store.rows[profile_row(account.subject)].keys()
    assert stage.read(account.subject) is None


def test_an_erasure_stays_due_until_nothing_is_left_to_do(stage):
    account = stage.active()
    erase(stage, account)
    assert list(stage.store.find(stage.accounts.to_erase(DUE), 10).items) == [account.subject]

    stage.store.commit(stage.accounts.erased(account.subject))

    assert list(stage.store.find(stage.accounts.to_erase(DUE), 10).items) == []
    assert stage.store.load(stage.accounts.standing(account.subject)).status is AccountStatus.ERASED


def test_a_write_that_was_on_its_way_does_not_bring_an_erased_person_back(stage):
    account = stage.active()
    late = stage.accounts.saved(account.with_person(given_name="Anne"), before=account)
    erase(stage, account)

    with pytest.raises((Conflict, SubjectErased)):
        stage.store.commit(late)

    assert "sealed" not in stage.store.rows[profile_row(account.subject)]


def test_a_key_erased_by_itself_stops_reading_and_writing(stage):
    account = stage.active()
    stage.store.commit(stage.keys.erased(account.subject, KeyClass.PERSONAL, NOW))

    with pytest.raises(SubjectErased):
        stage.read(account.subject)
    with pytest.raises(SubjectErased):
        stage.store.commit(stage.accounts.saved(account.with_person(given_name="Anne"), before=account))


def test_after_an_erasure_the_address_can_sign_up_anew_as_somebody_else(stage):
    first = stage.active()
    erase(stage, first)

    second = stage.active()

    assert second.subject != first.subject
    assert stage.store.load(stage.accounts.subject_of("index#marie")) == second.subject
    assert Key("accounts", "EIX#index#marie", f"P#{second.subject}") not in stage.store.rows
