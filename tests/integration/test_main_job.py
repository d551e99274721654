"""The main job over HTTP on the deployed stack: people come in, a request is posted, those in reach hear of it."""

from dataclasses import dataclass
from typing import Any

import pytest
import requests

from tests.integration import hunt, insider
from tests.integration.people import (
    FORM,
    NEAR_MONTREAL,
    ONE_CLICK,
    QUEBEC_CITY,
    Person,
    customer,
    path_of,
    provider,
    request_body,
    settled,
    somebody,
    unsubscribe_path,
    until_waiting,
    waiting,
)
from tests.integration.stack import Mail, Stack, link, links

TITLE = "Bathroom wall to paint"
WITHHELD: dict[str, Any] = {
    "phone": "514 555 0199",
    "contact_preference": "both",
    "address": {"street": "4321 rue Jeanne-Mance", "city": "Outremont", "province": "QC", "postal_code": "H2V 4J6"},
    "location": {"latitude": 45.531117, "longitude": -73.621119},
}
MEXICO = {"latitude": 19.43, "longitude": -99.13}
EACH_TIME = {"date", "x-amz-request-id", "x-amzn-requestid", "x-correlation-id"}
OFFICER = "privacy@jobipro.test"
POSTAL_ADDRESS = "100 Example Street"


@dataclass(frozen=True, slots=True)
class Market:
    """A customer who posted one request, and providers in different places."""

    customer: Person
    posted: requests.Response
    near: Person
    near_in_french: Person
    far: Person
    of_another_trade: Person

    @property
    def everybody(self) -> tuple[Person, ...]:
        return self.customer, self.near, self.near_in_french, self.far, self.of_another_trade


@pytest.fixture(scope="module")
def market(stack: Stack) -> Market:
    """A customer in Montréal, who is a painter too, has asked for a painter."""
    asking = provider(stack, "painting", name="asking", language="fr", given_name="Solange", family_name="Beauchesne")
    others = (
        provider(stack, "painting", "drywall", name="near"),
        provider(stack, "painting", name="near-in-french", language="fr", base=NEAR_MONTREAL),
        provider(stack, "painting", name="far", base=QUEBEC_CITY, radius_km=100),
        provider(stack, "plumbing", name="of-another-trade"),
    )
    settled(stack)
    posted = asking.post_request(trade="painting", title=TITLE, **WITHHELD)
    settled(stack)
    return Market(asking, posted, *others)


def test_a_posted_request_is_there_for_its_customer(market: Market):
    assert market.posted.status_code == 201
    shown = market.customer.call("GET", f"/requests/{market.posted.json()['id']}").json()

    assert shown["title"] == TITLE
    assert shown["phone"] == "+15145550199"
    assert shown["address"]["street"] == WITHHELD["address"]["street"]
    assert shown["status"] == "matched"
    assert shown["language"] == "fr"


@pytest.mark.commitment("sharing.request-details")
def test_each_provider_in_reach_gets_one_mail_in_their_language(market: Market):
    (english,) = market.near.mails(TITLE)
    (french,) = market.near_in_french.mails(TITLE)

    assert english["subject"] == f"New request near you: {TITLE}"
    assert french["headers"]["Content-Language"] == "fr"
    assert "Peinture" in french["text"]


@pytest.mark.commitment("sharing.request-details")
def test_those_out_of_reach_of_another_trade_or_who_asked_themselves_are_not_told(market: Market):
    assert market.far.mails(TITLE) == []
    assert market.of_another_trade.mails(TITLE) == []
    assert [mail["headers"]["List-Id"] for mail in market.customer.mails(TITLE)] == ["<requests.jobipro.com>"]


@pytest.mark.commitment("purpose.confirmations")
def test_the_customer_gets_a_confirmation_in_their_language(market: Market):
    (mail,) = market.customer.mails(TITLE)

    assert mail["headers"]["Content-Language"] == "fr"
    assert market.posted.json()["id"] in mail["text"]


@pytest.mark.commitment("sharing.request-details", "sharing.only-as-stated")
def test_a_provider_is_told_what_they_may_know_and_nothing_else(market: Market):
    (mail,) = market.near.mails(TITLE)
    asking = market.customer
    withheld = {
        "given name": "Solange",
        "family name": "Beauchesne",
        "address": asking.email,
        "id": asking.subject,
        "phone": "5145550199",
        "phone as typed": "514 555 0199",
        "end of phone": "555-0199",
        "street": "Jeanne-Mance",
        "city": "Outremont",
        "postal code": "H2V 4J6",
        "latitude": "45.5311",
        "longitude": "73.6211",
    }

    assert hunt.hunt(withheld, _places(mail)) == []
    assert "It has dripped since Monday" in mail["text"]
    assert "45.5" in mail["text"]


