"""What the public routes answer."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from jobipro.domain.language import Language
from jobipro.http import Answer


class ServiceStatusAnswer(Answer):
    """The service is up."""

    status: Annotated[Literal["ok"], Field(examples=["ok"])]
    version: Annotated[str, Field(description="Of the software.", examples=["0.1.0"])]


class PolicyAnswer(Answer):
    """The privacy policy in force, whom to ask about it, and what people are shown when asked to approve."""

    version: Annotated[str, Field(description="What sign-up sends as `policy_version`.", examples=["2026-11-01"])]
    effective_on: Annotated[date, Field(examples=["2026-11-01"])]
    officer_email: Annotated[str, Field(description="The Privacy Officer's address.", examples=["info@jobipro.com"])]
    languages: Annotated[list[Language], Field(examples=[["en", "fr"]])]
    wording_version: Annotated[str, Field(description="Of the wordings below.", examples=["2026-01"])]
    approvals: Annotated[
        dict[str, dict[Language, str]],
        Field(
            description="The wording to show, in each language, by what is to be approved.",
            examples=[{"newsletter": {"en": "Yes, send me the newsletter.", "fr": "Oui, envoyez-moi l'infolettre."}}],
        ),
    ]


class ProcessorAnswer(Answer):
    """An organisation that processes personal information for JobiPro."""

    name: Annotated[str, Field(examples=["Stripe"])]
    purpose: Annotated[str, Field(examples=["Processes payments."])]
    country: Annotated[str, Field(description="Where it processes: ISO 3166 alpha-2.", examples=["US"])]
    policy_url: Annotated[str, Field(description="Its privacy policy.", examples=["https://stripe.com/privacy"])]
    receives: Annotated[list[str], Field(description="What it gets.", examples=[["amounts", "opaque identifiers"]])]
