"""One's own data over HTTP: what is shown, what can be changed, and that a token opens its own person's data only."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.profile.routes import blueprint
from jobipro.application.correct_profile import CorrectProfile
from jobipro.application.list_approvals import ListApprovals
from jobipro.application.read_preferences import ReadPreferences
from jobipro.application.read_profile import ReadProfile
from jobipro.application.set_preferences import SetPreferences
from jobipro.bootstrap.profile import ProfileUseCases
from jobipro.domain.approvals import WORDINGS, Category, Channel
from jobipro.domain.data_map import Purpose
from jobipro.domain.disclosures import Detail, Disclosure, Kind, place_in
from jobipro.domain.ids import RequestId, SubjectId
from jobipro.domain.language import Language
from jobipro.domain.postal import MailingAddress
from jobipro.domain.provinces import Province
from jobipro.domain.subject_keys import KeyClass
from jobipro.domain.times import written
from jobipro.http import create_app
from tests.fakes.market import Market
from tests.functional.conftest import Api, Reply

ADDRESS = {"street": "111 Wellington Street", "city": "Ottawa", "province": "ON", "postal_code": "K1A 0A9"}
MOVED = {**ADDRESS, "street": "1 Sussex Drive", "postal_code": "k1a0b1"}
OFF = {"requests": False, "opportunities": False, "newsletter": False, "product_news": False, "promotions": False}


def wired(world: Market) -> ProfileUseCases:
    store, clock, ids = world.store, world.clock, world.ids
    accounts, consents, outbox = world.accounts, world.consents, world.outbox
    return ProfileUseCases(
        read_profile=ReadProfile(store.load, accounts),
        correct_profile=CorrectProfile(store.load, store.commit, accounts, outbox, clock, ids),
        read_preferences=ReadPreferences(store.load, accounts, consents, clock),
        set_preferences=SetPreferences(store.load, store.commit, accounts, world.keys, consents, outbox, clock, ids),
        list_approvals=ListApprovals(store.load, store.find, accounts, consents, world.cursors),
        list_disclosures=world.list_disclosures,
        read_provider=world.read_provider,
        change_provider=world.change_provider,
    )


class Me:
    """The API as one person uses it."""

    def __init__(self, world: Market, api: Api, subject: SubjectId) -> None:
        self.subject = subject
        self._api = api
        self._claims = {"cognito:username": subject, "iat": str(int(world.clock.now().timestamp()))}

    def get(self, path: str = "/me", **rest: Any) -> Reply:
        return self._api.request("GET", path, caller=self._claims, **rest)

    def patch(self, changes: object) -> Reply:
        return self._api.request("PATCH", "/me", json=changes, caller=self._claims)

    def put(self, path: str, body: object) -> Reply:
        return self._api.request("PUT", path, json=body, caller=self._claims)

    def prefer(self, **body: Any) -> Reply:
        return self.put("/me/preferences", body)

    def history(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("/me/approvals").json["approvals"]
        return found


@pytest.fixture
def world() -> Market:
    return Market()


@pytest.fixture
def api(world: Market) -> Api:
    use_cases = wired(world)
    return Api(create_app("profile", blueprint(lambda: use_cases)))


@pytest.fixture
def me(world: Market, api: Api) -> Me:
    subject = world.active(
        phone="+15145550123", mailing_address=MailingAddress.from_fields({**ADDRESS, "country": "CA"})
    )
    forget(world)
    return Me(world, api, subject)


def forget(world: Market) -> None:
    """Let the outbox be as if all that happened so far had been handed over."""
    for key in world.rows("O#"):
        del world.store.rows[key]
    world.calls()


def told(world: Market) -> list[tuple[str, dict[str, str]]]:
    return [(event.type.value, dict(event.refs)) for event in world.events()]


# Seeing.


@pytest.mark.commitment("rights.access", "data.contact")
def test_me_shows_all_that_the_profile_holds(me: Me) -> None:
    reply = me.get()

    assert reply.status == 200
    assert reply.json == {
        "email": "marie@example.com",
        "verified": True,
        "given_name": "Marie",
        "family_name": "Tremblay",
        "date_of_birth": "1990-02-28",
        "province": "QC",
        "language": "fr",
        "phone": "+15145550123",
        "mailing_address": {**ADDRESS, "country": "CA"},
        "role": "customer",
        "policy_version": "2026-11-01",
        "created_at": "2026-11-22T15:00:00.000Z",
    }


@pytest.mark.commitment("account.optional-data")
def test_what_is_not_held_is_not_shown(world: Market, api: Api) -> None:
    shown = Me(world, api, world.active(email="jean@example.com")).get().json

    assert not {"phone", "mailing_address", "provider", "pending_email"} & shown.keys()


def test_a_new_address_shows_while_it_waits_to_be_verified(world: Market, me: Me) -> None:
    account = world.account(me.subject)
    world.store.commit(world.accounts.saved(account.with_person(pending_email="new@example.com"), before=account))

    assert (me.get().json["email"], me.get().json["pending_email"]) == ("marie@example.com", "new@example.com")


def test_seeing_oneself_is_one_call(world: Market, me: Me) -> None:
    me.get()

    assert world.calls() == ["BatchGetItem"]


def test_after_a_cold_start_it_is_one_call_more(world: Market, me: Me) -> None:
    world.forgotten_keys()
    me.get()

    assert sorted(world.calls()) == ["BatchGetItem", "Decrypt"]


# Whose data it is.


ROUTES: list[tuple[str, str, object]] = [
    ("GET", "/me", None),
    ("PATCH", "/me", {"given_name": "Eve"}),
    ("GET", "/me/preferences", None),
    ("PUT", "/me/preferences", {"language": "en"}),
    ("GET", "/me/approvals", None),
    ("GET", "/me/disclosures", None),
    ("GET", "/me/provider", None),
    ("PUT", "/me/provider", {"trades": ["plumbing"], "base": {"latitude": 45.5, "longitude": -73.6}, "radius_km": 5}),
]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_nobody_sees_anything_without_a_token(api: Api, method: str, path: str, body: object) -> None:
    reply = api.request(method, path, json=body)

    assert (reply.status, reply.code) == (401, "not-authenticated")


@pytest.mark.commitment("account.email-verified")
@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_a_token_of_somebody_not_verified_yet_opens_nothing(
    world: Market, api: Api, method: str, path: str, body: object
) -> None:
    pending = {"cognito:username": world.pending(), "iat": str(int(world.clock.now().timestamp()))}

    assert api.request(method, path, json=body, caller=pending).status == 401


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_a_token_of_somebody_erased_opens_nothing_and_writes_nothing(
    world: Market, api: Api, me: Me, method: str, path: str, body: object
) -> None:
    me.get()
    world.erase(me.subject)
    before = json.dumps(sorted(map(str, world.store.rows.items())))

    reply = api.request(method, path, json=body, caller=me._claims)

    assert (reply.status, reply.code) == (401, "not-authenticated")
    assert json.dumps(sorted(map(str, world.store.rows.items()))) == before


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_a_token_from_before_a_change_of_password_opens_nothing(
    world: Market, api: Api, me: Me, method: str, path: str, body: object
) -> None:
    claims = dict(me._claims) | {"iat": str(int((world.clock.now() - timedelta(minutes=5)).timestamp()))}
    account = world.account(me.subject)
    later = replace(account, sessions_from=int(world.clock.now().timestamp()))
    world.store.commit(world.accounts.saved(later, before=account))

    assert api.request(method, path, json=body, caller=claims).status == 401


@pytest.mark.commitment("security.least-access")
def test_two_people_see_and_change_themselves_only(world: Market, api: Api, me: Me) -> None:
    other = Me(world, api, world.active(email="jean@example.com", given_name="Jean"))
    other.patch({"family_name": "Gagnon"})
    other.prefer(email={"newsletter": True})

    assert (me.get().json["given_name"], me.get().json["family_name"]) == ("Marie", "Tremblay")
    assert (other.get().json["given_name"], other.get().json["family_name"]) == ("Jean", "Gagnon")
    assert me.get("/me/preferences").json["email"]["newsletter"] is False
    assert me.history() == []


# Correcting.


@pytest.mark.commitment("account.self-service")
@pytest.mark.commitment("rights.correction")
@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({"given_name": " Marie-Ève "}, {"given_name": "Marie-Ève"}),
        ({"family_name": "O'Brien"}, {"family_name": "O'Brien"}),
        ({"date_of_birth": "1991-03-01"}, {"date_of_birth": "1991-03-01"}),
        ({"province": "BC"}, {"province": "BC"}),
        ({"language": "en"}, {"language": "en"}),
        ({"phone": "(613) 555-0199"}, {"phone": "+16135550199"}),
        ({"mailing_address": MOVED}, {"mailing_address": {**MOVED, "postal_code": "K1A 0B1", "country": "CA"}}),
        ({"phone": None}, {"phone": None}),
        ({"mailing_address": None}, {"mailing_address": None}),
        ({"given_name": "Anne", "phone": None}, {"given_name": "Anne", "phone": None}),
    ],
    ids=" ".join,
)
def test_a_correction_changes_what_it_names_and_tells(
    world: Market, me: Me, sent: dict[str, Any], shown: dict[str, Any]
) -> None:
    before = me.get().json

    reply = me.patch(sent)

    assert reply.status == 200
    wanted = {name: value for name, value in {**before, **shown}.items() if value is not None}
    assert reply.json == me.get().json == wanted
    assert told(world) == [("ProfileCorrected", {})]


@pytest.mark.parametrize("sent", [{}, {"given_name": "Marie"}, {"phone": "514-555-0123", "language": "fr"}], ids=str)
def test_a_correction_that_changes_nothing_leaves_no_trace(world: Market, me: Me, sent: dict[str, Any]) -> None:
    reply = me.patch(sent)

    assert (reply.status, reply.json["given_name"]) == (200, "Marie")
    assert world.calls() == ["BatchGetItem"]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"email": "other@example.com"}, "email"),
        ({"role": "provider"}, "role"),
        ({"verified": True}, "verified"),
        ({"password": "x"}, "password"),
        ({"given_name": None}, "given_name"),
        ({"family_name": None}, "family_name"),
        ({"date_of_birth": None}, "date_of_birth"),
        ({"province": None}, "province"),
        ({"language": None}, "language"),
        ({"given_name": ""}, "given_name"),
        ({"given_name": "x" * 81}, "given_name"),
        ({"given_name": "two\nlines"}, "given_name"),
        ({"given_name": 1}, "given_name"),
        ({"date_of_birth": "28/02/1990"}, "date_of_birth"),
        ({"date_of_birth": "1800-01-01"}, "date_of_birth"),
        ({"date_of_birth": "2027-01-01"}, "date_of_birth"),
        ({"province": "XX"}, "province"),
        ({"language": "de"}, "language"),
        ({"phone": ""}, "phone"),
        ({"phone": "12345"}, "phone"),
        ({"mailing_address": {}}, "mailing_address.street"),
        ({"mailing_address": {**ADDRESS, "postal_code": "90210"}}, "mailing_address.postal_code"),
        ({"mailing_address": {**ADDRESS, "country": "US"}}, "mailing_address.country"),
    ],
    ids=str,
)
def test_a_correction_that_does_not_fit_names_the_field_and_changes_nothing(
    world: Market, me: Me, sent: dict[str, Any], field: str
) -> None:
    before = me.get().json

    reply = me.patch(sent)

    assert reply.status == 422
    assert field in reply.errors
    assert me.get().json == before
    assert world.events() == []


@pytest.mark.commitment("account.no-minors")
@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"date_of_birth": "2008-11-22"}, 200),
        ({"date_of_birth": "2008-11-23"}, 422),
        ({"date_of_birth": "2008-11-22", "province": "BC"}, 422),
        ({"date_of_birth": "2007-11-22", "province": "BC"}, 200),
    ],
    ids=str,
)
def test_nobody_can_correct_themselves_to_below_the_age_of_majority(
    world: Market, me: Me, sent: dict[str, Any], status: int
) -> None:
    reply = me.patch(sent)

    assert reply.status == status
    if status == 422:
        assert reply.code == "under-age"
        assert (me.get().json["date_of_birth"], me.get().json["province"]) == ("1990-02-28", "QC")


@pytest.mark.commitment("account.no-minors")
def test_moving_to_where_one_is_not_of_age_is_refused(world: Market, api: Api) -> None:
    born = (world.clock.now() - timedelta(days=18 * 365 + 30)).date()
    person = Me(world, api, world.active(email="young@example.com", date_of_birth=born, province=Province.QC))

    assert person.patch({"province": "NS"}).code == "under-age"
    assert person.patch({"given_name": "Lou"}).status == 200


def test_a_correction_never_repeats_what_was_sent(me: Me) -> None:
    assert "canary" not in me.patch({"phone": "canary", "given_name": "canary\u0000", "canary!": 1}).text


def test_a_correction_is_two_calls(world: Market, me: Me) -> None:
    me.patch({"given_name": "Anne"})

    assert world.calls() == ["BatchGetItem", "TransactWriteItems"]


# Preferences.


@pytest.mark.commitment("approval.explicit")
def test_nothing_optional_is_on_by_itself(me: Me) -> None:
    reply = me.get("/me/preferences")

    assert reply.status == 200
    assert reply.json == {
        "email": {"account": True, **OFF, "requests": True, "research": False},
        "sms": {**OFF, "research": False},
        "language": "fr",
        "quiet_hours": None,
    }


def test_what_was_approved_at_sign_up_shows(world: Market, api: Api) -> None:
    asked = frozenset({Category.NEWSLETTER, Category.RESEARCH})
    subject = world.active(email="jean@example.com", approvals=asked, text_messages=True, phone="+15145550123")
    shown = Me(world, api, subject).get("/me/preferences").json

    assert {name for name, on in shown["email"].items() if on} == {"account", "requests", "newsletter", "research"}
    assert {name for name, on in shown["sms"].items() if on} == {"newsletter", "research"}


@pytest.mark.commitment("approval.explicit", "account.policy-version")
@pytest.mark.parametrize("category", [each for each in Category if each not in (Category.ACCOUNT, Category.REQUESTS)])
def test_switching_on_records_what_was_shown_when_and_how(world: Market, me: Me, category: Category) -> None:
    reply = me.prefer(email={category.value: True})

    assert (reply.status, reply.json["email"][category]) == (200, True)
    (record,) = me.history()
    words = WORDINGS[Channel.EMAIL if category is Category.OPPORTUNITIES else category][Language.FR]
    assert record.pop("id").startswith("apr_")
    assert record == {
        "kind": "approval",
        "category": category.value,
        "channel": "email",
        "at": written(world.clock.now()),
        "how": "preferences",
        "basis": "express",
        "shown": words,
        "language": "fr",
        "policy_version": "2026-11-01",
        "refs": {},
    }
    assert told(world) == [("ConsentGiven", {"category": category.value, "channel": "email"})]


def test_the_address_approved_for_is_kept_under_the_record_key(world: Market, me: Me) -> None:
    me.prefer(email={"newsletter": True})

    (row,) = [row for key, row in world.store.rows.items() if key.pk == f"C#{me.subject}" and "#apr_" in key.sk]
    record_key = world.store.load(world.keys.key(me.subject, KeyClass.RECORD))
    assert world.sealing.unseal(record_key, row, "consents") == {"email": "marie@example.com"}


@pytest.mark.commitment("approval.preferences")
def test_switching_off_records_a_withdrawal_and_keeps_the_approval_as_evidence(world: Market, me: Me) -> None:
    me.prefer(email={"newsletter": True})
    world.clock.forward(timedelta(days=1))
    me = Me(world, me._api, me.subject)
    forget(world)

    reply = me.prefer(email={"newsletter": False})

    assert reply.json["email"]["newsletter"] is False
    assert me.get("/me/preferences").json == reply.json
    assert [(record["kind"], record["how"]) for record in me.history()] == [
        ("approval", "preferences"),
        ("withdrawal", "preferences"),
    ]
    assert told(world) == [("ConsentWithdrawn", {"category": "newsletter", "channel": "email"})]


@pytest.mark.commitment("approval.preferences")
def test_mail_about_ones_own_requests_can_be_stopped_and_approved_again(me: Me) -> None:
    assert me.prefer(email={"requests": False}).json["email"]["requests"] is False
    assert me.prefer(email={"requests": True}).json["email"]["requests"] is True

    assert [record["kind"] for record in me.history()] == ["withdrawal", "approval"]
    assert me.history()[1]["shown"] == WORDINGS[Channel.EMAIL][Language.FR]


@pytest.mark.parametrize(
    "same",
    [
        {},
        {"email": {}},
        {"email": {"newsletter": False, "account": True, "requests": True}, "sms": {"newsletter": False}},
        {"language": "fr", "quiet_hours": None},
    ],
    ids=str,
)
def test_what_stays_as_it_is_leaves_no_trace(world: Market, me: Me, same: dict[str, Any]) -> None:
    reply = me.prefer(**same)

    assert reply.status == 200
    assert [call for call in world.calls() if call != "Decrypt"] == ["BatchGetItem"]
    assert me.history() == []


@pytest.mark.commitment("data.preferences")
def test_what_is_left_out_stays_as_it_is(me: Me) -> None:
    me.prefer(email={"newsletter": True}, quiet_hours={"start": "21:00", "end": "07:30"})

    shown = me.prefer(email={"research": True}).json

    assert (shown["email"]["newsletter"], shown["email"]["research"]) == (True, True)
    assert shown["quiet_hours"] == {"start": "21:00", "end": "07:30"}


@pytest.mark.commitment("data.preferences")
def test_what_was_read_can_be_sent_back(world: Market, me: Me) -> None:
    me.prefer(email={"newsletter": True}, sms={"newsletter": True}, quiet_hours={"start": "21:00", "end": "07:30"})
    shown = me.get("/me/preferences").json
    world.calls()

    assert me.put("/me/preferences", shown).json == shown
    assert world.calls() == ["BatchGetItem"]


def test_mail_without_which_an_account_cannot_be_run_cannot_be_switched_off(world: Market, me: Me) -> None:
    reply = me.prefer(email={"account": False, "newsletter": True})

    assert reply.status == 422
    assert list(reply.errors) == ["email.account"]
    assert me.history() == []
    assert world.events() == []


@pytest.mark.commitment("purpose.phone-text-contact")
def test_text_messages_are_begun_when_first_approved(world: Market, me: Me) -> None:
    reply = me.prefer(sms={"newsletter": True, "requests": True})

    assert {name for name, on in reply.json["sms"].items() if on} == {"newsletter", "requests"}
    assert me.get("/me/preferences").json == reply.json
    assert {record["shown"] for record in me.history()} == {WORDINGS[Channel.SMS][Language.FR]}
    assert {record["channel"] for record in me.history()} == {"sms"}

    reply = me.prefer(sms={"newsletter": False})

    assert {name for name, on in reply.json["sms"].items() if on} == {"requests"}


@pytest.mark.commitment("account.optional-data", "purpose.phone-text-contact")
def test_text_messages_need_a_phone_number(world: Market, api: Api) -> None:
    person = Me(world, api, world.active(email="jean@example.com"))
    forget(world)

    reply = person.prefer(sms={"newsletter": True}, email={"newsletter": True})

    assert (reply.status, list(reply.errors)) == (422, ["sms"])
    assert (person.history(), world.events()) == ([], [])
    assert person.prefer(sms={"newsletter": False}).status == 200


@pytest.mark.commitment("data.preferences")
def test_language_and_quiet_hours_are_kept_and_quiet_hours_taken_away(me: Me) -> None:
    me.prefer(language="en", quiet_hours={"start": "21:00", "end": "07:30"})
    shown = me.get("/me/preferences").json
    assert (shown["language"], shown["quiet_hours"]) == ("en", {"start": "21:00", "end": "07:30"})
    assert me.get().json["language"] == "en"

    assert me.prefer(quiet_hours=None).json["quiet_hours"] is None
    assert me.get("/me/preferences").json["quiet_hours"] is None


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"email": {"news": True}}, "email.news"),
        ({"email": {"newsletter": "yes"}}, "email.newsletter"),
        ({"email": {"newsletter": None}}, "email.newsletter"),
        ({"email": None}, "email"),
        ({"sms": {"account": True}}, "sms.account"),
        ({"fax": {}}, "fax"),
        ({"language": "de"}, "language"),
        ({"language": None}, "language"),
        ({"quiet_hours": {"start": "21:00"}}, "quiet_hours.end"),
        ({"quiet_hours": {"start": "21:00", "end": "24:00"}}, "quiet_hours.end"),
        ({"quiet_hours": {"start": "9pm", "end": "07:00"}}, "quiet_hours.start"),
        ({"quiet_hours": {"start": "21:00:30", "end": "07:00"}}, "quiet_hours.start"),
        ({"quiet_hours": {"start": 75600, "end": "07:00"}}, "quiet_hours.start"),
        ({"quiet_hours": {"start": "21:00", "end": "21:00"}}, "quiet_hours"),
    ],
    ids=str,
)
def test_preferences_that_do_not_fit_name_the_field_and_change_nothing(
    world: Market, me: Me, sent: dict[str, Any], field: str
) -> None:
    reply = me.put("/me/preferences", {"email": {"newsletter": True}} | sent)

    assert reply.status == 422
    assert field in reply.errors
    assert (me.history(), world.events()) == ([], [])


def test_reading_preferences_is_one_call_and_choosing_two(world: Market, me: Me) -> None:
    me.get("/me/preferences")
    assert world.calls() == ["BatchGetItem"]

    me.prefer(email={"newsletter": True}, sms={"newsletter": True}, language="en")
    assert [call for call in world.calls() if call != "Decrypt"] == ["BatchGetItem", "TransactWriteItems"]


# Approvals.


@pytest.mark.commitment("approval.explicit")
def test_the_history_is_told_oldest_first_a_page_at_a_time(world: Market, me: Me) -> None:
    for _ in range(3):
        world.clock.forward(timedelta(minutes=1))
        me.prefer(email={"newsletter": True})
        world.clock.forward(timedelta(minutes=1))
        me.prefer(email={"newsletter": False})

    pages, query = [], {"limit": "4"}
    while True:
        reply = me.get("/me/approvals", query=query)
        pages.append([record["kind"] for record in reply.json["approvals"]])
        if "next" not in reply.json:
            break
        query = {"limit": "4", "cursor": reply.json["next"]}

    assert pages == [["approval", "withdrawal"] * 2, ["approval", "withdrawal"]]


def test_an_approval_that_runs_out_says_when(world: Market, me: Me) -> None:
    world.posted(me.subject)

    implied = [record for record in me.history() if "until" in record]

    assert all(record["until"] > record["at"] for record in implied)
    assert all(record["refs"] for record in me.history())


def test_a_cursor_of_somebody_else_is_refused(world: Market, api: Api, me: Me) -> None:
    me.prefer(email={"newsletter": True, "research": True})
    cursor = me.get("/me/approvals", query={"limit": "1"}).json["next"]
    other = Me(world, api, world.active(email="jean@example.com"))

    for bad in (cursor, "made-up", ""):
        reply = other.get("/me/approvals", query={"cursor": bad})
        assert (reply.status, list(reply.errors)) == (422, ["cursor"])


@pytest.mark.parametrize("limit", ["0", "101", "many"])
def test_a_page_has_a_size(me: Me, limit: str) -> None:
    assert list(me.get("/me/approvals", query={"limit": limit}).errors) == ["limit"]


# Disclosures.


def disclosed(world: Market, subject: SubjectId, kind: Kind = Kind.READ, to: str = "Jean Gagnon") -> None:
    """Enter that somebody was given a person's name and address."""
    ledger = world.store.load(world.disclosures.ledger(subject))
    entry = Disclosure(
        recipient=world.ids.subject(),
        recipient_name=to,
        place=place_in(Province.QC),
        request=RequestId("req_" + "a" * 26),
        kind=kind,
        details=(Detail.GIVEN_NAME, Detail.EMAIL),
        purpose=Purpose.SHARE_AS_ASKED,
        at=world.clock.now(),
    )
    world.store.commit(world.disclosures.added(entry, ledger))


