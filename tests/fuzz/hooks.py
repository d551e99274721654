"""What schemathesis loads: log-ins, values that lead further than chance would, and the checks that are ours."""

import atexit
import json
import os
import time
from collections import Counter
from collections.abc import Mapping, MutableMapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from schemathesis import AuthContext, CheckContext, HookContext, Response
from schemathesis import Case as AnyCase
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import CoveragePhaseData, CoverageScenario, TestPhase

from tests.fakes.webhooks import header
from tests.fuzz import checks
from tests.fuzz.cast import ENDS_LOG_INS, USES_LINKS_UP, Cast
from tests.integration.stack import Stack

type Case = AnyCase[Any]

ROLE = os.environ["FUZZ_ROLE"]
TALLY = Path(os.environ["FUZZ_TALLY"])

CONTAINERS = {
    ParameterLocation.PATH: "path_parameters",
    ParameterLocation.QUERY: "query",
    ParameterLocation.HEADER: "headers",
    ParameterLocation.BODY: "body",
}
"""What a case holds, and the name of the attribute."""

SIGNED = "/webhooks/stripe"
"""Where Stripe speaks; whatever is an object comes signed, as it does."""

answers: Counter[tuple[str, int]] = Counter()
words = [""]
"""The words of the description, any of which an answer may say."""


@cache
def cast() -> Cast:
    """Return the people of this run."""
    description = Path(os.environ["JOBIPRO_STACK"])
    stack = Stack(json.loads(description.read_text()), description.parent)
    return Cast(stack, "customer" if ROLE == "nobody" else ROLE)


@cache
def fitting() -> Mapping[str, SearchStrategy[Any]]:
    """Return values by the name of a field or parameter: what the schema cannot say, and what leads to something."""
    played = cast()
    caller, other = played.caller.person, played.other
    password = st.builds(lambda: caller.password)
    passwords = password | password | st.text(min_size=10, max_size=128)
    cursors = st.sampled_from(played.cursors)
    policy = played.stack.api.get("/policy").json()["version"]
    return {
        "email": st.just(caller.email) | st.sampled_from([other.email, "zoe@bücher.example"]) | st.emails(),
        "password": passwords,
        "current_password": passwords,
        "refresh_token": st.builds(lambda: caller.tokens["refresh_token"]),
        "policy_version": st.just(policy),
        "date_of_birth": st.dates(date(1930, 1, 1), date(2004, 12, 31)).map(str),
        "phone": st.sampled_from(["514 555 0123", "+1 (613) 555-0199", "+33 1 23 45 67 89"]),
        "postal_code": st.from_regex(r"[HK][0-9][ABC] ?[0-9][XY][0-9]", fullmatch=True),
        "latitude": st.floats(42, 83),
        "longitude": st.floats(-141, -53),
        "id": st.sampled_from(played.requests),
        "offer_id": st.sampled_from(played.offers),
        "earliest_on": st.integers(1, 360).map(_days_ahead),
        "amount_cents": st.integers(1, 99),
        "token": st.builds(lambda: played.links["unsubscribe"].token),
        "cursor": cursors | st.builds(_spoilt, cursors, st.integers(0, 2000), st.sampled_from("Aa0-_=.%")),
        "Idempotency-Key": st.sampled_from(["the-same-each-time", "another"]),
    }


@schemathesis.hook
def before_load_schema(context: HookContext, raw_schema: dict[str, Any]) -> None:
    """Let the examples be the caller's own: they are what the bounds of each field are tried around."""
    words[0] = json.dumps(raw_schema)
    for path, operations in raw_schema["paths"].items():
        for method, operation in operations.items():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                content["example"] |= _own(content["example"])
            for parameter in operation.get("parameters", []):
                if parameter.get("in") == "path":
                    parameter["example"] = _leading_somewhere(path, method)[0][parameter["name"]]


