"""The command `bin/jobipro`: works on the stack of `make run`, or with --stage on one in AWS."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.local.cloud import administrator
from infra.operations.redrive import UnknownQueue, redrive
from infra.outputs import named, outputs_of


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what was asked; return the exit status."""
    parser = argparse.ArgumentParser(prog="jobipro", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    redriving = commands.add_parser("redrive", help="put the dead letters of a queue back")
    redriving.add_argument("queue", help="matching, deliveries or payments")
    redriving.add_argument("--stage", help="a stage in AWS, with your own credentials; else the stack of `make run`")
    redriving.add_argument("--stack", type=Path, default=Path(".local/stack.json"), help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    try:
        sqs, queues = _in_aws(given.stage) if given.stage else _on_this_machine(given.stack)
        done = redrive(sqs, queues, given.queue)
    except FileNotFoundError:
        return _refuse("No stack is running here: start one with 'make run', or name a stage with --stage.")
    except UnknownQueue as unknown:
        return _refuse(str(unknown))
    except (BotoCoreError, ClientError) as error:
        return _refuse(f"AWS did not do it: {error}")
    print(f"{done.put_back} put back into {given.queue}.")
    return _refuse(f"{done.left} could not be sent and stay where they were: try again.") if done.left else 0


def _on_this_machine(description: Path) -> tuple[Any, dict[str, str]]:
    stack = json.loads(description.read_text())
    return administrator().client("sqs", endpoint_url=stack["aws"]), stack["queues"]


def _in_aws(stage: str) -> tuple[Any, dict[str, str]]:
    described = boto3.client("cloudformation").describe_stacks(StackName=f"jobipro-{stage}")["Stacks"][0]
    return boto3.client("sqs"), named("Queue", outputs_of(described))


def _refuse(why: str) -> int:
    print(why, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