@pytest.mark.commitment("approval.unsubscribe", "officer.designated")
def test_every_mail_says_who_sends_it_and_ends_with_a_link_that_unsubscribes(market: Market, stack: Stack):
    mails = [mail for person in market.everybody for mail in person.mails()]

    assert len(mails) >= 8
    for mail in mails:
        path = unsubscribe_path(stack, mail)
        assert mail["headers"]["List-Unsubscribe-Post"] == ONE_CLICK
        for part in (mail["text"], mail["html"]):
            assert OFFICER in part
            assert POSTAL_ADDRESS in part
            assert path in part
        assert stack.api.get(path).status_code == 200


@pytest.mark.commitment("approval.unsubscribe")
@pytest.mark.parametrize("kind", ["urlencoded", "multipart"])
def test_one_click_unsubscribes_whichever_body_it_comes_with(stack: Stack, kind: str):
    person = provider(stack, "roofing", name=f"one-click-{kind}")
    asking = customer(stack)
    settled(stack)
    asking.post_request(trade="roofing", title="First roof")
    settled(stack)
    (mail,) = person.mails("First roof")

    for _ in range(2):
        assert _one_click(stack, unsubscribe_path(stack, mail), kind).status_code == 200
    asking.post_request(trade="roofing", title="Second roof")
    settled(stack)

    assert person.mails("Second roof") == []
    assert len(asking.mails("Second roof")) == 1
    (record,) = [
        each for each in person.call("GET", "/me/approvals").json()["approvals"] if each["kind"] == "withdrawal"
    ]
    assert record["how"] == "one-click"


def test_looking_at_an_unsubscribe_link_changes_nothing(stack: Stack):
    person = provider(stack, "fencing", name="looked-at")
    asking = customer(stack)
    settled(stack)
    asking.post_request(trade="fencing", title="First fence")
    settled(stack)
    path = unsubscribe_path(stack, person.mails("First fence")[0])

    assert stack.api.get(path).status_code == 200
    assert stack.api.call("HEAD", path).status_code == 200
    asking.post_request(trade="fencing", title="Second fence")
    settled(stack)

    assert len(person.mails("Second fence")) == 1


@pytest.mark.commitment("approval.unsubscribe", "approval.preferences")
def test_unsubscribing_overtakes_a_message_that_waits_in_a_queue(stack: Stack):
    person = provider(stack, "masonry", name="overtaken")
    asking = customer(stack)
    settled(stack)
    asking.post_request(trade="masonry", title="First wall")
    settled(stack)
    path = unsubscribe_path(stack, person.mails("First wall")[0])

    with insider.held_back(stack, "deliveries"):
        asking.post_request(trade="masonry", title="Second wall")
        until_waiting(stack, "deliveries", 2)
        assert _one_click(stack, path, "urlencoded").status_code == 200
    settled(stack)

    assert person.mails("Second wall") == []
    assert len(asking.mails("Second wall")) == 1


def test_a_request_taken_back_overtakes_what_waits_in_a_queue(stack: Stack):
    person = provider(stack, "paving", name="too-late")
    asking = customer(stack)
    settled(stack)

    with insider.held_back(stack, "deliveries"):
        request = asking.post_request(trade="paving", title="A drive").json()["id"]
        until_waiting(stack, "deliveries", 2)
        assert asking.call("POST", f"/requests/{request}/cancel").json()["status"] == "cancelled"
    settled(stack)

    assert person.mails("A drive") == []


@pytest.mark.commitment("approval.preferences")
def test_preferences_stop_a_category_and_start_it_again(stack: Stack):
    person = provider(stack, "carpentry", name="choosy")
    asking = customer(stack)
    settled(stack)
    chosen = person.call("GET", "/me/preferences").json()
    chosen["email"]["opportunities"] = False
    off = person.call("PUT", "/me/preferences", chosen)
    asking.post_request(trade="carpentry", title="First door")
    settled(stack)
    chosen["email"]["opportunities"] = True
    on = person.call("PUT", "/me/preferences", chosen)
    asking.post_request(trade="carpentry", title="Second door")
    settled(stack)

    assert (off.status_code, on.status_code) == (200, 200), off.text
    assert person.mails("First door") == []
    assert len(person.mails("Second door")) == 1


