"""DynamoDB behind `load`, `commit` and `find`."""

import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from jobipro.adapters.aws import translated
from jobipro.adapters.dynamodb.codec import decode_item, encode, encode_item
from jobipro.adapters.dynamodb.rows import (
    Absent,
    Action,
    AtLeast,
    Below,
    Check,
    Condition,
    Delete,
    Equals,
    Item,
    Key,
    Present,
    Put,
    Update,
)
from jobipro.adapters.dynamodb.subject_keys import still_active
from jobipro.application.ports.storage import Found, Read, Search, Write
from jobipro.domain.errors import Unavailable

ATTEMPTS = 8
"""How often a transaction that met another one is tried before the caller is told to come back."""

PASSING = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
"""Reasons for which DynamoDB cancels a transaction that say nothing about the rows themselves."""


CHANCE = random.SystemRandom()
"""The operating system's: a generator of our own would go on the same in every process restored from one snapshot."""


def pause(attempt: int) -> None:
    """Wait before another attempt (counted from 1): at random, so that two that met do not meet again."""
    time.sleep(CHANCE.uniform(0, 0.02 * 2**attempt))


class DynamoStore:
    """Rows in DynamoDB, by logical table name."""

    def __init__(self, client: Any, tables: Mapping[str, str], pause: Callable[[int], None] = pause) -> None:
        self._client = client
        self._tables = tables
        self._pause = pause
        self._logical = {physical: logical for logical, physical in tables.items()}

    def load(self, *reads: Read[Any]) -> Any:
        """Look at the rows of all reads at once and return what each makes (one BatchGetItem)."""
        rows = self._rows({key for read in reads for key in read.keys})
        made = tuple(read.build(rows) for read in reads)
        return made[0] if len(made) == 1 else made

    def commit(self, *writes: Write | Iterable[Write]) -> None:
        """Write all rows or none (one TransactWriteItems); raise the error of the write whose condition failed."""
        wanted = transaction(writes)
        members = [self._member(write.action) for write in wanted]
        for attempt in range(ATTEMPTS):
            if attempt:
                self._pause(attempt)
            try:
                with translated({}):
                    self._client.transact_write_items(TransactItems=members)
                return
            except ClientError as error:
                reasons = error.response.get("CancellationReasons")
                if not reasons:
                    raise
                refused(wanted, reasons, error)
        raise Unavailable

    def find[T](self, search: Search[T], limit: int, after: Mapping[str, str] | None = None) -> Found[T]:
        """Return one page of a query (a scan when the search names no partition)."""
        rows = self._rows(set(search.beside)) if search.beside else {}
        request: dict[str, Any] = {"TableName": self._tables[search.table], "Limit": limit}
        if search.index:
            request["IndexName"] = search.index
        else:
            request["ConsistentRead"] = True
        if after:
            request["ExclusiveStartKey"] = encode_item(after)
        with translated({}):
            if search.partition is None:
                answer = self._client.scan(**request)
            else:
                answer = self._client.query(**request, **_key_condition(search))
        last = answer.get("LastEvaluatedKey")
        return Found(
            [search.build(decode_item(item), rows) for item in answer["Items"]],
            decode_item(last) if last else None,
        )

    def _rows(self, keys: set[Key]) -> dict[Key, Item]:
        wanted: dict[str, Any] = {}
        for key in sorted(keys, key=lambda key: (key.table, key.pk, key.sk)):
            table = wanted.setdefault(self._tables[key.table], {"Keys": [], "ConsistentRead": True})
            table["Keys"].append({"pk": {"S": key.pk}, "sk": {"S": key.sk}})
        rows: dict[Key, Item] = {}
        for attempt in range(ATTEMPTS):
            if attempt:
                self._pause(attempt)
            with translated({}):
                answer = self._client.batch_get_item(RequestItems=wanted)
            for physical, items in answer["Responses"].items():
                for item in map(decode_item, items):
                    rows[Key(self._logical[physical], item["pk"], item["sk"])] = item
            wanted = answer.get("UnprocessedKeys") or {}
            if not wanted:
                return rows
        raise Unavailable

    def _member(self, action: Action) -> dict[str, Any]:
        place: dict[str, Any] = {
            "TableName": self._tables[action.key.table],
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        key = {"pk": {"S": action.key.pk}, "sk": {"S": action.key.sk}}
        words = _Expression()
        match action:
            case Put(item=item):
                member = {"Put": place | {"Item": encode_item(item) | key}}
            case Delete():
                member = {"Delete": place | {"Key": key}}
            case Check():
                member = {"ConditionCheck": place | {"Key": key}}
            case Update():
                member = {"Update": place | {"Key": key, "UpdateExpression": words.update(action)}}
        (body,) = member.values()
        if action.when:
            body["ConditionExpression"] = words.all_of(action.when)
        else:
            del body["ReturnValuesOnConditionCheckFailure"]
        return {kind: body | words.placeholders() for kind, body in member.items()}


def transaction(writes: Iterable[Write | Iterable[Write]]) -> list[Write]:
    """Return the writes flat, with a check that every key they are sealed under is still active."""
    flat: list[Write] = []
    for write in writes:
        if isinstance(write, Write):
            flat.append(write)
        else:
            flat.extend(write)
    targets = {write.action.key for write in flat}
    if len(targets) < len(flat):
        raise ValueError("two writes of one transaction aim at the same row")
    checks = {check.action.key: check for write in flat for check in map(still_active, write.under)}
    return flat + [check for key, check in checks.items() if key not in targets]


def refused(writes: Sequence[Write], reasons: Sequence[Mapping[str, Any]], error: ClientError) -> None:
    """Raise the error of the first write that was refused; return when the transaction only met another one."""
    for write, reason in zip(writes, reasons, strict=True):
        if reason.get("Code") == "ConditionalCheckFailed":
            item = reason.get("Item")
            raise write.refused(decode_item(item) if item else None) from error
    codes = {reason.get("Code", "None") for reason in reasons} - {"None"}
    if not codes or not codes <= PASSING:
        raise error


class _Expression:
    """Names and values of one member's expressions."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[str, Any] = {}

    def update(self, action: Update) -> str:
        clauses = []
        if action.set:
            clauses.append("SET " + ", ".join(f"{self._name(n)} = {self._value(v)}" for n, v in action.set.items()))
        if action.add:
            clauses.append("ADD " + ", ".join(f"{self._name(n)} {self._value(v)}" for n, v in action.add.items()))
        if action.remove:
            clauses.append("REMOVE " + ", ".join(self._name(name) for name in action.remove))
        return " ".join(clauses)

    def all_of(self, conditions: Iterable[Condition]) -> str:
        return " AND ".join(self._condition(condition) for condition in conditions)

    def placeholders(self) -> dict[str, Any]:
        given: dict[str, Any] = {"ExpressionAttributeNames": {short: name for name, short in self._names.items()}}
        return {name: value for name, value in (given | {"ExpressionAttributeValues": self._values}).items() if value}

    def _condition(self, condition: Condition) -> str:
        name = self._name(condition.name)
        match condition:
            case Absent():
                return f"attribute_not_exists({name})"
            case Present():
                return f"attribute_exists({name})"
            case Equals(value=value):
                return f"{name} = {self._value(value)}"
            case Below(value=value):
                return f"(attribute_not_exists({name}) OR {name} < {self._value(value)})"
            case AtLeast(value=value):
                return f"{name} >= {self._value(value)}"

    def _name(self, path: str) -> str:
        return ".".join(self._names.setdefault(part, f"#n{len(self._names)}") for part in path.split("."))

    def _value(self, value: Any) -> str:
        short = f":v{len(self._values)}"
        self._values[short] = encode(value)
        return short


def _key_condition(search: Search[Any]) -> dict[str, Any]:
    words = _Expression()
    name, value = search.partition or ("", "")
    condition = words.all_of((Equals(name, value),))
    if search.from_to:
        sort, low, high = search.from_to
        condition += f" AND {words._name(sort)} BETWEEN {words._value(low)} AND {words._value(high)}"
    return {
        "KeyConditionExpression": condition,
        "ScanIndexForward": not search.newest_first,
        **words.placeholders(),
    }
