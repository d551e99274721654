"""What JobiPro costs on AWS and which quota binds first: writes the tables of docs/scale.md and docs/deploy.md.

Nothing of it was measured on AWS. What is counted: the calls (tests/budgets/test_calls.py), the units that DynamoDB
takes for them (tests/budgets/test_units.py), and what the templates and the rules set. The rest is in three tables:
`PRICES` and `QUOTAS`, AWS's lists to be checked, and `ASSUMED`, our own guesses. `make docs` writes the pages anew.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from app import app
from infra.local.template import read_template
from jobipro.domain.events import ROUTES
from jobipro.domain.limits import RULES
from jobipro.domain.requests import WAVE
from tests.budgets.test_calls import COSTS

ROOT = Path(__file__).resolve().parents[1]
DAY, DAYS, YEAR = 86_400, 30, 365
SEND, MAIL = "sqs:SendMessageBatch", "ses:SendRawEmail"

LIST = "list, ca-central-1, 2025"
"""AWS's list prices as they were known when this was written; none was looked up since. To be checked before use."""


@dataclass(frozen=True, slots=True)
class Units:
    """What DynamoDB counts, and the bytes of new rows that stay."""

    read: int = 0
    written: int = 0
    kept: int = 0

    def __add__(self, other: "Units") -> "Units":
        return Units(self.read + other.read, self.written + other.written, self.kept + other.kept)


UNITS: Mapping[tuple[str, str], Units] = {
    ("post a request", "POST /requests"): Units(2, 17, 1328),
    ("post a request", "1 for deliveries+matching"): Units(0, 2, 0),
    ("post a request", "RequestPosted to provider_notification"): Units(5, 7, 300),
    ("post a request", "RequestPosted to message_delivery"): Units(5, 10, 300),
    ("post a request", "OpportunityMatched"): Units(6, 16, 334),
    ("log in and out", "POST /sessions"): Units(1, 2, 0),
    ("log in and out", "POST /sessions/refresh"): Units(0, 0, 0),
    ("look at the profile", "GET /me"): Units(2, 0, 0),
    ("read and cancel a request", "GET /requests"): Units(3, 0, 0),
    ("read and cancel a request", "GET /requests/{id}"): Units(3, 0, 0),
    ("read and cancel a request", "POST /requests/{id}/cancel"): Units(3, 7, 138),
    ("sign up", "POST /signup"): Units(0, 22, 1265),
    ("sign up", "1 for deliveries"): Units(0, 2, 0),
    ("sign up", "AccountCreated"): Units(6, 10, 540),
    ("verify", "GET /verify/{token}"): Units(1, 0, 0),
    ("verify", "POST /verify/{token}"): Units(5, 24, 1918),
    ("offer work for the first time", "PUT /me/provider"): Units(4, 12, 1022),
    ("offer work for the first time", "1 for matching"): Units(0, 2, 0),
    ("offer work for the first time", "ProviderChanged"): Units(4, 14, 844),
    ("unsubscribe with one click", "POST /unsubscribe/{token}"): Units(1, 6, 215),
    ("what anybody may ask", "tick"): Units(4, 0, 0),
}
"""By scenario and trigger of tests/budgets/test_calls.py; tests/budgets/test_units.py counts them."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that is not ours, or that is guessed: what it is, and where it is from."""

    value: float
    unit: str
    what: str
    source: str


def _price(dollars: float, per: str, what: str) -> Figure:
    return Figure(dollars, per, what, LIST)