@pytest.mark.commitment("account.self-service", "rights.correction")
def test_a_correction_shows(stack: Stack):
    person = customer(stack)

    corrected = person.call("PATCH", "/me", {"given_name": "Béatrice"})

    assert corrected.status_code == 200
    assert person.call("GET", "/me").json()["given_name"] == "Béatrice"


@pytest.mark.commitment("account.email-verified")
def test_an_account_is_usable_only_once_its_address_is_verified(stack: Stack):
    person = somebody(stack)
    assert person.sign_up().status_code == 202
    mail = stack.mailbox.wait_for(person.email, link="/verify/")
    before = stack.api.post("/sessions", {"email": person.email, "password": person.password})

    page = stack.api.get(path_of(stack, link(mail, "/verify/")))
    still = stack.api.post("/sessions", {"email": person.email, "password": person.password})
    assert person.follow(mail, "/verify/").json() == {"status": "verified"}
    person.log_in()

    assert (before.status_code, page.status_code, still.status_code) == (401, 200, 401)
    assert before.json()["code"] == "wrong-credentials"
    assert person.call("GET", "/me").json()["email"] == person.email


def test_an_address_that_signs_up_again_gets_a_mail_that_says_so(stack: Stack):
    known = customer(stack)

    again = Person(stack, known.email, password="another five loud geese").sign_up()
    settled(stack)

    assert again.status_code == 202
    assert known.last_mail()["subject"] == "You already have a JobiPro account"
    assert not [url for url in links(known.last_mail()) if "/verify/" in url]
    known.log_in()


def test_known_and_unknown_addresses_get_the_same_answers(stack: Stack):
    known, unknown = customer(stack), somebody(stack)
    wrong = {"password": "not the one it should be"}

    for path, more in {"/sessions": wrong, "/password-resets": {}, "/verifications": {}}.items():
        of_known, of_unknown = (stack.api.post(path, {"email": who.email, **more}) for who in (known, unknown))
        assert _without_ids(of_known) == _without_ids(of_unknown)
    assert _without_ids(Person(stack, known.email).sign_up()) == _without_ids(unknown.sign_up())


@pytest.mark.commitment("account.policy-version")
@pytest.mark.parametrize("version", ["2020-01-01", "2099-01-01", ""])
def test_a_policy_that_is_not_in_force_is_refused(stack: Stack, version: str):
    answer = somebody(stack, policy_version=version).sign_up()

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["policy_version"]


@pytest.mark.commitment("account.no-minors")
def test_a_refused_minor_leaves_no_trace(stack: Stack):
    settled(stack)
    before = _traces(stack)
    minor = somebody(stack, "minor", given_name="Tracelessminor", date_of_birth="2015-03-04", province="BC")

    answer = minor.sign_up(headers={"Idempotency-Key": "minor-key-never-kept"})
    settled(stack)

    assert answer.status_code == 422
    assert answer.json()["code"] == "under-age"
    assert _traces(stack) == before
    assert minor.mails() == []
    marks = {"name": "Tracelessminor", "address": minor.email, "born": "2015-03-04", "key": "minor-key-never-kept"}
    assert hunt.hunt(marks, [*hunt.tables(stack), *hunt.queues(stack), *hunt.logs(stack), *hunt.users(stack)]) == []


@pytest.mark.parametrize(("born", "province"), [("1990-02-28", "QC"), ("2007-06-01", "ON")])
def test_somebody_of_age_where_they_live_is_let_in(stack: Stack, born: str, province: str):
    assert somebody(stack, date_of_birth=born, province=province).sign_up().status_code == 202


def test_a_lost_link_is_sent_again_and_the_first_one_stays_good(stack: Stack):
    person = somebody(stack)
    person.sign_up()
    first = stack.mailbox.wait_for(person.email, link="/verify/")

    assert stack.api.post("/verifications", {"email": person.email}).status_code == 202
    second = stack.mailbox.wait_for(person.email, link="/verify/", count=2)

    assert link(first, "/verify/") != link(second, "/verify/")
    assert person.follow(second, "/verify/").status_code == 200
    assert person.follow(first, "/verify/").status_code == 404