def _own(example: Mapping[str, Any]) -> dict[str, Any]:
    caller = cast().caller.person
    own = {"email": caller.email, "current_password": caller.password, "refresh_token": caller.tokens["refresh_token"]}
    own["earliest_on"] = _days_ahead(2)
    return {name: value for name, value in own.items() if name in example}


def _days_ahead(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days)).isoformat()


def _leading_somewhere(path: str, method: str) -> list[dict[str, str]]:
    """Return what may fill a path so that it leads somewhere, by the names of its parts."""
    kind = path.split("/")[1]
    if kind not in cast().links:
        return cast().leading(f"{method.upper()} {path}")
    return [{"token": cast().links[kind].token if method.upper() == "POST" else cast().looked_at[kind]}]


@schemathesis.hook
def before_generate_case(context: HookContext, strategy: SearchStrategy[Case]) -> SearchStrategy[Case]:
    """Put fitting values into most of what is meant to be valid."""
    return strategy.flatmap(_fitted)


@st.composite
def _fitted(draw: st.DrawFn, case: Case) -> Case:
    if case.meta is None or case.meta.phase.name is TestPhase.STATEFUL:
        return case
    for location, container in CONTAINERS.items():
        values = getattr(case, container)
        if isinstance(values, MutableMapping) and not case.meta.is_negative_at(location):
            values.update(_filled(draw, values))
            if location is ParameterLocation.PATH and values and draw(st.integers(0, 3)):
                leading = draw(st.sampled_from(_leading_somewhere(case.path, case.method)))
                values.update({name: value for name, value in leading.items() if name in values})
    return case


def _filled(draw: st.DrawFn, values: Mapping[str, Any]) -> dict[str, Any]:
    filled: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            filled[name] = _filled(draw, value)
        elif name in fitting() and value is not None and draw(st.integers(0, 3)):
            filled[name] = draw(fitting()[name])
        else:
            filled[name] = value
    return filled


def _spoilt(text: str, place: int, character: str) -> str:
    place %= len(text)
    return text[:place] + character + text[place + 1 :]


