"""The routes that are deployed are the routes the functions answer, and ask for a log-in where they need the caller."""

import importlib

import pytest

from jobipro.http import create_app
from tests.infrastructure.shape import ROOT, events, functions, template

HTTP = sorted(path.parent.name for path in ROOT.glob("functions/*/routes.py"))


def deployed(folder: str) -> dict[tuple[str, str], bool]:
    """Return (path, method) of a function's events, and whether the gateway asks for a log-in."""
    return {
        (event["Path"], event["Method"]): event.get("Auth") == {"Authorizer": "LogIn"}
        for event in events(folder, "Api")
    }


def answered(folder: str) -> dict[tuple[str, str], bool]:
    """Return (path, method) of a function's views, and whether they need the caller."""
    blueprint = importlib.import_module(f"functions.{folder}.routes").blueprint()
    return {(path, method): "caller" in view.wants for path, method, view in create_app(folder, blueprint).views()}


@pytest.mark.parametrize("folder", HTTP)
def test_the_gateway_routes_exactly_what_a_function_answers_and_guards_what_needs_the_caller(folder: str) -> None:
    assert deployed(folder) == answered(folder)


def test_every_function_with_routes_in_the_template_has_them_in_its_folder() -> None:
    assert sorted(folder for folder in functions() if deployed(folder)) == HTTP


def test_no_route_goes_to_two_functions() -> None:
    routes = [route for folder in functions() for route in deployed(folder)]

    assert len(routes) == len(set(routes))


def test_a_log_in_is_asked_for_route_by_route_and_checked_by_the_user_pool() -> None:
    assert template()["Resources"]["Api"]["Properties"]["Auth"] == {
        "Authorizers": {"LogIn": {"UserPoolArn": {"Fn::GetAtt": ["Identity", "Outputs.UserPoolArn"]}}}
    }
