"""Contact: to those engaged alone, as the other prefers, while it is open, and never without an entry in the ledger."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from jobipro.domain.contact import Contact
from jobipro.domain.errors import NotAuthenticated, NotFound, Unavailable
from jobipro.domain.ids import SubjectId
from jobipro.domain.lifecycle import Action, Actor, CancelReason, State
from jobipro.domain.requests import ContactPreference
from tests.fakes.faults import Crash, Faults
from tests.fakes.jobs import Job, engaged, entries, moved, offered, with_offer
from tests.fakes.market import Market
from tests.fakes.meanwhile import Meanwhile

SIDES = ("customer", "provider")


@pytest.fixture
def job(market: Market) -> Job:
    return engaged(market)


def contact(market: Market, job: Job, side: str, **changes: Any) -> Contact:
    return replace(market.reveal_contact, **changes)(market.caller(getattr(job, side)), job.request)


def other(side: str) -> str:
    return "customer" if side == "provider" else "provider"


def corrected(market: Market, subject: SubjectId, **changes: Any) -> None:
    account = market.account(subject)
    market.store.commit(market.accounts.saved(account.with_person(**changes), before=account))


@pytest.mark.commitment("sharing.contact-exchange", "purpose.fulfil-request", "purpose.share-as-asked")
def test_the_provider_sees_the_customer_as_the_request_says(market, job):
    seen = contact(market, job, "provider")

    person = market.account(job.customer).person
    assert (seen.given_name, seen.family_name) == ("Marie", "Tremblay")
    assert (seen.email, seen.phone) == (person.email, "+15145550123")
    assert seen.address is not None
    assert seen.address.street == "1 rue Notre-Dame Est"


@pytest.mark.commitment("sharing.contact-exchange", "purpose.share-as-asked")
def test_the_customer_sees_the_provider_by_mail_and_by_phone_if_the_profile_has_one(market, job):
    seen = contact(market, job, "customer")
    assert (seen.email, seen.phone, seen.address) == (market.account(job.provider).person.email, None, None)

    corrected(market, job.provider, phone="+14385550199")

    assert contact(market, job, "customer").phone == "+14385550199"


@pytest.mark.commitment("sharing.contact-exchange", "approval.implicit", "sharing.only-as-stated")
@pytest.mark.parametrize(
    ("preference", "phone", "shown"),
    [
        (ContactPreference.EMAIL, None, {"email"}),
        (ContactPreference.EMAIL, "+15145550123", {"email"}),
        (ContactPreference.PHONE, "+15145550123", {"phone"}),
        (ContactPreference.BOTH, "+15145550123", {"email", "phone"}),
    ],
)
def test_contact_is_by_what_the_customer_prefers_alone(market, preference, phone, shown):
    job = engaged(market, contact_preference=preference, phone=phone)

    seen = contact(market, job, "provider")

    assert {name for name in ("email", "phone") if getattr(seen, name) is not None} == shown
    assert seen.address is not None
    read = entries(market, job.customer)[-1]
    assert set(read["fields"]) == {"given_name", "family_name", "address", *shown}


def test_what_was_corrected_is_shown_as_it_stands_now(market, job):
    corrected(market, job.customer, email="moved@example.com", family_name="Gagnon")

    seen = contact(market, job, "provider")

    assert (seen.email, seen.family_name) == ("moved@example.com", "Gagnon")


@pytest.mark.commitment("rights.recipients", "sharing.cross-border")
@pytest.mark.parametrize("side", SIDES)
def test_each_look_is_an_entry_that_names_who_looked_and_where_they_are(market, job, side):
    market.clock.forward(timedelta(hours=1))
    corrected(market, getattr(job, side), given_name="Reader")
    contact(market, job, side)
    contact(market, job, side)

    owner = getattr(job, other(side))
    assert [row["kind"] for row in entries(market, owner)] == ["opened", "read", "read"]
    shown = market.list_disclosures(market.caller(owner), 10).disclosures
    assert [each.recipient_name for each in shown] == ["Reader Tremblay", "Reader Tremblay", "Marie Tremblay"]
    assert {each.place for each in shown} == {"Quebec, Canada"}
    assert shown[0].at == market.clock.now()
    assert len(entries(market, getattr(job, side))) == 1


@pytest.mark.commitment("rights.recipients")
@pytest.mark.parametrize("side", SIDES)
def test_nothing_is_shown_that_could_not_be_entered(market, job, side):
    def refuses(*writes):
        raise Unavailable

    with pytest.raises(Unavailable):
        contact(market, job, side, commit=refuses)


@pytest.mark.parametrize("side", SIDES)
def test_a_crash_while_entering_leaves_an_entry_or_none_but_shows_nothing(market, job, side):
    for after in (False, True):
        with pytest.raises(Crash):
            contact(market, job, side, commit=Faults(at=0, after=after).around(market.store.commit))

    assert len(entries(market, getattr(job, other(side)))) == 2


@pytest.mark.parametrize("side", SIDES)
def test_two_who_look_at_the_same_moment_are_both_entered(market, job, side):
    contact(market, job, side, commit=Meanwhile(market.store, lambda: contact(market, job, side)))

    assert [row["kind"] for row in entries(market, getattr(job, other(side)))] == ["opened", "read", "read"]


def test_a_ledger_that_never_stands_still_is_left_for_later(market, job):
    busy = Meanwhile(market.store, lambda: contact(market, job, "provider"), times=1000)

    with pytest.raises(Unavailable):
        contact(market, job, "provider", commit=busy)


# Whom it is open to, and when.


def nothing_there(market: Market, subject: SubjectId, request: str) -> None:
    """Ask in vain: nothing but the caller's own account and the request's clear part is looked at, nothing written."""
    before = dict(market.store.rows)
    market.calls()
    with pytest.raises(NotFound):
        market.reveal_contact(market.caller(subject), request)
    assert market.calls() == ["BatchGetItem"]
    assert market.store.rows == before


@pytest.mark.commitment("sharing.contact-exchange", "sharing.only-as-stated")
def test_before_engagement_nobody_sees_anybody(market):
    job = with_offer(market)

    for side in SIDES:
        nothing_there(market, getattr(job, side), job.request)


@pytest.mark.commitment("sharing.contact-exchange", "security.least-access")
def test_who_is_not_engaged_sees_nothing(market):
    job = with_offer(market)
    loser = market.provider()
    offered(market, job.request, loser)
    market.accept_offer(market.caller(job.customer), job.request, job.offer)

    for subject in (loser, market.customer()):
        nothing_there(market, subject, job.request)
    for request in ("req_" + "z" * 26, "nonsense"):
        nothing_there(market, job.customer, request)


ENDS = {
    State.CONFIRMED: ((Action.COMPLETE, Actor.PROVIDER), (Action.CONFIRM, Actor.CUSTOMER)),
    State.CANCELLED: ((Action.CANCEL, Actor.PROVIDER),),
}


@pytest.mark.commitment("sharing.contact-exchange", "sharing.only-as-stated")
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("side", SIDES)
def test_contact_stays_open_for_thirty_days_after_the_end_and_closes_then(market, job, end, side):
    market.clock.forward(timedelta(days=90))
    contact(market, job, side)
    for action, actor in ENDS[end]:
        moved(market, job, action, actor, CancelReason.OTHER if action is Action.CANCEL else None)

    market.clock.forward(timedelta(days=30) - timedelta(milliseconds=1))
    contact(market, job, side)
    market.clock.forward(timedelta(milliseconds=1))
    nothing_there(market, getattr(job, side), job.request)


@pytest.mark.parametrize("state", [State.COMPLETED, State.DISPUTED])
def test_contact_stays_open_while_a_job_is_not_settled(market, job, state):
    moved(market, job, Action.COMPLETE if state is State.COMPLETED else Action.DISPUTE, Actor.PROVIDER)
    market.clock.forward(timedelta(days=300))

    contact(market, job, "customer")


def test_a_request_taken_back_before_engagement_never_opens(market):
    job = with_offer(market)
    moved(market, job, Action.CANCEL, Actor.CUSTOMER)

    nothing_there(market, job.customer, job.request)


# Erasure.


@pytest.mark.commitment("rights.deletion")
@pytest.mark.parametrize("side", SIDES)
def test_of_somebody_erased_there_is_nothing_and_nothing_is_entered(market, job, side):
    erased = getattr(job, other(side))
    market.erase(erased)
    before = len(market.rows(f"D#{erased}"))

    with pytest.raises(NotFound):
        contact(market, job, side)

    assert len(market.rows(f"D#{erased}")) == before


@pytest.mark.parametrize("side", SIDES)
def test_somebody_erased_while_they_are_looked_at_is_not_shown(market, job, side):
    erased = getattr(job, other(side))

    with pytest.raises(NotFound):
        contact(market, job, side, commit=Meanwhile(market.store, lambda: market.erase(erased)))


@pytest.mark.parametrize("side", SIDES)
def test_somebody_erased_while_they_look_sees_nothing(market, job, side):
    reader = getattr(job, side)

    with pytest.raises(NotAuthenticated):
        contact(market, job, side, commit=Meanwhile(market.store, lambda: market.erase(reader)))

    assert [row["kind"] for row in entries(market, getattr(job, other(side)))] == ["opened"]


@pytest.mark.commitment("rights.recipients")
def test_the_name_of_a_recipient_stays_in_the_ledger_whatever_becomes_of_the_recipient(market, job):
    contact(market, job, "provider")
    market.erase(job.provider)

    shown = market.list_disclosures(market.caller(job.customer), 10).disclosures

    assert [each.recipient_name for each in shown] == ["Marie Tremblay", "Marie Tremblay"]


# Calls.


@pytest.mark.parametrize("side", SIDES)
def test_contact_takes_two_looks_and_one_transaction(market, job, side):
    market.calls()
    contact(market, job, side)

    assert [call for call in market.calls() if call != "Decrypt"] == ["BatchGetItem"] * 2 + ["TransactWriteItems"]
