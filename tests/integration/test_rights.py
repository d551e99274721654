"""Every right of a function's role is used in a whole run of these tests, and none is lacked.

The embedded cloud notes each decision on what a role may do once. What tests try in a role's name is told apart by the
name of the session: a function's is the function's own.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.integration.stack import ASSUMED, Stack

BY_THE_CLOUD = "The embedded cloud does it by itself, without asking for a right."

UNUSED = {
    "logs:CreateLogStream": BY_THE_CLOUD,
    "logs:PutLogEvents": BY_THE_CLOUD,
    "sqs:ReceiveMessage": BY_THE_CLOUD,
    "sqs:DeleteMessage": BY_THE_CLOUD,
    "sqs:GetQueueAttributes": BY_THE_CLOUD,
    "dynamodb:DescribeStream": BY_THE_CLOUD,
    "dynamodb:GetRecords": BY_THE_CLOUD,
    "dynamodb:GetShardIterator": BY_THE_CLOUD,
    "dynamodb:ListStreams": BY_THE_CLOUD,
    "sqs:SendMessage": "Only Lambda sends dead letters, in the function's name; here it asks for no right.",
    "s3:ListBucket": "Only with it does S3 say of an object that is gone that it is; here it says so anyway.",
    "xray:PutTraceSegments": "The embedded cloud takes no traces.",
    "xray:PutTelemetryRecords": "The embedded cloud takes no traces.",
}
"""Rights that no test can use here, and why; each works on AWS behind the function's back."""

BY_FORMS = ("RequestPostingRole", "s3:PutObject")
"""The form that this role signs is what uses the right, when somebody sends an image; here no role is asked then."""

BY_STRANGERS = {"s3:PutObject", "s3:DeleteObject"}
"""What tests try on shown images with a form or link that a function signed: it counts as that function's own try."""


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """A role may do something with a resource, or did."""

    role: str
    action: str
    resource: str


def noted(stack: Stack, *, allowed: bool) -> set[Right]:
    """Return what functions used of their rights, or what they lacked."""
    found = set()
    for line in (stack.folder / "logs" / "rights.jsonl").read_text().splitlines():
        note = json.loads(line)
        role, _, session = note["caller"].partition("/")
        if note["allowed"] is allowed and session != ASSUMED:
            found.add(Right(role, note["action"], note["resource"]))
    return found


def granted(stack: Stack) -> Iterator[Right]:
    """Yield what the functions' roles may do, as they were deployed."""
    iam = stack.aws("iam")
    pages = stack.aws("lambda").get_paginator("list_functions").paginate()
    for role in {found["Role"].rpartition("/")[2] for page in pages for found in page["Functions"]}:
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            for statement in document["Statement"]:
                if statement["Effect"] == "Allow":
                    yield from _rights(role, statement)


def _rights(role: str, statement: dict[str, list[str] | str]) -> Iterator[Right]:
    for action in _listed(statement["Action"]):
        yield from (Right(role, action, resource) for resource in _listed(statement["Resource"]))


def kind_of(right: Right) -> str:
    """Return a role's name in the template."""
    return right.role.split("-")[2]


def _listed(value: list[str] | str) -> list[str]:
    return [value] if isinstance(value, str) else value


def is_whole(request: pytest.FixtureRequest) -> bool:
    """Tell whether all tests of this folder are run."""
    ran = {item.path for item in request.session.items}
    options = request.config.option
    narrowed = options.keyword or options.markexpr or options.deselect or request.session.testsfailed
    return set(Path(__file__).parent.glob("test_*.py")) <= ran and not narrowed


@pytest.mark.commitment("security.least-access")
def test_every_right_of_a_function_is_used(stack: Stack, request: pytest.FixtureRequest):
    if not is_whole(request):
        pytest.skip("tells only when all tests of this folder were run, and none failed")
    used, rights = noted(stack, allowed=True), set(granted(stack))

    def is_used(right: Right) -> bool:
        return any(
            (each.role, each.action) == (right.role, right.action) and fnmatchcase(each.resource, right.resource)
            for each in used
        )

    unused = [right for right in rights if not is_used(right)]
    by_forms = [right for right in unused if (kind_of(right), right.action) == BY_FORMS]
    assert sorted(right for right in unused if right.action not in UNUSED and right not in by_forms) == []
    assert len(by_forms) == 1
    assert {right.action for right in rights if is_used(right)} & UNUSED.keys() == set()


@pytest.mark.commitment("security.least-access")
def test_no_function_lacks_a_right(stack: Stack):
    lacked = noted(stack, allowed=False)
    by_strangers = {each for each in lacked if each.action in BY_STRANGERS and "/shown/upl_" in each.resource}

    assert lacked - by_strangers == set()
    assert {kind_of(each) for each in by_strangers} <= {"RequestPostingRole"}
