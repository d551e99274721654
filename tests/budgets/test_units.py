"""What DynamoDB counts for each request and each message, and what stays stored: `infra/scale` reckons with these.

Read from what the functions send. A row that is updated is taken for one unit, since what it holds is not sent along.
"""

import json
from collections.abc import Iterator, Mapping
from math import ceil
from typing import Any

import pytest

from infra.scale.day import UNITS, Units
from jobipro.adapters import aws
from tests.budgets.test_calls import warm
from tests.faults.stage import Stage

WRITE_UNIT, READ_UNIT = 1024, 4096
TEMPORARY = ("Outbox", "Limits")
"""Tables whose rows go by themselves."""

type Values = Mapping[str, Mapping[str, Any]]


@pytest.fixture(scope="module")
def sent(stage: Stage) -> Iterator[list[Units]]:
    """Return the units of every call to DynamoDB, in the order of calls: of clients that are made from here on."""
    found: list[Units] = []

    def note(**call: Any) -> None:
        found.append(units(call["model"].name, json.loads(call["params"]["body"])))

    aws.session().register("before-call.dynamodb", note)
    yield found
    aws.session().unregister("before-call.dynamodb", note)


@pytest.mark.parametrize("name", sorted({name for name, _ in UNITS}))
def test_a_request_takes_these_units(stage: Stage, sent: list[Units], name: str) -> None:
    sent.clear()
    warm(stage, name)

    invocations = stage.world.tape.invocations
    asked = [[call for call in each.calls if call.service == "dynamodb"] for each in invocations]
    calls = iter(sent[len(sent) - sum(map(len, asked)) :])
    found: dict[str, Units] = {}
    for each, own in zip(invocations, asked, strict=True):
        total = sum((next(calls) for _ in own), Units())
        found.setdefault(each.trigger, total)
        found[f"{each.trigger} to {each.function}"] = total

    expected = {trigger: counted for (scenario, trigger), counted in UNITS.items() if scenario == name}
    assert {trigger: found.get(trigger) for trigger in expected} == expected


def units(operation: str, params: Mapping[str, Any]) -> Units:
    """Return what one call counts for."""
    match operation:
        case "TransactWriteItems":
            return sum((_written(*item) for each in params["TransactItems"] for item in each.items()), Units())
        case "BatchGetItem":
            return Units(read=sum(len(each["Keys"]) for each in params["RequestItems"].values()))
        case "Query" | "Scan":
            return Units(read=1)
    return Units()


def _written(kind: str, what: Mapping[str, Any]) -> Units:
    """Return what a row of a transaction counts for: twice its size, and once what it puts into indexes."""
    if kind != "Put":
        row = what["Key"]["sk"]["S"]
        in_index = (row == "REQUEST") + ("due_kind" in what.get("ExpressionAttributeNames", {}).values())
        return Units(written=2 + (in_index if kind == "Update" else 0))
    item: Values = what["Item"]
    size = _size(item)
    in_due = "due_kind" in item
    by_customer = "posted_at" in item
    kept = 0 if any(each in what["TableName"] for each in TEMPORARY) else size
    return Units(written=ceil(size / WRITE_UNIT) * (2 + by_customer) + in_due, kept=kept)


def _size(item: Values) -> int:
    """Return the bytes of a row as DynamoDB counts them, near enough: names and values."""
    return sum(len(name) + _value(*value.popitem()) for name, value in ((n, dict(v)) for n, v in item.items()))


def _value(kind: str, value: Any) -> int:
    match kind:
        case "S":
            return len(value.encode())
        case "B":
            return len(value) * 3 // 4
        case "N":
            return len(value) // 2 + 1
        case "M":
            return 3 + sum(1 + len(name) + _value(*dict(each).popitem()) for name, each in value.items())
        case "L":
            return 3 + sum(1 + _value(*dict(each).popitem()) for each in value)
        case "SS":
            return sum(len(each.encode()) for each in value)
    return 1
