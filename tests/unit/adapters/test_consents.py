"""Approvals in their table: an append-only history with its evidence, and what stands now."""

from datetime import timedelta

import pytest

from jobipro.adapters.dynamodb.consents import Consents, suppression_row
from jobipro.adapters.dynamodb.sealed import Sealing
from jobipro.adapters.dynamodb.subject_keys import SubjectKeys
from jobipro.application.ports.consents import NotWanted, StoppedBefore, Suppressed
from jobipro.domain.approvals import (
    WORDS,
    Approval,
    Basis,
    Category,
    Channel,
    HowGiven,
    HowWithdrawn,
    Withdrawal,
    shown,
    until,
)
from jobipro.domain.errors import AlreadyDone, NotFound, SubjectErased
from jobipro.domain.language import Language
from jobipro.domain.subject_keys import KeyClass
from jobipro.domain.subscriptions import Subscription
from tests.fakes.kms import FakeDataKeys
from tests.fakes.store import FakeStore
from tests.fakes.system import FakeClock, FakeIds

NOW = FakeClock().now()


class Stage:
    """A table of consents with one person who receives mail."""

    def __init__(self):
        self.store = FakeStore()
        self.ids = FakeIds()
        self.keys = SubjectKeys(FakeDataKeys())
        self.sealing = Sealing("test")
        self.consents = Consents(self.sealing)
        self.subject = self.ids.subject()
        self.record_key, kept = self.keys.create(self.subject, KeyClass.RECORD, NOW)
        self.id = self.ids.subscription()
        self.store.commit(kept, self.consents.begun(Subscription(self.id, self.subject, Channel.EMAIL)))

    def approval(self, category=Category.NEWSLETTER, basis=Basis.EXPRESS, channel=Channel.EMAIL, at=NOW, **rest):
        words = shown(category, Language.EN)
        how = HowGiven.PREFERENCES
        end = until(basis, at)
        return Approval(
            self.ids.approval(), category, channel, basis, at, how, words, Language.EN, "2026-11-01", end, **rest
        )

    def withdrawal(self, category=Category.NEWSLETTER, at=NOW):
        return Withdrawal(self.ids.approval(), category, Channel.EMAIL, at, HowWithdrawn.LINK)

    def keep(self, *records):
        for record in records:
            evidence = (self.record_key, "ada@example.com") if isinstance(record, Approval) else None
            self.store.commit(
                self.consents.changed(self.subscription, (record,)),
                self.consents.recorded(self.subject, record, evidence),
            )

    @property
    def subscription(self):
        return self.store.load(self.consents.subscription(self.subject))

    def history(self, limit=100):
        return list(self.store.find(self.consents.history(self.subject), limit).items)


@pytest.fixture
def stage():
    return Stage()


# What stands.


def test_a_new_subscription_has_nothing_but_its_name(stage):
    assert stage.subscription == Subscription(stage.id, stage.subject, Channel.EMAIL)


def test_somebody_who_never_signed_up_has_none(stage):
    stranger = stage.ids.subject()

    with pytest.raises(NotFound):
        stage.store.load(stage.consents.subscription(stranger))
    assert stage.store.load(stage.consents.subscription_if_any(stranger, Channel.EMAIL)) is None
    assert stage.store.load(stage.consents.subscription_if_any(stage.subject, Channel.SMS)) is None
    assert stage.store.load(stage.consents.subscription_if_any(stage.subject, Channel.EMAIL)) == stage.subscription


def test_links_lead_to_the_person_and_channel(stage):
    assert stage.store.load(stage.consents.subscriber(stage.id)) == (stage.subject, Channel.EMAIL)
    with pytest.raises(NotFound):
        stage.store.load(stage.consents.subscriber(stage.ids.subscription()))


def test_a_channel_is_begun_once(stage):
    with pytest.raises(AlreadyDone):
        stage.store.commit(stage.consents.begun(Subscription(stage.ids.subscription(), stage.subject, Channel.EMAIL)))


def test_a_channel_may_begin_with_approvals(stage):
    approval = stage.approval(channel=Channel.SMS)
    texting = Subscription(stage.ids.subscription(), stage.subject, Channel.SMS)
    stage.store.commit(stage.consents.begun(texting, (approval,)))

    held = stage.store.load(stage.consents.subscription(stage.subject, Channel.SMS))
    assert held.ground(Category.NEWSLETTER, NOW).approval == approval.id
    assert stage.subscription.topics == {}


def test_an_approval_is_the_ground_to_send_until_it_is_withdrawn(stage):
    approval = stage.approval()
    stage.keep(approval)
    assert stage.subscription.ground(Category.NEWSLETTER, NOW).approval == approval.id

    stage.keep(stage.withdrawal(at=NOW + timedelta(hours=1)))
    assert stage.subscription.ground(Category.NEWSLETTER, NOW) is None


def test_one_category_does_not_touch_another(stage):
    stage.keep(stage.approval(Category.RESEARCH), stage.approval(), stage.withdrawal())

    assert stage.subscription.ground(Category.RESEARCH, NOW) is not None


def test_an_implied_approval_stops_being_a_ground_when_it_runs_out(stage):
    stage.keep(stage.approval(Category.PROMOTIONS, Basis.IMPLIED_INQUIRY))
    (held,) = stage.subscription.topics.values()

    assert held.until is not None
    assert stage.subscription.ground(Category.PROMOTIONS, held.until - timedelta(milliseconds=1)) is not None
    assert stage.subscription.ground(Category.PROMOTIONS, held.until) is None


