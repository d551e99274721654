"""SQS behind `Queues`."""

from collections.abc import Iterable, Mapping
from itertools import batched
from typing import Any

from jobipro.adapters.aws import translated
from jobipro.domain.errors import Unavailable
from jobipro.domain.events import Event, Queue

BATCH = 10


class SqsQueues:
    """Sends events, ten to a call."""

    def __init__(self, client: Any, urls: Mapping[Queue, str]) -> None:
        self._client = client
        self._urls = urls

    def send(self, queue: Queue, events: Iterable[Event]) -> None:
        """Send all events to a queue; `Unavailable` when one was not taken (others may have been)."""
        for batch in batched(events, BATCH, strict=False):
            entries = [{"Id": str(n), "MessageBody": event.to_body()} for n, event in enumerate(batch)]
            with translated({}):
                answer = self._client.send_message_batch(QueueUrl=self._urls[queue], Entries=entries)
            if answer.get("Failed"):
                raise Unavailable
