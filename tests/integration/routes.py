"""The routes of the API description, each with its example body."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import requests

from infra.local.settings import ROOT
from tests.integration.people import Person

DESCRIPTION = json.loads((ROOT / "docs" / "openapi.json").read_text())


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of the description; `body` is its example."""

    method: str
    path: str
    guarded: bool
    body: Any

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.path)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def asked(self, person: Person, path: str, **more: Any) -> requests.Response:
        """Ask for a path of this route with somebody's log-in, or another one."""
        given = {} if self.body is None else {"json": self.body}
        return person.api.call(self.method, path, **{"token": person.token, **given, **more})


def _routes() -> Iterator[Route]:
    for path, methods in DESCRIPTION["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            yield Route(method.upper(), path, bool(operation.get("security")), content.get("example"))


ROUTES = [route for route in _routes() if route.guarded]
OF_SOMETHING = [route for route in ROUTES if route.parameters]
OF_ONESELF = [route for route in ROUTES if route.method == "GET" and not route.parameters]
TOKEN_ROUTES = sorted({route.path for route in _routes() if route.parameters == ["token"]})