if ROLE != "nobody":

    @schemathesis.auth(refresh_interval=None)
    class LogIn:
        """The caller's log-in, on every call."""

        def get(self, case: Case, context: AuthContext) -> str:
            """Return an id token."""
            return cast().caller.token

        def set(self, case: Case, data: str, context: AuthContext) -> None:
            """Send it."""
            case.headers["Authorization"] = data


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Take another link or refresh token where the one that was meant is used up, another job where it is needed.

    What one operation told is often sent with the next one: in the caller's own words, or what they said themselves
    would be taken for somebody else's.
    """
    if any(cast().jobs.in_own_words(text) != text for text in checks.texts(case.body)):
        case.body = _in_own_words(case.body)
    if isinstance(case.body, dict) and case.body.get("refresh_token") in cast().caller.former:
        case.body = {**case.body, "refresh_token": cast().caller.person.tokens["refresh_token"]}
    if case.path == SIGNED and isinstance(case.body, dict) and not _is_negative(case, ParameterLocation.HEADER):
        secret = cast().caller.person.stack.description["stripe_webhook_secret"]
        case.headers["Stripe-Signature"] = header(json.dumps(case.body).encode(), int(time.time()), secret)
    kind = case.path.split("/")[1]
    if kind in cast().links and case.path_parameters.get("token") in cast().links[kind].used:
        case.path_parameters["token"] = cast().links[kind].token
    if isinstance(case.path_parameters.get("id"), str):
        case.path_parameters["id"] = cast().jobs.movable(_label(case), case.path_parameters["id"])


@schemathesis.hook
def after_call(context: HookContext, case: Case, response: Response) -> None:
    """Count the answer; get another link after one was used up; log in again after what ends log-ins.

    An offer is taken back, so that another one can be made.
    """
    answers[_label(case), response.status_code] += 1
    if _label(case) in USES_LINKS_UP and response.status_code == 200:
        cast().links[case.path.split("/")[1]].renew()
    if ROLE != "nobody" and _label(case) in ENDS_LOG_INS and response.status_code == 204:
        if isinstance(case.body, Mapping) and "password" in case.body:
            cast().caller.take_back(str(case.body["password"]))
        cast().caller.log_in()
    if _label(case) == "POST /opportunities/{id}/offers" and response.status_code == 201:
        cast().take_back(_request(case), response.json()["id"])


@atexit.register
def _write_tally() -> None:
    counted = [[operation, status, count] for (operation, status), count in sorted(answers.items())]
    TALLY.write_text(json.dumps(counted))


def _label(case: Case) -> str:
    return f"{case.method} {case.path}"


def _in_own_words(value: Any) -> Any:
    if isinstance(value, str):
        return cast().jobs.in_own_words(value)
    if isinstance(value, Mapping):
        return {name: _in_own_words(each) for name, each in value.items()}
    return [_in_own_words(each) for each in value] if isinstance(value, list) else value


def _request(case: Case) -> str:
    return str(case.path_parameters.get("id", ""))


def _is_negative(case: Case, location: ParameterLocation) -> bool:
    return case.meta is not None and case.meta.is_negative_at(location)


def _asks_for_another_method(case: Case) -> bool:
    data = case.meta.phase.data if case.meta is not None else None
    return isinstance(data, CoveragePhaseData) and data.scenario is CoverageScenario.UNSPECIFIED_HTTP_METHOD


def _guarded(case: Case) -> bool:
    return bool(case.operation.definition.raw.get("security")) and not _asks_for_another_method(case)


def _sent(case: Case) -> set[str]:
    containers = (case.path_parameters, case.query, case.headers, case.cookies, case.body)
    return {text for container in containers for text in checks.texts(container)}


@schemathesis.check
def answers_carry_headers(context: CheckContext, response: Response, case: Case) -> None:
    """Say what `lacking_headers` finds; what answers preflights is API Gateway's own."""
    if response.request.method != "OPTIONS":
        _none(checks.lacking_headers(response))


@schemathesis.check
def errors_are_problems(context: CheckContext, response: Response, case: Case) -> None:
    """Say what `no_problem` finds; what answers HEAD has no body."""
    if response.request.method != "HEAD":
        _none(checks.no_problem(response))


@schemathesis.check
def errors_repeat_nothing(context: CheckContext, response: Response, case: Case) -> None:
    """Say what `repeated` finds."""
    if response.request.method != "HEAD":
        _none(checks.repeated(response, _sent(case), words[0]))


@schemathesis.check
def nothing_of_somebody_else_is_told(context: CheckContext, response: Response, case: Case) -> None:
    """Say what `told` finds, of all that the answer is not there to tell."""
    unseen = cast().unseen(_label(case), _request(case), response.status_code)
    _none(checks.told(response, unseen, _sent(case)))


@schemathesis.check
def a_method_that_is_not_there_is_not_found(context: CheckContext, response: Response, case: Case) -> None:
    """API Gateway knows no 405: a method that a path has not is not found, whoever asks."""
    if _asks_for_another_method(case) and response.request.method != "OPTIONS":
        assert response.status_code == 404, f"{response.request.method} is answered with {response.status_code}"


@schemathesis.check
def a_stranger_is_told_to_log_in(context: CheckContext, response: Response, case: Case) -> None:
    """Nobody gets anything but 401 from an operation that needs a log-in."""
    if ROLE == "nobody" and _guarded(case):
        assert response.status_code == 401, f"a stranger is answered with {response.status_code}"


@schemathesis.check
def a_good_log_in_is_taken(context: CheckContext, response: Response, case: Case) -> None:
    """A caller is not refused for want of a log-in: else all would be well since nothing was tried."""
    if ROLE != "nobody" and _guarded(case) and case.headers.get("Authorization") == cast().caller.person.token:
        assert response.status_code != 401, "a good log-in is refused"


def _none(wrong: str) -> None:
    assert not wrong, wrong
