"""A log-in opens what it should for as long as it should, and nothing afterwards."""

import time

import pytest

from tests.integration import hunt, insider
from tests.integration.people import Person, customer, provider, request_body, settled, somebody, unsubscribe_path
from tests.integration.routes import ROUTES
from tests.integration.stack import Stack


def opened(person: Person, token: str) -> list[str]:
    """Return the guarded routes without ids that do not refuse a log-in."""
    return [
        str(route)
        for route in ROUTES
        if not route.parameters and route.asked(person, route.path, token=token).status_code != 401
    ]


def refreshed(person: Person, refresh_token: str) -> int:
    """Return the status of an attempt to stay logged in."""
    return person.api.post("/sessions/refresh", {"refresh_token": refresh_token}).status_code


def test_a_log_in_opens_ones_own_and_its_refreshed_token_too(stack: Stack):
    person = customer(stack)

    again = person.api.post("/sessions/refresh", {"refresh_token": person.tokens["refresh_token"]})

    assert again.status_code == 200
    assert again.json()["expires_in"] == 900
    for token in (person.token, again.json()["id_token"]):
        assert person.api.get("/me", token=token).status_code == 200


def test_a_log_in_that_was_ended_opens_nothing_and_others_go_on(stack: Stack):
    person = customer(stack)
    first, first_refresh = person.token, person.tokens["refresh_token"]
    person.log_in()

    ended = person.api.post("/sessions/end", {"refresh_token": first_refresh}, token=first)

    assert ended.status_code == 204
    assert opened(person, first) == []
    assert refreshed(person, first_refresh) == 401
    assert person.call("GET", "/me").status_code == 200


@pytest.mark.parametrize("way", ["changed", "reset"])
def test_a_new_password_ends_every_log_in(stack: Stack, way: str):
    person = customer(stack)
    before, refresh = person.token, person.tokens["refresh_token"]
    time.sleep(1.1)  # tokens count whole seconds
    _give_new_password(person, way)

    assert opened(person, before) == []
    assert refreshed(person, refresh) == 401
    assert (
        person.api.post("/sessions", {"email": person.email, "password": "four quiet maple canoes"}).status_code == 401
    )
    person.log_in()
    assert person.call("GET", "/me").status_code == 200
    settled(stack)
    assert person.last_mail()["subject"] == "Your password was changed"


def _give_new_password(person: Person, way: str) -> None:
    old, person.password = person.password, "five loud birch paddles"
    if way == "changed":
        body = {"current_password": old, "password": person.password}
        assert person.call("POST", "/me/password", body).status_code == 204
        return
    person.api.post("/password-resets", {"email": person.email})
    mail = person.stack.mailbox.wait_for(person.email, link="/password-resets/")
    assert person.follow(mail, "/password-resets/", {"password": person.password}).status_code == 200


def test_a_suspended_persons_log_in_opens_nothing_until_it_is_taken_back(stack: Stack):
    person = customer(stack)

    insider.set_status(stack, person.subject, "suspended")
    while_suspended = opened(person, person.token)
    insider.set_status(stack, person.subject, "active")

    assert while_suspended == []
    assert person.call("GET", "/me").status_code == 200


@pytest.fixture(scope="module")
def erased(stack: Stack) -> Person:
    """Somebody who had everything, and was erased; requests of theirs and about them are on record."""
    person = provider(stack, "moving", name="erased", approvals={"newsletter": True})
    settled(stack)
    assert person.post_request(trade="moving").status_code == 201
    settled(stack)
    assert insider.erase(stack, person.subject)
    return person


@pytest.mark.commitment("rights.deletion")
def test_an_erased_persons_log_in_opens_nothing(erased: Person):
    assert opened(erased, erased.token) == []
    assert refreshed(erased, erased.tokens["refresh_token"]) == 401
    assert erased.api.post("/sessions", {"email": erased.email, "password": erased.password}).status_code == 401


@pytest.mark.commitment("rights.deletion")
def test_of_an_erased_person_nothing_can_be_opened_but_the_proof_of_what_they_approved(stack: Stack, erased: Person):
    assert {key.table for key in insider.opened(stack, erased.subject)} == {"consents"}
    assert erased.subject not in {place.name for place in hunt.users(stack)}
    assert not [row for row in insider.rows(stack, "accounts") if row["sk"] == erased.subject]


@pytest.mark.commitment("rights.deletion", "approval.unsubscribe")
def test_a_link_in_an_old_mail_of_an_erased_person_still_answers_calmly(stack: Stack, erased: Person):
    path = unsubscribe_path(stack, erased.mails()[0])

    assert stack.api.get(path).status_code == 200
    assert stack.api.call("POST", path, data={"List-Unsubscribe": "One-Click"}).status_code == 200


@pytest.mark.commitment("rights.deletion")
def test_an_erased_provider_hears_of_nothing_any_more(stack: Stack, erased: Person):
    customer(stack).post_request(trade="moving", title="A piano to move")
    settled(stack)

    assert erased.mails("A piano") == []


@pytest.mark.commitment("rights.deletion")
def test_the_address_of_an_erased_person_can_sign_up_anew_as_somebody_else(stack: Stack, erased: Person):
    anew = Person(stack, erased.email)
    assert anew.sign_up().status_code == 202
    mail = stack.mailbox.wait_for(anew.email, link="/verify/", count=2)
    assert anew.follow(mail, "/verify/").status_code == 200
    anew.log_in()

    assert anew.subject != erased.subject
    assert anew.call("GET", "/requests").json()["requests"] == []


@pytest.mark.commitment("rights.deletion")
def test_an_erasure_overtakes_a_message_that_waits_in_a_queue(stack: Stack):
    person = customer(stack)
    with insider.held_back(stack, "deliveries"):
        person.call("POST", "/requests", request_body(trade="drywall", title="A wall"))
        assert insider.erase(stack, person.subject)
    settled(stack)

    assert person.mails("A wall") == []


@pytest.mark.commitment("rights.deletion")
def test_links_sent_before_an_erasure_lead_nowhere(stack: Stack):
    before = insider.holders_of_keys(stack)
    person = somebody(stack)
    person.sign_up()
    mail = stack.mailbox.wait_for(person.email, link="/verify/")
    (subject,) = insider.holders_of_keys(stack) - before

    assert insider.erase(stack, subject)

    assert person.follow(mail, "/verify/").status_code == 404
