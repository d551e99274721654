"""The rows of messages: as written so read, replaced only as read, and found again while they wait."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from jobipro.application.ports.messages import Message, State
from jobipro.domain.approvals import Basis, Category, Channel
from jobipro.domain.errors import AlreadyDone, SubjectErased
from jobipro.domain.events import EventType
from tests.fakes.post_office import PostOffice

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


@pytest.fixture
def message(office: PostOffice) -> Message:
    event = office.event(EventType.OPPORTUNITY_MATCHED, office.ids.subject())
    return Message(
        event=event.id,
        recipient=event.subject,
        channel=Channel.EMAIL,
        kind="opportunity",
        category=Category.OPPORTUNITIES,
        basis=Basis.EXPRESS,
        state=State.WAITING,
        at=NOW,
        version=1,
        approval=office.ids.approval(),
        until=NOW + timedelta(days=100),
        claimed_at=NOW,
        counted=True,
        due_at=NOW + timedelta(hours=9),
        waiting=event,
        reason="Throttling",
    )


def read(office: PostOffice, message: Message) -> Message | None:
    found: Message | None = office.store.load(
        office.messages.message(message.event, message.recipient, message.channel)
    )
    return found


def test_a_message_is_read_as_it_was_kept(office: PostOffice, message: Message) -> None:
    assert read(office, message) is None
    office.store.commit(office.messages.kept(message, before=None))

    assert read(office, message) == message


def test_a_bare_message_is_read_as_it_was_kept(office: PostOffice, message: Message) -> None:
    bare = Message(
        message.event,
        message.recipient,
        Channel.SMS,
        "opportunity",
        Category.ACCOUNT,
        Basis.TRANSACTIONAL,
        State.GONE,
        NOW,
        version=1,
    )
    office.store.commit(office.messages.kept(bare, before=None))

    assert read(office, bare) == bare


def test_a_row_is_replaced_only_as_it_was_read(office: PostOffice, message: Message) -> None:
    office.store.commit(office.messages.kept(message, before=None))
    with pytest.raises(AlreadyDone):
        office.store.commit(office.messages.kept(message, before=None))
    office.store.commit(office.messages.kept(replace(message, state=State.CLAIMED), before=message))

    with pytest.raises(AlreadyDone):
        office.store.commit(office.messages.kept(message, before=message))
    found = read(office, message)
    assert found is not None
    assert (found.state, found.version) == (State.CLAIMED, 2)


def test_what_was_sent_was_sent_whatever_else_was_noted(office: PostOffice, message: Message) -> None:
    office.store.commit(office.messages.kept(message, before=None))
    unknown = replace(message, state=State.UNKNOWN)
    office.store.commit(office.messages.kept(unknown, before=message))

    office.store.commit(office.messages.sent(message))
    found = read(office, message)
    assert found is not None
    assert found.state is State.SENT


def test_messages_that_wait_are_found_when_their_time_has_come(office: PostOffice, message: Message) -> None:
    office.store.commit(office.messages.kept(message, before=None))
    assert message.due_at is not None

    assert office.store.find(office.messages.due(message.due_at - timedelta(milliseconds=1)), 10).items == []
    (name,) = office.store.find(office.messages.due(message.due_at), 10).items
    assert office.store.load(office.messages.waiting([name])) == (message,)


def test_what_waits_no_longer_is_left_out_even_where_the_index_still_names_it(
    office: PostOffice, message: Message
) -> None:
    office.store.commit(office.messages.kept(message, before=None))
    assert message.due_at is not None
    (name,) = office.store.find(office.messages.due(message.due_at), 10).items
    sent = replace(message, state=State.SENT, due_at=None, waiting=None)
    office.store.commit(office.messages.kept(sent, before=message))

    assert office.store.load(office.messages.waiting([name, ("M#gone", "-")])) == ()


def test_a_claim_for_somebody_erased_is_refused(office: PostOffice, message: Message) -> None:
    subject = office.active()
    key = office.account(subject).key
    office.erase(subject)

    with pytest.raises(SubjectErased):
        office.store.commit(office.messages.kept(message, before=None, under=(key,)))
