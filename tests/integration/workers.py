"""The processes in which the embedded cloud runs a stack's functions: found by where their code lies, and killed."""

import os
import random
import re
import select
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.integration.stack import Stack

PROCESSES = Path("/proc")
NAME = re.compile(r"ministack-lambda-.*-(\w+)Function-")
WAITING_FOR_WORK = "pipe_read"
"""Where in the kernel a worker is that has nothing to do: its invocations come through a pipe."""

GONE_WITHIN = 5.0  # seconds


@dataclass(frozen=True, slots=True, order=True)
class Worker:
    """One process of a function, such as `MessageDelivery`."""

    function: str
    process: int


def workers(stack: Stack) -> Iterator[Worker]:
    """Yield the processes of a stack's functions."""
    for entry in PROCESSES.iterdir():
        if entry.name.isdigit() and (function := _function(stack, int(entry.name))):
            yield Worker(function, int(entry.name))


def kill_one(stack: Stack, functions: set[str], chance: random.Random) -> str | None:
    """Kill a process of some functions with -9 while it works; return whose it was, None when none worked."""
    working = [worker for worker in sorted(workers(stack)) if worker.function in functions and _works(worker)]
    victim = chance.choice(working) if working else None
    return victim.function if victim and _kill(stack, victim) else None


def _function(stack: Stack, process: int) -> str | None:
    """Return whose process it is, None when it is none of the stack's functions."""
    try:
        arguments = (PROCESSES / str(process) / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return None
    home = f"{stack.folder.resolve()}/cloud/tmp/"
    found = next((NAME.match(each.removeprefix(home)) for each in arguments if each.startswith(home)), None)
    return found[1] if found else None


def _works(worker: Worker) -> bool:
    try:
        return WAITING_FOR_WORK not in (PROCESSES / str(worker.process) / "wchan").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def _kill(stack: Stack, worker: Worker) -> bool:
    """Kill a process, if it is still the same one, and wait until it is gone; tell whether this was what ended it."""
    with suppress(ProcessLookupError):
        handle = os.pidfd_open(worker.process)
        try:
            if _function(stack, worker.process) != worker.function:
                return False
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            gone, _, _ = select.select([handle], [], [], GONE_WITHIN)
            assert gone, "a worker outlived -9"
        finally:
            os.close(handle)
        return True
    return False
