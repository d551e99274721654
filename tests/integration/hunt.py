"""Searches everything that a stack keeps or says for texts that should not be there, however they are written.

`everywhere` yields what is kept, one value a `Place`; `hunt` names the places where a marker shows, and in which form.
"""

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from infra.local.settings import ADMINISTRATOR, REGION
from tests.integration.stack import Stack

SHORTEST = 6
"""Characters of a marker: shorter ones would show by chance in what is random."""

UNSIGNED = {"RevokeToken"}
"""Calls that nobody signs: the embedded cloud takes them for an administrator's."""


@dataclass(frozen=True, slots=True)
class Place:
    """One value: what kind of thing holds it, which one, and where in it."""

    kind: str
    name: str
    path: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Finding:
    """A marker that shows: its name, the form it is written in, and where."""

    marker: str
    form: str
    kind: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Form:
    """A way in which a marker can be written; `folded` ones are looked for without regard to case."""

    name: str
    written: bytes
    folded: bool = False


def forms(text: str) -> Iterator[Form]:
    """Yield every way in which a text is looked for."""
    if len(text) < SHORTEST:
        raise ValueError(f"{text!r} is too short to be told from chance")
    small = text.casefold()
    yield Form("plain", text.encode())
    yield Form("case-folded", small.encode(), folded=True)
    for spelling in dict.fromkeys((text, small)):
        yield Form("hex", spelling.encode().hex().encode(), folded=True)
        for offset in range(3):
            yield Form(f"base64+{offset}", aligned(spelling.encode(), offset, base64.b64encode))
            yield Form(f"base64url+{offset}", aligned(spelling.encode(), offset, base64.urlsafe_b64encode))
    escaped = json.dumps(text)[1:-1]
    if escaped != text:
        yield Form("escaped", escaped.encode(), folded=True)


