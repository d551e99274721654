"""What a running stack still has to do: events in the outbox, and messages in the queues."""

from collections.abc import Mapping
from typing import Any

from infra.local.cloud import client
from jobipro.domain.errors import Unintelligible
from jobipro.domain.events import ROUTES, Event, Queue

HELD = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


class OnTheWay:
    """Counts events and messages on their way through the stack that a stack.json describes."""

    def __init__(self, description: Mapping[str, Any]) -> None:
        self._dynamodb = client("dynamodb", description["aws"])
        self._sqs = client("sqs", description["aws"])
        self._outbox = description["tables"]["outbox"]
        self._queues = [description["queues"][queue] for queue in Queue]

    def count(self) -> int:
        """Return how many there are, looked for in the order in which they move: 0 means that nothing is left.

        What cannot be handed over and stays in the outbox is not counted.
        """
        scanned = self._dynamodb.get_paginator("scan").paginate(TableName=self._outbox, ConsistentRead=True)
        events = sum(_goes_on(row["body"]["S"]) for page in scanned for row in page["Items"])
        return events + sum(self._held(url) for url in self._queues)

    def _held(self, url: str) -> int:
        told = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=HELD)["Attributes"]
        return sum(int(told[name]) for name in HELD)


def _goes_on(body: str) -> bool:
    try:
        return Event.from_body(body).type in ROUTES
    except Unintelligible:
        return False
