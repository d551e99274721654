"""What the routes of a person's own data take and give."""

import re
from datetime import date, time
from typing import Annotated, Any, ClassVar, Literal, cast

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from jobipro.application.change_provider import ABOUT, MOST_TRADES
from jobipro.application.correct_profile import Correction
from jobipro.application.list_approvals import ApprovalPage
from jobipro.application.list_disclosures import DisclosurePage
from jobipro.application.read_preferences import Preferences
from jobipro.application.set_preferences import Choices, Manner
from jobipro.domain.accounts import Account, AccountStatus, ProviderProfile, Role
from jobipro.domain.approvals import WORDS, Approval, Basis, Category, Channel, HowGiven, HowWithdrawn, Withdrawal
from jobipro.domain.coverage import LARGEST_RADIUS_KM, Location
from jobipro.domain.data_map import Purpose
from jobipro.domain.disclosures import Detail, Disclosure, Kind
from jobipro.domain.language import Language
from jobipro.domain.phone import e164
from jobipro.domain.provinces import Province
from jobipro.domain.quiet_hours import QuietHours
from jobipro.domain.trades import Trade
from jobipro.http import Answer, Body, Day, Expected, Instant, Line, within
from jobipro.http.places import AddressAnswer, AddressBody, PointAnswer, PointBody


def _says_no_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


LEFT_OUT: Any = Field(default=None, json_schema_extra=_says_no_default)
"""For a field that stays as it is when it is left out, which is not the same as null: see `model_fields_set`."""


def _time_of_day(value: object) -> object:
    if isinstance(value, time):
        return value
    if isinstance(value, str) and re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
        return time.fromisoformat(value)
    raise Expected("A time of day such as 21:30.")


