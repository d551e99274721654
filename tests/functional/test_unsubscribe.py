"""The unsubscribe link: its page, its buttons, the one-click POST, and what all other links get."""

from dataclasses import fields
from datetime import timedelta

import pytest

from functions.unsubscribe.routes import blueprint
from functions.unsubscribe.settings import Settings
from jobipro.adapters.rendering.identification import Identification
from jobipro.application.withdraw_approval import LookAtUnsubscribeLink
from jobipro.bootstrap.parts import Pages
from jobipro.bootstrap.unsubscribe import UnsubscribeUseCases, unsubscribe
from jobipro.domain.approvals import OPTIONAL, Category, HowWithdrawn, Withdrawal
from jobipro.domain.ids import SubjectId
from jobipro.domain.messages import TokenPurpose
from jobipro.http import FORM, create_app
from jobipro.settings import read
from tests.fakes.post_office import PostOffice
from tests.functional.conftest import Api, Reply

pytestmark = pytest.mark.commitment("approval.unsubscribe")

SENDER = Identification("JobiPro", "hello@jobipro.example", "1 rue Notre-Dame Est, Montréal", "info@jobipro.com")
ONE_CLICK = "List-Unsubscribe=One-Click"
OLD = timedelta(minutes=6)
BOUNDARY = "a-boundary"
MULTIPART_ONE_CLICK = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--{BOUNDARY}--\r\n'
)
URLENCODED = {"Content-Type": FORM}
MULTIPART = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


@pytest.fixture
def api(office: PostOffice) -> Api:
    use_cases = UnsubscribeUseCases(LookAtUnsubscribeLink(office.links), office.withdrawal(), Pages(SENDER))
    return Api(create_app("unsubscribe", blueprint(lambda: use_cases)))


@pytest.fixture
def subject(office: PostOffice) -> SubjectId:
    return office.active(approvals=frozenset({Category.NEWSLETTER, Category.PROMOTIONS}))


def path(office: PostOffice, subject: SubjectId, topic: Category = Category.NEWSLETTER) -> str:
    found = f"/unsubscribe/{office.unsubscribe_token(subject, topic)}"
    office.calls()
    return found


def withdrawn(office: PostOffice, subject: SubjectId) -> dict[Category, HowWithdrawn]:
    history = office.store.find(office.consents.history(subject), 100).items
    return {record.category: record.how for record in history if isinstance(record, Withdrawal)}


def post(api: Api, where: str, form: str = ONE_CLICK, **rest: object) -> Reply:
    return api.request("POST", where, body=form, headers=URLENCODED, **rest)  # type: ignore[arg-type]


