"""`jobipro redrive` against queues as they are deployed."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.operations.__main__ import main
from tests.integration.stack import Stack

DEAD = 23


@pytest.fixture
def description(stack: Stack, tmp_path: Path) -> Iterator[Path]:
    """A stack.json with a queue that nobody consumes, and dead letters of it."""
    sqs = stack.aws("sqs")
    queues = {name: sqs.create_queue(QueueName=f"redrive-{name}")["QueueUrl"] for name in ("idle", "idle-dlq")}
    for number in range(DEAD):
        sqs.send_message(QueueUrl=queues["idle-dlq"], MessageBody=json.dumps({"id": number}))
    path = tmp_path / "stack.json"
    path.write_text(json.dumps({"aws": stack.description["aws"], "queues": queues}))
    yield path
    for url in queues.values():
        sqs.delete_queue(QueueUrl=url)


def test_all_dead_letters_return_and_the_dead_letter_queue_is_empty(
    stack: Stack, description: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["redrive", "idle", "--stack", str(description)]) == 0

    queues = json.loads(description.read_text())["queues"]
    assert capsys.readouterr().out == f"{DEAD} put back into idle.\n"
    assert sorted(_bodies(stack, queues["idle"])) == list(range(DEAD))
    assert _bodies(stack, queues["idle-dlq"]) == []


def _bodies(stack: Stack, url: str) -> list[int]:
    sqs = stack.aws("sqs")
    found: list[int] = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found += [json.loads(message["Body"])["id"] for message in messages]
    return found
