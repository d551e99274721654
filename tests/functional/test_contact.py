"""Acceptance and contact over HTTP: what goes out, what is refused and how."""

import pytest

from functions.request_posting.routes import blueprint
from jobipro.domain.ids import SubjectId
from jobipro.domain.lifecycle import Action, Actor
from jobipro.http import create_app
from tests.fakes.jobs import Job, engaged, entries, moved, offered, with_offer
from tests.fakes.market import Market
from tests.functional.conftest import Api, Reply


@pytest.fixture
def market() -> Market:
    return Market()


@pytest.fixture
def job(market: Market) -> Job:
    return with_offer(market)


@pytest.fixture
def api(market: Market) -> Api:
    return Api(create_app("request_posting", blueprint(lambda: market.request_posting)))


def claims(market: Market, subject: SubjectId) -> dict[str, str]:
    return {"cognito:username": subject, "iat": str(int(market.clock.now().timestamp()))}


def accept(market: Market, api: Api, job: Job, offer: str = "", by: SubjectId | None = None) -> Reply:
    path = f"/requests/{job.request}/offers/{offer or job.offer}/accept"
    return api.post(path, caller=claims(market, by or job.customer))


def contact(market: Market, api: Api, job: Job, by: SubjectId) -> Reply:
    return api.get(f"/requests/{job.request}/contact", caller=claims(market, by))


def test_accepting_answers_that_the_request_is_engaged_each_time_it_is_asked(market, api, job):
    for _ in range(2):
        reply = accept(market, api, job)
        assert (reply.status, reply.json) == (200, {"id": job.request, "status": "engaged"})


def test_another_offer_is_refused_with_the_state_and_what_it_allows(market, api, job):
    other = offered(market, job.request, market.provider())
    accept(market, api, job)

    reply = accept(market, api, job, other)

    assert (reply.status, reply.code) == (409, "conflict")
    assert (reply.json["state"], reply.json["allowed"]) == ("engaged", ["cancel", "dispute"])


def test_a_request_that_was_taken_back_is_refused_alike(market, api, job):
    moved(market, job, Action.CANCEL, Actor.CUSTOMER)

    reply = accept(market, api, job)

    assert (reply.status, reply.json["state"], reply.json["allowed"]) == (409, "cancelled", [])


@pytest.mark.commitment("security.least-access")
def test_whatever_is_not_ones_own_to_accept_looks_as_if_it_were_not_there(market, api, job):
    elsewhere, stranger = with_offer(market), market.customer()
    replies = [
        accept(market, api, job, by=stranger),
        accept(market, api, job, by=job.provider),
        accept(market, api, job, elsewhere.offer),
        accept(market, api, job, "off_" + "z" * 26),
        accept(market, api, job, "x" * 500),
    ]

    assert {(reply.status, reply.code) for reply in replies} == {(404, "not-found")}
    assert len({reply.json["detail"] for reply in replies}) == 1


@pytest.mark.commitment("sharing.contact-exchange")
def test_the_provider_is_shown_name_address_and_what_the_customer_prefers(market, api):
    job = engaged(market)

    reply = contact(market, api, job, by=job.provider)

    assert (reply.status, reply.headers["Cache-Control"]) == (200, "no-store")
    assert reply.json == {
        "given_name": "Marie",
        "family_name": "Tremblay",
        "email": market.account(job.customer).person.email,
        "phone": "+15145550123",
        "address": {
            "street": "1 rue Notre-Dame Est",
            "city": "Montréal",
            "province": "QC",
            "postal_code": "H2Y 1B6",
            "country": "CA",
        },
    }


@pytest.mark.commitment("sharing.contact-exchange")
def test_the_customer_is_shown_name_and_address_for_mail(market, api):
    job = engaged(market)

    reply = contact(market, api, job, by=job.customer)

    assert reply.json == {
        "given_name": "Marie",
        "family_name": "Tremblay",
        "email": market.account(job.provider).person.email,
    }


@pytest.mark.commitment("sharing.contact-exchange", "security.least-access")
def test_who_is_not_engaged_gets_the_same_answer_as_for_what_never_was(market, api, job):
    loser = market.provider()
    offered(market, job.request, loser)
    early = [contact(market, api, job, by=subject) for subject in (job.customer, job.provider)]
    accept(market, api, job)
    late = [contact(market, api, job, by=subject) for subject in (loser, market.customer())]
    never = api.get("/requests/req_" + "z" * 26 + "/contact", caller=claims(market, job.customer))

    replies = [*early, *late, never]
    assert {(reply.status, reply.code, reply.json["detail"]) for reply in replies} == {
        (404, "not-found", "There is nothing here.")
    }
    assert [row["kind"] for row in entries(market, job.customer)] == ["opened"]


@pytest.mark.parametrize(("method", "path"), [("POST", "/requests/x/offers/y/accept"), ("GET", "/requests/x/contact")])
def test_nobody_gets_anything_without_a_token(api, method, path):
    assert api.request(method, path).status == 401
