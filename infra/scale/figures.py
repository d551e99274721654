"""The numbers that are not ours: AWS's list prices and quotas, to be checked before use, and what is guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that is not ours, or that is guessed: what it is, and where it is from."""

    value: float
    unit: str
    what: str
    source: str


def _price(dollars: float, per: str, what: str, page: str) -> Figure:
    """Return a list price for ca-central-1 as it was known in 2025, with the page on which to check it."""
    return Figure(dollars, per, what, f"[list](https://aws.amazon.com/{page}/pricing/), 2025")


def _quota(most: float, unit: str, what: str, page: str, when: str = "2025") -> Figure:
    """Return a quota as an account has it at first, with the page on which to check it."""
    return Figure(most, unit, what, f"[quotas](https://docs.aws.amazon.com/{page}.html), {when}")


PRICES: Mapping[str, Figure] = {
    "api": _price(3.50, "million requests", "API Gateway, REST, first 333 million a month", "api-gateway"),
    "invocations": _price(0.20, "million", "Lambda, invocations", "lambda"),
    "compute": _price(0.0000133334, "GB-second", "Lambda, arm64", "lambda"),
    "snapshots": _price(0.0000015046, "GB-second", "Lambda, SnapStart, a published version's snapshot kept", "lambda"),
    "restores": _price(0.0001397998, "GB", "Lambda, SnapStart, a snapshot restored", "lambda"),
    "writes": _price(0.6875, "million units", "DynamoDB, on demand, writes", "dynamodb"),
    "reads": _price(0.1375, "million units", "DynamoDB, on demand, reads", "dynamodb"),
    "storage": _price(0.275 + 0.22, "GB-month", "DynamoDB, storage and its point-in-time recovery", "dynamodb"),
    "kms": _price(0.03, "10,000 requests", "KMS, symmetric and HMAC", "kms"),
    "keys": _price(
        1.00, "key and month", "KMS, customer-managed keys; each of the first two rotations adds as much", "kms"
    ),
    "secrets": _price(0.40, "secret and month", "Secrets Manager", "secrets-manager"),
    "puts": _price(0.0055, "1,000 requests", "S3, puts and posts", "s3"),
    "gets": _price(0.00044, "1,000 requests", "S3, gets", "s3"),
    "images": _price(0.025, "GB-month", "S3, Standard, first 50 TB", "s3"),
    "queues": _price(0.40, "million requests", "SQS, standard queues", "sqs"),
    "mails": _price(0.10, "1,000 mails", "SES, without attachments and dedicated addresses", "ses"),
    "logs": _price(0.55, "GB", "CloudWatch Logs, ingestion", "cloudwatch"),
    "metrics": _price(0.30, "metric and month", "CloudWatch, metrics of our own, first 10,000", "cloudwatch"),
    "alarms": _price(0.10, "alarm and month", "CloudWatch, standard alarms", "cloudwatch"),
    "dashboards": _price(3.00, "dashboard and month", "CloudWatch", "cloudwatch"),
    "traces": _price(5.00, "million traces", "X-Ray", "xray"),
    "ticks": _price(1.00, "million", "EventBridge Scheduler, invocations", "eventbridge"),
    "traffic": _price(0.09, "GB", "data out to the internet, first 10 TB a month", "ec2/on-demand"),
}
"""In US dollars. Amounts that are free each month are left out, but for Cognito's, so small bills are lower yet."""

COGNITO: Sequence[tuple[float, float]] = (
    (10_000, 0.0),
    (90_000, 0.0055),
    (900_000, 0.0046),
    (9_000_000, 0.00325),
    (float("inf"), 0.0025),
)
"""Dollars for each person who logs in or refreshes at least once in a month, step by step. Plan LITE."""

API_QUOTAS = "apigateway/latest/developerguide/limits"
LAMBDA_QUOTAS = "lambda/latest/dg/gettingstarted-limits"
KMS_QUOTAS = "kms/latest/developerguide/requests-per-second"
COGNITO_QUOTAS = "cognito/latest/developerguide/quotas"
SES_QUOTAS = "ses/latest/dg/quotas"
TABLE_QUOTAS = "amazondynamodb/latest/developerguide/ServiceQuotas"