PRICES: Mapping[str, Figure] = {
    "api": _price(3.50, "million requests", "API Gateway, REST, first 333 million a month"),
    "invocations": _price(0.20, "million", "Lambda, invocations"),
    "compute": _price(0.0000133334, "GB-second", "Lambda, arm64"),
    "snapshots": _price(0.0000015046, "GB-second", "Lambda, SnapStart, a published version's snapshot kept"),
    "restores": _price(0.0001397998, "GB", "Lambda, SnapStart, a snapshot restored"),
    "writes": _price(0.6875, "million units", "DynamoDB, on demand, writes"),
    "reads": _price(0.1375, "million units", "DynamoDB, on demand, reads"),
    "storage": _price(0.275 + 0.22, "GB-month", "DynamoDB, storage and its point-in-time recovery"),
    "kms": _price(0.03, "10,000 requests", "KMS, symmetric and HMAC"),
    "keys": _price(1.00, "key and month", "KMS, customer-managed keys; each of the first two rotations adds as much"),
    "secrets": _price(0.40, "secret and month", "Secrets Manager"),
    "queues": _price(0.40, "million requests", "SQS, standard queues"),
    "mails": _price(0.10, "1,000 mails", "SES, without attachments and dedicated addresses"),
    "logs": _price(0.55, "GB", "CloudWatch Logs, ingestion"),
    "metrics": _price(0.30, "metric and month", "CloudWatch, metrics of our own, first 10,000"),
    "alarms": _price(0.10, "alarm and month", "CloudWatch, standard alarms"),
    "dashboards": _price(3.00, "dashboard and month", "CloudWatch"),
    "traces": _price(5.00, "million traces", "X-Ray"),
    "ticks": _price(1.00, "million", "EventBridge Scheduler, invocations"),
    "traffic": _price(0.09, "GB", "data out to the internet, first 10 TB a month"),
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

QUOTAS: Mapping[str, Figure] = {
    "api": Figure(10_000, "a second", "API Gateway, requests of the account", "quota list, 2025"),
    "lambda": Figure(
        1_000, "at once", "Lambda, concurrent executions of the account; new accounts less", "quota list, 2025"
    ),
    "kms": Figure(
        10_000, "a second", "KMS, symmetric operations, GenerateMac among them", "KMS request quotas, read 2026"
    ),
    "log-ins": Figure(120, "a second", "Cognito, `UserAuthentication`: log-ins and refreshes", "quota list, 2025"),
    "sign-ups": Figure(50, "a second", "Cognito, `UserCreation`", "quota list, 2025"),
    "mails a day": Figure(50_000, "in 24 hours", "SES, mails in 24 hours, as first granted", "usual, 2025"),
    "mails a second": Figure(14, "a second", "SES, mails a second, as first granted", "usual, 2025"),
    "table writes": Figure(
        40_000, "units a second", "DynamoDB, one table, if deliveries wrote to one alone", "quota list, 2025"
    ),
    "table reads": Figure(
        40_000, "units a second", "DynamoDB, one table, if all read from one alone", "quota list, 2025"
    ),
    "key writes": Figure(
        1_000, "units a second", "DynamoDB, one partition: waves that are due, in index `due`", "fixed, 2025"
    ),
    "key reads": Figure(
        3_000, "units a second", "DynamoDB, one partition: coverage of a trade in the busiest cell", "fixed, 2025"
    ),
}

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
    "waves": Figure(1, "a request", "waves of providers until there are offers enough", "a guess; offers are to come"),
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
    "own": Figure(10, "ms", "our own work in an invocation", "a few times what a laptop takes"),
    "starts": Figure(1 / 200, "of invocations", "that start from a snapshot", "a guess"),
    "log": Figure(2, "kB", "logged by an invocation: our line, our metrics, Lambda's own three lines", "local logs"),
    "access": Figure(0.3, "kB", "logged by the API for a request", "the template's format"),
    "answer": Figure(2, "kB", "sent out for a request, with headers", "a guess"),
    "traced": Figure(0.05, "of invocations", "that are traced, beyond one a second", "Lambda's default sampling"),
    "polls": Figure(15, "a minute", "empty looks at an idle queue", "five pollers, 20 seconds each"),
}


@dataclass(frozen=True, slots=True)
class Load:
    """How much is asked of a stage."""

    people: int
    requests: int

    @property
    def providers(self) -> float:
        """How many people are providers."""
        return self.people * _guess("providers")

    @property
    def told(self) -> float:
        """How many opportunities go to the queue in a day."""
        return self.requests * WAVE * _guess("waves")

    @property
    def commercial(self) -> float:
        """How many of them become mails: the limit of each provider stands in front."""
        return min(self.told, self.providers * RULES["opportunity.mail"].count)