def aligned(raw: bytes, offset: int, encode: Callable[[bytes], bytes]) -> bytes:
    """Return those characters of a base64 text that depend on nothing but these bytes, `offset` bytes into a group."""
    bits = 8 * (offset + len(raw))
    return encode(bytes(offset) + raw)[-(-8 * offset // 6) : bits // 6]


def hunt(markers: Mapping[str, str], places: Iterable[Place]) -> list[Finding]:
    """Return where markers, given by name, show. Ways of writing that look the same are told once."""
    places = list(places)
    everything = b"\0".join(place.content for place in places)
    folded = [_folded(place.content) for place in places]
    everything_folded = b"\0".join(folded)
    found = []
    for name, text in markers.items():
        for form in {form.written: form for form in reversed(list(forms(text)))}.values():
            if form.written not in (everything_folded if form.folded else everything):
                continue
            found += [
                Finding(name, form.name, place.kind, place.name, place.path)
                for place, small in zip(places, folded, strict=True)
                if form.written in (small if form.folded else place.content)
            ]
    return found


def _folded(content: bytes) -> bytes:
    return content.decode(errors="replace").casefold().encode()


def everywhere(stack: Stack, since: datetime) -> Iterator[Place]:
    """Yield all that is kept or was said; of stored objects and calls, what came after a moment."""
    yield from tables(stack)
    yield from queues(stack)
    yield from logs(stack)
    yield from metrics(stack)
    yield from objects(stack, since)
    yield from secrets(stack)
    yield from users(stack)
    yield from keys(stack)
    yield from functions(stack)
    yield from stripe(stack)
    yield from calls(stack, since)


def tables(stack: Stack) -> Iterator[Place]:
    """Yield every attribute of every row of every table there is, names and keys among them."""
    dynamodb = stack.aws("dynamodb")
    for table in _pages(dynamodb, "list_tables", "TableNames"):
        for item in _pages(dynamodb, "scan", "Items", TableName=table, ConsistentRead=True):
            yield from _places("table", f"{table} {item['pk']['S']}/{item['sk']['S']}", item)


def queues(stack: Stack) -> Iterator[Place]:
    """Yield every message of every queue, also one that is being worked on; nothing is received by looking."""
    url = f"{stack.description['aws']}/_ministack/sqs/messages"
    for regions in requests.get(url, timeout=10).json()["messages"].values():
        for named in regions.values():
            for queue, messages in named.items():
                for message in messages:
                    yield from _places("queue", f"{queue} {message['MessageId']}", message)


def logs(stack: Stack) -> Iterator[Place]:
    """Yield every line of every log group, and the names of groups and streams."""
    client = stack.aws("logs")
    for group in _pages(client, "describe_log_groups", "logGroups"):
        name = group["logGroupName"]
        yield from _places("log", name, group)
        yield from _places("log", name, [*_pages(client, "describe_log_streams", "logStreams", logGroupName=name)])
        for event in _pages(client, "filter_log_events", "events", logGroupName=name):
            yield from _places("log", name, event)


def metrics(stack: Stack) -> Iterator[Place]:
    """Yield every metric's namespace, name and dimensions, and the alarms."""
    client = stack.aws("cloudwatch")
    for metric in _pages(client, "list_metrics", "Metrics"):
        yield from _places("metric", metric["MetricName"], metric)
    for alarm in _pages(client, "describe_alarms", "MetricAlarms"):
        yield from _places("metric", alarm["AlarmName"], alarm)


def objects(stack: Stack, since: datetime) -> Iterator[Place]:
    """Yield every stored object's name, and what came after a moment with its content and metadata."""
    s3 = stack.aws("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        for listed in _pages(s3, "list_objects_v2", "Contents", Bucket=bucket["Name"]):
            name = f"{bucket['Name']}/{listed['Key']}"
            yield Place("object", name, "Key", listed["Key"].encode())
            if listed["LastModified"] < since.replace(microsecond=0):
                continue
            found = s3.get_object(Bucket=bucket["Name"], Key=listed["Key"])
            yield Place("object", name, "Body", found["Body"].read())
            yield from _places("object", name, found["Metadata"])


def secrets(stack: Stack) -> Iterator[Place]:
    """Yield every secret, with its name, description and tags."""
    client = stack.aws("secretsmanager")
    for secret in _pages(client, "list_secrets", "SecretList"):
        yield from _places("secret", secret["Name"], secret)
        yield from _places("secret", secret["Name"], client.get_secret_value(SecretId=secret["ARN"])["SecretString"])


def users(stack: Stack) -> Iterator[Place]:
    """Yield every user of the pool with all attributes."""
    pool = stack.description["user_pool_id"]
    client = stack.aws("cognito-idp")
    for user in _pages(client, "list_users", "Users", UserPoolId=pool):
        yield from _places("user", user["Username"], user)
    for group in _pages(client, "list_groups", "Groups", UserPoolId=pool):
        yield from _places("user", group["GroupName"], group)


def keys(stack: Stack) -> Iterator[Place]:
    """Yield what is said about every key: description, aliases, tags and policy."""
    kms = stack.aws("kms")
    for alias in _pages(kms, "list_aliases", "Aliases"):
        yield from _places("key", alias["AliasName"], alias)
    for key in _pages(kms, "list_keys", "Keys"):
        name = key["KeyId"]
        yield from _places("key", name, kms.describe_key(KeyId=name)["KeyMetadata"])
        yield from _places("key", name, kms.list_resource_tags(KeyId=name).get("Tags", []))
        yield from _places("key", name, kms.get_key_policy(KeyId=name, PolicyName="default")["Policy"])


def functions(stack: Stack) -> Iterator[Place]:
    """Yield every function's settings, environment and tags."""
    for function in _pages(stack.aws("lambda"), "list_functions", "Functions"):
        yield from _places("function", function["FunctionName"], function)


def stripe(stack: Stack) -> Iterator[Place]:
    """Yield every field of what the local Stripe was given, or made of it."""
    there = stack.stripe().v1
    kinds = (there.customers, there.payment_intents, there.charges, there.events)
    for kind in kinds:
        for each in kind.list({"limit": 100}).auto_paging_iter():
            yield from _places("stripe", str(each.id), each.to_dict())


def calls(stack: Stack, since: datetime) -> Iterator[Place]:
    """Yield every parameter of each call to AWS that was recorded after a moment.

    Calls of an administrator, such as a test makes, are left out.
    """
    for event in recorded(stack, since):
        asked = event["requestParameters"]
        operation = asked.get("Action", event["eventName"])
        name = f"{event['eventSource'].partition('.')[0]} {operation} {event['eventID']}"
        yield from _places("call", name, asked)


def record_calls(stack: Stack) -> None:
    """Have the embedded cloud record the calls that it gets from now on."""
    switch = {"cloudtrail._recording_enabled": "true"}
    requests.post(f"{stack.description['aws']}/_ministack/config", json=switch, timeout=10).raise_for_status()


def recorded(stack: Stack, since: datetime, service: str | None = None) -> Iterator[dict[str, Any]]:
    """Yield the recorded calls of functions, newest first; `service` asks for one service's only."""
    asked: dict[str, Any] = {"StartTime": since.timestamp(), "MaxResults": 50}
    if service:
        asked["LookupAttributes"] = [{"AttributeKey": "EventSource", "AttributeValue": f"{service}.amazonaws.com"}]
    seen: set[str] = set()
    while page := [event for event in _looked_up(stack, asked) if event["EventId"] not in seen]:
        seen.update(event["EventId"] for event in page)
        asked["EndTime"] = min(event["EventTime"] for event in page)
        for event in page:
            if event["Username"] != ADMINISTRATOR or event["EventName"] in UNSIGNED:
                yield json.loads(event["CloudTrailEvent"])


def _looked_up(stack: Stack, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Ask for a page in our own words: boto3 rounds times to seconds, and the embedded cloud gives no next page."""
    request = AWSRequest(
        "POST",
        stack.description["aws"],
        headers={
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents",
        },
        data=json.dumps(asked),
    )
    SigV4Auth(Credentials(ADMINISTRATOR, ADMINISTRATOR), "cloudtrail", REGION).add_auth(request)
    answer = requests.post(stack.description["aws"], data=request.data, headers=dict(request.headers), timeout=10)
    answer.raise_for_status()
    events: list[dict[str, Any]] = answer.json()["Events"]
    return events


def _pages(client: Any, operation: str, member: str, **parameters: Any) -> Iterator[Any]:
    if not client.can_paginate(operation):
        yield from getattr(client, operation)(**parameters).get(member, [])
        return
    for page in client.get_paginator(operation).paginate(**parameters):
        yield from page.get(member, [])


def _places(kind: str, name: str, value: object) -> Iterator[Place]:
    """Yield the leaves of a value, and the names in it, each with the way that leads there."""
    for path, content in _leaves(value, ()):
        yield Place(kind, name, ".".join(path), content)


def _leaves(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], bytes]]:
    match value:
        case Mapping():
            for name, inner in value.items():
                yield (*path, "(name)"), str(name).encode()
                yield from _leaves(inner, (*path, str(name)))
        case list() | tuple():
            for position, inner in enumerate(value):
                yield from _leaves(inner, (*path, str(position)))
        case bytes():
            yield path, value
        case _:
            yield path, str(value).encode()
