"""The gateway in front of the functions: bounded, logging no paths and no addresses, answering as the functions do."""

import json
from typing import Any

import pytest

from jobipro.domain.errors import LimitReached, NotAuthenticated, NotFound, ServiceError, Unavailable
from jobipro.http import headers, problems
from tests.infrastructure.shape import template

API: dict[str, Any] = template()["Resources"]["Api"]["Properties"]
ANSWERS: dict[str, Any] = API["GatewayResponses"]

WORDED_BY_US: dict[str, ServiceError] = {
    "UNAUTHORIZED": NotAuthenticated(),
    "EXPIRED_TOKEN": NotAuthenticated(),
    "MISSING_AUTHENTICATION_TOKEN": NotFound(),
    "RESOURCE_NOT_FOUND": NotFound(),
    "REQUEST_TOO_LARGE": problems.BodyTooLarge(),
    "THROTTLED": LimitReached(retry_after=5),
    "QUOTA_EXCEEDED": LimitReached(retry_after=5),
    "INTEGRATION_FAILURE": Unavailable(),
    "INTEGRATION_TIMEOUT": Unavailable(),
    "DEFAULT_5XX": problems.InternalError(),
}
"""What the gateway says that a function might have said, and in which words."""

ONLY_THE_GATEWAYS = {
    "ACCESS_DENIED": 403,
    "INVALID_API_KEY": 403,
    "INVALID_SIGNATURE": 403,
    "WAF_FILTERED": 403,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "DEFAULT_4XX": 400,
}


def body(kind: str) -> dict[str, Any]:
    """Return the problem that the gateway answers."""
    return dict(json.loads(ANSWERS[kind]["ResponseTemplates"]["application/json"]))


def sent(kind: str) -> dict[str, Any]:
    """Return the headers that the gateway answers with; text between quotes is meant as it is."""
    given = ANSWERS[kind]["ResponseParameters"]["Headers"]
    return {name: value.strip("'") if isinstance(value, str) else value for name, value in given.items()}


def test_every_kind_of_answer_is_worded() -> None:
    assert ANSWERS.keys() == WORDED_BY_US.keys() | ONLY_THE_GATEWAYS.keys()


@pytest.mark.parametrize("kind", sorted(WORDED_BY_US))
def test_the_gateway_says_it_in_the_words_of_the_functions(kind: str) -> None:
    problem = problems.problem(WORDED_BY_US[kind], "$context.requestId")

    assert body(kind) == problem.model_dump(exclude_none=True)
    assert ANSWERS[kind]["StatusCode"] == problem.status


@pytest.mark.parametrize("kind", sorted(WORDED_BY_US))
def test_the_gateway_says_when_to_come_back_and_how_to_log_in_as_the_functions_do(kind: str) -> None:
    assert problems.headers(WORDED_BY_US[kind]).items() <= sent(kind).items()


@pytest.mark.parametrize("kind", sorted(ANSWERS))
def test_an_answer_of_the_gateway_is_a_problem_that_repeats_nothing_of_the_request(kind: str) -> None:
    problem = body(kind)

    assert problem["status"] == ANSWERS[kind]["StatusCode"] == ONLY_THE_GATEWAYS.get(kind, problem["status"])
    assert problem["type"] == f"urn:jobipro:problem:{problem['code']}"
    assert problem.pop("correlation_id") == "$context.requestId"
    assert "$" not in json.dumps(problem)


@pytest.mark.parametrize("kind", sorted(ANSWERS))
def test_an_answer_of_the_gateway_can_be_traced_read_by_our_pages_and_misused_by_nobody(kind: str) -> None:
    given = sent(kind)
    # A policy's own quotes cannot stand in a value that the gateway quotes; `sandbox` needs none and denies as much.
    security = dict(headers.SECURITY) | {"Content-Security-Policy": "sandbox"}

    assert security.items() <= given.items()
    assert given["Content-Type"] == problems.PROBLEM_JSON
    assert given["X-Correlation-Id"] == "context.requestId"
    assert given["Access-Control-Allow-Origin"] == {"Fn::Sub": "'${AllowedOrigins}'"}
    assert given["Access-Control-Expose-Headers"] == headers.EXPOSED


def test_a_preflight_lets_our_pages_send_what_the_routes_read() -> None:
    assert API["Cors"]["AllowOrigin"] == {"Fn::Sub": "'${AllowedOrigins}'"}
    assert set(API["Cors"]["AllowHeaders"].strip("'").split(",")) == {
        "Authorization",
        "Content-Type",
        "Idempotency-Key",
        "X-Correlation-Id",
    }
    assert "AllowCredentials" not in API["Cors"]


@pytest.mark.commitment("data.general")
def test_access_logs_hold_the_route_and_neither_path_nor_address_nor_person() -> None:
    logged = json.loads(API["AccessLogSetting"]["Format"])

    assert set(logged.values()) == {
        "$context.requestId",
        "$context.requestTimeEpoch",
        "$context.httpMethod",
        "$context.resourcePath",
        "$context.status",
        "$context.responseLatency",
        "$context.integrationLatency",
        "$context.error.responseType",
    }


def test_neither_traces_nor_execution_logs_record_paths_with_tokens() -> None:
    [settings] = API["MethodSettings"]

    assert API["TracingEnabled"] is False
    assert (settings["LoggingLevel"], settings["DataTraceEnabled"]) == ("OFF", False)


def test_the_whole_stage_is_throttled_by_numbers_of_its_own() -> None:
    [settings] = API["MethodSettings"]

    assert (settings["ResourcePath"], settings["HttpMethod"]) == ("/*", "*")
    assert settings["ThrottlingRateLimit"] == {"Ref": "ThrottleRate"}
    assert settings["ThrottlingBurstLimit"] == {"Ref": "ThrottleBurst"}


@pytest.mark.commitment("security.encrypted-in-transit")
def test_bodies_arrive_as_text_and_nothing_older_than_tls_1_2_is_spoken() -> None:
    assert "BinaryMediaTypes" not in API
    assert API["SecurityPolicy"].startswith("SecurityPolicy_TLS13_1_2_")