def assert_plain(answer: Reply) -> None:
    """Never a redirect, never a cookie, never kept or passed on."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    assert answer.status == 200
    assert not {"location", "set-cookie", "refresh"} & headers.keys()
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("topic", list(Category))
def test_looking_changes_nothing_and_asks_no_table(
    office: PostOffice, api: Api, subject: SubjectId, method: str, topic: Category
) -> None:
    where = path(office, subject, topic)
    before = office.store.rows.copy()

    answer = api.request(method, where)
    assert_plain(answer)
    assert (answer.text == "") == (method == "HEAD")
    assert office.calls() == []
    assert office.store.rows == before


def test_the_page_speaks_both_languages_and_has_a_button_that_needs_no_script(
    office: PostOffice, api: Api, subject: SubjectId
) -> None:
    page = api.get(path(office, subject)).text

    assert 'lang="en"' in page
    assert 'lang="fr"' in page
    assert '<form method="post"' in page
    assert "<script" not in page
    assert "Infolettre" in page
    assert "Newsletter" in page


@pytest.mark.parametrize(("form", "headers"), [(ONE_CLICK, URLENCODED), (MULTIPART_ONE_CLICK, MULTIPART)])
def test_one_click_works_in_both_kinds_of_body_in_two_calls(
    office: PostOffice, api: Api, subject: SubjectId, form: str, headers: dict[str, str]
) -> None:
    where = path(office, subject)

    assert_plain(api.request("POST", where, raw=form.encode(), headers=headers))
    assert office.calls() == ["BatchGetItem", "TransactWriteItems"]
    assert withdrawn(office, subject) == {Category.NEWSLETTER: HowWithdrawn.ONE_CLICK}


def test_what_a_mailbox_provider_adds_changes_nothing(office: PostOffice, api: Api, subject: SubjectId) -> None:
    assert_plain(post(api, path(office, subject), f"{ONE_CLICK}&campaign=7"))
    assert withdrawn(office, subject) == {Category.NEWSLETTER: HowWithdrawn.ONE_CLICK}


def test_the_button_of_the_page_stops_the_category(office: PostOffice, api: Api, subject: SubjectId) -> None:
    answer = post(api, path(office, subject), "stop=category", query={"lang": "fr"})

    assert_plain(answer)
    assert '<html lang="fr"' in answer.text
    assert "Infolettre" in answer.text
    assert withdrawn(office, subject) == {Category.NEWSLETTER: HowWithdrawn.LINK}


@pytest.mark.parametrize(
    ("topic", "form", "how"),
    [
        (Category.NEWSLETTER, "stop=all", HowWithdrawn.LINK),
        (Category.ACCOUNT, "stop=category", HowWithdrawn.LINK),
        (Category.ACCOUNT, ONE_CLICK, HowWithdrawn.ONE_CLICK),
    ],
)
def test_everything_optional_can_be_stopped_at_once(
    office: PostOffice, api: Api, subject: SubjectId, topic: Category, form: str, how: HowWithdrawn
) -> None:
    answer = post(api, path(office, subject, topic), form)

    assert_plain(answer)
    assert "from all optional e-mail" in answer.text
    assert withdrawn(office, subject) == dict.fromkeys(OPTIONAL, how)


def test_repeated_clicks_are_calm(office: PostOffice, api: Api, subject: SubjectId) -> None:
    where = path(office, subject)
    first = post(api, where)
    before = office.store.rows.copy()
    office.calls()

    again = [post(api, where) for _ in range(3)]
    assert [answer.text for answer in again] == [first.text] * 3
    for answer in again:
        assert_plain(answer)
    assert office.calls() == ["BatchGetItem", "TransactWriteItems"] * 3
    assert office.store.rows == before


def test_after_an_erasure_a_genuine_link_is_still_answered(office: PostOffice, api: Api, subject: SubjectId) -> None:
    where = path(office, subject)
    office.eraser()(subject)

    assert_plain(api.get(where))
    assert_plain(post(api, where))
    office.store.rows = {key: row for key, row in office.store.rows.items() if key.table != "consents"}
    assert_plain(api.get(where))
    assert_plain(post(api, where))


def test_links_made_with_an_old_key_go_on_working(office: PostOffice, api: Api, subject: SubjectId) -> None:
    old = path(office, subject)
    office.link_secrets.rotate()
    office.clock.forward(OLD)

    assert_plain(post(api, old))
    assert path(office, subject) != old
    assert_plain(post(api, path(office, subject)))


def made_up(genuine: str) -> list[str]:
    first = "B" if genuine[0] != "B" else "C"
    return [genuine[:-1], genuine[1:], first + genuine[1:], genuine[::-1], "x", "A" * 48, "A" * 43, genuine + "A"]


def test_every_other_link_gets_one_and_the_same_page(office: PostOffice, api: Api, subject: SubjectId) -> None:
    genuine = office.unsubscribe_token(subject, Category.NEWSLETTER)
    single_use = office.link(subject, TokenPurpose.RESET_PASSWORD)
    office.calls()
    answers = [
        answer
        for token in (*made_up(genuine), single_use)
        for answer in (api.get(f"/unsubscribe/{token}"), post(api, f"/unsubscribe/{token}"))
    ]

    assert {answer.status for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert "does not work" in answers[0].text
    assert office.calls() == []


@pytest.mark.parametrize("form", ["", "stop=nothing", "List-Unsubscribe=Maybe", "other=1"])
def test_a_form_that_asks_for_nothing_stops_nothing(
    office: PostOffice, api: Api, subject: SubjectId, form: str
) -> None:
    answer = post(api, path(office, subject), form)

    assert answer.status == 422
    assert withdrawn(office, subject) == {}


def test_json_is_not_taken(office: PostOffice, api: Api, subject: SubjectId) -> None:
    assert api.post(path(office, subject), {"List-Unsubscribe": "One-Click"}).status == 415


def test_what_unsubscribing_is_wired_from_fits_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ca-central-1")

    wired = unsubscribe(read(Settings, {field.name.upper(): field.name for field in fields(Settings)}))
    assert wired.withdraw_approval.links is wired.look_at_link.links


@pytest.mark.parametrize("body", ["", "stop=nonsense", "x=y", "stop=" + "x" * 9000])
def test_a_link_that_is_no_good_gets_the_one_page_whatever_comes_with_it(api: Api, body: str) -> None:
    plain = api.get("/unsubscribe/x")

    reply = api.request("POST", "/unsubscribe/x", headers=URLENCODED, body=body)

    assert (reply.status, reply.text) == (404, plain.text)
