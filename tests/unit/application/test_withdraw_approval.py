"""Unsubscribing: what a link stops, that it is recorded once, and that nothing comes alive behind it."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobipro.application.withdraw_approval import LookAtUnsubscribeLink
from jobipro.domain.approvals import OPTIONAL, Category, Channel, HowWithdrawn, Withdrawal
from jobipro.domain.errors import NotFound, Unavailable
from jobipro.domain.events import EventType
from jobipro.domain.ids import SubjectId
from jobipro.domain.messages import TokenPurpose
from jobipro.domain.subscriptions import Subscription
from tests.fakes.faults import Crash, Faults
from tests.fakes.post_office import Meanwhile, PostOffice

pytestmark = pytest.mark.commitment("approval.unsubscribe")


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


@pytest.fixture
def subject(office: PostOffice) -> SubjectId:
    """Return somebody who receives the newsletter and promotions."""
    return office.active(approvals=frozenset({Category.NEWSLETTER, Category.PROMOTIONS}))


def standing(office: PostOffice, subject: SubjectId) -> Subscription:
    found = office.store.load(office.consents.subscription(subject))
    assert isinstance(found, Subscription)
    return found


def receives(office: PostOffice, subject: SubjectId) -> set[Category]:
    """Return the optional categories that may be sent now."""
    now = office.clock.now()
    return {category for category in OPTIONAL if standing(office, subject).ground(category, now)}


def withdrawals(office: PostOffice, subject: SubjectId) -> list[Category]:
    history = office.store.find(office.consents.history(subject), 100).items
    return sorted(record.category for record in history if isinstance(record, Withdrawal))


def told(office: PostOffice) -> list[str]:
    events = office.events()
    return sorted(event.refs["category"] for event in events if event.type is EventType.CONSENT_WITHDRAWN)


def test_one_click_stops_the_category_of_the_mail_in_two_calls(office: PostOffice, subject: SubjectId) -> None:
    token = office.unsubscribe_token(subject, Category.NEWSLETTER)
    office.calls()

    assert office.withdrawal()(token, HowWithdrawn.ONE_CLICK) is Category.NEWSLETTER

    assert office.calls() == ["BatchGetItem", "TransactWriteItems"]
    assert receives(office, subject) == {Category.PROMOTIONS, Category.REQUESTS}


def test_a_withdrawal_is_recorded_with_when_and_how_and_told(office: PostOffice, subject: SubjectId) -> None:
    office.withdrawal()(office.unsubscribe_token(subject, Category.NEWSLETTER), HowWithdrawn.LINK)

    (record,) = [
        record
        for record in office.store.find(office.consents.history(subject), 100).items
        if isinstance(record, Withdrawal)
    ]
    assert (record.category, record.channel, record.how) == (Category.NEWSLETTER, Channel.EMAIL, HowWithdrawn.LINK)
    assert record.at == office.clock.now()
    assert told(office) == ["newsletter"]


def test_a_second_click_changes_nothing_and_takes_two_calls(office: PostOffice, subject: SubjectId) -> None:
    office.withdraw(subject, Category.NEWSLETTER)
    before = office.store.rows.copy()
    token = office.unsubscribe_token(subject, Category.NEWSLETTER)
    office.calls()

    assert office.withdrawal()(token, HowWithdrawn.LINK) is Category.NEWSLETTER
    assert office.calls() == ["BatchGetItem", "TransactWriteItems"]
    assert office.store.rows == before


def test_the_link_of_an_account_mail_stops_everything_optional_in_two_calls(
    office: PostOffice, subject: SubjectId
) -> None:
    token = office.unsubscribe_token(subject, Category.ACCOUNT)
    office.calls()

    assert office.withdrawal()(token, HowWithdrawn.ONE_CLICK) is Category.ACCOUNT
    assert office.calls() == ["BatchGetItem", "TransactWriteItems"]
    assert receives(office, subject) == set()
    assert withdrawals(office, subject) == sorted(OPTIONAL)
    assert told(office) == sorted(OPTIONAL)
    office.calls()

    assert office.withdrawal()(token, HowWithdrawn.ONE_CLICK) is Category.ACCOUNT
    assert office.calls() == ["BatchGetItem", "TransactWriteItems"]
    assert withdrawals(office, subject) == sorted(OPTIONAL)


def test_stopping_everything_records_only_what_was_not_stopped_yet(office: PostOffice, subject: SubjectId) -> None:
    office.withdraw(subject, Category.NEWSLETTER)
    token = office.unsubscribe_token(subject, Category.NEWSLETTER)

    assert office.withdrawal()(token, HowWithdrawn.LINK, everything=True) is Category.ACCOUNT
    assert withdrawals(office, subject) == sorted(OPTIONAL)
    assert receives(office, subject) == set()


def test_whoever_stopped_each_category_by_itself_has_still_to_stop_everything(
    office: PostOffice, subject: SubjectId
) -> None:
    for category in OPTIONAL:
        office.withdraw(subject, category)
    assert not standing(office, subject).declined

    office.withdraw(subject, Category.ACCOUNT)
    assert standing(office, subject).declined
    assert withdrawals(office, subject) == sorted(OPTIONAL)


def test_what_was_approved_again_can_be_stopped_again(office: PostOffice, subject: SubjectId) -> None:
    history = office.store.find(office.consents.history(subject), 100).items
    approval = next(record for record in history if record.category is Category.NEWSLETTER)
    office.withdraw(subject, Category.ACCOUNT)
    office.store.commit(office.consents.changed(standing(office, subject), (approval,)))
    assert receives(office, subject) == {Category.NEWSLETTER}

    office.withdraw(subject, Category.ACCOUNT)
    assert receives(office, subject) == set()
    assert withdrawals(office, subject).count(Category.NEWSLETTER) == 2


def test_what_was_asked_for_at_sign_up_does_not_come_alive_behind_it(office: PostOffice) -> None:
    subject = office.pending(approvals=frozenset({Category.NEWSLETTER}))
    office.withdraw(subject, Category.ACCOUNT)

    office.verify_address(office.link(subject, TokenPurpose.VERIFY_ADDRESS))
    assert receives(office, subject) == set()


def test_a_genuine_link_of_somebody_erased_is_fine(office: PostOffice, subject: SubjectId) -> None:
    token = office.unsubscribe_token(subject, Category.NEWSLETTER)
    office.store.rows = {key: row for key, row in office.store.rows.items() if key.table != "consents"}

    assert office.withdrawal()(token, HowWithdrawn.ONE_CLICK) is Category.NEWSLETTER
    assert office.events() == [event for event in office.events() if event.type is not EventType.CONSENT_WITHDRAWN]


def test_a_link_whose_state_is_gone_is_fine_too(office: PostOffice, subject: SubjectId) -> None:
    token = office.unsubscribe_token(subject, Category.ACCOUNT)
    office.store.rows = {key: row for key, row in office.store.rows.items() if not key.sk.startswith("STATE")}

    assert office.withdrawal()(token, HowWithdrawn.ONE_CLICK) is Category.ACCOUNT
    assert withdrawals(office, subject) == []


def test_looking_at_a_link_asks_nobody_but_the_key(office: PostOffice, subject: SubjectId) -> None:
    token = office.unsubscribe_token(subject, Category.PROMOTIONS)
    office.calls()

    assert LookAtUnsubscribeLink(office.links)(token) is Category.PROMOTIONS
    assert office.calls() == []


@settings(max_examples=200)
@given(st.one_of(st.text(max_size=80), st.binary(max_size=60).map(lambda raw: raw.hex())))
def test_what_is_no_link_of_ours_is_nothing(made_up: str) -> None:
    office = PostOffice()
    with pytest.raises(NotFound):
        office.withdrawal()(made_up, HowWithdrawn.LINK)
    assert office.store.calls == []


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(2))
@pytest.mark.parametrize("topic", [Category.NEWSLETTER, Category.ACCOUNT])
def test_wherever_the_process_dies_the_next_click_ends_the_same(
    office: PostOffice, subject: SubjectId, topic: Category, at: int, after: bool
) -> None:
    with pytest.raises(Crash):
        office.withdraw(subject, topic, faults=Faults(at, after))
    office.withdraw(subject, topic)

    expected = sorted(OPTIONAL) if topic is Category.ACCOUNT else [topic]
    assert withdrawals(office, subject) == expected
    assert told(office) == expected


@settings(max_examples=50, deadline=None)
@given(
    clicks=st.lists(
        st.tuples(st.sampled_from(Category), st.one_of(st.none(), st.tuples(st.integers(0, 3), st.booleans()))),
        min_size=1,
        max_size=8,
    )
)
def test_any_clicks_with_crashes_anywhere_record_each_category_once(
    clicks: list[tuple[Category, tuple[int, bool] | None]],
) -> None:
    office = PostOffice()
    subject = office.active(approvals=OPTIONAL - {Category.REQUESTS, Category.OPPORTUNITIES})
    for topic, fault in clicks:
        with suppress(Crash):
            office.withdraw(subject, topic, faults=Faults(*fault) if fault else None)
    for topic, _ in clicks:
        office.withdraw(subject, topic)

    topics = {topic for topic, _ in clicks}
    expected = OPTIONAL if Category.ACCOUNT in topics else topics
    assert withdrawals(office, subject) == sorted(expected)
    assert told(office) == sorted(expected)
    assert not receives(office, subject) & expected


def test_clicks_that_keep_meeting_others_are_left_for_later(office: PostOffice, subject: SubjectId) -> None:
    class Busy(Meanwhile):
        def commit(self, *writes: object) -> None:
            for category in (Category.NEWSLETTER, Category.RESEARCH, Category.PROMOTIONS, Category.PRODUCT_NEWS):
                if standing(office, subject).topics.get(category) is None or category in receives(office, subject):
                    office.withdraw(subject, category)
                    break
            self._store.commit(*writes)

    with pytest.raises(Unavailable):
        office.withdraw(subject, Category.ACCOUNT, store=Busy(office.store, lambda: None))
