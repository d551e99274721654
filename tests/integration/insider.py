"""What only an administrator could do: read tables, open what is sealed, suspend and erase people, turn the clock."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import requests

from jobipro.adapters.cognito import CognitoCredentials
from jobipro.adapters.dynamodb.accounts import Accounts
from jobipro.adapters.dynamodb.codec import decode_item
from jobipro.adapters.dynamodb.coverage import Coverage
from jobipro.adapters.dynamodb.outbox import Outbox
from jobipro.adapters.dynamodb.payments import Payments
from jobipro.adapters.dynamodb.rows import Key
from jobipro.adapters.dynamodb.sealed import Sealing
from jobipro.adapters.dynamodb.store import DynamoStore
from jobipro.adapters.dynamodb.subject_keys import ACTIVE, SubjectKeys
from jobipro.adapters.kms import KmsDataKeys
from jobipro.adapters.sealing import DataKey
from jobipro.adapters.system import RandomIds, SystemClock
from jobipro.application.erase_subject import EraseSubject
from jobipro.domain.disclosures import START, unbroken
from jobipro.domain.errors import SubjectErased, Unintelligible
from jobipro.domain.events import Event, EventType
from jobipro.domain.ids import RequestId, SubjectId
from jobipro.domain.payments import Authorisation, Card, Private
from jobipro.domain.payments import opened as opened_payment
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


def tell(stack: Stack, kind: EventType, subject: str, **refs: str) -> None:
    """Commit an event, as whatever causes it does."""
    event = Event(RandomIds().event(), kind, SystemClock().now(), SubjectId(subject), refs)
    _store(stack).commit(Outbox().recorded(event))


def owe(stack: Stack, request: str, customer: str, provider: str, authorisation: Authorisation, card: Card) -> str:
    """Have a customer owe for a request what an authorisation is for, as far as that has come; return the payment."""
    store, payments = _store(stack), Payments(Sealing(_stage(stack)), _keys(stack))
    owed = opened_payment(
        RequestId(request), SubjectId(customer), SubjectId(provider), authorisation.cents, SystemClock().now()
    )
    store.commit(payments.opened(owed))
    before = store.load(payments.payment(owed.id, owed.customer))
    known = {authorisation.intent: authorisation}
    store.commit(
        payments.kept(
            replace(before, authorisations=known, private=Private(card, card_of=authorisation.n)), before=before
        )
    )
    return owed.id


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
        with suppress(SubjectErased):
            key = store.load(keys.key_if_any(SubjectId(subject), key_class))
            own += [key] if key else []
    found: dict[Key, Row] = {}
    for table in stack.description["tables"]:
        for row in rows(stack, table):
            for fields in _openings(sealing, own, row, table):
                found[Key(table, row["pk"], row["sk"])] = fields
    return found


def ledger(stack: Stack, subject: str) -> list[Row]:
    """Return the entries of a person's ledger, oldest first; they must be the whole of an unbroken chain."""
    own = {row["sk"]: row for row in rows(stack, "disclosures") if row["pk"] == f"D#{subject}"}
    head = own.pop("HEAD", {"seq": 0, "last": START})
    entries = [own[number] for number in sorted(own)]
    assert unbroken(entries, head["seq"], head["last"]), f"the ledger of {subject} is broken"
    return entries


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


@contextmanager
def impatient(stack: Stack, queue: str, seconds: int = 1) -> Iterator[None]:
    """Have a queue hand out again after seconds what failed, instead of minutes, while the block runs."""
    sqs, url, name = stack.aws("sqs"), stack.queue(queue), "VisibilityTimeout"
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={name: str(seconds)})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={name: before})


def send(stack: Stack, queue: str, *bodies: str) -> None:
    """Send messages to a queue, in one batch."""
    entries = [{"Id": str(place), "MessageBody": body} for place, body in enumerate(bodies)]
    stack.aws("sqs").send_message_batch(QueueUrl=stack.queue(queue), Entries=entries)


def bodies(stack: Stack, queue: str) -> list[str]:
    """Return what a queue holds, without receiving it."""
    asked = {"QueueUrl": stack.queue(queue)}
    peeked = requests.get(f"{stack.description['aws']}/_ministack/sqs/messages", params=asked, timeout=10).json()
    return [
        message["Body"]
        for regions in peeked["messages"].values()
        for queues in regions.values()
        for messages in queues.values()
        for message in messages
    ]


def until_holding(stack: Stack, queue: str, *wanted: str, within: float = 60.0) -> None:
    """Wait until a queue holds messages with these bodies."""
    deadline = time.monotonic() + within
    while not set(wanted) <= set(bodies(stack, queue)):
        assert time.monotonic() < deadline, f"{queue} did not get what was waited for"
        time.sleep(0.2)


def take(stack: Stack, queue: str, *unwanted: str, within: float = 20.0) -> None:
    """Take messages with these bodies out of a queue that nobody consumes."""
    sqs, url = stack.aws("sqs"), stack.queue(queue)
    deadline = time.monotonic() + within
    while set(unwanted) & set(bodies(stack, queue)):
        assert time.monotonic() < deadline, f"{queue} does not give them out"
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=1, WaitTimeSeconds=1)
        for message in found.get("Messages", []):
            if message["Body"] in unwanted:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


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


def tick(stack: Stack) -> dict[str, Any]:
    """Have the clock do what is due now, and return what it counted."""
    lambda_ = stack.aws("lambda")
    pages = lambda_.get_paginator("list_functions").paginate()
    (name,) = [
        found["FunctionName"]
        for page in pages
        for found in page["Functions"]
        if found["Handler"] == "functions.clocks.handler.handler"
    ]
    answer = lambda_.invoke(FunctionName=name, Qualifier="live", Payload=b"{}")
    counted: dict[str, Any] = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, counted
    return counted