@pytest.mark.commitment("rights.recipients", "sharing.cross-border")
def test_people_see_who_was_given_what_what_for_where_and_when(world: Market, me: Me) -> None:
    disclosed(world, me.subject)

    assert me.get("/me/disclosures").json == {
        "disclosures": [
            {
                "recipient": "Jean Gagnon",
                "place": "Quebec, Canada",
                "kind": "read",
                "fields": ["given_name", "email"],
                "purpose": "purpose.share-as-asked",
                "request": "req_aaaaaaaaaaaaaaaaaaaaaaaaaa",
                "at": "2026-11-22T15:00:00.000Z",
            }
        ]
    }


def test_disclosures_are_told_newest_first_a_page_at_a_time(world: Market, me: Me) -> None:
    for number in range(5):
        disclosed(world, me.subject, to=f"Recipient {number}")

    pages, query = [], {"limit": "2"}
    while True:
        reply = me.get("/me/disclosures", query=query)
        pages.append([each["recipient"][-1] for each in reply.json["disclosures"]])
        if "next" not in reply.json:
            break
        query = {"limit": "2", "cursor": reply.json["next"]}

    assert pages == [["4", "3"], ["2", "1"], ["0"]]


def test_of_whom_nothing_was_disclosed_the_list_is_empty(world: Market, api: Api, me: Me) -> None:
    other = Me(world, api, world.active(email="jean@example.com"))
    disclosed(world, other.subject)

    assert me.get("/me/disclosures").json == {"disclosures": []}


