"""The API's description is made from the code, says what is so, and its examples hold."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app import app
from jobipro.http import JSON
from jobipro.http.openapi import answer_model, document, example, main
from jobipro.http.problems import Problem
from jobipro.http.views import View

KEPT = Path(__file__).parents[2] / "docs" / "openapi.json"
VIEWS = [pytest.param(view, id=f"{method} {path}") for path, method, view in app.views() if method != "HEAD"]


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return document(app)


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


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


def test_every_route_is_described(described: dict[str, Any]) -> None:
    assert {(path, method.upper()) for path, method, _ in operations(described)} == {
        (path, method) for path, method, _ in app.views()
    }


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    for each in inside(described):
        if "$ref" in each:
            there: Any = described
            for part in each["$ref"].removeprefix("#/").split("/"):
                there = there[part]


def test_no_component_is_there_for_nothing(described: dict[str, Any]) -> None:
    used = {each["$ref"] for each in inside(described) if "$ref" in each}

    assert {f"#/components/schemas/{name}" for name in described["components"]["schemas"]} <= used


def test_models_have_names_of_their_own_across_functions(described: dict[str, Any]) -> None:
    assert [name for name in described["components"]["schemas"] if "__" in name] == []


def test_every_operation_has_a_name_of_its_own_a_summary_and_a_tag(described: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(described)]
    tags = {tag["name"] for tag in described["tags"]}

    assert len(names) == len(set(names))
    for _, _, operation in operations(described):
        assert operation["summary"]
        assert set(operation["tags"]) <= tags


def test_path_parameters_are_those_of_the_path(described: dict[str, Any]) -> None:
    for path, _, operation in operations(described):
        named = [each["name"] for each in operation.get("parameters", []) if each.get("in") == "path"]
        assert named == re.findall(r"{(\w+)}", path)


def test_a_route_needs_a_log_in_exactly_if_its_function_asks_for_the_caller(described: dict[str, Any]) -> None:
    for path, method, view in app.views():
        operation = described["paths"][path][method.lower()]
        assert operation["security"] == ([{"login": []}] if "caller" in view.wants else [])
        assert ("401" in operation["responses"]) or "caller" not in view.wants


def test_every_error_is_a_problem_and_its_examples_hold(described: dict[str, Any]) -> None:
    shared = described["components"]["responses"]
    for _, _, operation in operations(described):
        assert {"429", "500", "503"} <= operation["responses"].keys()
        for status, response in operation["responses"].items():
            if int(status) < 400:
                continue
            found = shared[response["$ref"].rpartition("/")[2]] if "$ref" in response else response
            for code, sample in found["content"]["application/problem+json"]["examples"].items():
                problem = Problem.model_validate(sample["value"])
                assert (problem.code, str(problem.status)) == (code, status)


@pytest.mark.parametrize("view", VIEWS)
def test_every_json_body_has_an_example_that_validates(view: View) -> None:
    body = view.terms.body
    if body is not None and JSON in view.terms.content_types:
        sample = example(body)
        assert sample is not None, f"{body.__name__} needs examples, of its own or of its fields"
        body.model_validate_json(json.dumps(sample))


def test_every_example_of_an_answer_validates() -> None:
    for _, _, view in app.views():
        answer = answer_model(view.terms)
        sample = None if answer is None else example(answer)
        if answer is not None and sample is not None:
            answer.model_validate_json(json.dumps(sample))


def test_every_json_body_takes_the_documented_fields_and_types_only() -> None:
    for _, _, view in app.views():
        if view.terms.body is not None and JSON in view.terms.content_types:
            assert view.terms.body.model_config["extra"] == "forbid"
            assert view.terms.body.model_config["strict"]
