"""Puts dead letters back into the queue that they came from.

Consumers are idempotent, so a message that is put back twice does no harm; one that is lost would. Hence the order:
send, and delete only what was sent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

BATCH = 10  # the most that SQS takes at once
WAIT = 2  # seconds; a shorter look asks some of the servers only, and may miss what is there


class UnknownQueue(Exception):
    """No queue of that name has dead letters that can be put back."""


@dataclass(frozen=True, slots=True)
class Redriven:
    """How many dead letters were put back, and how many SQS would not take: those stay where they were."""

    put_back: int
    left: int


def redrive(sqs: Any, queues: Mapping[str, str], name: str) -> Redriven:
    """Move all dead letters of the queue `name`; `queues` are URLs by logical name. Raises UnknownQueue."""
    dead_letters = queues.get(f"{name}-dlq")
    queue = queues.get(name)
    if not queue or not dead_letters:
        known = ", ".join(sorted(known for known in queues if f"{known}-dlq" in queues))
        raise UnknownQueue(f"There is no queue {name!r} with dead letters to put back; there are: {known}.")
    put_back = left = 0
    for messages in _batches(sqs, dead_letters):
        sent = _send(sqs, queue, messages)
        if sent:
            sqs.delete_message_batch(QueueUrl=dead_letters, Entries=_receipts(messages, sent))
        put_back += len(sent)
        left += len(messages) - len(sent)
    return Redriven(put_back, left)


def _batches(sqs: Any, url: str) -> Iterator[Sequence[Mapping[str, Any]]]:
    while messages := sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=BATCH, WaitTimeSeconds=WAIT, MessageAttributeNames=["All"]
    ).get("Messages"):
        yield messages


def _send(sqs: Any, queue: str, messages: Sequence[Mapping[str, Any]]) -> set[int]:
    """Send a batch and return the places in it of what SQS took."""
    entries = [
        {"Id": str(place), "MessageBody": message["Body"], "MessageAttributes": message.get("MessageAttributes", {})}
        for place, message in enumerate(messages)
    ]
    answer = sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    return {int(entry["Id"]) for entry in answer.get("Successful", [])}


def _receipts(messages: Sequence[Mapping[str, Any]], sent: set[int]) -> list[dict[str, str]]:
    return [{"Id": str(place), "ReceiptHandle": messages[place]["ReceiptHandle"]} for place in sorted(sent)]
