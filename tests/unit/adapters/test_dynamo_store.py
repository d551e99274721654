"""DynamoDB's bad days: conflicts, throttling, half an answer; and exactly what it is asked."""

import io
import json
import random
import time
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from jobipro.adapters.dynamodb.codec import encode_item
from jobipro.adapters.dynamodb.rows import Absent, Check, Delete, Equals, Present, Put, Update
from jobipro.adapters.dynamodb.store import ATTEMPTS, DynamoStore, pause
from jobipro.application.ports.storage import Key, Read, Search, Write
from jobipro.domain.errors import AlreadyDone, Conflict, NotFound, Unavailable

TABLES = {"accounts": "T-accounts", "limits": "T-limits"}
A, B = Key("accounts", "a"), Key("accounts", "b")


class Script:
    """A DynamoDB client that answers what it is told to, in turn, and remembers what it was asked."""

    def __init__(self, *answers: Any) -> None:
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self._answers = list(answers)

    def transact_write_items(self, **request: Any) -> Any:
        return self._answer("TransactWriteItems", request)

    def batch_get_item(self, **request: Any) -> Any:
        return self._answer("BatchGetItem", request)

    def query(self, **request: Any) -> Any:
        return self._answer("Query", request)

    def scan(self, **request: Any) -> Any:
        return self._answer("Scan", request)

    def _answer(self, operation: str, request: Mapping[str, Any]) -> Any:
        self.asked.append((operation, json.loads(json.dumps(request, default=repr))))
        answer = self._answers.pop(0) if self._answers else {}
        if isinstance(answer, Exception):
            raise answer
        return answer


