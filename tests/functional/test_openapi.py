"""The API's description is made from the code, says what is so, and its examples hold."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from app import app
from jobipro.http import JSON
from jobipro.http.openapi import document, main
from jobipro.http.openapi_examples import example
from jobipro.http.problems import Problem
from jobipro.http.views import View
from tests.description import Operation, misfits, operations

KEPT = Path(__file__).parents[2] / "docs" / "openapi.json"
VIEWS = [pytest.param(view, id=f"{method} {path}") for path, method, view in app.views() if method != "HEAD"]
OPERATIONS = pytest.mark.parametrize("operation", operations(document(app)), ids=str)


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return document(app)


def inside(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from inside(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from inside(inner)


def test_the_document_kept_is_the_one_the_code_makes(tmp_path: Path) -> None:
    main(str(tmp_path / "made.json"))

    assert KEPT.read_text(encoding="utf-8") == (tmp_path / "made.json").read_text(encoding="utf-8"), "make openapi"


def test_the_document_is_openapi_3_1(described: dict[str, Any]) -> None:
    assert described["openapi"] == "3.1.0"
    assert [f"{error.instance_path}: {error.message}" for error in OPENAPI_31_VALIDATOR.iter_errors(described)] == []


def test_every_route_is_described_in_its_order(described: dict[str, Any]) -> None:
    assert [(each.path, each.method) for each in operations(described)] == [
        (path, method) for path, method, _ in app.views()
    ]


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    for each in inside(described):
        if "$ref" in each:
            there: Any = described
            for part in each["$ref"].removeprefix("#/").split("/"):
                there = there[part]


def test_no_component_is_there_for_nothing(described: dict[str, Any]) -> None:
    used = {each["$ref"] for each in inside(described) if "$ref" in each}

    for kind in ("schemas", "responses", "parameters", "headers"):
        assert {f"#/components/{kind}/{name}" for name in described["components"][kind]} <= used


def test_models_have_names_of_their_own_across_functions(described: dict[str, Any]) -> None:
    assert [name for name in described["components"]["schemas"] if "__" in name] == []


def test_every_operation_has_a_name_of_its_own_a_summary_and_a_tag_that_is_described(described: dict[str, Any]) -> None:
    names = [each.id for each in operations(described)]
    tags = {tag["name"] for tag in described["tags"] if tag["description"]}

    assert len(names) == len(set(names))
    for each in operations(described):
        assert each.described["summary"]
        assert set(each.described["tags"]) <= tags


@OPERATIONS
def test_path_parameters_are_those_of_the_path_each_with_a_description(operation: Operation) -> None:
    assert list(operation.in_path) == re.findall(r"{(\w+)}", operation.path)
    assert all(each["description"] for each in operation.parameters())


def test_a_route_needs_a_log_in_exactly_if_its_function_asks_for_the_caller(described: dict[str, Any]) -> None:
    for path, method, view in app.views():
        operation = described["paths"][path][method.lower()]
        assert operation["security"] == ([{"login": []}] if "caller" in view.wants else [])
        assert ("401" in operation["responses"]) or "caller" not in view.wants


@OPERATIONS
def test_every_error_is_a_problem_whose_examples_hold(operation: Operation) -> None:
    assert {429, 500, 503} <= operation.answers.keys()
    for status, answer in operation.answers.items():
        assert "X-Correlation-Id" in answer["headers"]
        if status >= 400 and operation.method != "HEAD":
            content = answer["content"]["application/problem+json"]
            codes = content["schema"]["properties"]["code"]["enum"]
            assert list(content["examples"]) == codes
            for code, sample in content["examples"].items():
                problem = Problem.model_validate(sample["value"])
                assert (problem.code, problem.status) == (code, status)
                assert misfits(content["schema"], sample["value"]) == []


@OPERATIONS
def test_every_body_has_an_example_that_is_as_described(operation: Operation) -> None:
    for content in operation.bodies.values():
        assert misfits(content["schema"], content["example"]) == []


@OPERATIONS
def test_every_good_answer_has_an_example_that_is_as_described(operation: Operation) -> None:
    good = operation.answers[operation.success]

    assert ("content" in good) == (operation.method != "HEAD" and operation.success != 204)
    for content in good.get("content", {}).values():
        assert misfits(content["schema"], content["example"]) == []


@OPERATIONS
def test_a_head_request_gets_no_content_whatever_comes_of_it(operation: Operation) -> None:
    if operation.method == "HEAD":
        assert all("content" not in answer for answer in operation.answers.values())


@pytest.mark.parametrize("view", VIEWS)
def test_every_json_body_has_an_example_that_validates(view: View) -> None:
    body = view.terms.body
    if body is not None and JSON in view.terms.content_types:
        sample = example(body)
        assert sample is not None, f"{body.__name__} needs examples, of its own or of its fields"
        body.model_validate_json(json.dumps(sample))


def test_every_json_body_takes_the_documented_fields_and_types_only() -> None:
    for _, _, view in app.views():
        if view.terms.body is not None and JSON in view.terms.content_types:
            assert view.terms.body.model_config["extra"] == "forbid"
            assert view.terms.body.model_config["strict"]