QUOTAS: Mapping[str, Figure] = {
    "api": _quota(10_000, "a second", "API Gateway, requests of the account", API_QUOTAS),
    "lambda": _quota(
        1_000, "at once", "Lambda, concurrent executions of the account; new accounts less", LAMBDA_QUOTAS
    ),
    "kms": _quota(10_000, "a second", "KMS, symmetric operations, GenerateMac among them", KMS_QUOTAS, "read 2026"),
    "log-ins": _quota(120, "a second", "Cognito, `UserAuthentication`: log-ins and refreshes", COGNITO_QUOTAS),
    "sign-ups": _quota(50, "a second", "Cognito, `UserCreation`", COGNITO_QUOTAS),
    "mails a day": _quota(50_000, "in 24 hours", "SES, mails in 24 hours, as usually first granted", SES_QUOTAS),
    "mails a second": _quota(14, "a second", "SES, mails a second, as usually first granted", SES_QUOTAS),
    "table writes": _quota(
        40_000, "units a second", "DynamoDB, one table, if deliveries wrote to one alone", TABLE_QUOTAS
    ),
    "table reads": _quota(40_000, "units a second", "DynamoDB, one table, if all read from one alone", TABLE_QUOTAS),
    "key writes": _quota(
        1_000, "units a second", "DynamoDB, one partition: waves that are due, in index `due`", TABLE_QUOTAS, "fixed"
    ),
    "key reads": _quota(
        3_000,
        "units a second",
        "DynamoDB, one partition: coverage of a trade in the busiest cell",
        TABLE_QUOTAS,
        "fixed",
    ),
}
"""What AWS allows an account at first; those of one partition cannot be raised, the others are asked for."""

ASSUMED: Mapping[str, Figure] = {
    "peak": Figure(
        3, "×", "the busiest second, beside the mean of the day", "a tenth of a day's traffic in its busiest hour"
    ),
    "providers": Figure(0.1, "of people", "who are providers", "a guess"),
    "sign-ups": Figure(1 / 500, "of people a day", "who sign up anew", "a guess"),
    "log-ins": Figure(0.2, "a request", "log-ins with a password", "refresh tokens last 30 days"),
    "refreshes": Figure(
        2, "a request", "refreshed log-ins, customers and providers together", "tokens last 15 minutes"
    ),
    "looks": Figure(4, "a request", "reads: /me, /requests, and twice a request", "a guess"),
    "cancelled": Figure(0.05, "of requests", "that are cancelled", "a guess"),
    "waves": Figure(1, "a request", "waves of providers until there are offers enough", "a guess"),
    "offers": Figure(2, "a request", "offers", "a guess"),
    "glances": Figure(2, "an offer", "opportunities that a provider reads for each offer", "a guess"),
    "engaged": Figure(0.5, "of requests", "for which an offer is accepted, the work done and paid", "a guess"),
    "contacts": Figure(2, "a job", "times that either side looks up the other's contact", "a guess"),
    "stripe events": Figure(
        6,
        "a job",
        "that Stripe tells of: intent made and held, charge made, captured and changed, intent done",
        "a guess",
    ),
    "images": Figure(1, "a request", "sent with it", "a guess"),
    "image": Figure(300, "kB", "an image, made anew", "a guess"),
    "image looks": Figure(4, "an image", "times that somebody is shown it", "a guess"),
    "unsubscribes": Figure(0.001, "of commercial mails", "that are answered by unsubscribing", "a guess"),
    "covering": Figure(3_000, "rows", "of coverage that a wave reads: one trade, one cell", "a guess"),
    "covering most": Figure(12_800, "rows", "in the busiest cell", "16 % of providers, 2 trades each of 25"),
    "coverage row": Figure(300, "bytes", "a row of coverage", "near what the emulator keeps"),
    "busiest cell": Figure(
        0.16 / 25, "of requests", "in one trade of the busiest cell", "16 % of people, 25 trades alike"
    ),
    "read": Figure(5, "ms", "BatchGetItem, Query, Scan", "usual within a region"),
    "write": Figure(12, "ms", "TransactWriteItems", "usual within a region"),
    "kms": Figure(5, "ms", "KMS", "usual within a region"),
    "sqs": Figure(8, "ms", "SQS", "usual within a region"),
    "cognito": Figure(80, "ms", "Cognito", "usual within a region"),
    "ses": Figure(80, "ms", "SES", "usual within a region"),
    "s3": Figure(30, "ms", "S3", "usual within a region"),
    "stripe": Figure(400, "ms", "Stripe", "usual of such services; it says nothing of it"),
    "own": Figure(10, "ms", "our own work in an invocation", "a few times what a laptop takes"),
    "starts": Figure(1 / 200, "of invocations", "that start from a snapshot", "a guess"),
    "log": Figure(2, "kB", "logged by an invocation: our line, our metrics, Lambda's own three lines", "local logs"),
    "access": Figure(0.3, "kB", "logged by the API for a request", "the template's format"),
    "answer": Figure(2, "kB", "sent out for a request, with headers", "a guess"),
    "traced": Figure(0.05, "of invocations", "that are traced, beyond one a second", "Lambda's default sampling"),
    "polls": Figure(15, "a minute", "empty looks at an idle queue", "five pollers, 20 seconds each"),
}
"""Our own guesses. Whoever knows better changes a line and runs `make docs`."""
