"""Queue `deliveries`: real mails, told in ids, and what cannot be understood goes back whole."""

import email
import email.policy
import re
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from functions.message_delivery.settings import Settings
from jobipro.adapters.letters import MailLetters
from jobipro.adapters.rendering.identification import Identification
from jobipro.adapters.ses import SesCarrier
from jobipro.application.ports.messages import NotSent, PerhapsSent, State
from jobipro.domain.approvals import Category, HowWithdrawn
from jobipro.domain.events import Event, EventType
from jobipro.domain.ids import SubjectId
from jobipro.domain.language import Language
from jobipro.domain.lifecycle import Actor
from jobipro.domain.messages import KINDS, TELLS, TokenPurpose, kinds_of
from jobipro.domain.payments import Card, Refund, RefundState, Standing
from jobipro.queues import consume
from jobipro.settings import read
from tests.fakes.market import wish
from tests.fakes.post_office import PostOffice
from tests.functional.waking import Heard, body, sqs

SENDER = Identification("JobiPro", "hello@jobipro.example", "1 rue Notre-Dame Est, Montréal", "info@jobipro.com")
URL = "https://api.jobipro.example"


class RealMail(PostOffice):
    """A stage whose letters are written as they are on a deployed one."""

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self.letters: Any = MailLetters(SENDER, self.links, URL)

    def mail(self) -> Any:
        """Return the last mail that went out, parsed."""
        return email.message_from_bytes(self.carrier.sent[-1][1], policy=email.policy.default)


@pytest.fixture
def office() -> RealMail:
    return RealMail()


def handler(office: PostOffice) -> Callable[..., Any]:
    # A logger keeps the stream it began with: one of its own writes where the test listens.
    return consume(f"message_delivery_{uuid4().hex}", office.delivery())


def failed(office: PostOffice, *bodies: str, attempt: int = 1) -> list[str]:
    answer = handler(office)(sqs(*bodies, attempt=attempt), None)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def payments(office: PostOffice, **known: Any) -> list[Event]:
    """Return one event for each mail about a payment."""
    refunds = {"re_1": Refund("re_1", 5000, RefundState.SUCCEEDED)}
    declined = {"standing": Standing.DECLINED, "captured_cents": 0}
    return [
        office.paid(EventType.PAYMENT_SETTLED, **known),
        office.paid(EventType.PAYMENT_REFUNDED, refunds=refunds, **known),
        office.paid(EventType.PAYMENT_NEEDED, **declined, **known),
    ]


def words(raw: bytes) -> str:
    """Return all that can be read of a mail: its headers, its text and its HTML."""
    mail: Any = email.message_from_bytes(raw, policy=email.policy.default)
    parts = (mail.get_body((part,)).get_content() for part in ("plain", "html"))
    return "\n".join([*(f"{name}: {value}" for name, value in mail.items()), *parts])


def links_in(text: str) -> list[str]:
    return re.findall(r"https://\S+", text)


@pytest.mark.commitment("approval.unsubscribe", "officer.designated")
def test_every_mail_identifies_us_and_can_be_unsubscribed_from(office: RealMail) -> None:
    provider, customer, pending = office.provider(), office.customer(), office.pending()
    moved = office.active(email="moved@example.com")
    changed = office.account(moved).with_person(former_email="former@example.com")
    office.store.commit(office.accounts.saved(changed, before=office.account(moved)))
    told = [
        office.opportunity(provider, customer),
        office.posted(customer),
        office.event(EventType.ACCOUNT_CREATED, pending),
        office.event(EventType.PASSWORD_RESET_ASKED, customer),
        office.event(EventType.PASSWORD_CHANGED, customer),
        office.event(EventType.ADDRESS_CHANGE_TOLD, customer),
        office.event(EventType.ADDRESS_CHANGED, moved),
        *(office.about(KINDS[about], side) for side, about in sorted(TELLS)),
        *payments(office),
    ]
    assert failed(office, *(event.to_body() for event in told)) == []
    assert len(office.carrier.sent) == len(told)
    for event, (to, raw) in zip(told, office.carrier.sent, strict=True):
        mail: Any = email.message_from_bytes(raw, policy=email.policy.default)
        (kind, *_) = kinds_of(event)
        assert mail["To"] == to
        assert mail["Message-ID"] == f"<{event.id}@jobipro.example>"
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        link = mail["List-Unsubscribe"].strip("<>")
        assert link.startswith(f"{URL}/unsubscribe/")
        assert office.links.read(link.rpartition("/")[2])[1] is kind.category
        for part in ("plain", "html"):
            words = mail.get_body((part,)).get_content()
            assert link in words
            for needed in (SENDER.postal_address, SENDER.officer_email):
                assert needed in words


