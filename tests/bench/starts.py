"""How long each function takes to start, beside a bare process that makes the same AWS clients.

Compared is processor time, whose share of a busy machine does not matter, in fresh processes that take turns: the
staged function as AWS gets it, and a bare process that makes the same clients with the whole of botocore's data. Each
is compared with the one right beside it, for what else goes on in the machine slows both alike, and of several turns
the middle one counts: the luck of a single one is nothing to go by.
"""

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import boto3

from tests.bench.figures import Figure
from tests.bench.staged import CREDENTIALS, INTERPRETER, output_of, staged

ROUNDS = 5
LONGEST = 25
"""Turns that a function gets which seems to take too long: on a busy machine the first may all have been disturbed."""
MOST = 1.3
"""Times what the clients take. Source: the design, "Budgets". A well-known model handler takes 2.3 times as long."""

OWN = "import functions.{folder}.handler"

SERVICES = """
import json
from botocore.session import Session
made, create = [], Session.create_client
def create_client(self, service_name, *args, **kwargs):
    made.append(service_name)
    return create(self, service_name, *args, **kwargs)
Session.create_client = create_client
import functions.{folder}.handler
print(json.dumps(made))
"""

BARE = """
import boto3.session
session = boto3.session.Session()
for service in {services}:
    session.client(service)
"""


@dataclass(frozen=True, slots=True)
class Start:
    """How long a function takes, and its clients by themselves, in seconds of processor time, turn by turn."""

    turns: tuple[tuple[float, float], ...]

    @property
    def ratio(self) -> float:
        """How many times longer the function takes."""
        return median(function / clients for function, clients in self.turns)

    @property
    def function(self) -> float:
        """How long the function takes."""
        return median(function for function, _ in self.turns)

    @property
    def clients(self) -> float:
        """How long its clients take."""
        return median(clients for _, clients in self.turns)


@dataclass(frozen=True, slots=True, eq=False)
class _Process:
    code: str
    environment: Mapping[str, str]

    def seconds(self) -> float:
        """Start it and return the processor time it took."""
        command = [*INTERPRETER, "-c", self.code]
        process = subprocess.Popen(command, env=dict(self.environment), stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        return used.ru_utime + used.ru_stime


def starts(rounds: int = ROUNDS, tell: Callable[[], object] = lambda: None) -> dict[str, Start]:
    """Return the start of every function, by folder; `tell` is called after each function."""
    functions = staged()
    own = {folder: _Process(OWN.format(folder=folder), each.environment()) for folder, each in functions.items()}
    services = {
        folder: tuple(json.loads(output_of(SERVICES.format(folder=folder), each.environment())))
        for folder, each in functions.items()
    }
    found: dict[str, Start] = {}
    for folder, function in own.items():
        bare = _bare(services[folder])
        found[folder] = Start(())
        while len(found[folder].turns) < rounds or (found[folder].ratio > MOST and len(found[folder].turns) < LONGEST):
            found[folder] = Start((*found[folder].turns, (function.seconds(), bare.seconds())))
        tell()
    return found


def figures(tell: Callable[[], object]) -> Iterator[Figure]:
    """Measure every function."""
    found = starts(tell=tell)
    for folder, start in sorted(found.items(), key=lambda each: each[1].ratio, reverse=True):
        more = {"ms": start.function * 1000, "ms for the clients": start.clients * 1000}
        yield Figure(f"start {folder}", start.ratio, "× its bare clients", MOST, more, main=True)


def _bare(services: tuple[str, ...]) -> _Process:
    packages = Path(boto3.__file__).parents[1]
    return _Process(BARE.format(services=services), {**CREDENTIALS, "PYTHONPATH": str(packages)})