IDLE, SMALL, LARGE = Load(0, 0), Load(50_000, 10_000), Load(10_000_000, 2_000_000)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happens so often a day: what it calls and what DynamoDB counts for it, each time."""

    what: str
    function: str
    times: float
    calls: tuple[str, ...]
    units: Units

    @property
    def milliseconds(self) -> float:
        """How long the function is at it."""
        return _guess("own") + sum(_guess(_kind(call)) for call in self.calls)


POSTED, READ, VERIFIED, OFFERED = (
    "post a request",
    "read and cancel a request",
    "verify",
    "offer work for the first time",
)

MIX: Sequence[tuple[str, str, str, str, str]] = (
    ("POST /requests", "request_posting", POSTED, "POST /requests", "requests"),
    ("its event handed over", "outbox_relay", POSTED, "1 for deliveries+matching", "requests"),
    ("providers found", "provider_notification", POSTED, "RequestPosted to provider_notification", "requests"),
    ("confirmation sent", "message_delivery", POSTED, "RequestPosted to message_delivery", "requests"),
    ("opportunity sent", "message_delivery", POSTED, "OpportunityMatched", "commercial mails"),
    ("POST /sessions", "signup", "log in and out", "POST /sessions", "log-ins"),
    ("POST /sessions/refresh", "signup", "log in and out", "POST /sessions/refresh", "refreshes"),
    ("GET /me", "profile", "look at the profile", "GET /me", "looks"),
    ("GET /requests", "request_posting", READ, "GET /requests", "looks"),
    ("GET /requests/{id}", "request_posting", READ, "GET /requests/{id}", "second looks"),
    ("POST /requests/{id}/cancel", "request_posting", READ, "POST /requests/{id}/cancel", "cancellations"),
    ("POST /signup", "signup", "sign up", "POST /signup", "sign-ups"),
    ("its event handed over", "outbox_relay", "sign up", "1 for deliveries", "sign-ups"),
    ("verification sent", "message_delivery", "sign up", "AccountCreated", "sign-ups"),
    ("GET /verify/{token}", "signup", VERIFIED, "GET /verify/{token}", "sign-ups"),
    ("POST /verify/{token}", "signup", VERIFIED, "POST /verify/{token}", "sign-ups"),
    ("PUT /me/provider", "profile", OFFERED, "PUT /me/provider", "new providers"),
    ("its event handed over", "outbox_relay", OFFERED, "1 for matching", "new providers"),
    ("coverage written", "provider_notification", OFFERED, "ProviderChanged", "new providers"),
    (
        "POST /unsubscribe/{token}",
        "unsubscribe",
        "unsubscribe with one click",
        "POST /unsubscribe/{token}",
        "unsubscribes",
    ),
    ("tick", "clocks", "what anybody may ask", "tick", "minutes"),
)
"""What happens, in which function, where its calls were counted (scenario and trigger), and how often: see `_times`."""


def _times(load: Load) -> Mapping[str, float]:
    """Return how often a day each thing happens."""
    new = load.people * _guess("sign-ups")
    return {
        "requests": load.requests,
        "commercial mails": load.commercial,
        "log-ins": load.requests * _guess("log-ins"),
        "refreshes": load.requests * _guess("refreshes"),
        "looks": load.requests * _guess("looks") / 4,
        "second looks": load.requests * _guess("looks") / 2,
        "cancellations": load.requests * _guess("cancelled"),
        "sign-ups": new,
        "new providers": new * _guess("providers"),
        "unsubscribes": load.commercial * _guess("unsubscribes"),
        "minutes": DAY / 60,
    }


def happenings(load: Load) -> list[Happening]:
    """Return all that happens in a day."""
    times = _times(load)
    found = [
        Happening(what, function, times[often], COSTS[scenario][trigger], UNITS[scenario, trigger])
        for what, function, scenario, trigger, often in MIX
    ]
    return [*map(_over_a_neighbourhood, found), _limited(found, load.told - load.commercial)]


def _over_a_neighbourhood(each: Happening) -> Happening:
    """Return matching with as many pages and sends as it takes; the counted scenario has one provider."""
    if each.what != "providers found":
        return each
    pages, sends = ceil(_guess("covering") / 1_000), ceil(WAVE / 10)
    more = ("dynamodb:Query",) * (pages - 1) + (SEND,) * (sends - 1)
    read = Units(read=_read_of(_guess("covering")))
    return Happening(each.what, each.function, each.times, each.calls + more, each.units + read)


def _limited(found: Iterable[Happening], times: float) -> Happening:
    """Return an opportunity whose provider has had the mails of the day: claimed in vain, and noted."""
    sent = next(each for each in found if each.what == "opportunity sent")
    calls = tuple(call for call in sent.calls if call != MAIL)
    return Happening("opportunity over the limit", sent.function, times, calls, sent.units)


def _read_of(rows: float) -> int:
    return ceil(rows * _guess("coverage row") / 4096)


def _guess(name: str) -> float:
    return ASSUMED[name].value


def _kind(call: str) -> str:
    service, operation = call.split(":")
    if service == "dynamodb":
        return "write" if operation == "TransactWriteItems" else "read"
    return "cognito" if service == "cognito-idp" else service


def _total(all_of: Iterable[Happening], counted: Callable[[Happening], float]) -> float:
    return sum(each.times * counted(each) for each in all_of)


def _calls(prefix: str) -> Callable[[Happening], float]:
    return lambda each: sum(call.startswith(prefix) for call in each.calls)


def _is_http(each: Happening) -> float:
    return float(each.what.split(" ")[0] in {"GET", "POST", "PUT", "PATCH", "HEAD", "DELETE"})


def _template(name: str = "template.yaml") -> Mapping[str, Any]:
    found: Mapping[str, Any] = read_template(ROOT / name)
    return found


def _resources(kind: str, name: str) -> int:
    return sum(each["Type"] == kind for each in _template(name)["Resources"].values())


def functions() -> Mapping[str, Mapping[str, Any]]:
    """Return the properties of every function by its folder."""
    every = _template()["Resources"].values()
    return {
        Path(each["Properties"]["CodeUri"]).name: each["Properties"]
        for each in every
        if each["Type"] == "AWS::Serverless::Function"
    }


def own_metrics(load: Load) -> int:
    """Return how many metrics of our own CloudWatch counts: each name with each set of dimensions is one.

    A route has two (requests, latency) for each class of status, of which two are usual; so has an event in a consumer;
    the relay has four, and a tick three a task and five counts.
    """
    ticking = 4 * 3
    if not load.requests:
        return ticking
    consumed = sum(len(queues) for queues in ROUTES.values())
    return ticking + 5 + 4 + len(app.views()) * 2 * 2 + consumed * 2


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
    "10,000 requests": 1e4,
}
"""How many of what is counted go to a price; one, where a unit is not here."""

CONSUMERS = ("message_delivery", "provider_notification")
"""The functions that queues wake."""


def bill(load: Load) -> list[Cost]:
    """Return what a month of 30 days costs, after a year of as much each day."""
    day = happenings(load)
    memory = {folder: each["MemorySize"] / 1024 for folder, each in functions().items()}

    def month(counted: Callable[[Happening], float]) -> float:
        return _total(day, counted) * DAYS

    def kept(each: Happening) -> float:
        return each.units.kept * YEAR / DAYS / 1e9

    invoked, http = month(lambda each: 1), month(_is_http)
    taken = month(lambda each: each.function in CONSUMERS)
    polls = _guess("polls") * 1440 * DAYS * len(CONSUMERS)
    lines = [
        ("api", "API Gateway, requests", http),
        ("invocations", "Lambda, invocations", invoked),
        ("compute", "Lambda, time × memory", month(lambda each: each.milliseconds / 1000 * memory[each.function])),
        ("snapshots", "Lambda, snapshots: memory of all functions × the month", sum(memory.values()) * DAY * DAYS),
        ("restores", "Lambda, starts × memory", month(lambda each: memory[each.function] * _guess("starts"))),
        ("writes", "DynamoDB, write units", month(lambda each: each.units.written)),
        ("reads", "DynamoDB, read units", month(lambda each: each.units.read)),
        ("storage", "DynamoDB, what 365 days leave", month(kept)),
        ("kms", "KMS, calls", month(_calls("kms:"))),
        ("keys", "KMS, keys", _resources("AWS::KMS::Key", "infra/keys.yaml")),
        ("secrets", "Secrets Manager, secrets", _resources("AWS::SecretsManager::Secret", "infra/keys.yaml")),
        ("queues", "SQS: sends, two calls a message, empty looks", month(_calls("sqs:")) + 2 * taken + polls),
        ("mails", "SES, mails", month(_calls("ses:"))),
        ("logs", "CloudWatch, logs", (invoked * _guess("log") + http * _guess("access")) / 1e6),
        ("metrics", "CloudWatch, metrics of our own", own_metrics(load)),
        ("alarms", "CloudWatch, alarms", _resources("AWS::CloudWatch::Alarm", "infra/observability.yaml")),
        ("dashboards", "CloudWatch, dashboards", _resources("AWS::CloudWatch::Dashboard", "infra/observability.yaml")),
        ("traces", "X-Ray, traces", invoked * _guess("traced") + min(invoked, DAY * DAYS)),
        ("ticks", "Scheduler, ticks", 1440 * DAYS),
        ("traffic", "traffic out", http * _guess("answer") / 1e6),
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


@dataclass(frozen=True, slots=True)
class Bound:
    """What the busiest second takes of something that is bounded."""

    what: str
    taken: float
    limit: float
    unit: str

    @property
    def times(self) -> float:
        """How many times the bound is taken; beyond 1 it is in the way."""
        return self.taken / self.limit


def quotas(load: Load) -> list[Bound]:
    """Return what the busiest second takes of AWS's quotas, the one that is in the way first at the head."""
    day = happenings(load)

    def peak(counted: Callable[[Happening], float]) -> float:
        return _total(day, counted) / DAY * _guess("peak")

    in_busiest = load.requests / DAY * _guess("peak") * _guess("busiest cell")
    taken = {
        "api": peak(_is_http),
        "lambda": peak(lambda each: each.milliseconds / 1000),
        "kms": peak(_calls("kms:")),
        "log-ins": peak(_calls("cognito-idp:AdminInitiateAuth")),
        "sign-ups": peak(_calls("cognito-idp:AdminCreateUser")),
        "mails a day": _total(day, _calls("ses:")),
        "mails a second": peak(_calls("ses:")),
        "table writes": peak(lambda each: each.units.written * (each.function == "message_delivery")),
        "table reads": peak(lambda each: each.units.read),
        "key writes": peak(lambda each: 2 * (each.what == "providers found")),
        "key reads": in_busiest * _read_of(_guess("covering most")),
    }
    found = [Bound(QUOTAS[name].what, amount, QUOTAS[name].value, QUOTAS[name].unit) for name, amount in taken.items()]
    return sorted(found, key=lambda each: -each.times)