@pytest.mark.commitment("sharing.contact-exchange", "sharing.request-details")
@pytest.mark.parametrize("language", Language)
def test_no_mail_about_a_job_or_its_payment_holds_what_people_are_reached_by(
    office: RealMail, language: Language
) -> None:
    address = replace(wish().address, street="77 Marker Lane", postal_code="H4X 4X4")
    told = [office.about(KINDS[about], side, address=address) for side, about in sorted(TELLS)] + payments(office)
    for reader in {event.subject for event in told}:
        before = office.account(reader)
        office.store.commit(office.accounts.saved(before.with_person(language=language), before=before))
    failed(office, *(event.to_body() for event in told))

    people = [
        office.account(subject).person
        for event in told
        for subject in (event.subject, SubjectId(event.refs["customer"]))
    ]
    reached_by = {
        *(person.email for person in people),
        *(name for person in people for name in (person.given_name, person.family_name)),
        *("Marker", "H4X", wish().address.postal_code, "5550123", "555 0123", "555-0123", "45.5", "73.5"),
    }
    assert len(office.carrier.sent) == len(told)
    for to, raw in office.carrier.sent:
        assert [word for word in reached_by - {to} if word in words(raw)] == []


@pytest.mark.commitment("sharing.payment-limits")
def test_of_a_card_mails_hold_brand_and_last_four_digits_alone(office: RealMail) -> None:
    card = Card("visa", "4242", 12, 2031, "prepaid", "fp-Xt5EWLLDS7FJjR1c")
    failed(office, *(event.to_body() for event in payments(office, card=card)))

    assert len(office.carrier.sent) == 3
    for _, raw in office.carrier.sent:
        said = words(raw)
        assert "Visa" in said
        assert "4242" in said
        assert [word for word in ("2031", "prepaid", "fp-Xt5", "pi_1", "re_1") if word in said] == []


@pytest.mark.parametrize("case", sorted(TELLS), ids="-".join)
def test_what_somebody_typed_adds_no_header_and_no_markup(office: RealMail, case: tuple[Actor, str]) -> None:
    side, about = case
    title = "Tap =?utf-8?q?Bcc=3A?= <b>drips</b> & more"
    failed(office, office.about(KINDS[about], side, title=title).to_body())

    mail = office.mail()
    assert mail["Bcc"] is None
    assert "<b>drips" not in mail.get_body(("html",)).get_content()
    assert "<b>drips</b> & " in mail.get_body(("plain",)).get_content()


@pytest.mark.parametrize("kind", [EventType.ADDRESS_CHANGE_TOLD, EventType.ADDRESS_CHANGED])
@pytest.mark.parametrize("language", Language)
def test_what_the_old_address_is_told_does_not_name_the_new_one(
    office: RealMail, kind: EventType, language: Language
) -> None:
    subject = office.active(email="old@example.com", language=language)
    before = office.account(subject)
    new = {"email": "new@example.com", "former_email": "old@example.com"}
    told = {"pending_email": "new@example.com"} if kind is EventType.ADDRESS_CHANGE_TOLD else new
    office.store.commit(office.accounts.saved(before.with_person(**told), before=before))
    failed(office, office.event(kind, subject).to_body())

    mail = office.mail()
    assert mail["To"] == "old@example.com"
    words = [str(mail), *(mail.get_body((part,)).get_content() for part in ("plain", "html"))]
    assert not [part for part in words if "new@example.com" in part]


@pytest.mark.commitment("account.email-verified")
@pytest.mark.parametrize(
    ("kind", "path"), [(EventType.ACCOUNT_CREATED, "verify"), (EventType.PASSWORD_RESET_ASKED, "password-resets")]
)
def test_a_single_use_link_in_the_mail_works(office: RealMail, kind: EventType, path: str) -> None:
    subject = office.pending() if kind is EventType.ACCOUNT_CREATED else office.active()
    failed(office, office.event(kind, subject).to_body())

    text = office.mail().get_body(("plain",)).get_content()
    (link,) = [link for link in links_in(text) if f"/{path}/" in link]
    token = link.rpartition("/")[2]
    assert office.store.load(office.tokens.link(token)).subject == subject


def test_the_unsubscribe_link_in_a_mail_stops_such_mails(office: RealMail) -> None:
    provider = office.provider()
    failed(office, office.opportunity(provider).to_body())
    token = office.mail()["List-Unsubscribe"].strip("<>").rpartition("/")[2]

    office.withdrawal()(token, HowWithdrawn.ONE_CLICK)
    event = office.opportunity(provider)
    assert failed(office, event.to_body()) == []
    assert office.message(event).state is State.WITHDRAWN
    assert len(office.carrier.sent) == 1


@pytest.mark.parametrize("bad", ["", "{}", "not json", "[" * 5000, '{"id": "marie@example.com"}'])
def test_what_cannot_be_understood_goes_back_and_its_content_is_not_told(
    office: RealMail, capsys: pytest.CaptureFixture[str], bad: str
) -> None:
    good = office.event(EventType.PASSWORD_CHANGED, office.active())
    capsys.readouterr()

    assert failed(office, bad, good.to_body(), body(good, id="evt_short")) == ["0", "2"]
    heard = Heard(capsys)
    errors = [line for line in heard.lines if line["level"] == "ERROR"]
    assert [line["message"] for line in errors] == ["event not understood"] * 2
    assert errors[0]["failure"][0]["type"].endswith("Unintelligible")
    assert [line["message_id"] for line in errors] == ["0", "2"]
    assert "marie" not in heard.text


