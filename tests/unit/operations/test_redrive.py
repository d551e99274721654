"""Dead letters go back into their queue: all of them, none lost, none deleted that was not sent."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.operations.__main__ import main
from infra.operations.redrive import Redriven, UnknownQueue, redrive

QUEUES = {"matching": "url-of-matching", "matching-dlq": "url-of-dead", "clocks-dlq": "url-of-clocks"}


class Queues:
    """SQS in memory: what is received stays until it is deleted, and is not given out twice."""

    def __init__(self, dead: int, refused: frozenset[str] = frozenset()) -> None:
        self.dead = {f"receipt-{n}": f"body-{n}" for n in range(dead)}
        self.sent: list[str] = []
        self._refused = refused
        self._given: set[str] = set()

    def receive_message(self, *, QueueUrl: str, MaxNumberOfMessages: int, **_: Any) -> dict[str, Any]:
        assert QueueUrl == "url-of-dead"
        receipts = [receipt for receipt in self.dead if receipt not in self._given][:MaxNumberOfMessages]
        self._given |= set(receipts)
        return {"Messages": [{"ReceiptHandle": receipt, "Body": self.dead[receipt]} for receipt in receipts]}

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        assert QueueUrl == "url-of-matching"
        taken = [entry for entry in Entries if entry["MessageBody"] not in self._refused]
        self.sent += [entry["MessageBody"] for entry in taken]
        return {"Successful": [{"Id": entry["Id"]} for entry in taken]}

    def delete_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> None:
        assert QueueUrl == "url-of-dead"
        for entry in Entries:
            del self.dead[entry["ReceiptHandle"]]


@pytest.mark.parametrize("dead", [0, 1, 10, 23])
def test_all_dead_letters_go_back(dead: int):
    sqs = Queues(dead)

    assert redrive(sqs, QUEUES, "matching") == Redriven(put_back=dead, left=0)
    assert sqs.sent == [f"body-{n}" for n in range(dead)]
    assert sqs.dead == {}


def test_what_could_not_be_sent_stays_where_it_was():
    sqs = Queues(12, refused=frozenset({"body-3", "body-11"}))

    assert redrive(sqs, QUEUES, "matching") == Redriven(put_back=10, left=2)
    assert list(sqs.dead.values()) == ["body-3", "body-11"]


@pytest.mark.parametrize("name", ["nothing", "matching-dlq", "clocks", ""])
def test_a_queue_without_dead_letters_to_put_back_is_refused_with_the_names_that_are_good(name: str):
    with pytest.raises(UnknownQueue, match="there are: matching"):
        redrive(Queues(1), QUEUES, name)


def test_without_a_running_stack_the_command_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["redrive", "matching", "--stack", str(tmp_path / "stack.json")]) == 1
    assert (
        capsys.readouterr().err
        == "No stack is running here: start one with 'make run', or name a stage with --stage.\n"
    )


def test_an_unknown_queue_is_one_plain_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    stack = tmp_path / "stack.json"
    stack.write_text(json.dumps({"aws": "http://127.0.0.1:1", "queues": QUEUES}))

    assert main(["redrive", "nothing", "--stack", str(stack)]) == 1
    assert capsys.readouterr().err.count("\n") == 1
