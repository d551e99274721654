"""The canary hunt finds what is there: one leak of each form is planted in each kind of place."""

import base64
import json
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial

import pytest

from tests.integration import hunt, insider
from tests.integration.stack import Stack


def _encoded(encode: Callable[[bytes], bytes], before: int, after: int, mark: str) -> str:
    return encode(b"?" * before + mark.encode() + b">" * after).decode()


BASE64 = {"base64": base64.b64encode, "base64url": base64.urlsafe_b64encode}

LEAKS: Mapping[str, Callable[[str], str]] = {
    "plain": lambda mark: f"hello {mark}!",
    "case-folded": lambda mark: f"hello {mark.swapcase()}!",
    "hex": lambda mark: mark.encode().hex().upper(),
    **{
        f"{name}+{before}": partial(_encoded, encode, before, 1)
        for name, encode in BASE64.items()
        for before in range(3)
    },
}
"""A leak in each form that is looked for."""

MORE_LEAKS: Mapping[str, Callable[[str], str]] = {
    "hex of it without case": lambda mark: f"00{mark.casefold().encode().hex()}ff",
    "base64 of it without case": lambda mark: base64.b64encode(mark.casefold().encode()).decode(),
    **{
        f"{name} between {before} and {after}": partial(_encoded, encode, before, after)
        for name, encode in BASE64.items()
        for before in range(3)
        for after in (0, 2)
    },
}
"""Further ways in which a marker can leak."""


def marker() -> str:
    """Return a text that nobody else writes, and that base64 writes otherwise than its URL-safe sister."""
    return f"Mark{secrets.token_hex(4)}???"


type Plant = Callable[[Stack, str], Callable[[], object]]


def _in_a_row(stack: Stack, text: str) -> Callable[[], object]:
    return _row(stack, "hunt#planted", "-", {"note": {"L": [{"M": {"deep": {"S": text}}}]}})


def _in_a_key(stack: Stack, text: str) -> Callable[[], object]:
    return _row(stack, "hunt#planted", text, {})


def _in_a_name(stack: Stack, text: str) -> Callable[[], object]:
    return _row(stack, "hunt#planted", "named", {"note": {"M": {text: {"BOOL": True}}}})


def _in_bytes(stack: Stack, text: str) -> Callable[[], object]:
    return _row(stack, "hunt#planted", "bytes", {"sealed": {"B": b"\x01\xff" + text.encode() + b"\xfe"}})


def _row(stack: Stack, pk: str, sk: str, more: Mapping[str, object]) -> Callable[[], object]:
    dynamodb, table = stack.aws("dynamodb"), stack.table("messages")
    key = {"pk": {"S": pk}, "sk": {"S": sk}}
    dynamodb.put_item(TableName=table, Item=key | dict(more))
    return lambda: dynamodb.delete_item(TableName=table, Key=key)


def _in_a_queue(stack: Stack, text: str) -> Callable[[], object]:
    body = json.dumps({"id": text})
    insider.send(stack, "clocks-dlq", body)
    return lambda: insider.take(stack, "clocks-dlq", body)


def _in_an_attribute(stack: Stack, text: str) -> Callable[[], object]:
    body = f"hunt {secrets.token_hex(8)}"
    attributes = {"note": {"DataType": "String", "StringValue": text}}
    stack.aws("sqs").send_message(QueueUrl=stack.queue("clocks-dlq"), MessageBody=body, MessageAttributes=attributes)
    return lambda: insider.take(stack, "clocks-dlq", body)


def _in_a_log(stack: Stack, text: str) -> Callable[[], object]:
    logs, place = stack.aws("logs"), {"logGroupName": "/jobipro/local/public", "logStreamName": "hunt"}
    logs.create_log_stream(**place)
    event = {"timestamp": int(time.time() * 1000), "message": json.dumps({"level": "INFO", "note": text})}
    logs.put_log_events(**place, logEvents=[event])
    return lambda: logs.delete_log_stream(**place)


def _in_a_metric(stack: Stack, text: str) -> Callable[[], object]:
    measured = {"MetricName": "hunt", "Dimensions": [{"Name": "who", "Value": text}], "Value": 1}
    stack.aws("cloudwatch").put_metric_data(Namespace="JobiPro", MetricData=[measured])
    return lambda: None


def _in_a_metrics_name(stack: Stack, text: str) -> Callable[[], object]:
    stack.aws("cloudwatch").put_metric_data(Namespace="JobiPro", MetricData=[{"MetricName": text, "Value": 1}])
    return lambda: None


def _in_an_object(stack: Stack, text: str) -> Callable[[], object]:
    return _object(stack, "hunt", text.encode(), {})