def test_an_event_that_leads_to_no_mail_goes_back(office: RealMail) -> None:
    event = office.event(EventType.WAVE_DUE, office.active())

    assert failed(office, event.to_body()) == ["0"]


def test_each_event_is_one_line_of_ids_and_one_metric_set(office: RealMail, capsys: pytest.CaptureFixture[str]) -> None:
    event = office.opportunity(office.provider())
    capsys.readouterr()
    failed(office, event.to_body(), attempt=2)

    heard = Heard(capsys)
    (line,) = heard.lines
    assert (line["event_id"], line["event_type"], line["outcome"]) == (event.id, "OpportunityMatched", "sent")
    assert int(line["attempt"]) == 2
    (metrics,) = heard.metrics
    assert (metrics["event_type"], metrics["ended"]) == ("OpportunityMatched", "handled")
    for word in ("example.com", "tap", "Kitchen", "45.5"):
        assert word not in heard.text


def test_one_that_fails_comes_again_alone(office: RealMail, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = (office.opportunity(office.provider()) for _ in range(2))
    office.carrier.refusals = [NotSent("Throttling")]
    capsys.readouterr()

    assert failed(office, first.to_body(), second.to_body()) == ["0"]
    heard = Heard(capsys)
    assert [line["message"] for line in heard.lines] == ["event failed", "event handled"]
    assert heard.lines[0]["event_id"] == first.id
    assert failed(office, first.to_body()) == []
    assert len(office.carrier.sent) == 2


def test_the_same_batch_twice_sends_nothing_twice(office: RealMail) -> None:
    events = [office.opportunity(office.provider()), office.posted(office.customer())]
    bodies = [event.to_body() for event in events]

    assert failed(office, *bodies, *bodies) == []
    assert failed(office, *bodies) == []
    assert len(office.carrier.sent) == 2


def test_the_same_letter_gives_the_same_bytes(office: RealMail) -> None:
    def again(event: Event) -> bytes:
        office.deliver(event)
        office.store.rows = {key: row for key, row in office.store.rows.items() if key.table != "messages"}
        return office.carrier.sent[-1][1]

    event = office.opportunity(office.provider())
    assert again(event) == again(event)


def test_every_kind_of_mail_has_somewhere_to_lead() -> None:
    from jobipro.adapters.letters import PATHS

    assert set(PATHS) == set(TokenPurpose) == {kind.token for kind in KINDS.values() if kind.token}
    assert {kind.category for kind in KINDS.values()} <= set(Category)


class FakeSes:
    """SES as its client is called: does what it is told to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.asked: list[dict[str, Any]] = []

    def send_raw_email(self, **asked: Any) -> None:
        self.asked.append(asked)
        if self.error:
            raise self.error


def declined(code: str, status: int) -> ClientError:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "SendRawEmail")


NOWHERE = {"endpoint_url": "https://email.example.com"}


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (declined("Throttling", 400), NotSent),
        (declined("MessageRejected", 400), NotSent),
        (declined("AccessDenied", 403), NotSent),
        (declined("InternalFailure", 500), PerhapsSent),
        (declined("ServiceUnavailable", 503), PerhapsSent),
        (ConnectTimeoutError(**NOWHERE), NotSent),
        (EndpointConnectionError(**NOWHERE), NotSent),
        (ReadTimeoutError(**NOWHERE), PerhapsSent),
    ],
)
def test_what_ses_says_tells_whether_a_mail_may_be_out(error: Exception, raised: type[Exception]) -> None:
    ses = FakeSes(error)
    with pytest.raises(raised):
        SesCarrier(ses, "hello@jobipro.example").send("marie@example.com", b"mail")
    assert len(ses.asked) == 1


def test_ses_is_told_sender_and_recipient_and_the_configuration_set_if_there_is_one() -> None:
    ses = FakeSes()
    SesCarrier(ses, "hello@jobipro.example").send("marie@example.com", b"mail")
    SesCarrier(ses, "hello@jobipro.example", "watched").send("marie@example.com", b"mail")

    plain = {
        "Source": "hello@jobipro.example",
        "Destinations": ["marie@example.com"],
        "RawMessage": {"Data": b"mail"},
    }
    assert ses.asked == [plain, plain | {"ConfigurationSetName": "watched"}]


def test_what_delivery_is_wired_from_fits_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    from jobipro.bootstrap.message_delivery import message_delivery

    monkeypatch.setenv("AWS_DEFAULT_REGION", "ca-central-1")
    told = {field.name.upper(): field.name for field in fields(Settings)}
    deliver = message_delivery(read(Settings, told | {"LIMITS": '{"opportunity.mail": 2}'})).deliver_message

    config = deliver.carrier._client.meta.config  # type: ignore[attr-defined]
    assert config.retries["total_max_attempts"] == 1
