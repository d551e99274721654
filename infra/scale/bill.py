"""What a month costs: amounts of the day, the templates' own, and list prices."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

from app import app
from infra.scale.day import DAY, Happening, Load, calls, guess, happenings, is_http, total
from infra.scale.deployed import CONSUMERS, functions, resources
from infra.scale.figures import COGNITO, PRICES
from jobipro.bootstrap.clocks import ClocksUseCases
from jobipro.domain.events import ROUTES

DAYS, YEAR = 30, 365
OWN_COUNTS = 23
"""Metrics that one piece of code alone counts: 13 of what the clocks did, 10 of Stripe's events and of gaps in them."""


def own_metrics(load: Load) -> int:
    """Return how many metrics of our own CloudWatch counts: each name with each set of dimensions is one.

    A route has two (requests, latency) for each class of status, of which two are usual; so has an event in a consumer;
    the relay has four, and a tick three a task. What tasks and payments count of their own is in `OWN_COUNTS`.
    """
    ticking = 3 * len(fields(ClocksUseCases))
    if not load.requests:
        return ticking
    consumed = sum(len(queues) for queues in ROUTES.values())
    return ticking + OWN_COUNTS + 4 + len(app.views()) * 2 * 2 + consumed * 2


@dataclass(frozen=True, slots=True)
class Cost:
    """One line of a bill: so much in a month, at such a price."""

    what: str
    amount: float
    price: str
    dollars: float


PER: Mapping[str, float] = {
    "million": 1e6,
    "million requests": 1e6,
    "million units": 1e6,
    "million traces": 1e6,
    "1,000 mails": 1e3,
    "1,000 requests": 1e3,
    "10,000 requests": 1e4,
}


def bill(load: Load) -> list[Cost]:
    """Return what a month of 30 days costs, after a year of as much each day."""
    day = happenings(load)
    memory = {folder: each["MemorySize"] / 1024 for folder, each in functions().items()}

    def month(counted: Callable[[Happening], float]) -> float:
        return total(day, counted) * DAYS

    def kept(each: Happening) -> float:
        return each.units.kept * YEAR / DAYS / 1e9

    invoked, http = month(lambda each: 1), month(is_http)
    taken = month(lambda each: each.function in CONSUMERS)
    polls = guess("polls") * 1440 * DAYS * len(CONSUMERS)
    shown = load.requests * guess("images") * guess("image looks") * DAYS
    lines = [
        ("api", "API Gateway, requests", http),
        ("invocations", "Lambda, invocations", invoked),
        ("compute", "Lambda, time × memory", month(lambda each: each.milliseconds / 1000 * memory[each.function])),
        ("snapshots", "Lambda, snapshots: memory of all functions × the month", sum(memory.values()) * DAY * DAYS),
        ("restores", "Lambda, starts × memory", month(lambda each: memory[each.function] * guess("starts"))),
        ("writes", "DynamoDB, write units", month(lambda each: each.units.written)),
        ("reads", "DynamoDB, read units", month(lambda each: each.units.read)),
        ("storage", "DynamoDB, what 365 days leave", month(kept)),
        ("kms", "KMS, calls", month(calls("kms:"))),
        ("keys", "KMS, keys", resources("AWS::KMS::Key", "infra/keys.yaml")),
        ("secrets", "Secrets Manager, secrets", resources("AWS::SecretsManager::Secret", "infra/keys.yaml")),
        ("puts", "S3, images sent, and kept anew", 2 * month(calls("s3:PutObject"))),
        ("gets", "S3, images read and shown", month(calls("s3:GetObject")) + shown),
        ("images", "S3, images of 365 days", load.requests * guess("images") * guess("image") * YEAR / 1e6),
        ("queues", "SQS: sends, two calls a message, empty looks", month(calls("sqs:")) + 2 * taken + polls),
        ("mails", "SES, mails", month(calls("ses:"))),
        ("logs", "CloudWatch, logs", (invoked * guess("log") + http * guess("access")) / 1e6),
        ("metrics", "CloudWatch, metrics of our own", own_metrics(load)),
        ("alarms", "CloudWatch, alarms", resources("AWS::CloudWatch::Alarm", "infra/observability.yaml")),
        ("dashboards", "CloudWatch, dashboards", resources("AWS::CloudWatch::Dashboard", "infra/observability.yaml")),
        ("traces", "X-Ray, traces", invoked * guess("traced") + min(invoked, DAY * DAYS)),
        ("ticks", "Scheduler, ticks", 1440 * DAYS),
        ("traffic", "traffic out", (http * guess("answer") + shown * guess("image")) / 1e6),
    ]
    return [_cost(name, what, amount) for name, what, amount in lines] + [_cognito(load.people)]


def _cost(name: str, what: str, amount: float) -> Cost:
    price = PRICES[name]
    return Cost(what, amount, f"${price.value:.10g} per {price.unit}", amount / PER.get(price.unit, 1) * price.value)


def _cognito(people: int) -> Cost:
    dollars, left = 0.0, float(people)
    for step, price in COGNITO:
        dollars += min(left, step) * price
        left -= min(left, step)
    return Cost("Cognito, people who log in in a month", people, "in steps, see below", dollars)
