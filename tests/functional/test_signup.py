"""Sign-up over HTTP: shapes, statuses, pages, and answers that give nothing away."""

import re
from typing import Any

import pytest

from functions.signup.routes import blueprint
from jobipro.adapters.rendering.identification import Identification
from jobipro.application.ask_verification import AskVerification
from jobipro.application.change_address import ChangeAddress
from jobipro.application.change_password import AskPasswordReset, ChangePassword, LookAtReset, ResetPassword
from jobipro.application.log_in import LogIn, LogOut, Refresh
from jobipro.application.verify_address import LookAtVerification
from jobipro.bootstrap.parts import Pages
from jobipro.bootstrap.signup import SignupUseCases
from jobipro.domain.messages import TokenPurpose
from jobipro.http import create_app
from tests.fakes.world import World
from tests.functional.conftest import Api

PASSWORD = "four quiet maple canoes"
NEW_PASSWORD = "five loud birch paddles"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MARIE = {
    "email": "marie@example.com",
    "password": PASSWORD,
    "given_name": "Marie",
    "family_name": "Tremblay",
    "date_of_birth": "1990-02-28",
    "province": "QC",
    "role": "customer",
    "language": "fr",
    "policy_version": "2026-11-01",
}


def wired(world: World) -> SignupUseCases:
    store, clock, ids = world.store, world.clock, world.ids
    accounts, tokens, limits, outbox, index = (
        world.accounts,
        world.tokens,
        world.limits,
        world.outbox,
        world.index_mac,
    )
    return SignupUseCases(
        sign_up=world.sign_up,
        ask_verification=AskVerification(store.commit, store.find, accounts, limits, outbox, index, clock, ids),
        look_at_verification=LookAtVerification(store.load, tokens, clock),
        verify_address=world.verify_address,
        log_in=LogIn(store.load, store.commit, accounts, world.credentials, limits, index, clock),
        refresh=Refresh(world.credentials),
        log_out=LogOut(store.load, store.commit, accounts, world.credentials, clock),
        ask_password_reset=AskPasswordReset(store.load, store.commit, accounts, limits, outbox, index, clock, ids),
        look_at_reset=LookAtReset(store.load, tokens, clock),
        reset_password=ResetPassword(store.load, store.commit, accounts, tokens, world.credentials, outbox, clock, ids),
        change_password=ChangePassword(
            store.load, store.commit, accounts, world.credentials, limits, outbox, clock, ids
        ),
        change_address=ChangeAddress(
            store.load, store.commit, accounts, world.credentials, limits, outbox, index, clock, ids
        ),
        page=Pages(Identification("JobiPro", "hello@jobipro.test", "1 Main Street, Ottawa", "info@jobipro.test")),
    )


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def api(world: World) -> Api:
    use_cases = wired(world)
    return Api(create_app("signup", blueprint(lambda: use_cases)))


def test_signing_up_is_accepted_without_a_word(api: Api) -> None:
    reply = api.post("/signup", json=MARIE)

    assert (reply.status, reply.json) == (202, {})


@pytest.mark.commitment("account.optional-data", "data.contact")
def test_everything_optional_is_optional_and_kept_when_given(api: Api, world: World) -> None:
    more = {
        "phone": "(514) 555-0123",
        "mailing_address": {"street": "1 rue Rachel", "city": "Montréal", "province": "QC", "postal_code": "h2j2h1"},
        "approvals": {"newsletter": True, "sms": True},
    }

    assert api.post("/signup", json=MARIE | more).status == 202

    person = world.account(world.events()[0].subject).person
    assert person.phone == "+15145550123"
    assert person.mailing_address is not None
    assert person.mailing_address.postal_code == "H2J 2H1"
    assert person.approvals_asked == {"newsletter"}


