"""Choices that meet something else on their way, and what is kept of them."""

from collections.abc import Callable

import pytest

from jobipro.application.read_preferences import ReadPreferences
from jobipro.application.set_preferences import SetPreferences
from jobipro.domain.approvals import Approval, Category, Channel, HowWithdrawn, Withdrawal
from jobipro.domain.errors import Conflict, Invalid, NotAuthenticated, SubjectErased
from jobipro.domain.events import EventType
from jobipro.domain.ids import SubjectId
from jobipro.domain.language import Language
from tests.fakes.market import Market
from tests.fakes.meanwhile import Meanwhile

NEWSLETTER = {Channel.EMAIL: {Category.NEWSLETTER: True}}
NO_NEWSLETTER = {Channel.EMAIL: {Category.NEWSLETTER: False}}


@pytest.fixture
def marie(market: Market) -> SubjectId:
    return market.active(phone="+15145550123")


def choosing(market: Market, happens: Callable[[], None] = lambda: None, times: int = 0) -> SetPreferences:
    return SetPreferences(
        market.store.load,
        Meanwhile(market.store, happens, times),
        market.accounts,
        market.keys,
        market.consents,
        market.outbox,
        market.clock,
        market.ids,
    )


def history(market: Market, subject: SubjectId) -> list[Approval | Withdrawal]:
    return list(market.store.find(market.consents.history(subject), 100).items)


def ignore(_: object) -> None:
    """Let something be done for what it does."""


def told(market: Market) -> list[EventType]:
    consent = {EventType.CONSENT_GIVEN, EventType.CONSENT_WITHDRAWN}
    return [event.type for event in market.events() if event.type in consent]


def test_the_same_choice_made_twice_at_once_is_recorded_once(market: Market, marie: SubjectId) -> None:
    caller = market.caller(marie)
    other = choosing(market)
    choose = choosing(market, lambda: ignore(other(caller, NEWSLETTER, {})), times=1)

    choose(caller, NEWSLETTER, {})

    assert len(history(market, marie)) == 1
    assert told(market) == [EventType.CONSENT_GIVEN]


def test_text_messages_begun_twice_at_once_are_begun_once(market: Market, marie: SubjectId) -> None:
    caller = market.caller(marie)
    other = choosing(market)
    choose = choosing(market, lambda: ignore(other(caller, {Channel.SMS: {Category.RESEARCH: True}}, {})), times=1)

    choose(caller, {Channel.SMS: {Category.REQUESTS: True}}, {})

    shown = ReadPreferences(market.store.load, market.accounts, market.consents, market.clock)(caller)
    assert {category for category, on in shown.channels[Channel.SMS].items() if on} == {
        Category.RESEARCH,
        Category.REQUESTS,
    }
    assert len([key for key in market.rows(f"C#{marie}") if key.sk == "STATE#sms"]) == 1


def test_a_phone_number_taken_away_meanwhile_approves_no_text_messages(market: Market, marie: SubjectId) -> None:
    def loses_phone() -> None:
        account = market.account(marie)
        market.store.commit(market.accounts.saved(account.with_person(phone=None), before=account))

    with pytest.raises(Invalid):
        choosing(market, loses_phone, times=1)(market.caller(marie), {Channel.SMS: {Category.RESEARCH: True}}, {})

    assert history(market, marie) == []


def test_an_account_that_changes_twice_is_a_conflict_and_nothing_is_recorded(market: Market, marie: SubjectId) -> None:
    def changes() -> None:
        account = market.account(marie)
        market.store.commit(market.accounts.saved(account, before=account))

    with pytest.raises(Conflict):
        choosing(market, changes, times=2)(market.caller(marie), NEWSLETTER, {})

    assert (history(market, marie), told(market)) == ([], [])


@pytest.mark.parametrize("choices", [NEWSLETTER, {Channel.EMAIL: {Category.REQUESTS: False}}], ids=["on", "off"])
def test_nothing_is_recorded_of_somebody_erased_meanwhile(
    market: Market, marie: SubjectId, choices: dict[Channel, dict[Category, bool]]
) -> None:
    with pytest.raises((NotAuthenticated, SubjectErased)):
        choosing(market, lambda: market.erase(marie), times=1)(market.caller(marie), choices, {})

    assert (history(market, marie), told(market)) == ([], [])


@pytest.mark.commitment("approval.preferences")
def test_a_link_used_meanwhile_stays_in_force(market: Market, marie: SubjectId) -> None:
    """Switching something else on must not bring back what a link has just stopped."""
    caller = market.caller(marie)
    choosing(market)(caller, NEWSLETTER, {})

    def unsubscribes() -> None:
        stop = Withdrawal(
            market.ids.approval(), Category.NEWSLETTER, Channel.EMAIL, market.clock.now(), HowWithdrawn.LINK
        )
        market.store.commit(market.consents.stopped(marie, Channel.EMAIL, [stop]))

    both = {Channel.EMAIL: {Category.NEWSLETTER: True, Category.RESEARCH: True}}
    choosing(market, unsubscribes, times=1)(caller, both, {})

    shown = ReadPreferences(market.store.load, market.accounts, market.consents, market.clock)(caller)
    assert shown.channels[Channel.EMAIL][Category.NEWSLETTER] is False
    assert shown.channels[Channel.EMAIL][Category.RESEARCH] is True


def test_words_are_kept_in_the_language_in_which_they_were_shown(market: Market, marie: SubjectId) -> None:
    choosing(market)(market.caller(marie), NEWSLETTER, {"language": Language.EN})

    (record,) = history(market, marie)
    assert isinstance(record, Approval)
    assert record.language is Language.FR
    assert market.account(marie).person.language is Language.EN


def test_withdrawals_need_no_key(market: Market, marie: SubjectId) -> None:
    caller = market.caller(marie)
    choosing(market)(caller, NEWSLETTER, {})
    market.calls()

    choosing(market)(caller, NO_NEWSLETTER, {})

    assert [call for call in market.calls() if call != "Decrypt"] == ["BatchGetItem", "TransactWriteItems"]