@pytest.mark.commitment("approval.explicit", "approval.implicit")
def test_what_was_approved_is_on_record_with_what_was_shown_when_and_how(stack: Stack):
    person = provider(stack, "hvac", approvals={"newsletter": True})
    person.post_request(trade="painting")

    records = person.call("GET", "/me/approvals").json()["approvals"]

    assert sorted((record["category"], record["basis"], record["how"]) for record in records) == [
        ("newsletter", "express", "sign-up form"),
        ("opportunities", "express", "provider profile"),
        ("requests", "implicit", "request form"),
        ("requests", "implied-inquiry", "request form"),
    ]
    assert all(record["policy_version"] == "2026-11-01" and record["at"] for record in records)
    assert records[0]["shown"] == "Yes, send me JobiPro's newsletter. I can unsubscribe at any time."
    page = person.call("GET", "/me/approvals", params={"limit": 3}).json()
    rest = person.call("GET", "/me/approvals", params={"limit": 3, "cursor": page["next"]}).json()
    assert page["approvals"] + rest["approvals"] == records


def test_posting_again_with_the_same_key_posts_once(stack: Stack):
    person = customer(stack)
    key = {"Idempotency-Key": "post-once"}

    first, second = (person.call("POST", "/requests", request_body(), headers=key) for _ in range(2))
    other = person.call("POST", "/requests", request_body(title="Something else"), headers=key)

    assert (first.status_code, second.status_code, other.status_code) == (201, 201, 422)
    assert first.json()["id"] == second.json()["id"]
    assert other.json()["code"] == "idempotency-mismatch"
    assert len(person.call("GET", "/requests").json()["requests"]) == 1


def test_the_old_address_is_told_of_a_change_before_it_holds_and_after(stack: Stack):
    person = customer(stack)
    old, new = person.email, somebody(stack, "moved").email

    asked = person.call("POST", "/me/email", {"email": new, "current_password": person.password})
    mail = stack.mailbox.wait_for(new, link="/verify/")
    settled(stack)
    told = person.last_mail()
    still_old = person.call("GET", "/me").json()["email"]
    moved = person.follow(mail, "/verify/")
    settled(stack)
    told_again = person.last_mail()

    assert (asked.status_code, moved.status_code) == (202, 200)
    assert moved.json() == {"status": "address-changed"}
    assert told["subject"] == "A new address for your account"
    assert told_again["subject"] == "The e-mail address of your account was changed"
    assert new not in str(told) + str(told_again)
    assert still_old == old
    assert person.call("GET", "/me").json()["email"] == new
    assert stack.api.post("/sessions", {"email": old, "password": person.password}).status_code == 401
    person.email = new
    person.log_in()


def test_a_request_that_does_not_fit_names_the_fields_and_is_not_kept(stack: Stack):
    person = customer(stack)

    answer = person.post_request(title="Call 514 555 0123", contact_preference="phone", location=MEXICO)

    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"title", "phone", "location"}
    assert person.call("GET", "/requests").json()["requests"] == []


def _one_click(stack: Stack, path: str, kind: str) -> requests.Response:
    """Unsubscribe as mailbox providers do, with either body type of RFC 8058."""
    if kind == "multipart":
        return stack.api.call("POST", path, files={"List-Unsubscribe": (None, "One-Click")})
    return stack.api.call("POST", path, data=ONE_CLICK, headers=FORM)


def _without_ids(answer: requests.Response) -> tuple[int, Any, dict[str, str]]:
    """Return an answer without what differs each time."""
    body = answer.json()
    headers = {name: value for name, value in answer.headers.items() if name.lower() not in EACH_TIME}
    return answer.status_code, {name: value for name, value in body.items() if name != "correlation_id"}, headers


def _traces(stack: Stack) -> dict[str, object]:
    """Return the names of all rows that could come from a sign-up, all users, and how many messages wait."""
    found: dict[str, object] = {
        table: {(row["pk"], row["sk"]) for row in insider.rows(stack, table)} for table in stack.description["tables"]
    }
    found["users"] = {place.name for place in hunt.users(stack)}
    found["queues"] = {queue: waiting(stack, queue) for queue in stack.description["queues"]}
    return found


def _places(mail: Mail) -> list[hunt.Place]:
    """Return the parts of a mail as places to hunt in."""
    headers = [hunt.Place("mail", "header", name, value.encode()) for name, value in mail["headers"].items()]
    return [*headers, *(hunt.Place("mail", "body", part, mail[part].encode()) for part in ("text", "html"))]