def own_bounds(load: Load) -> list[Bound]:
    """Return what the busiest second takes of the bounds that the template itself sets."""
    day = happenings(load)
    rate = _template()["Parameters"]["ThrottleRate"]["Default"]
    found = [Bound("`ThrottleRate`, the default", _total(day, _is_http) / DAY * _guess("peak"), rate, "a second")]
    for folder in CONSUMERS:
        busy = sum(each.times * each.milliseconds / 1000 for each in day if each.function == folder)
        [event] = [each for each in functions()[folder]["Events"].values() if each["Type"] == "SQS"]
        most = event["Properties"]["ScalingConfig"]["MaximumConcurrency"]
        found.append(Bound(f"`MaximumConcurrency` of `{folder}`", busy / DAY * _guess("peak"), most, "at once"))
    return sorted(found, key=lambda each: -each.times)


def _number(value: float) -> str:
    """Write a number with as many digits as mean something."""
    if value == 0 or value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (titles, ["---"] * len(titles), *rows))


def _happening_rows(load: Load) -> str:
    rows = [
        (
            each.what if "{" not in each.what and " /" not in each.what else f"`{each.what}`",
            each.function,
            _number(each.times),
            str(len(each.calls)),
            str(each.units.written),
            str(each.units.read),
            _number(each.milliseconds),
        )
        for each in sorted(happenings(load), key=lambda each: -each.times)
    ]
    return _table(("what", "in", "times a day", "calls", "write units", "read units", "ms"), rows)