class Raw(io.BytesIO):
    """The body of an answer as urllib3 would hand it over."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.getvalue()


class Waits:
    """Remembers the attempts before which the store waited, and takes no time."""

    def __init__(self) -> None:
        self.before: list[int] = []

    def __call__(self, attempt: int) -> None:
        self.before.append(attempt)


@pytest.fixture
def waits():
    return Waits()


def cancelled(*reasons: str | tuple[str, dict[str, Any]]) -> ClientError:
    described: list[Any] = []
    for reason in reasons:
        code, row = reason if isinstance(reason, tuple) else (reason, {})
        described.append({"Code": code} | ({"Item": encode_item(row)} if row else {}))
    return ClientError(
        {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": described}, "TransactWriteItems"
    )


def error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}}, "TransactWriteItems")


TWO = (
    Write(Put(A, {}, when=(Absent(),)), refused=AlreadyDone),
    Write(Check(B, when=(Present(),)), refused=lambda row: NotFound()),
)


@pytest.mark.parametrize(
    "reasons",
    [
        ("TransactionConflict", "None"),
        ("None", "TransactionConflict"),
        ("TransactionConflict", "TransactionConflict"),
        ("ThrottlingError", "None"),
        ("ProvisionedThroughputExceeded", "TransactionConflict"),
    ],
)
def test_a_transaction_that_met_another_is_tried_again_as_it_was(waits, reasons):
    client = Script(cancelled(*reasons), cancelled(*reasons), {})

    DynamoStore(client, TABLES, waits).commit(*TWO)

    assert [operation for operation, _ in client.asked] == ["TransactWriteItems"] * 3
    assert client.asked[0] == client.asked[1] == client.asked[2]
    assert waits.before == [1, 2]


def test_a_conflict_is_never_taken_for_a_duplicate(waits):
    client = Script(cancelled("TransactionConflict", "None"), cancelled(("ConditionalCheckFailed", {"n": 1}), "None"))

    with pytest.raises(AlreadyDone) as refused:
        DynamoStore(client, TABLES, waits).commit(*TWO)

    assert refused.value.before == {"n": 1}
    assert len(client.asked) == 2


def test_after_as_many_attempts_as_are_allowed_the_caller_is_told_to_come_back(waits):
    client = Script(*[cancelled("TransactionConflict", "None")] * (ATTEMPTS + 1))

    with pytest.raises(Unavailable):
        DynamoStore(client, TABLES, waits).commit(*TWO)

    assert len(client.asked) == ATTEMPTS
    assert waits.before == list(range(1, ATTEMPTS))


@pytest.mark.parametrize("other", ["None", "TransactionConflict", "ThrottlingError"])
def test_a_refusal_counts_whatever_else_happened_to_the_transaction(waits, other):
    client = Script(cancelled(other, "ConditionalCheckFailed"))

    with pytest.raises(NotFound):
        DynamoStore(client, TABLES, waits).commit(*TWO)

    assert len(client.asked) == 1


def test_a_refusal_by_a_missing_row_hands_over_none(waits):
    told = Write(Check(A, when=(Present(),)), refused=lambda row: Conflict(state=str(row)))

    with pytest.raises(Conflict) as refused:
        DynamoStore(Script(cancelled("ConditionalCheckFailed")), TABLES, waits).commit(told)

    assert refused.value.state == "None"


@pytest.mark.parametrize("reason", ["ValidationError", "ItemCollectionSizeLimitExceeded"])
def test_a_mistake_of_ours_is_neither_a_refusal_nor_tried_again(waits, reason):
    client = Script(cancelled("None", reason))

    with pytest.raises(ClientError):
        DynamoStore(client, TABLES, waits).commit(*TWO)

    assert len(client.asked) == 1


@pytest.mark.parametrize("reason", ["ValidationError", "ItemCollectionSizeLimitExceeded"])
def test_a_mistake_of_ours_is_not_tried_again_for_meeting_a_conflict_besides(waits, reason):
    client = Script(cancelled("TransactionConflict", reason))

    with pytest.raises(ClientError):
        DynamoStore(client, TABLES, waits).commit(*TWO)

    assert len(client.asked) == 1


BUSY = [
    error("ThrottlingException"),
    error("ProvisionedThroughputExceededException"),
    error("RequestLimitExceeded"),
    error("InternalServerError"),
    EndpointConnectionError(endpoint_url="https://dynamodb"),
    ReadTimeoutError(endpoint_url="https://dynamodb"),
]


@pytest.mark.parametrize("trouble", BUSY, ids=lambda trouble: type(trouble).__name__ + str(trouble)[18:45])
def test_a_table_that_has_too_much_to_do_makes_the_service_unavailable(waits, trouble):
    store = [DynamoStore(Script(trouble), TABLES, waits) for _ in range(4)]

    with pytest.raises(Unavailable):
        store[0].commit(*TWO)
    with pytest.raises(Unavailable):
        store[1].load(Read((A,), dict))
    with pytest.raises(Unavailable):
        store[2].find(Search("accounts", partition=("pk", "a"), build=lambda item, rows: item), 10)
    with pytest.raises(Unavailable):
        store[3].find(Search("accounts", build=lambda item, rows: item), 10)


@pytest.mark.parametrize("code", ["AccessDeniedException", "ResourceNotFoundException", "ValidationException"])
def test_a_right_or_table_that_is_missing_is_a_fault_of_ours(waits, code):
    with pytest.raises(ClientError):
        DynamoStore(Script(error(code)), TABLES, waits).commit(*TWO)


def found(*keys: Key, left: tuple[Key, ...] = ()) -> dict[str, Any]:
    answer: dict[str, Any] = {"Responses": {}, "UnprocessedKeys": {}}
    for key in keys:
        rows = answer["Responses"].setdefault(TABLES[key.table], [])
        rows.append(encode_item({"pk": key.pk, "sk": key.sk}))
    for key in left:
        wanted = answer["UnprocessedKeys"].setdefault(TABLES[key.table], {"Keys": [], "ConsistentRead": True})
        wanted["Keys"].append({"pk": {"S": key.pk}, "sk": {"S": key.sk}})
    return answer


def names(rows: Mapping[Key, Any]) -> set[str]:
    return {key.pk for key in rows}


def test_what_a_look_left_out_is_asked_for_again_and_nothing_else(waits):
    client = Script(found(A, left=(B,)), found(left=(B,)), found(B))

    assert DynamoStore(client, TABLES, waits).load(Read((A, B), names)) == {"a", "b"}

    assert [len(request["RequestItems"]["T-accounts"]["Keys"]) for _, request in client.asked] == [2, 1, 1]
    assert all(request["RequestItems"]["T-accounts"]["ConsistentRead"] for _, request in client.asked)
    assert waits.before == [1, 2]


def test_a_look_that_is_never_whole_is_given_up(waits):
    client = Script(*[found(left=(A,))] * (ATTEMPTS + 1))

    with pytest.raises(Unavailable):
        DynamoStore(client, TABLES, waits).load(Read((A,), names))

    assert len(client.asked) == ATTEMPTS


def test_rows_of_one_name_in_two_tables_are_told_apart(waits):
    elsewhere = Key("limits", "a")
    client = Script(found(A, elsewhere))

    assert DynamoStore(client, TABLES, waits).load(Read((A, elsewhere), set)) == {A, elsewhere}


def test_each_row_is_asked_for_once_however_many_reads_want_it(waits):
    client = Script(found(A))

    DynamoStore(client, TABLES, waits).load(Read((A,), names), Read((A,), names))

    assert client.asked[0][1]["RequestItems"]["T-accounts"]["Keys"] == [{"pk": {"S": "a"}, "sk": {"S": "-"}}]


def test_names_and_values_never_stand_in_an_expression_themselves(waits):
    client = Script()
    change = Update(A, set={"status": "x", "map.on": True}, add={"count": 2}, remove=("old",), when=(Equals("n", 1),))

    DynamoStore(client, TABLES, waits).commit(Write(change), Write(Delete(B)))

    first, second = client.asked[0][1]["TransactItems"]
    assert first["Update"] == {
        "TableName": "T-accounts",
        "Key": {"pk": {"S": "a"}, "sk": {"S": "-"}},
        "UpdateExpression": "SET #n0 = :v0, #n1.#n2 = :v1 ADD #n3 :v2 REMOVE #n4",
        "ConditionExpression": "#n5 = :v3",
        "ExpressionAttributeNames": {
            "#n0": "status",
            "#n1": "map",
            "#n2": "on",
            "#n3": "count",
            "#n4": "old",
            "#n5": "n",
        },
        "ExpressionAttributeValues": {":v0": {"S": "x"}, ":v1": {"BOOL": True}, ":v2": {"N": "2"}, ":v3": {"N": "1"}},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    assert second == {"Delete": {"TableName": "T-accounts", "Key": {"pk": {"S": "b"}, "sk": {"S": "-"}}}}


def test_an_index_is_not_asked_to_be_consistent_and_a_table_is(waits):
    client = Script({"Items": []}, {"Items": []})
    store = DynamoStore(client, TABLES, waits)
    store.find(Search("accounts", index="due", partition=("due_kind", "x"), build=lambda item, rows: item), 10)
    store.find(Search("accounts", partition=("pk", "x"), build=lambda item, rows: item), 10)

    assert ["ConsistentRead" in request for _, request in client.asked] == [False, True]


def test_every_attempt_carries_a_token_of_its_own(waits):
    """With the first attempt's token DynamoDB could answer for that attempt instead of trying anew."""
    sent: list[dict[str, Any]] = []
    reasons = {
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "CancellationReasons": [{"Code": "TransactionConflict"}, {"Code": "None"}],
    }

    def answer(request: Any, **_: Any) -> AWSResponse:
        sent.append(json.loads(request.body))
        status, body = (400, reasons) if len(sent) < 3 else (200, {})
        headers: Any = {"Content-Type": "application/x-amz-json-1.0"}
        return AWSResponse(request.url, status, headers, Raw(json.dumps(body).encode()))

    client = boto3.client(
        "dynamodb",
        region_name="ca-central-1",
        aws_access_key_id="nobody",
        aws_secret_access_key="nothing",
        endpoint_url="http://127.0.0.1:9",
        config=Config(retries={"total_max_attempts": 1}),
    )
    client.meta.events.register("before-send.dynamodb.TransactWriteItems", answer)

    DynamoStore(client, TABLES, waits).commit(*TWO)

    assert len({request["ClientRequestToken"] for request in sent}) == 3
    assert sent[0]["TransactItems"] == sent[1]["TransactItems"] == sent[2]["TransactItems"]


def test_processes_restored_from_one_snapshot_do_not_wait_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    for _ in range(2):
        random.seed("what every one of them wakes up with")
        pause(attempt=3)

    assert waits[0] != waits[1]
