"""Events of queues, streams and schedules as Lambda gets them, and what a function says meanwhile."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from jobipro.domain.events import Event


def sqs(*bodies: str, attempt: int = 1) -> dict[str, Any]:
    """Return a batch of messages; their ids are their places."""
    return {
        "Records": [
            {
                "messageId": str(place),
                "receiptHandle": f"handle {place}",
                "body": body,
                "attributes": {"ApproximateReceiveCount": str(attempt), "SentTimestamp": "1795359600000"},
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:ca-central-1:123456789012:deliveries",
                "awsRegion": "ca-central-1",
            }
            for place, body in enumerate(bodies)
        ]
    }


def stream(bodies: Mapping[str, str], removed: Iterable[str] = ()) -> dict[str, Any]:
    """Return rows that were put into the outbox, and some that were removed."""
    put = [_record(place, "INSERT", row, {"body": {"S": body}}) for place, (row, body) in enumerate(bodies.items())]
    gone = [_record(1000 + place, "REMOVE", row, None) for place, row in enumerate(removed)]
    return {"Records": gone + put}


def _record(place: int, name: str, row: str, image: Mapping[str, Any] | None) -> dict[str, Any]:
    keys = {"pk": {"S": row}, "sk": {"S": "-"}}
    change: dict[str, Any] = {"Keys": keys, "SequenceNumber": str(place), "StreamViewType": "NEW_IMAGE"}
    if image is not None:
        change["NewImage"] = {**keys, **image}
    return {"eventID": str(place), "eventName": name, "eventSource": "aws:dynamodb", "dynamodb": change}


@dataclass
class Invocation:
    """What Lambda says about an invocation."""

    milliseconds: int = 55_000

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


class Heard:
    """What functions say: lines, metric sets, and all of it as one text."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        said = capsys.readouterr()
        self.text = said.out + said.err
        everything = [json.loads(line) for line in said.out.splitlines()]
        self.lines = [each for each in everything if "_aws" not in each]
        self.metrics = [each for each in everything if "_aws" in each]

    def total(self, metric: str) -> float:
        """Return what a metric comes to over all sets."""
        return float(sum(value for each in self.metrics for value in each.get(metric, [])))


def body(event: Event, **changes: object) -> str:
    """Return an event's body with something changed in it."""
    return json.dumps(json.loads(event.to_body()) | changes)
