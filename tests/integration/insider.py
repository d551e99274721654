"""What only an administrator could do: read the tables, open what is sealed, suspend and erase people."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from jobipro.adapters.cognito import CognitoCredentials
from jobipro.adapters.dynamodb.accounts import Accounts
from jobipro.adapters.dynamodb.codec import decode_item
from jobipro.adapters.dynamodb.coverage import Coverage
from jobipro.adapters.dynamodb.outbox import Outbox
from jobipro.adapters.dynamodb.rows import Key
from jobipro.adapters.dynamodb.sealed import Sealing
from jobipro.adapters.dynamodb.store import DynamoStore
from jobipro.adapters.dynamodb.subject_keys import ACTIVE, SubjectKeys
from jobipro.adapters.kms import KmsDataKeys
from jobipro.adapters.sealing import DataKey
from jobipro.adapters.system import RandomIds, SystemClock
from jobipro.application.erase_subject import EraseSubject
from jobipro.domain.errors import Unintelligible
from jobipro.domain.ids import SubjectId
from jobipro.domain.subject_keys import KeyClass
from tests.integration.stack import Stack

type Row = dict[str, Any]


def rows(stack: Stack, table: str) -> list[Row]:
    """Return every row of a table."""
    pages = stack.aws("dynamodb").get_paginator("scan").paginate(TableName=stack.table(table), ConsistentRead=True)
    return [decode_item(item) for page in pages for item in page["Items"]]


def change(stack: Stack, table: str, pk: str, sk: str, **values: str | int) -> None:
    """Set attributes of a row."""
    stack.aws("dynamodb").update_item(
        TableName=stack.table(table),
        Key={"pk": {"S": pk}, "sk": {"S": sk}},
        UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
        ExpressionAttributeNames={f"#{name}": name for name in values},
        ExpressionAttributeValues={
            f":{name}": {"S": value} if isinstance(value, str) else {"N": str(value)} for name, value in values.items()
        },
    )


def set_status(stack: Stack, subject: str, status: str) -> None:
    """Suspend somebody, or take it back."""
    change(stack, "accounts", f"A#{subject}", "PROFILE", status=status)


def erase(stack: Stack, subject: str) -> bool:
    """Erase somebody, as the product does it; tell whether it was done."""
    store, sealing, keys = _store(stack), Sealing(_stage(stack)), _keys(stack)
    return EraseSubject(
        commit=store.commit,
        load=store.load,
        accounts=Accounts(sealing, keys),
        keys=keys,
        coverage=Coverage(sealing),
        credentials=CognitoCredentials(
            stack.aws("cognito-idp"), stack.description["user_pool_id"], stack.description["user_pool_client_id"]
        ),
        outbox=Outbox(),
        clock=SystemClock(),
        ids=RandomIds(),
    )(SubjectId(subject))


def opened(stack: Stack, subject: str) -> Mapping[Key, Row]:
    """Return the fields of all rows that a person's keys open, by row."""
    store, keys, sealing = _store(stack), _keys(stack), Sealing(_stage(stack))
    own: list[DataKey] = []
    for key_class in KeyClass:
        key = store.load(keys.key_if_any(SubjectId(subject), key_class))
        if key is not None:
            own.append(key)
    found: dict[Key, Row] = {}
    for table in stack.description["tables"]:
        for row in rows(stack, table):
            for fields in _openings(sealing, own, row, table):
                found[Key(table, row["pk"], row["sk"])] = fields
    return found


@contextmanager
def held_back(stack: Stack, source: str) -> Iterator[None]:
    """Keep what arrives at a queue, or in the outbox, from being worked on while the block runs."""
    lambda_ = stack.aws("lambda")
    name = stack.table("outbox") if source == "outbox" else stack.queue(source).rpartition("/")[2]
    (mapping,) = [
        each
        for each in lambda_.list_event_source_mappings()["EventSourceMappings"]
        if name in each["EventSourceArn"].replace("/", ":").split(":")
    ]
    lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    try:
        yield
    finally:
        lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


def holders_of_keys(stack: Stack) -> set[str]:
    """Return the subjects whose keys have not been destroyed."""
    return {row["pk"].removeprefix("K#") for row in rows(stack, "subject-keys") if row["status"] == ACTIVE}


def _openings(sealing: Sealing, own: list[DataKey], row: Row, table: str) -> Iterator[Row]:
    for key in own if "sealed" in row else ():
        try:
            yield sealing.unseal(key, row, table)
        except Unintelligible:
            continue


def _store(stack: Stack) -> DynamoStore:
    return DynamoStore(stack.aws("dynamodb"), stack.description["tables"])


def _keys(stack: Stack) -> SubjectKeys:
    return SubjectKeys(KmsDataKeys(stack.aws("kms"), stack.description["kms"]["subjects"], _stage(stack)))


def _stage(stack: Stack) -> str:
    return str(stack.description["stage"])
