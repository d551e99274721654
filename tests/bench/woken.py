"""A function as it is deployed, woken over and over: prints how much processor time each time took, and each floor.

A floor is what `put_item` of 1 KB takes, by boto3 as it comes. Runs with the function's staged packages alone; reads
what to do from standard input.
"""

import http.client
import importlib
import importlib.util
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import boto3


class Context:
    """What Lambda says about an invocation."""

    function_name = "bench"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:ca-central-1:000000000000:function:bench"
    aws_request_id = "00000000-0000-4000-8000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        """Return a whole tick's time."""
        return 55_000


def seconds(work: Callable[[], object]) -> float:
    """Return the processor time of a piece of work, all threads counted."""
    before = time.process_time()
    work()
    return time.process_time() - before


def item() -> dict[str, Any]:
    """Return an item of 1 KB."""
    return {"pk": {"S": "R#floor"}, "sk": {"S": "FLOOR"}, "data": {"S": "x" * (1024 - 20)}}


def beside(path: str) -> dict[str, Callable[[Any, object], Any]]:
    """Return the handlers in a file, which is none of the function's packages."""
    spec = importlib.util.spec_from_file_location("beside", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return dict(module.handlers)


def main() -> None:
    """Take turns: a floor, an event, a floor; and the same event to other handlers, if there are any beside."""
    task = json.load(sys.stdin)
    out = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what functions log is written, and goes nowhere
    handler = importlib.import_module(f"functions.{task['folder']}.handler").handler
    others = beside(task["beside"]) if "beside" in task else {}
    table, row = boto3.client("dynamodb"), item()
    replay = http.client.HTTPConnection("127.0.0.1", task["port"])

    def tell(path: str) -> bytes:
        replay.request("POST", path)
        return replay.getresponse().read()

    def floor() -> float:
        return seconds(lambda: table.put_item(TableName="floor", Item=row))

    def wake(function: Callable[[Any, object], Any], event: Any) -> tuple[float, Any]:
        answers: list[Any] = []
        return seconds(lambda: answers.append(function(event, Context()))), answers[0]

    for turn in range(-task["unmeasured"], task["rounds"]):
        for number, event in task["events"].items():
            tell(f"/play/{number}")
            before = floor() + floor()
            taken, answer = wake(handler, json.loads(event))
            floors = (before + floor() + floor()) / 4
            strays = int(tell("/played"))
            line: dict[str, Any] = {"number": int(number), "seconds": taken, "floor": floors, "strays": strays}
            line["beside"] = {name: wake(other, json.loads(event))[0] for name, other in others.items()}
            if turn >= 0:
                print(json.dumps({**line, "answer": answer}), file=out, flush=True)


if __name__ == "__main__":
    main()
