"""The templates as the tests read them: what is deployed on AWS, with references followed into nested stacks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from infra.local.template import Template, read_template

ROOT = Path(__file__).parents[2]
NO_VALUE = {"Ref": "AWS::NoValue"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a resource stands: the nested stack (empty for the root) and its logical id there."""

    stack: str
    name: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy, as lists; `holder` is the logical id of the resource that carries it."""

    holder: str
    effect: str
    actions: tuple[str, ...]
    resources: tuple[Any, ...]
    principal: Any
    condition: Mapping[str, Any]


@cache
def template(stack: str = "") -> Template:
    """Return the root template, or that of a nested stack, as it is deployed on AWS."""
    path = template()["Resources"][stack]["Properties"]["TemplateURL"] if stack else "template.yaml"
    found: Template = _on_aws(read_template(ROOT / path))
    return found


def stacks() -> list[str]:
    """Return the root (an empty name) and every nested stack."""
    nested = [name for name, found in template()["Resources"].items() if found["Type"] == "AWS::CloudFormation::Stack"]
    return ["", *nested]


def of_type(kind: str, stack: str = "") -> dict[str, Any]:
    """Return the resources of one type in one template, by logical id."""
    return {name: found for name, found in template(stack)["Resources"].items() if found["Type"] == kind}


def properties(place: Place) -> dict[str, Any]:
    """Return the properties of a resource."""
    found: dict[str, Any] = template(place.stack)["Resources"][place.name]["Properties"]
    return found


def target(reference: Any, stack: str = "") -> Place:
    """Return the resource that a Ref or GetAtt means, through the outputs of nested stacks."""
    if "Ref" in reference:
        return Place(stack, reference["Ref"])
    name, attribute = reference["Fn::GetAtt"]
    if attribute.startswith("Outputs."):
        return target(template(name)["Outputs"][attribute.removeprefix("Outputs.")]["Value"], name)
    return Place(stack, name)


def functions() -> dict[str, dict[str, Any]]:
    """Return the properties of every function, by the folder its code is in."""
    found = of_type("AWS::Serverless::Function").values()
    return {Path(each["Properties"]["CodeUri"]).name: each["Properties"] for each in found}


def events(folder: str, kind: str) -> list[dict[str, Any]]:
    """Return the properties of a function's events of one type."""
    return [event["Properties"] for event in functions()[folder]["Events"].values() if event["Type"] == kind]


def role(folder: str) -> str:
    """Return the logical id of the role a function runs under."""
    return target(functions()[folder]["Role"]).name


def grants(folder: str) -> list[Statement]:
    """Return what a function's own role allows."""
    return [each for each in statements() if each.holder == role(folder) and each.effect == "Allow"]


def refusals(folder: str) -> list[Statement]:
    """Return what a function's own role refuses whatever else allows it."""
    return [each for each in statements() if each.holder == role(folder) and each.effect == "Deny"]


@cache
def statements() -> tuple[Statement, ...]:
    """Return every statement of every policy on roles (not those on keys and queues)."""
    found: list[Statement] = []
    for name, each in of_type("AWS::IAM::Role").items():
        for policy in each["Properties"].get("Policies", []):
            found += policy_statements(name, policy["PolicyDocument"])
    for name, each in of_type("AWS::IAM::ManagedPolicy").items():
        found += policy_statements(name, each["Properties"]["PolicyDocument"])
    return tuple(found)


def policy_statements(holder: str, document: Mapping[str, Any]) -> Iterator[Statement]:
    """Return the statements of a policy document."""
    for each in document["Statement"]:
        yield Statement(
            holder=holder,
            effect=each["Effect"],
            actions=tuple(_listed(each["Action"])),
            resources=tuple(_listed(each.get("Resource", []))),
            principal=each.get("Principal"),
            condition=each.get("Condition", {}),
        )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _on_aws(value: Any) -> Any:
    """Return a part of a template with `OnAws` taken for true, and what has no value then left out."""
    if isinstance(value, list):
        return [_on_aws(item) for item in value if item != NO_VALUE]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"Fn::If"} and value["Fn::If"][0] == "OnAws":
        return _on_aws(value["Fn::If"][1])
    return {key: resolved for key, item in value.items() if (resolved := _on_aws(item)) != NO_VALUE}
