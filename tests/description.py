"""The API's description as tests read it: its operations, and whether an answer is one that it describes."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from infra.local.settings import ROOT

DESCRIPTION: dict[str, Any] = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))

type Described = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One route with one method."""

    method: str
    path: str
    described: Described

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def id(self) -> str:
        """Its name in the description."""
        return str(self.described["operationId"])

    @property
    def guarded(self) -> bool:
        """Whether it needs a log-in."""
        return bool(self.described["security"])

    @property
    def signed(self) -> bool:
        """Whether its body must be signed."""
        return any(each["name"] == "Stripe-Signature" for each in self.parameters())

    @property
    def in_path(self) -> dict[str, str]:
        """The examples of what its path holds."""
        return {each["name"]: each["example"] for each in self.parameters() if each["in"] == "path"}

    def parameters(self) -> Iterator[Described]:
        """Yield its parameters."""
        return (resolved(each) for each in self.described.get("parameters", []))

    @property
    def bodies(self) -> Described:
        """Its bodies by media type, each with `schema` and `example`."""
        found: Described = self.described.get("requestBody", {}).get("content", {})
        return found

    @property
    def answers(self) -> dict[int, Described]:
        """Its answers by status."""
        return {int(status): resolved(answer) for status, answer in self.described["responses"].items()}

    @property
    def success(self) -> int:
        """The status of the answer that was hoped for."""
        return min(self.answers)


def operations(description: Described = DESCRIPTION) -> list[Operation]:
    """Return every operation, in the order of the description."""
    return [
        Operation(method.upper(), path, described)
        for path, methods in description["paths"].items()
        for method, described in methods.items()
    ]


def resolved(described: Described) -> Described:
    """Return what a reference leads to, and anything else as it is."""
    if "$ref" not in described:
        return described
    there: Any = DESCRIPTION
    for part in described["$ref"].removeprefix("#/").split("/"):
        there = there[part]
    found: Described = there
    return found


def misfits(schema: Described, value: object) -> list[str]:
    """Return what is wrong with a value, by a schema of the description."""
    whole = {**schema, "components": DESCRIPTION["components"]}
    validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
    return [f"{list(error.instance_path)}: {error.message}" for error in validator.iter_errors(value)]


def undescribed(operation: Operation, status: int, headers: Mapping[str, str], text: str) -> list[str]:
    """Return in what an answer differs from those that its operation describes; empty if in nothing."""
    answer = operation.answers.get(status)
    if answer is None:
        return [f"status {status}"]
    lacking = [f"no header {name}" for name in answer.get("headers", {}) if name not in headers]
    return lacking + _wrong_content(answer.get("content", {}), headers.get("Content-Type", ""), text)


def _wrong_content(contents: Described, content_type: str, text: str) -> list[str]:
    if not contents:
        return [f"{len(text)} characters where none are described"] if text else []
    kind = content_type.partition(";")[0]
    if kind not in contents:
        return [f"media type {kind!r}"]
    is_json = re.fullmatch(r"application/(.+\+)?json", kind)
    return misfits(contents[kind]["schema"], json.loads(text) if is_json else text)
