"""Acceptance: one offer at most, all that follows from it in one transaction, calm when repeated."""

from dataclasses import replace
from typing import Any

import pytest

from jobipro.domain.errors import Conflict, NotFound, SubjectErased
from jobipro.domain.events import EventType
from jobipro.domain.ids import OfferId
from jobipro.domain.lifecycle import Action, Actor, State
from jobipro.domain.offers import OfferState, Standing
from jobipro.domain.payments import payment_id
from jobipro.domain.requests import ContactPreference
from tests.fakes import jobs
from tests.fakes.faults import Crash, Faults
from tests.fakes.jobs import Job, engaged, entries, offered, standing, with_offer
from tests.fakes.market import Market
from tests.fakes.meanwhile import Meanwhile


@pytest.fixture
def job(market: Market) -> Job:
    return with_offer(market)


def accept(market: Market, job: Job, offer: OfferId | None = None, **changes: Any) -> None:
    use_case = replace(market.accept_offer, **changes)
    assert use_case(market.caller(job.customer), job.request, offer or job.offer) == job.request


def accepted(market: Market) -> list[dict[str, str]]:
    return [dict(event.refs) for event in market.events() if event.type is EventType.OFFER_ACCEPTED]


def offer_state(market: Market, job: Job, offer: OfferId) -> OfferState:
    found = market.store.load(market.offers.standing(job.request, offer))
    assert isinstance(found, Standing)
    return found.state


def test_the_request_is_engaged_with_the_provider_of_the_offer(market, job):
    accept(market, job)

    now = standing(market, job.request)
    assert (now.state, now.provider, now.offer) == (State.ENGAGED, job.provider, job.offer)
    assert now.engaged_at == market.clock.now()
    assert now.due_at is None
    assert offer_state(market, job, job.offer) is OfferState.ACCEPTED


def test_it_is_told_of_and_to_both_sides(market, job):
    accept(market, job)

    refs = {"request": job.request, "customer": job.customer, "provider": job.provider, "offer": job.offer}
    assert accepted(market) == [refs]
    told = {event.refs["about"]: event.subject for event in market.events() if event.type is EventType.REQUEST_TOLD}
    assert told["provider-engaged"] == job.customer
    assert told["offer-accepted"] == job.provider


@pytest.mark.commitment("sharing.contact-exchange", "rights.recipients")
def test_each_sides_ledger_says_what_was_opened_to_the_other(market, job):
    accept(market, job)

    (customers,), (providers,) = entries(market, job.customer), entries(market, job.provider)
    assert (customers["recipient"], customers["kind"], customers["request"]) == (job.provider, "opened", job.request)
    assert customers["fields"] == ["given_name", "family_name", "email", "phone", "address"]
    assert (providers["recipient"], providers["kind"], providers["request"]) == (job.customer, "opened", job.request)
    assert providers["fields"] == ["given_name", "family_name", "email"]
    assert customers["purpose"] == providers["purpose"] == "purpose.share-as-asked"


@pytest.mark.commitment("sharing.contact-exchange")
def test_the_ledger_says_what_the_preference_opens_and_no_more(market):
    job = with_offer(market, contact_preference=ContactPreference.EMAIL, phone=None)

    accept(market, job)

    assert entries(market, job.customer)[0]["fields"] == ["given_name", "family_name", "email", "address"]


def test_what_is_owed_comes_from_the_offer(market, job):
    accept(market, job)

    payment = market.store.load(market.payments.standing(payment_id(job.request)))
    assert (payment.cents, payment.currency) == (12_500, "CAD")
    assert (payment.request, payment.customer, payment.provider) == (job.request, job.customer, job.provider)


@pytest.mark.parametrize("state", [State.ENGAGED, State.COMPLETED, State.DISPUTED])
def test_accepting_the_same_offer_again_changes_nothing(market, job, state):
    accept(market, job)
    if state is not State.ENGAGED:
        action = Action.COMPLETE if state is State.COMPLETED else Action.DISPUTE
        jobs.moved(market, job, action, Actor.PROVIDER)
    before = dict(market.store.rows)

    accept(market, job)

    assert market.store.rows == before


def test_another_offer_is_not_accepted_any_more(market, job):
    other = offered(market, job.request, market.provider())
    accept(market, job)
    before = dict(market.store.rows)

    with pytest.raises(Conflict) as refused:
        accept(market, job, other)

    assert (refused.value.state, refused.value.allowed) == ("engaged", ("cancel", "dispute"))
    assert market.store.rows == before


@pytest.mark.parametrize(
    ("state", "allowed"), [(State.CANCELLED, ()), (State.EXPIRED, ()), (State.MATCHED, ("cancel",))]
)
def test_a_request_that_no_longer_waits_for_it_says_so(market, job, state, allowed):
    for key in market.rows(f"R#{job.request}"):
        if key.sk == "REQUEST":
            market.store.rows[key]["state"] = state.value

    with pytest.raises(Conflict) as refused:
        accept(market, job)

    assert (refused.value.state, refused.value.allowed) == (state.value, allowed)
    assert entries(market, job.customer) == entries(market, job.provider) == []


