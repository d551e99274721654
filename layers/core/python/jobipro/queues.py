"""Entries of the functions that queues, the outbox's stream and the schedule wake: the outermost edge around each.

Every one says a line and writes a metric set about each piece of work, with ids, kinds and states only. What a message
holds is never told, also where it cannot be understood.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote_plus

from jobipro.domain.events import Event

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

    from jobipro.application.sweep import Task

RESERVE_SECONDS = 5.0
"""What is left of a tick's time when its last piece of work may begin."""


class Context(Protocol):
    """What Lambda says about an invocation."""

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the invocation may still take."""


class TickFailed(Exception):
    """Some pieces of work failed; each was logged, and the others were done."""


STORED = "ObjectCreated"
"""The kind, in lines and metrics, of a message in which storage tells of new objects."""


@dataclass(frozen=True, slots=True)
class _Message:
    """What a message is about: its kind, what is logged of it, and what is to be done."""

    kind: str
    line: Mapping[str, object]
    do: Callable[[], object]


def _told(body: str, function: Callable[[Event], object]) -> _Message:
    event = Event.from_body(body)
    line = {"event_id": event.id, "event_type": event.type.value, "correlation_id": event.id}
    return _Message(event.type.value, line, partial(function, event))


def _stored(body: str, arrived: Callable[[str], str]) -> _Message | None:
    """Return what storage tells of, None when it is not storage that speaks."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return None
    match sent:
        case {"Records": [*records]}:
            keys = [unquote_plus(record["s3"]["object"]["key"]) for record in records]
        case {"Event": "s3:TestEvent"}:  # it asks whether anybody listens
            keys = []
        case _:
            return None
    return _Message(STORED, {"objects": keys}, lambda: ", ".join([arrived(key) for key in keys]))


def consume(
    service: str, function: Callable[[Event], object], arrived: Callable[[str], str] | None = None
) -> Callable[[dict[str, Any], object], "PartialItemFailureResponse"]:
    """Return the Lambda handler that gives each event of an SQS batch to a function.

    What the function returns is logged as the outcome if it is a word, and counted if it is counts by the names of
    metrics. A message that cannot be understood, or whose function raises, goes back to its queue by itself, and to the
    dead letters, whole, when it did so too often. Where storage tells the same queue of new objects, `arrived` gets
    their names.
    """
    from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

    from jobipro.observability import Measures, failure, logger

    log, measures = logger(service), Measures(service)
    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

    def handle(record: "SQSRecord") -> None:
        began = perf_counter()
        line: dict[str, object] = {
            "message_id": record.message_id,
            "attempt": record.attributes.approximate_receive_count,
        }
        kind, ended = "unknown", "not understood"
        counts: dict[str, int] = {}
        try:
            message = (_stored(record.body, arrived) if arrived else None) or _told(record.body, function)
            kind, ended = message.kind, "failed"
            line |= message.line
            outcome = message.do()
            ended = "handled"
            if isinstance(outcome, str):
                line["outcome"] = str(outcome)
            elif isinstance(outcome, Mapping):
                counts = line["counts"] = dict(outcome)
            log.info("event handled", extra=line)
        except Exception as error:
            log.error(f"event {ended}", extra=line | failure(error))
            raise
        finally:
            measures.write(
                counts={"Events": 1} | counts,
                milliseconds={"Latency": (perf_counter() - began) * 1000},
                dimensions={"event_type": kind, "ended": ended},
            )

    def handler(event: dict[str, Any], context: object) -> "PartialItemFailureResponse":
        return process_partial_response(event=event, record_handler=handle, processor=processor)

    return handler


def consume_outbox(
    service: str, hand_over: Callable[[Mapping[str, str]], Collection[str]]
) -> Callable[[dict[str, Any], object], dict[str, Any]]:
    """Return the Lambda handler that gives the rows put into the outbox to a function, a batch at a time.

    The function gets bodies by row and returns the rows it cannot route. Those are told of and left behind: trying
    again would not help and would hold up whatever comes after, and the row itself stays in the outbox, where `clocks`
    raises the alarm each minute. When the function raises, the whole batch comes again.
    """
    from jobipro.observability import Measures, failure, logger

    log, measures = logger(service), Measures(service)

    def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
        began = perf_counter()
        records = [record for record in event["Records"] if record["eventName"] == "INSERT"]
        bodies = dict(_put(record) for record in records)
        if not bodies:
            return {"batchItemFailures": []}
        line = {"rows": sorted(bodies)}
        failed = []
        counts = {"Events": len(bodies), "Failures": 0, "UnroutableEvents": 0}
        try:
            lost = hand_over(bodies)
        except Exception as error:  # noqa: BLE001 - the outermost edge
            log.error("not handed over, all come again", extra=line | failure(error))
            counts["Failures"] = len(bodies)
            failed = [{"itemIdentifier": records[0]["dynamodb"]["SequenceNumber"]}]
        else:
            log.info("handed over", extra=line)
            counts["UnroutableEvents"] = len(lost)
            for row in sorted(lost):
                log.error("cannot be routed, stays in the outbox", extra={"row": row})
        measures.write(counts=counts, milliseconds={"Latency": (perf_counter() - began) * 1000})
        return {"batchItemFailures": failed}

    return handler


def _put(record: Mapping[str, Any]) -> tuple[str, str]:
    """Return the name and the body of a row that was put; a body that is no text cannot be understood later on."""
    image = record["dynamodb"]["NewImage"]
    return image["pk"]["S"], image.get("body", {}).get("S", "")


def run_due(service: str, tasks: "Callable[[], Mapping[str, Task]]") -> Callable[[object, Context], dict[str, int]]:
    """Return the Lambda handler that does what is due, each task with its share of the time that is left.

    A piece of work that fails stops neither the others of its task nor the other tasks; at the end the tick fails.
    """
    from jobipro.observability import Measures, failure, logger

    log, measures = logger(service), Measures(service)

    def run(name: str, task: "Task", until: float) -> Counter[str]:
        began = perf_counter()
        counts = Counter(Pieces=0, Failures=0)
        pieces = task()
        while perf_counter() < until:
            try:
                piece = next(pieces, None)
                if piece is None:
                    break
                counts["Pieces"] += 1
                counts.update(piece())
            except Exception as error:  # noqa: BLE001 - the outermost edge
                counts["Failures"] += 1
                log.error("piece of work failed", extra={"task": name} | failure(error))
        log.info("task done", extra={"task": name, "counts": dict(counts)})
        measures.write(counts, {"Latency": (perf_counter() - began) * 1000}, {"task": name})
        return counts

    def handler(event: object, context: Context) -> dict[str, int]:
        ends = perf_counter() + context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS
        total: Counter[str] = Counter()
        named = tasks()
        for place, (name, task) in enumerate(named.items()):
            now = perf_counter()
            total.update(run(name, task, until=now + (ends - now) / (len(named) - place)))
        if total["Failures"]:
            raise TickFailed(f"{total['Failures']} pieces of work failed")
        return dict(total)

    return handler
