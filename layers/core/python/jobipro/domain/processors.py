"""Which other organisations process personal information for JobiPro: what is really deployed or declared.

The register behind `GET /processors`. A recipient that is not listed here may be given nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Processor:
    """One service of one organisation.

    `country` is where it processes, by its ISO 3166 letters. `receives` says what it gets, which is no more than its
    service needs. `published_as` is the name under which the published policy has this service, where that differs
    from what is deployed; the policy has to be brought in line, or the deployment.
    """

    name: str
    purpose: str
    country: str
    policy_url: str
    receives: tuple[str, ...]
    published_as: str | None = None


AWS_PRIVACY = "https://aws.amazon.com/privacy/"

PROCESSORS: Sequence[Processor] = (
    Processor(
        name="Amazon Web Services Canada, hosting (Lambda, API Gateway, SQS; ca-central-1)",
        purpose="Runs the service.",
        country="CA",
        policy_url=AWS_PRIVACY,
        receives=("what people send to the service, while a request is being answered", "network addresses"),
        published_as="Ionos by 1&1",
    ),
    Processor(
        name="Amazon Web Services Canada, storage (DynamoDB, S3, KMS; ca-central-1)",
        purpose="Keeps what the service stores, encrypted under keys of each person's own.",
        country="CA",
        policy_url=AWS_PRIVACY,
        receives=("encrypted personal information", "opaque identifiers", "states and times", "coarse areas"),
        published_as="Ionos by 1&1",
    ),
    Processor(
        name="Amazon Web Services Canada, e-mail (SES; ca-central-1)",
        purpose="Sends e-mail.",
        country="CA",
        policy_url=AWS_PRIVACY,
        receives=("e-mail address", "the text of the messages sent"),
    ),
    Processor(
        name="Amazon Web Services Canada, log-in (Cognito; ca-central-1)",
        purpose="Checks passwords and issues log-in tokens.",
        country="CA",
        policy_url=AWS_PRIVACY,
        receives=("password", "an opaque identifier"),
    ),
    Processor(
        name="Stripe",
        purpose="Processes payments.",
        country="US",
        policy_url="https://stripe.com/privacy",
        receives=("card and billing details, from the person's browser", "amounts", "opaque identifiers"),
    ),
)