def test_text_messages_have_no_ground_but_an_approval(stage):
    mail = Subscription(stage.id, stage.subject, Channel.EMAIL)
    texts = Subscription(stage.id, stage.subject, Channel.SMS)

    assert {each for each in Category if mail.ground(each, NOW)} == {Category.ACCOUNT, Category.REQUESTS}
    assert {each for each in Category if texts.ground(each, NOW)} == set()


# The history.


@pytest.mark.commitment("approval.explicit")
def test_the_history_holds_every_record_as_it_was_oldest_first(stage):
    records = [
        stage.approval(refs={"request": "req_" + "a" * 26}),
        stage.withdrawal(at=NOW + timedelta(seconds=1)),
        stage.approval(Category.PROMOTIONS, Basis.IMPLIED_BUSINESS, at=NOW + timedelta(seconds=2)),
    ]
    stage.keep(*records)

    assert stage.history() == records
    assert all(record.shown in WORDS for record in stage.history() if isinstance(record, Approval))


def test_what_stands_is_no_part_of_the_history(stage):
    assert stage.history() == []


@pytest.mark.commitment("approval.explicit")
def test_no_record_is_ever_written_over(stage):
    approval = stage.approval()
    stage.keep(approval)

    with pytest.raises(AlreadyDone):
        stage.store.commit(stage.consents.recorded(stage.subject, approval))

    assert stage.history() == [approval]


def test_records_of_one_moment_are_all_kept(stage):
    stage.keep(*(stage.approval(category) for category in Category))

    assert len(stage.history()) == len(Category)


def test_the_address_is_kept_as_evidence_under_the_record_key(stage):
    stage.keep(stage.approval())

    (row,) = [row for row in stage.store.rows.values() if "sealed" in row]
    assert stage.sealing.unseal(stage.record_key, row, "consents") == {"email": "ada@example.com"}
    assert "ada@example.com" not in repr(stage.store.rows)


def test_no_evidence_is_kept_once_the_record_key_is_gone(stage):
    stage.store.commit(stage.keys.erased(stage.subject, KeyClass.RECORD, NOW))

    with pytest.raises(SubjectErased):
        stage.keep(stage.approval())

    assert stage.history() == []


# The moment of sending.


def send(stage, category):
    stage.store.commit(stage.consents.still_allowed(stage.subscription, category))


def test_what_was_approved_may_be_sent(stage):
    stage.keep(stage.approval())

    send(stage, Category.NEWSLETTER)


@pytest.mark.commitment("approval.explicit")
def test_what_was_never_approved_or_was_withdrawn_may_not(stage):
    with pytest.raises(NotWanted):
        send(stage, Category.NEWSLETTER)

    stage.keep(stage.approval(), stage.withdrawal())
    with pytest.raises(NotWanted):
        send(stage, Category.NEWSLETTER)


@pytest.mark.commitment("approval.unsubscribe")
def test_a_withdrawal_after_the_look_is_seen_when_sending(stage):
    stage.keep(stage.approval())
    allowed = stage.consents.still_allowed(stage.subscription, Category.NEWSLETTER)
    stage.keep(stage.withdrawal())

    with pytest.raises(NotWanted):
        stage.store.commit(allowed)


def test_mail_about_ones_requests_may_be_sent_until_it_is_stopped(stage):
    send(stage, Category.REQUESTS)
    stage.keep(stage.withdrawal(Category.REQUESTS))

    with pytest.raises(NotWanted):
        send(stage, Category.REQUESTS)


@pytest.mark.commitment("purpose.phone-text-contact")
@pytest.mark.parametrize("category", [Category.ACCOUNT, Category.REQUESTS, Category.NEWSLETTER])
def test_no_text_message_may_be_sent_without_an_approval(stage, category):
    texting = Subscription(stage.ids.subscription(), stage.subject, Channel.SMS)
    stage.store.commit(stage.consents.begun(texting))
    with pytest.raises(NotWanted):
        stage.store.commit(stage.consents.still_allowed(texting, category))

    stage.store.commit(stage.consents.changed(texting, (stage.approval(category, channel=Channel.SMS),)))

    stage.store.commit(stage.consents.still_allowed(texting, category))


def test_to_an_address_that_bounced_nothing_may_be_sent(stage):
    stage.store.commit(stage.consents.changed(stage.subscription, (), suppression="dnc#mac"))
    stage.keep(stage.approval())
    send(stage, Category.NEWSLETTER)
    assert stage.store.load(stage.consents.suppressed("dnc#mac")) is False

    stage.store.commit(stage.consents.suppress("dnc#mac", {"why": "bounce"}))

    assert stage.store.load(stage.consents.suppressed("dnc#mac")) is True
    assert suppression_row("dnc#mac") in stage.store.rows
    for category in (Category.NEWSLETTER, Category.REQUESTS, Category.ACCOUNT):
        with pytest.raises(Suppressed):
            send(stage, category)


# Stopping without having looked.


def test_stopping_needs_no_look_and_says_what_was_stopped_before(stage):
    stage.keep(stage.approval())
    stop = [stage.withdrawal(), stage.withdrawal(Category.RESEARCH)]
    stage.store.commit(stage.consents.stopped(stage.subject, Channel.EMAIL, stop[:1]))

    with pytest.raises(StoppedBefore) as before:
        stage.store.commit(stage.consents.stopped(stage.subject, Channel.EMAIL, stop))

    assert before.value.categories == {Category.NEWSLETTER}
    assert stage.subscription.ground(Category.NEWSLETTER, NOW) is None


def test_nothing_is_begun_by_stopping(stage):
    with pytest.raises(StoppedBefore):
        stage.store.commit(stage.consents.stopped(stage.ids.subject(), Channel.EMAIL, [stage.withdrawal()]))