def _in_metadata(stack: Stack, text: str) -> Callable[[], object]:
    return _object(stack, "hunt-metadata", b"", {"note": text})


def _in_an_objects_name(stack: Stack, text: str) -> Callable[[], object]:
    return _object(stack, f"hunt {text}", b"", {})


def _object(stack: Stack, name: str, content: bytes, metadata: Mapping[str, str]) -> Callable[[], object]:
    s3 = stack.aws("s3")
    bucket = s3.list_buckets()["Buckets"][0]["Name"]
    s3.put_object(Bucket=bucket, Key=name, Body=content, Metadata=metadata)
    return lambda: s3.delete_object(Bucket=bucket, Key=name)


def _in_a_secret(stack: Stack, text: str) -> Callable[[], object]:
    client = stack.aws("secretsmanager")
    made = client.create_secret(Name=f"hunt-{secrets.token_hex(4)}", SecretString=json.dumps({"note": text}))
    return lambda: client.delete_secret(SecretId=made["ARN"], ForceDeleteWithoutRecovery=True)


def _in_the_user_pool(stack: Stack, text: str) -> Callable[[], object]:
    client, place = stack.aws("cognito-idp"), {"UserPoolId": stack.description["user_pool_id"], "Username": "hunt"}
    client.admin_create_user(**place, MessageAction="SUPPRESS", UserAttributes=[{"Name": "nickname", "Value": text}])
    return lambda: client.admin_delete_user(**place)


def _in_a_keys_description(stack: Stack, text: str) -> Callable[[], object]:
    kms = stack.aws("kms")
    key = kms.create_key(Description=text)["KeyMetadata"]["KeyId"]
    return lambda: kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)


def _at_stripe(stack: Stack, text: str) -> Callable[[], object]:
    customers = stack.stripe().v1.customers
    made = customers.create({"metadata": {"note": text}})
    return lambda: customers.delete(made.id)


def _at_stripe_with_a_payment(stack: Stack, text: str) -> Callable[[], object]:
    intents = stack.stripe().v1.payment_intents
    made = intents.create({"amount": 100, "currency": "cad", "metadata": {"note": text}})
    return lambda: intents.cancel(made.id)


def _in_a_call(stack: Stack, text: str) -> Callable[[], object]:
    stack.as_function("signup", "kms").generate_data_key(
        KeyId=stack.description["kms"]["subjects"], KeySpec="AES_256", EncryptionContext={"who": text}
    )
    return lambda: None


PLANTS: Mapping[str, Plant] = {
    "a row": _in_a_row,
    "a key": _in_a_key,
    "an attribute's name": _in_a_name,
    "bytes that look sealed": _in_bytes,
    "a message": _in_a_queue,
    "a message's attribute": _in_an_attribute,
    "a log": _in_a_log,
    "a metric's dimension": _in_a_metric,
    "a metric's name": _in_a_metrics_name,
    "an object": _in_an_object,
    "an object's metadata": _in_metadata,
    "an object's name": _in_an_objects_name,
    "a secret": _in_a_secret,
    "the user pool": _in_the_user_pool,
    "a key's description": _in_a_keys_description,
    "a customer at Stripe": _at_stripe,
    "a payment at Stripe": _at_stripe_with_a_payment,
    "a call": _in_a_call,
}
"""Places in which a marker can leak; each takes what was planted out again."""


@pytest.mark.parametrize("leak", [*LEAKS, *MORE_LEAKS])
def test_each_way_of_writing_is_found(leak: str):
    write = {**LEAKS, **MORE_LEAKS}[leak]
    for _ in range(20):
        mark = marker()

        assert hunt.hunt({"mark": mark}, [_value(write(mark))])
        assert not hunt.hunt({"mark": mark}, [_value(write(marker()))])


def test_a_marker_that_chance_could_write_is_refused():
    with pytest.raises(ValueError, match="too short"):
        hunt.hunt({"mark": "abc"}, [_value("anything")])


def test_a_leak_is_found_wherever_it_is_planted_and_in_whichever_form(stack: Stack):
    hunt.record_calls(stack)
    began = datetime.now(UTC)
    marks = {name: marker() for name in PLANTS}
    with ExitStack() as planted:
        for name, mark in marks.items():
            planted.callback(PLANTS[name](stack, " ".join(write(mark) for write in LEAKS.values())))
        found = hunt.hunt(marks, hunt.everywhere(stack, began))

    forms = {name: {finding.form for finding in found if finding.marker == name} for name in marks}
    assert {name: LEAKS.keys() - forms[name] for name in marks if not forms[name] >= LEAKS.keys()} == {}


def _value(text: str) -> hunt.Place:
    return hunt.Place("row", "any", "any", text.encode())