def test_a_cursor_of_somebody_elses_disclosures_is_refused(world: Market, api: Api, me: Me) -> None:
    other = Me(world, api, world.active(email="jean@example.com"))
    for _ in range(2):
        disclosed(world, other.subject)
    cursor = other.get("/me/disclosures", query={"limit": "1"}).json["next"]

    reply = me.get("/me/disclosures", query={"cursor": cursor})

    assert (reply.status, list(reply.errors)) == (422, ["cursor"])


def test_seeing_disclosures_is_two_calls(world: Market, me: Me) -> None:
    disclosed(world, me.subject)
    me.get("/me/disclosures")
    world.calls()

    me.get("/me/disclosures")

    assert world.calls() == ["BatchGetItem", "Query"]


# What one does as a provider.


PROVIDER = {
    "trades": ["plumbing", "hvac"],
    "base": {"latitude": 45.50884, "longitude": -73.58781},
    "radius_km": 25,
    "about": "Licensed for twenty years.",
}


def test_a_provider_profile_is_kept_shown_and_told(world: Market, me: Me) -> None:
    assert me.get("/me/provider").status == 404

    reply = me.put("/me/provider", PROVIDER)

    assert (reply.status, reply.json) == (200, PROVIDER)
    assert me.get("/me/provider").json == PROVIDER
    assert (me.get().json["provider"], me.get().json["role"]) == (PROVIDER, "provider")
    assert ("ProviderChanged", {}) in told(world)


