"""Posting: what is kept and how, what it implies, how often it may be done, and what a repeat gets."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import h3
import pytest

from jobipro.domain.approvals import Approval, Basis, Category, HowGiven
from jobipro.domain.coverage import Location
from jobipro.domain.errors import (
    IdempotencyMismatch,
    Invalid,
    LimitReached,
    NotAuthenticated,
    SubjectErased,
)
from jobipro.domain.events import EventType
from jobipro.domain.ids import SubjectId
from jobipro.domain.language import Language
from jobipro.domain.lifecycle import State
from jobipro.domain.requests import ContactPreference
from tests.fakes.faults import Crash, Faults
from tests.fakes.market import MONTREAL, Market, wish


def kept(market: Market) -> int:
    return len(market.rows("R#"))


def test_a_request_is_kept_with_the_language_of_the_person_and_tells_that_it_is(market, customer):
    posted = market.post_request(market.caller(customer), wish())

    request = market.read_request(market.caller(customer), posted.id)
    assert (request.id, request.state, request.version) == (posted.id, State.POSTED, 1)
    assert request.details.language is Language.FR
    assert request.details.phone == "+15145550123"
    event = market.told(EventType.REQUEST_POSTED)
    assert (event.subject, event.refs) == (customer, {"request": posted.id})


@pytest.mark.commitment("security.encrypted-at-rest", "data.contact", "data.user-content")
def test_nothing_personal_of_a_request_is_in_clear(market, customer):
    market.posted(customer)

    stored = repr({key: row for key, row in market.store.rows.items() if key.table != "accounts"}).casefold()
    for word in ("kitchen", "monday", "notre-dame", "h2y", "5550123", "45.5", "73.58", "montr"):
        assert word not in stored


def test_posting_takes_three_calls_and_two_when_the_key_is_at_hand(market, customer):
    market.forgotten_keys()
    market.calls()

    market.post_request(market.caller(customer), wish(idempotency_key="one"))
    assert sorted(market.calls()) == ["BatchGetItem", "Decrypt", "TransactWriteItems"]

    market.post_request(market.caller(customer), wish())
    assert sorted(market.calls()) == ["BatchGetItem", "TransactWriteItems"]


@pytest.mark.commitment("approval.implicit")
def test_posting_implies_the_use_of_the_contact_for_this_request_and_apart_from_it_an_inquiry(market, customer):
    market.clock.at = datetime(2026, 8, 31, 12, tzinfo=UTC)
    posted = market.post_request(market.caller(customer), wish())

    history = market.store.find(market.consents.history(customer), 10).items
    approvals = {record.basis: record for record in history if isinstance(record, Approval)}
    assert set(approvals) == {Basis.IMPLICIT, Basis.IMPLIED_INQUIRY}
    for approval in approvals.values():
        assert approval.category is Category.REQUESTS
        assert approval.how is HowGiven.REQUEST_FORM
        assert approval.refs == {"request": posted.id}
    assert approvals[Basis.IMPLICIT].until is None
    assert approvals[Basis.IMPLIED_INQUIRY].until == datetime(2027, 2, 28, 12, tzinfo=UTC)


@pytest.mark.commitment("approval.explicit", "approval.implicit")
def test_posting_switches_no_messages_on(market, customer):
    before = market.store.load(market.consents.subscription(customer))
    market.posted(customer)

    assert market.store.load(market.consents.subscription(customer)) == before


def test_providers_may_post_too(market):
    provider = market.provider()

    assert market.post_request(market.caller(provider), wish()).state is State.POSTED


def test_a_repeat_gets_the_first_answer_and_posts_nothing(market, customer):
    first = market.post_request(market.caller(customer), wish(idempotency_key="tap"))
    rows = kept(market)

    market.clock.forward(timedelta(minutes=5))
    assert market.post_request(market.caller(customer), wish(idempotency_key="tap")) == first
    assert kept(market) == rows


def test_a_repeat_gets_the_first_answer_even_when_nothing_more_may_be_posted(customer, market):
    first = market.post_request(market.caller(customer), wish(idempotency_key="tap"))
    for _ in range(9):
        market.posted(customer)

    assert market.post_request(market.caller(customer), wish(idempotency_key="tap")) == first


def test_a_key_used_for_something_else_is_refused(market, customer):
    market.post_request(market.caller(customer), wish(idempotency_key="tap"))

    with pytest.raises(IdempotencyMismatch):
        market.post_request(market.caller(customer), wish(idempotency_key="tap", title="Bath tap drips"))


def test_the_same_key_of_somebody_else_is_another(market, customer):
    first = market.post_request(market.caller(customer), wish(idempotency_key="tap"))

    assert market.post_request(market.caller(market.customer()), wish(idempotency_key="tap")).id != first.id


def test_the_eleventh_request_of_a_day_is_one_too_many(market, customer):
    for _ in range(10):
        market.posted(customer)

    with pytest.raises(LimitReached) as reached:
        market.post_request(market.caller(customer), wish())
    assert kept(market) == 20  # each with its first transition
    market.clock.forward(timedelta(seconds=reached.value.retry_after))
    market.posted(customer)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "Write to me@example.com"}, "title"),
        ({"description": "Call 514-555-0123"}, "description"),
        ({"location": Location(-33.87, 151.21)}, "location"),
        ({"phone": None}, "phone"),
        ({"phone": None, "contact_preference": ContactPreference.PHONE}, "phone"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_kept(market, customer, changes, field):
    before = dict(market.store.rows)

    with pytest.raises(Invalid) as refused:
        market.post_request(market.caller(customer), wish(**changes))

    assert [wrong.field for wrong in refused.value.fields] == [field]
    assert market.store.rows == before


def test_who_is_not_verified_or_logged_out_or_unknown_posts_nothing(market, customer):
    pending = market.pending(email="pending@example.com")
    old = replace(market.caller(customer), session="ended")
    account = market.account(customer)
    market.store.commit(market.accounts.saved(replace(account, ended_sessions={"ended": 2**40}), before=account))

    for caller in (market.caller(pending), old, market.caller(SubjectId("sub_" + "z" * 26))):
        with pytest.raises(NotAuthenticated):
            market.post_request(caller, wish())
    assert kept(market) == 0


def test_who_is_erased_meanwhile_posts_nothing(market, customer):
    class ErasedMeanwhile:
        def load(self, *reads: object) -> object:
            found = market.store.load(*reads)
            market.erase(customer)
            return found

    post = replace(market.post_request, load=ErasedMeanwhile().load)
    with pytest.raises(SubjectErased):
        post(market.caller(customer), wish())
    assert kept(market) == 0


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_leaves_all_or_nothing_and_a_repeat_makes_it_one_request(market, customer, after):
    faults = Faults(at=0, after=after)
    post = replace(market.post_request, commit=faults.around(market.store.commit))
    with pytest.raises(Crash):
        post(market.caller(customer), wish(idempotency_key="tap"))

    posted = market.post_request(market.caller(customer), wish(idempotency_key="tap"))

    assert {key.pk for key in market.rows("R#")} == {f"R#{posted.id}"}
    told = [event for event in market.events() if event.type is EventType.REQUEST_POSTED]
    assert [event.refs["request"] for event in told] == [posted.id]


def test_the_cell_in_clear_is_as_coarse_as_what_providers_see(market, customer):
    posted = market.post_request(market.caller(customer), wish(location=MONTREAL))
    (row,) = [row for key, row in market.store.rows.items() if key.sk == "REQUEST" and posted.id in key.pk]

    assert h3.get_resolution(row["cell"]) == 4
    clear = {"customer", "trade", "state", "version", "posted_at", "due_kind", "due_at", "cell", "offers"}
    assert set(row) == {"pk", "sk", "sealed"} | clear
