"""What each function's role may do and may not, tried with that role's own credentials on the deployed stack.

An attempt that IAM lets through still has no effect: its condition never holds, or what it names is not there.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.stack import Stack

TABLES = ("accounts", "subject-keys", "consents", "requests", "messages", "disclosures", "payments", "limits", "outbox")
WORKING = ("matching", "deliveries", "payments", "media")
QUEUES = (*WORKING, *(f"{queue}-dlq" for queue in (*WORKING, "outbox-relay", "clocks")))
FOLDERS = ("raw", "shown")
NOBODY = "sub_aaaaaaaaaaaaaaaaaaaaaaaaaa"
ABSENT = {"pk": {"S": "nothing"}, "sk": {"S": "-"}}
REFUSED = {"AccessDenied", "AccessDeniedException"}
"""How AWS says that a role lacks a right; any other answer means that the call was let through."""

MAY: Mapping[str, set[str]] = {
    "public": set(),
    "signup": {
        "read accounts",
        "read subject-keys",
        "read consents",
        "write accounts",
        "write subject-keys",
        "write consents",
        "write limits",
        "write outbox",
        "draw data keys",
        "open data keys",
        "look up addresses",
        "look up suppressions",
        "read secret edge",
        "create log-ins",
        "try passwords",
        "set passwords",
        "end log-ins",
    },
    "profile": {
        "read accounts",
        "read subject-keys",
        "read consents",
        "write accounts",
        "write consents",
        "write outbox",
        "open data keys",
        "read secret edge",
    },
    "request_posting": {
        "read accounts",
        "read subject-keys",
        "read requests",
        "read disclosures",
        "read limits",
        "write requests",
        "write consents",
        "write disclosures",
        "write payments",
        "write limits",
        "write outbox",
        "open data keys",
        "read secret edge",
        "put images into raw",
        "read images from shown",
    },
    "payments": {
        "read accounts",
        "read subject-keys",
        "read requests",
        "read payments",
        "read limits",
        "write payments",
        "write limits",
        "write outbox",
        "open data keys",
        "read secret edge",
        "read secret stripe",
    },
    "unsubscribe": {"read consents", "write consents", "write outbox", "read secret unsubscribe"},
    "outbox_relay": {
        "write outbox",
        "send to matching",
        "send to deliveries",
        "send to payments",
        "send to media",
        "send to outbox-relay-dlq",
    },
    "provider_notification": {
        "read accounts",
        "read subject-keys",
        "read requests",
        "write accounts",
        "write subject-keys",
        "write requests",
        "draw data keys",
        "open data keys",
        "read secret edge",
        "consume matching",
        "send to deliveries",
    },
    "message_delivery": {
        "read accounts",
        "read subject-keys",
        "read consents",
        "read requests",
        "read messages",
        "read payments",
        "write accounts",
        "write messages",
        "write limits",
        "open data keys",
        "look up suppressions",
        "read secret edge",
        "read secret unsubscribe",
        "consume deliveries",
        "send mail",
    },
    "media": {
        "read requests",
        "write requests",
        "consume media",
        "read images from raw",
        "delete images from raw",
        "put images into shown",
        "delete images from shown",
    },
    "stripe_webhooks": {"write payments", "write outbox", "read secret stripe"},
    "payment_events": {
        "read subject-keys",
        "read requests",
        "read payments",
        "write payments",
        "write outbox",
        "open data keys",
        "read secret stripe",
        "consume payments",
    },
    "clocks": {
        "read accounts",
        "read requests",
        "read messages",
        "read payments",
        "write accounts",
        "write subject-keys",
        "write requests",
        "write messages",
        "write payments",
        "write outbox",
        "read all of outbox",
        "send to matching",
        "send to deliveries",
        "send to payments",
        "send to media",
        "send to clocks-dlq",
        "delete log-ins",
    },
}
"""All that each function may do, of `ATTEMPTS`. Its own log comes on top; here the embedded cloud writes it for it."""

type Attempt = Callable[[Stack, str], object]


def _read(table: str, stack: Stack, function: str) -> None:
    asked = {stack.table(table): {"Keys": [ABSENT]}}
    stack.as_function(function, "dynamodb").batch_get_item(RequestItems=asked)


def _write(table: str, stack: Stack, function: str) -> None:
    """Put, update and delete a row that is not there, if it were; refused only if all three are."""
    dynamodb, place = stack.as_function(function, "dynamodb"), {"TableName": stack.table(table)}
    never = {"ConditionExpression": "attribute_exists(pk)"}
    one_way_is_open = [
        let_through(lambda: dynamodb.put_item(**place, **never, Item=ABSENT)),
        let_through(lambda: dynamodb.update_item(**place, **never, Key=ABSENT)),
        let_through(lambda: dynamodb.delete_item(**place, **never, Key=ABSENT)),
    ]
    if not any(one_way_is_open):
        raise PermissionError


def _scan(table: str, stack: Stack, function: str) -> None:
    stack.as_function(function, "dynamodb").scan(TableName=stack.table(table), Limit=1)


def _kms(operation: str, key: str, stack: Stack, function: str, **asked: Any) -> None:
    getattr(stack.as_function(function, "kms"), operation)(KeyId=stack.description["kms"][key], **asked)


def _mac(key: str, stack: Stack, function: str) -> None:
    _kms("generate_mac", key, stack, function, MacAlgorithm="HMAC_SHA_256", Message=b"nobody's address")


def _draw(stack: Stack, function: str) -> None:
    _kms("generate_data_key", "subjects", stack, function, KeySpec="AES_256", EncryptionContext={"app": "jobipro"})


def _open(stack: Stack, function: str) -> None:
    _kms("decrypt", "subjects", stack, function, CiphertextBlob=b"nothing")


def _secret(name: str, stack: Stack, function: str) -> None:
    secret = stack.description["secrets"][name]
    stack.as_function(function, "secretsmanager").get_secret_value(SecretId=secret)


def _send(queue: str, stack: Stack, function: str) -> None:
    """Send an empty message, by itself and in a batch, which the embedded cloud holds for two rights."""
    sqs, place = stack.as_function(function, "sqs"), {"QueueUrl": stack.queue(queue)}
    one_way_is_open = [
        let_through(lambda: sqs.send_message(**place, MessageBody="")),
        let_through(lambda: sqs.send_message_batch(**place, Entries=[])),
    ]
    if not any(one_way_is_open):
        raise PermissionError


def _consume(queue: str, stack: Stack, function: str) -> None:
    sqs = stack.as_function(function, "sqs")
    sqs.delete_message(QueueUrl=stack.queue(queue), ReceiptHandle="none")


def _mail(stack: Stack, function: str) -> None:
    stack.as_function(function, "ses").send_raw_email(
        Source="nobody@unverified.test", Destinations=["nobody@unverified.test"], RawMessage={"Data": b"nothing"}
    )


def _pool(operation: str, stack: Stack, function: str, **asked: Any) -> None:
    client = stack.as_function(function, "cognito-idp")
    getattr(client, operation)(UserPoolId=stack.description["user_pool_id"], **asked)


def _create_user(stack: Stack, function: str) -> None:
    _pool("admin_create_user", stack, function, Username=NOBODY, MessageAction="RESEND")


def _try_password(stack: Stack, function: str) -> None:
    _pool(
        "admin_initiate_auth",
        stack,
        function,
        ClientId=stack.description["user_pool_client_id"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": NOBODY, "PASSWORD": "nobody's password"},
    )


def _set_password(stack: Stack, function: str) -> None:
    _pool("admin_set_user_password", stack, function, Username=NOBODY, Password="nobody's password", Permanent=True)


def _image(operation: str, folder: str, stack: Stack, function: str, **asked: Any) -> None:
    s3 = stack.as_function(function, "s3")
    getattr(s3, operation)(Bucket=stack.description["buckets"]["media"], Key=f"{folder}/nothing", **asked)


def _call_function(stack: Stack, function: str) -> None:
    stack.as_function(function, "lambda").invoke(FunctionName="nothing", InvocationType="DryRun")


def _read_logs(stack: Stack, function: str) -> None:
    stack.as_function(function, "logs").filter_log_events(logGroupName="/jobipro/local/signup")


def _log_for_another(stack: Stack, function: str) -> None:
    other = "signup" if function == "public" else "public"
    event = {"timestamp": 0, "message": "nothing"}
    stack.as_function(function, "logs").put_log_events(
        logGroupName=f"/jobipro/local/{other}", logStreamName="not there", logEvents=[event]
    )


ATTEMPTS: Mapping[str, Attempt] = {
    **{f"read {table}": partial(_read, table) for table in TABLES},
    **{f"write {table}": partial(_write, table) for table in TABLES},
    **{f"read all of {table}": partial(_scan, table) for table in TABLES},
    **{f"send to {queue}": partial(_send, queue) for queue in QUEUES},
    **{f"consume {queue}": partial(_consume, queue) for queue in QUEUES},
    **{f"read secret {secret}": partial(_secret, secret) for secret in ("edge", "unsubscribe", "stripe")},
    **{f"read images from {folder}": partial(_image, "get_object", folder) for folder in FOLDERS},
    **{f"delete images from {folder}": partial(_image, "delete_object", folder) for folder in FOLDERS},
    # A part of an upload that nobody began asks for the same right and leaves nothing.
    **{
        f"put images into {folder}": partial(_image, "upload_part", folder, UploadId="none", PartNumber=1)
        for folder in FOLDERS
    },
    "draw data keys": _draw,
    "open data keys": _open,
    "look up addresses": partial(_mac, "address-index"),
    "look up suppressions": partial(_mac, "suppression"),
    "send mail": _mail,
    "create log-ins": _create_user,
    "try passwords": _try_password,
    "set passwords": _set_password,
    "end log-ins": partial(_pool, "admin_user_global_sign_out", Username=NOBODY),
    "delete log-ins": partial(_pool, "admin_delete_user", Username=NOBODY),
    "list people": partial(_pool, "list_users"),
    "read logs": _read_logs,
    "write the log of another": _log_for_another,
    "call functions": _call_function,
    "list files": lambda stack, function: stack.as_function(function, "s3").list_buckets(),
    "see keys": lambda stack, function: stack.as_function(function, "kms").list_keys(),
}


def let_through(attempt: Callable[[], object]) -> bool:
    """Tell whether IAM lets a call through, whatever comes of it then."""
    try:
        attempt()
    except ClientError as error:
        return error.response["Error"]["Code"] not in REFUSED
    except PermissionError:
        return False
    return True


@pytest.mark.commitment("security.least-access")
@pytest.mark.parametrize("function", MAY)
def test_a_function_may_do_what_it_is_for_and_nothing_else(stack: Stack, function: str):
    done = {name for name, attempt in ATTEMPTS.items() if let_through(partial(attempt, stack, function))}

    assert done == MAY[function]


def test_every_function_that_is_deployed_is_tried(stack: Stack):
    pages = stack.aws("lambda").get_paginator("list_functions").paginate()

    assert {found["Handler"].split(".")[1] for page in pages for found in page["Functions"]} == set(MAY)