def test_an_offer_that_was_withdrawn_is_not_accepted(market, job):
    offered(market, job.request, market.provider())
    offer = market.store.load(market.offers.standing(job.request, job.offer))
    market.store.commit(market.offers.became(offer, OfferState.WITHDRAWN))

    with pytest.raises(Conflict) as refused:
        accept(market, job)

    assert refused.value.state == "offered"
    assert accepted(market) == []


def test_an_offer_made_anew_is_not_accepted_by_the_id_of_the_one_before(market, job):
    """Else a provider could raise the price between the customer's look and the acceptance."""
    market.withdraw_offer(market.caller(job.provider), job.request, job.offer)
    anew = offered(market, job.request, job.provider, price_cents=99_900)

    with pytest.raises(NotFound):
        accept(market, job)

    assert market.accept_offer(market.caller(job.customer), job.request, anew) == job.request


@pytest.mark.commitment("security.least-access")
def test_nobody_accepts_for_another_and_what_is_not_there_looks_the_same(market, job):
    stranger, elsewhere = market.caller(market.customer()), with_offer(market)
    before = dict(market.store.rows)
    market.calls()

    for caller, request, offer in (
        (stranger, job.request, job.offer),
        (market.caller(job.provider), job.request, job.offer),
        (market.caller(job.customer), job.request, elsewhere.offer),
        (market.caller(job.customer), "req_" + "z" * 26, job.offer),
        (market.caller(job.customer), job.request, "nonsense"),
    ):
        with pytest.raises(NotFound):
            market.accept_offer(caller, request, offer)
        assert market.calls() == ["BatchGetItem"]

    assert market.store.rows == before


def test_the_offer_of_somebody_erased_is_not_there(market, job):
    market.erase(job.provider)

    with pytest.raises(NotFound):
        accept(market, job)


@pytest.mark.parametrize("side", ["customer", "provider"])
def test_nobody_is_engaged_with_somebody_who_is_erased_at_the_same_moment(market, job, side):
    erased_first = Meanwhile(market.store, lambda: market.erase(getattr(job, side)))

    with pytest.raises(NotFound if side == "provider" else SubjectErased):
        accept(market, job, commit=erased_first)

    assert standing(market, job.request).state is State.OFFERED
    assert accepted(market) == []


def test_of_two_offers_accepted_at_the_same_moment_one_is(market, job):
    other = offered(market, job.request, market.provider())
    other_first = Meanwhile(market.store, lambda: accept(market, job, other))

    with pytest.raises(Conflict) as refused:
        accept(market, job, commit=other_first)

    assert (refused.value.state, refused.value.allowed) == ("engaged", ("cancel", "dispute"))
    assert [refs["offer"] for refs in accepted(market)] == [other]
    assert entries(market, job.provider) == []


def test_two_clicks_at_the_same_moment_accept_once(market, job):
    accept(market, job, commit=Meanwhile(market.store, lambda: accept(market, job)))

    assert len(accepted(market)) == 1
    assert len(entries(market, job.customer)) == 1


def test_a_request_cancelled_at_the_same_moment_stays_so(market, job):
    cancelled_first = Meanwhile(market.store, lambda: jobs.moved(market, job, Action.CANCEL, Actor.CUSTOMER))

    with pytest.raises(Conflict) as refused:
        accept(market, job, commit=cancelled_first)

    assert refused.value.state == "cancelled"
    assert entries(market, job.customer) == []


def test_an_offer_made_at_the_same_moment_does_not_stand_in_the_way(market, job):
    other = market.provider()

    accept(market, job, commit=Meanwhile(market.store, lambda: offered(market, job.request, other)))

    assert standing(market, job.request).offer == job.offer


def test_a_provider_engaged_elsewhere_at_the_same_moment_is_engaged_by_both(market, job):
    elsewhere = with_offer(market, job.provider)

    accept(market, job, commit=Meanwhile(market.store, lambda: accept(market, elsewhere)))

    assert {refs["request"] for refs in accepted(market)} == {job.request, elsewhere.request}
    assert [row["recipient"] for row in entries(market, job.provider)] == [elsewhere.customer, job.customer]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(3))
def test_a_crash_anywhere_and_another_try_accept_once(market, job, at, after):
    faults = Faults(at=at, after=after)
    store = faults.around(market.store)
    with pytest.raises(Crash):
        accept(market, job, load=store.load, commit=store.commit)

    accept(market, job)

    assert len(accepted(market)) == 1
    assert len(entries(market, job.customer)) == len(entries(market, job.provider)) == 1
    assert len([key for key in market.rows("P#") if key.sk == "PAYMENT"]) == 1


def test_accepting_takes_two_looks_and_one_transaction(market, job):
    market.calls()
    accept(market, job)

    assert [call for call in market.calls() if call != "Decrypt"] == ["BatchGetItem"] * 2 + ["TransactWriteItems"]


def test_accepting_again_takes_one_look(market):
    job = engaged(market)
    market.calls()

    accept(market, job)

    assert market.calls() == ["BatchGetItem"]
