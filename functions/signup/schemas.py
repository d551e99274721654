"""What sign-up takes and gives."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from jobipro.application.sign_up import SignUpCommand
from jobipro.application.verify_address import Verified
from jobipro.domain.accounts import Role
from jobipro.domain.approvals import Category
from jobipro.domain.errors import FieldError, Invalid
from jobipro.domain.language import Language
from jobipro.domain.phone import e164
from jobipro.domain.provinces import Province
from jobipro.http import Answer, Body, Day, Line, within
from jobipro.http.places import AddressBody

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 128
"""Characters. NIST SP 800-63B asks for length and for no rules of composition."""

A_TOKEN = "eyJraWQiOiJleGFtcGxlIn0.eyJjb2duaXRvOnVzZXJuYW1lIjoic3ViXyJ9.c2lnbmF0dXJl"
A_REFRESH_TOKEN = "eyJjdHkiOiJKV1QifQ.ZXhhbXBsZQ"
"""What tokens look like. Nobody can make one up that opens anything."""

Email = Annotated[str, Field(max_length=254, examples=["marie@example.com"])]
Password = Annotated[
    str,
    StringConstraints(strip_whitespace=False, min_length=SHORTEST_PASSWORD, max_length=LONGEST_PASSWORD),
    Field(examples=["four quiet maple canoes"]),
]
AnyPassword = Annotated[
    str,
    StringConstraints(strip_whitespace=False, min_length=1, max_length=1000),
    Field(examples=["four quiet maple canoes"]),
]
"""A password that is compared rather than set: whether it would do today does not matter."""
Name = Annotated[Line, Field(max_length=80, examples=["Marie"])]


class Approvals(Body):
    """What the person chose to receive; nothing is chosen for them."""

    newsletter: bool = False
    promotions: bool = False
    product_news: bool = False
    research: bool = False
    sms: Annotated[bool, Field(description="The same by text message, too.")] = False

    def categories(self) -> frozenset[Category]:
        """Return the categories that were chosen."""
        chosen = self.model_dump(exclude={"sms"})
        return frozenset(Category(name) for name, on in chosen.items() if on)


class SignUpBody(Body):
    """Who wants in."""

    email: Email
    password: Password
    given_name: Name
    family_name: Annotated[Line, Field(max_length=80, examples=["Tremblay"])]
    date_of_birth: Annotated[Day, Field(examples=["1990-02-28"])]
    province: Annotated[Province, Field(strict=False, examples=["QC"])]
    role: Annotated[Role, Field(strict=False, examples=["customer"])]
    language: Annotated[Language, Field(strict=False, examples=["fr"])]
    policy_version: Annotated[
        str, Field(max_length=40, description="`version` of `GET /policy`.", examples=["2026-11-01"])
    ]
    phone: Annotated[str | None, Field(max_length=40, examples=["514 555 0123"])] = None
    mailing_address: AddressBody | None = None
    approvals: Approvals = Approvals()

    def to_command(self, source: str, idempotency_key: str | None) -> SignUpCommand:
        """Return the wish as the use case takes it; `Invalid` names what does not fit."""
        with within("mailing_address"):
            address = self.mailing_address.to_domain() if self.mailing_address else None
        phone = e164(self.phone) if self.phone else None
        if self.approvals.sms and phone is None:
            raise Invalid(FieldError("phone", "A phone number, since text messages were approved."))
        return SignUpCommand(
            email=self.email,
            password=self.password,
            given_name=self.given_name,
            family_name=self.family_name,
            date_of_birth=self.date_of_birth,
            province=self.province,
            role=self.role,
            language=self.language,
            policy_version=self.policy_version,
            source=source,
            phone=phone,
            mailing_address=address,
            approvals=self.approvals.categories(),
            text_messages=self.approvals.sms,
            idempotency_key=idempotency_key,
        )


class AddressOnlyBody(Body):
    """An e-mail address."""

    email: Email


class LogInBody(Body):
    """Address and password."""

    email: Email
    password: AnyPassword


class RefreshBody(Body):
    """A refresh token."""

    refresh_token: Annotated[
        str, Field(min_length=1, max_length=8000, pattern=r"^[\x21-\x7e]+$", examples=[A_REFRESH_TOKEN])
    ]


class ResetBody(Body):
    """A new password; the form of the page sends it, too, so its length is told there in words."""

    password: Annotated[
        str,
        StringConstraints(strip_whitespace=False, max_length=1000),
        Field(examples=["four quiet maple canoes"]),
    ]


class PasswordBody(Body):
    """The present password and the new one."""

    current_password: AnyPassword
    password: Annotated[Password, Field(examples=["seven slow autumn rivers"])]


class EmailBody(Body):
    """The new address, and the password as proof."""

    email: Annotated[Email, Field(examples=["marie.tremblay@example.com"])]
    current_password: AnyPassword


class TokensAnswer(Answer):
    """A log-in."""

    access_token: Annotated[str, Field(description="Cognito's own; no route of ours wants it.", examples=[A_TOKEN])]
    id_token: Annotated[str, Field(description="Goes into the `Authorization` header as it is.", examples=[A_TOKEN])]
    refresh_token: Annotated[
        str, Field(description="For `POST /sessions/refresh` and `POST /sessions/end`.", examples=[A_REFRESH_TOKEN])
    ]
    expires_in: Annotated[int, Field(description="Seconds until `id_token` ends.", ge=1, examples=[900])]


class VerifiedAnswer(Answer):
    """What a verification link did."""

    status: Annotated[
        Verified,
        Field(
            description=(
                "`verified-choose-password`: others signed up with the address, too, so a link to choose a password "
                "follows by mail."
            ),
            examples=["verified"],
        ),
    ]


class ResetAnswer(Answer):
    """The new password is set."""

    status: Annotated[Literal["password-changed"], Field(examples=["password-changed"])] = "password-changed"