@pytest.mark.commitment("account.email-verified")
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "nonsense"}, "email"),
        ({"email": "zoé@example.com"}, "email"),
        ({"email": None}, "email"),
        ({"password": "short"}, "password"),
        ({"password": 1234567890}, "password"),
        ({"given_name": " "}, "given_name"),
        ({"given_name": "two\nlines"}, "given_name"),
        ({"given_name": "Ma\u202erie"}, "given_name"),
        ({"family_name": "x" * 81}, "family_name"),
        ({"date_of_birth": "28/02/1990"}, "date_of_birth"),
        ({"date_of_birth": "2990-02-28"}, "date_of_birth"),
        ({"date_of_birth": "1990-02-30"}, "date_of_birth"),
        ({"province": "ZZ"}, "province"),
        ({"role": "officer"}, "role"),
        ({"language": "de"}, "language"),
        ({"policy_version": "1999-01-01"}, "policy_version"),
        ({"phone": "911"}, "phone"),
        ({"approvals": {"sms": True}}, "phone"),
        ({"approvals": {"newsletter": "yes"}}, "approvals.newsletter"),
        ({"approvals": {"account": False}}, "approvals.account"),
        ({"mailing_address": {"street": "1 rue", "city": "M", "province": "QC"}}, "mailing_address.postal_code"),
        (
            {"mailing_address": {"street": "1 rue", "city": "M", "province": "QC", "postal_code": "12345"}},
            "mailing_address.postal_code",
        ),
        ({"is_admin": True}, "is_admin"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_stored(
    api: Api, world: World, change: dict[str, Any], field: str
) -> None:
    reply = api.post("/signup", json=MARIE | change)

    assert reply.status == 422
    assert list(reply.errors) == [field]
    assert world.store.rows == {}
    assert world.credentials.passwords == {}


@pytest.mark.commitment("account.no-minors")
def test_a_minor_is_told_so_and_leaves_no_trace(api: Api, world: World) -> None:
    reply = api.post("/signup", json=MARIE | {"date_of_birth": "2015-01-01"})

    assert (reply.status, reply.code) == (422, "under-age")
    assert world.calls() == []


def test_a_browser_sees_a_button_and_pressing_it_verifies(api: Api, world: World) -> None:
    link = world.link(world.pending(), TokenPurpose.VERIFY_ADDRESS)

    shown = api.get(f"/verify/{link}", headers=BROWSER | {"Accept-Language": "fr-CA"})
    assert shown.status == 200
    assert "<form" in shown.text
    assert 'lang="fr"' in shown.text
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    assert shown.headers["Cache-Control"] == "no-store"
    assert api.request("HEAD", f"/verify/{link}", headers=BROWSER).status == 200

    pressed = api.request("POST", f"/verify/{link}", headers=BROWSER | FORM, body="")
    assert pressed.status == 200
    assert "text/html" in pressed.headers["Content-Type"]
    assert api.post("/sessions", json={"email": "marie@example.com", "password": PASSWORD}).status == 200


def test_a_front_end_verifies_with_json(api: Api, world: World) -> None:
    link = world.link(world.pending(), TokenPurpose.VERIFY_ADDRESS)

    assert api.post(f"/verify/{link}").json == {"status": "verified"}
    again = api.post(f"/verify/{link}")
    assert (again.status, again.code) == (404, "not-found")


def test_every_link_that_is_no_good_gets_one_and_the_same_page(api: Api, world: World) -> None:
    subject = world.pending()
    used = world.link(subject, TokenPurpose.VERIFY_ADDRESS)
    other = world.link(subject, TokenPurpose.RESET_PASSWORD)
    world.verify_address(used)
    pages = {
        (reply.status, reply.text)
        for token in (used, other, used[:-1], "A" * 43, "%C3%A9", "..", "x" * 3000)
        for reply in (
            api.get(f"/verify/{token}", headers=BROWSER),
            api.request("POST", f"/verify/{token}", headers=BROWSER | FORM, body=""),
        )
    }

    assert len(pages) == 1
    assert pages.pop()[0] == 404


def test_an_address_that_was_taken_meanwhile_is_said_to_whoever_has_the_mailbox(api: Api, world: World) -> None:
    first, second = world.pending(), world.pending()
    link = world.link(first, TokenPurpose.VERIFY_ADDRESS)
    world.verify_address(world.link(second, TokenPurpose.VERIFY_ADDRESS))

    as_json = api.post(f"/verify/{link}")
    as_page = api.request("POST", f"/verify/{link}", headers=BROWSER | FORM, body="")

    assert (as_json.status, as_json.code) == (409, "address-taken")
    assert as_page.status == 409
    assert "<h1" in as_page.text


def test_a_wrong_password_nobody_and_an_unverified_address_get_one_answer(api: Api, world: World) -> None:
    world.active()
    world.pending(email="paul@example.com")
    replies = [
        api.post("/sessions", json={"email": email, "password": password})
        for email, password in (
            ("marie@example.com", "wrong"),
            ("nobody@example.com", PASSWORD),
            ("paul@example.com", PASSWORD),
        )
    ]

    assert {(reply.status, reply.text) for reply in replies} == {(401, replies[0].text)}


def test_the_body_says_when_to_come_back_once_there_were_too_many_guesses(api: Api) -> None:
    for _ in range(10):
        api.post("/sessions", json={"email": "marie@example.com", "password": "wrong"})

    reply = api.post("/sessions", json={"email": "marie@example.com", "password": "wrong"})
    assert (reply.status, reply.code) == (429, "limit-reached")
    assert 0 < int(reply.headers["Retry-After"]) <= 900


def test_logging_out_needs_a_log_in_and_ends_it(api: Api, world: World) -> None:
    subject = world.active()
    claims = {"cognito:username": subject, "iat": str(int(world.clock.now().timestamp()))}
    tokens = api.post("/sessions", json={"email": "marie@example.com", "password": PASSWORD}).json

    body = {"refresh_token": tokens["refresh_token"]}
    assert api.post("/sessions/end", json=body).status == 401
    assert api.post("/sessions/end", json=body, caller=claims).status == 204
    assert api.post("/sessions/end", json=body, caller=claims).status == 401
    assert api.post("/sessions/refresh", json=body).status == 401


def test_a_reset_by_form_says_what_is_wrong_and_then_works(api: Api, world: World) -> None:
    subject = world.active()
    link = world.link(subject, TokenPurpose.RESET_PASSWORD)
    shown = api.get(f"/password-resets/{link}", headers=BROWSER)
    assert re.search(r'<input[^>]+type="password"', shown.text)

    for password in ("", "short"):
        wrong = api.request("POST", f"/password-resets/{link}", headers=BROWSER | FORM, body=f"password={password}")
        assert wrong.status == 422
        assert 'role="alert"' in wrong.text

    form = f"password={NEW_PASSWORD.replace(' ', '+')}"
    assert api.request("POST", f"/password-resets/{link}", headers=BROWSER | FORM, body=form).status == 200
    assert world.credentials.passwords[subject] == NEW_PASSWORD


@pytest.mark.parametrize("body", ["", "password=", "passwort=x", "password=" + "x" * 9000, "%ff=%ff"])
def test_a_reset_link_that_is_no_good_gets_the_one_page_whatever_comes_with_it(
    api: Api, world: World, body: str
) -> None:
    link = world.link(world.active(), TokenPurpose.VERIFY_NEW_ADDRESS)
    plain = api.get("/verify/x", headers=BROWSER)

    reply = api.request("POST", f"/password-resets/{link}", headers=BROWSER | FORM, body=body)

    assert (reply.status, reply.text) == (404, plain.text)


def test_a_reset_by_json_names_the_field(api: Api, world: World) -> None:
    link = world.link(world.active(), TokenPurpose.RESET_PASSWORD)

    assert list(api.post(f"/password-resets/{link}", json={"password": "short"}).errors) == ["password"]
    assert api.post(f"/password-resets/{link}", json={"password": NEW_PASSWORD}).json == {"status": "password-changed"}
    assert api.post(f"/password-resets/{link}", json={"password": NEW_PASSWORD}).status == 404


@pytest.mark.parametrize("path", ["/password-resets", "/verifications"])
def test_asking_for_a_link_is_answered_alike_whoever_asks(api: Api, world: World, path: str) -> None:
    world.active()
    known = api.post(path, json={"email": "marie@example.com"})
    unknown = api.post(path, json={"email": "nobody@example.com"})

    assert (known.status, known.text) == (unknown.status, unknown.text) == (202, "{}")


def test_password_and_address_are_changed_by_whoever_is_logged_in_and_knows_the_password(
    api: Api, world: World
) -> None:
    subject = world.active()
    claims = {"cognito:username": subject, "iat": str(int(world.clock.now().timestamp()))}

    moved = api.post("/me/email", json={"email": "m2@example.com", "current_password": PASSWORD}, caller=claims)
    assert (moved.status, moved.json) == (202, {})
    wrong = api.post("/me/password", json={"current_password": "no", "password": NEW_PASSWORD}, caller=claims)
    assert list(wrong.errors) == ["current_password"]
    right = api.post("/me/password", json={"current_password": PASSWORD, "password": NEW_PASSWORD}, caller=claims)
    assert right.status == 204
    assert (
        api.post("/me/password", json={"current_password": NEW_PASSWORD, "password": PASSWORD}, caller=claims).status
        == 401
    )