def _call_rows(load: Load) -> str:
    day = happenings(load)
    names = sorted({call for each in day for call in each.calls})
    found = sorted(((name, _total(day, _calls(name))) for name in names), key=lambda each: -each[1])
    rows = (
        (f"`{name}`", _number(times), _number(times / DAY), _number(times / DAY * _guess("peak")))
        for name, times in found
    )
    return _table(("call", "a day", "a second", "in the busiest second"), rows)


def _bill_rows(load: Load) -> str:
    lines = sorted(bill(load), key=lambda each: -each.dollars)
    rows = [(each.what, _number(each.amount), each.price, f"{each.dollars:,.2f}") for each in lines if each.dollars]
    total = ("**together**", "", "", f"**{sum(each.dollars for each in lines):,.2f}**")
    return _table(("what", "in a month", "price", "US$"), [*rows, total])


def _bound_rows(bounds: Iterable[Bound]) -> str:
    rows = (
        (each.what, _number(each.taken), f"{each.limit:,.0f} {each.unit}", f"{_number(each.times)} ×")
        for each in bounds
    )
    return _table(("what", "taken", "bound", "taken of it"), rows)


def _figure_rows(figures: Mapping[str, Figure]) -> str:
    rows = ((each.what, f"{each.value:.10g}", each.unit, each.source) for each in figures.values())
    return _table(("what", "number", "unit", "source"), rows)