@pytest.mark.commitment("approval.explicit")
def test_saving_a_provider_profile_approves_opportunities_by_email(me: Me) -> None:
    me.put("/me/provider", PROVIDER)

    assert me.get("/me/preferences").json["email"]["opportunities"] is True
    assert [(record["category"], record["how"]) for record in me.history()] == [("opportunities", "provider profile")]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"trades": []}, "trades"),
        ({"trades": ["juggling"]}, "trades.0"),
        ({"base": {"latitude": 91, "longitude": 0}}, "base.latitude"),
        ({"base": {"latitude": 0.0, "longitude": 0.0}}, "base"),
        ({"base": {"latitude": 45.5}}, "base.longitude"),
        ({"radius_km": 101}, "radius_km"),
        ({"radius_km": 0}, "radius_km"),
        ({"radius_km": 2.5}, "radius_km"),
        ({"about": "Call 514 555 0123"}, "about"),
        ({"licence": "x"}, "licence"),
    ],
    ids=str,
)
def test_a_provider_profile_that_does_not_fit_names_the_field(
    world: Market, me: Me, changes: dict[str, Any], field: str
) -> None:
    reply = me.put("/me/provider", PROVIDER | changes)

    assert reply.status == 422
    assert field in reply.errors
    assert world.events() == []
