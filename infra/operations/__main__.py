"""The command `bin/jobipro`: works on the stack of `make run`, or with --stage on one in AWS."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.local.cloud import administrator
from infra.operations.cases import lines, open_cases
from infra.operations.redrive import UnknownQueue, redrive
from infra.outputs import named, outputs_of
from jobipro.domain.errors import Unavailable


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what was asked; return the exit status."""
    parser = argparse.ArgumentParser(prog="jobipro", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    redriving = commands.add_parser("redrive", help="put the dead letters of a queue back")
    redriving.add_argument("queue", help="matching, deliveries or payments")
    listing = commands.add_parser("cases", help="list open disputes and early fraud warnings by the day they are due")
    for each, do in ((redriving, _redrive), (listing, _cases)):
        each.add_argument("--stage", help="a stage in AWS, with your own credentials; else the stack of `make run`")
        each.add_argument("--stack", type=Path, default=Path(".local/stack.json"), help=argparse.SUPPRESS)
        each.set_defaults(do=do)
    given = parser.parse_args(arguments)
    try:
        status: int = given.do(given, _in_aws(given.stage) if given.stage else _on_this_machine(given.stack))
    except FileNotFoundError:
        return _refuse("No stack is running here: start one with 'make run', or name a stage with --stage.")
    except UnknownQueue as unknown:
        return _refuse(str(unknown))
    except Unavailable:
        return _refuse("The stack does not answer: try again.")
    except (BotoCoreError, ClientError) as error:
        return _refuse(f"AWS did not do it: {error}")
    return status


@dataclass(frozen=True, slots=True)
class _Place:
    """A stack: how its services are reached, and the physical names of queues and tables by logical ones."""

    client: Callable[..., Any]
    queues: Mapping[str, str]
    tables: Mapping[str, str]


def _redrive(given: argparse.Namespace, place: _Place) -> int:
    done = redrive(place.client("sqs"), place.queues, given.queue)
    print(f"{done.put_back} put back into {given.queue}.")
    return _refuse(f"{done.left} could not be sent and stay where they were: try again.") if done.left else 0


def _cases(given: argparse.Namespace, place: _Place) -> int:
    found = open_cases(place.client("dynamodb"), place.tables["payments"])
    print("\n".join(lines(found, datetime.now(UTC))))
    return 0


def _on_this_machine(description: Path) -> _Place:
    stack = json.loads(description.read_text())
    client = partial(administrator().client, endpoint_url=stack["aws"])
    return _Place(client, stack.get("queues", {}), stack.get("tables", {}))


def _in_aws(stage: str) -> _Place:
    described = boto3.client("cloudformation").describe_stacks(StackName=f"jobipro-{stage}")["Stacks"][0]
    outputs = outputs_of(described)
    return _Place(boto3.Session().client, named("Queue", outputs), named("Table", outputs))


def _refuse(why: str) -> int:
    print(why, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