def _cognito_rows() -> str:
    rows = (("the rest" if step == float("inf") else f"{step:,.0f}", f"{price:g}") for step, price in COGNITO)
    return _table(("of the people, the next", "US$ each"), rows)


def _first() -> str:
    first, second, *_ = bounds = quotas(LARGE)
    over = sum(each.times > 1 for each in bounds)
    lines = bill(LARGE)
    total, largest = sum(each.dollars for each in lines), max(lines, key=lambda each: each.dollars)
    return "\n".join(
        (
            f"- **About US${total:,.0f} a month**, US${total / DAYS / LARGE.requests:.4f} a request, for "
            f"{LARGE.people:,} people and {LARGE.requests:,} requests a day.",
            f"- The largest line is {largest.what}: {largest.dollars / total:.0%}.",
            f"- **The first quota in the way is {first.what}**: {_number(first.times)} times as many are needed. "
            f"Then comes {second.what}: {_number(second.times)} times.",
            f"- {over} of the {len(bounds)} quotas below have to be raised.",
        )
    )


def _limit_words() -> str:
    over = next(each for each in happenings(LARGE) if each.what == "opportunity over the limit")
    dollars = over.times * over.units.written * DAYS / 1e6 * PRICES["writes"].value
    return (
        f"{_number(LARGE.told)} opportunities go to the queue in a day ({LARGE.requests:,} requests × {WAVE}), and "
        f"{_number(LARGE.providers)} providers take {RULES['opportunity.mail'].count} each at most: "
        f"{_number(LARGE.commercial)} become mails, {_number(over.times)} end as `limited`. What those write, mostly "
        f"claims in vain, costs US${dollars:,.0f} a month."
    )


PARTS: Mapping[str, Callable[[], str]] = {
    "answer": _first,
    "limited": _limit_words,
    "happenings": lambda: _happening_rows(LARGE),
    "calls": lambda: _call_rows(LARGE),
    "bill": lambda: _bill_rows(LARGE),
    "quotas": lambda: _bound_rows(quotas(LARGE)),
    "own bounds": lambda: _bound_rows(own_bounds(LARGE)),
    "prices": lambda: _figure_rows(PRICES),
    "people": _cognito_rows,
    "quotas granted": lambda: _figure_rows(QUOTAS),
    "assumed": lambda: _figure_rows(ASSUMED),
    "idle bill": lambda: _bill_rows(IDLE),
    "small bill": lambda: _bill_rows(SMALL),
}
"""The parts of docs/scale.md and docs/deploy.md, by the marks they stand between."""