TimeOfDay = Annotated[
    time,
    BeforeValidator(_time_of_day),
    PlainSerializer(lambda at: at.isoformat("minutes"), return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$", "examples": ["21:30"]}),
]
"""A time on the clock of one's province, to the minute."""

Name = Annotated[Line, Field(max_length=80)]


class CorrectionBody(Body):
    """What is to be different. What is left out stays; null takes `phone` or `mailing_address` away."""

    given_name: Annotated[Name, Field(examples=["Marie"])] = LEFT_OUT
    family_name: Annotated[Name, Field(examples=["Tremblay"])] = LEFT_OUT
    date_of_birth: Annotated[Day, Field(examples=["1990-02-28"])] = LEFT_OUT
    province: Annotated[Province, Field(strict=False, examples=["QC"])] = LEFT_OUT
    language: Annotated[Language, Field(strict=False, examples=["fr"])] = LEFT_OUT
    phone: Annotated[str | None, Field(max_length=40, examples=["514 555 0123"])] = LEFT_OUT
    mailing_address: AddressBody | None = LEFT_OUT

    def to_correction(self) -> Correction:
        """Return the correction as the use case takes it; `Invalid` names what does not fit."""
        changes: dict[str, object] = {name: getattr(self, name) for name in self.model_fields_set}
        if self.phone is not None:
            changes["phone"] = e164(self.phone)
        if self.mailing_address is not None:
            with within("mailing_address"):
                changes["mailing_address"] = self.mailing_address.to_domain()
        return cast(Correction, changes)


class ProviderAnswer(Answer):
    """What a provider does, and how far around their base they go."""

    trades: Annotated[list[Trade], Field(examples=[["plumbing", "hvac"]])]
    base: PointAnswer
    radius_km: Annotated[int, Field(ge=1, le=LARGEST_RADIUS_KM, description="Kilometres.", examples=[25])]
    about: Annotated[str | None, Field(examples=["Licensed for twenty years."])] = None

    @classmethod
    def of(cls, profile: ProviderProfile) -> "ProviderAnswer":
        """Return the answer that shows a provider's profile."""
        return cls(
            trades=list(profile.trades),
            base=PointAnswer.of(profile.base),
            radius_km=profile.radius_km,
            about=profile.about,
        )


class ProfileAnswer(Answer):
    """All that is held of a person in their profile; what they receive is among the preferences."""

    email: Annotated[str, Field(examples=["marie@example.com"])]
    pending_email: Annotated[str | None, Field(description="A new address that waits to be verified.")] = None
    verified: Annotated[bool, Field(description="Whether `email` is.", examples=[True])]
    given_name: Annotated[str, Field(examples=["Marie"])]
    family_name: Annotated[str, Field(examples=["Tremblay"])]
    date_of_birth: Annotated[date, Field(examples=["1990-02-28"])]
    province: Annotated[Province, Field(examples=["QC"])]
    language: Annotated[Language, Field(examples=["fr"])]
    phone: Annotated[str | None, Field(examples=["+15145550123"])] = None
    mailing_address: AddressAnswer | None = None
    role: Annotated[Role, Field(examples=["customer"])]
    provider: ProviderAnswer | None = None
    policy_version: Annotated[str, Field(description="Accepted at sign-up.", examples=["2026-11-01"])]
    created_at: Instant

    @classmethod
    def of(cls, account: Account) -> "ProfileAnswer":
        """Return the answer that shows an account."""
        person = account.person
        address = person.mailing_address
        return cls(
            email=person.email,
            pending_email=person.pending_email,
            verified=account.status is AccountStatus.ACTIVE,
            given_name=person.given_name,
            family_name=person.family_name,
            date_of_birth=person.date_of_birth,
            province=person.province,
            language=person.language,
            phone=person.phone,
            mailing_address=AddressAnswer.of(address) if address else None,
            role=account.role,
            provider=ProviderAnswer.of(person.provider) if person.provider else None,
            policy_version=account.policy_version,
            created_at=account.created_at,
        )


Choice = Annotated[bool, Field(description="true switches on, false off.", examples=[True])]


class SmsChoices(Body):
    """What is to come as text messages; what is left out stays as it is."""

    requests: Choice = LEFT_OUT
    opportunities: Choice = LEFT_OUT
    newsletter: Choice = LEFT_OUT
    product_news: Choice = LEFT_OUT
    promotions: Choice = LEFT_OUT
    research: Choice = LEFT_OUT

    def to_choices(self) -> dict[Category, bool]:
        """Return what was chosen."""
        return {Category(name): getattr(self, name) for name in self.model_fields_set}


class EmailChoices(SmsChoices):
    """What is to come by e-mail; what is left out stays as it is."""

    account: Annotated[bool, Field(description="Cannot be switched off.", examples=[True])] = LEFT_OUT


class QuietHoursBody(Body):
    """Hours of the day without messages, on the clock of one's province; over midnight if `end` comes first."""

    start: TimeOfDay
    end: TimeOfDay


class PreferencesBody(Body):
    """What one receives. What is left out stays as it is; null takes `quiet_hours` away."""

    email: EmailChoices = Field(default_factory=EmailChoices)
    sms: SmsChoices = Field(default_factory=SmsChoices)
    language: Annotated[Language, Field(strict=False, examples=["fr"])] = LEFT_OUT
    quiet_hours: QuietHoursBody | None = LEFT_OUT

    def to_choices(self) -> Choices:
        """Return what is to be on or off, by channel."""
        return {Channel.EMAIL: self.email.to_choices(), Channel.SMS: self.sms.to_choices()}

    def to_manner(self) -> Manner:
        """Return how messages are to come; `Invalid` names what does not fit."""
        manner: Manner = {}
        if "language" in self.model_fields_set:
            manner["language"] = self.language
        if "quiet_hours" in self.model_fields_set:
            hours = self.quiet_hours
            manner["quiet_hours"] = QuietHours(hours.start, hours.end) if hours else None
        return manner


class QuietHoursAnswer(Answer):
    """Hours of the day without messages."""

    start: TimeOfDay
    end: TimeOfDay


class PreferencesAnswer(Answer):
    """Whether each category comes on each channel, in which language, and when nothing may come."""

    nulls: ClassVar[bool] = True

    email: Annotated[dict[Category, bool], Field(examples=[{"account": True, "requests": True, "newsletter": False}])]
    sms: Annotated[dict[Category, bool], Field(examples=[{"requests": False, "newsletter": False}])]
    language: Annotated[Language, Field(examples=["fr"])]
    quiet_hours: Annotated[QuietHoursAnswer | None, Field(examples=[{"start": "21:30", "end": "07:00"}])]

    @classmethod
    def of(cls, preferences: Preferences) -> "PreferencesAnswer":
        """Return the answer that shows preferences."""
        hours = preferences.quiet_hours
        return cls(
            email=dict(preferences.channels[Channel.EMAIL]),
            sms=dict(preferences.channels[Channel.SMS]),
            language=preferences.language,
            quiet_hours=QuietHoursAnswer(start=hours.start, end=hours.end) if hours else None,
        )


class ApprovalAnswer(Answer):
    """One approval or withdrawal. Of an approval it is told on what basis, what was shown, and until when it holds."""

    id: Annotated[str, Field(examples=["apr_aaaaaaaaaaaaaaaaaaaaaaaaaa"])]
    kind: Annotated[Literal["approval", "withdrawal"], Field(examples=["approval"])]
    category: Annotated[Category, Field(examples=["newsletter"])]
    channel: Annotated[Channel, Field(examples=["email"])]
    at: Instant
    how: Annotated[HowGiven | HowWithdrawn, Field(examples=["sign-up form"])]
    basis: Annotated[Basis | None, Field(examples=["express"])] = None
    shown: Annotated[
        str | None, Field(description="The words that were shown.", examples=["Oui, envoyez-moi l'infolettre."])
    ] = None
    language: Annotated[Language | None, Field(examples=["fr"])] = None
    policy_version: Annotated[str | None, Field(description="In force then.", examples=["2026-11-01"])] = None
    until: Annotated[Instant | None, Field(description="When it runs out by itself.")] = None
    refs: Annotated[dict[str, str], Field(description="What it came of, such as a request.", examples=[{}])]

    @classmethod
    def of(cls, record: Approval | Withdrawal) -> "ApprovalAnswer":
        """Return the answer that shows a record."""
        approval = record if isinstance(record, Approval) else None
        return cls(
            id=record.id,
            kind="approval" if approval else "withdrawal",
            category=record.category,
            channel=record.channel,
            at=record.at,
            how=record.how,
            basis=approval.basis if approval else None,
            shown=WORDS[approval.shown] if approval else None,
            language=approval.language if approval else None,
            policy_version=approval.policy_version if approval else None,
            until=approval.until if approval else None,
            refs=dict(record.refs),
        )


class ApprovalsAnswer(Answer):
    """Some of what the caller approved and took back, oldest first."""

    approvals: list[ApprovalAnswer]
    next: Annotated[str | None, Field(description="Send it as `cursor` for what follows; left out at the end.")] = None

    @classmethod
    def of(cls, page: ApprovalPage) -> "ApprovalsAnswer":
        """Return the answer that shows a page."""
        return cls(approvals=[ApprovalAnswer.of(record) for record in page.records], next=page.next)


class DisclosureAnswer(Answer):
    """One time that details of the caller were opened to somebody, or read by them."""

    recipient: Annotated[str, Field(description="Who received them, by name.", examples=["Jean Gagnon"])]
    place: Annotated[str, Field(description="Where the recipient is.", examples=["Quebec, Canada"])]
    kind: Annotated[Kind, Field(description="`opened`: could be read from then on; `read`: were shown.")]
    fields: Annotated[list[Detail], Field(examples=[["given_name", "family_name", "address", "email"]])]
    purpose: Annotated[Purpose, Field(examples=["purpose.share-as-asked"])]
    request: Annotated[str, Field(examples=["req_aaaaaaaaaaaaaaaaaaaaaaaaaa"])]
    at: Instant

    @classmethod
    def of(cls, disclosure: Disclosure) -> "DisclosureAnswer":
        """Return the answer that shows an entry."""
        return cls(
            recipient=disclosure.recipient_name,
            place=disclosure.place,
            kind=disclosure.kind,
            fields=list(disclosure.details),
            purpose=disclosure.purpose,
            request=disclosure.request,
            at=disclosure.at,
        )


class DisclosuresAnswer(Answer):
    """Some of who was given what of the caller's details, newest first."""

    disclosures: list[DisclosureAnswer]
    next: Annotated[str | None, Field(description="Send it as `cursor` for what follows; left out at the end.")] = None

    @classmethod
    def of(cls, page: DisclosurePage) -> "DisclosuresAnswer":
        """Return the answer that shows a page."""
        return cls(disclosures=[DisclosureAnswer.of(each) for each in page.disclosures], next=page.next)


class ProviderBody(Body):
    """What a provider does, where, and how far they go."""

    trades: Annotated[
        list[Annotated[Trade, Field(strict=False)]],
        Field(min_length=1, max_length=MOST_TRADES, examples=[["plumbing", "hvac"]]),
    ]
    base: Annotated[PointBody, Field(description="In Canada. Kept for matching; nobody else sees it.")]
    radius_km: Annotated[int, Field(ge=1, le=LARGEST_RADIUS_KM, description="Kilometres.", examples=[25])]
    about: Annotated[
        str | None,
        Field(
            max_length=ABOUT.longest,
            description="Shown to customers: no phone number, e-mail address or link.",
            examples=["Licensed for twenty years."],
        ),
    ] = None

    def location(self) -> Location:
        """Return the base."""
        with within("base"):
            return self.base.to_domain()
