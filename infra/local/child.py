"""A process of ours that serves a port, as long as we live: the embedded cloud, the local Stripe."""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from infra.local.failure import CannotRun

READY_WITHIN = 60.0  # seconds
STOPPED_WITHIN = 3.0  # seconds; what has not ended by then is killed, nothing in it is kept anyway


@dataclass(frozen=True, slots=True)
class Started:
    """How a process is started: its whole environment, its folder, its log, and a URL that answers once it is ready."""

    environment: Mapping[str, str]
    folder: Path
    log: Path
    answers: str


class Child:
    """A process that was started. It holds the other end of its standard input, and has to end when that closes."""

    def __init__(self, name: str, command: Sequence[str | Path], started: Started) -> None:
        """Start it; `name` begins the sentences that are said of it."""
        self._name = name
        self._answers = started.answers
        self._log = log = started.log
        with log.open("wb") as written:
            self._process = subprocess.Popen(
                command,
                env=started.environment,
                cwd=started.folder,
                stdin=subprocess.PIPE,
                stdout=written,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        """Return once it answers."""
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            if not self.running:
                raise self.stopped()
            try:
                with urllib.request.urlopen(self._answers, timeout=2):
                    return
            except (urllib.error.URLError, TimeoutError, ConnectionError):
                time.sleep(0.1)
        raise CannotRun(f"{self._name} did not answer within {READY_WITHIN:.0f} seconds; see {self._log}.")

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._process.poll() is None

    def stopped(self) -> CannotRun:
        """Return the failure of a process that is gone though nobody stopped it."""
        return CannotRun(f"{self._name} stopped by itself; {self._log} tells why. Start again.")

    def stop(self) -> None:
        """End the process and those that it started."""
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOPPED_WITHIN)
        _end_group(self._process.pid)
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()


def _end_group(group: int) -> None:
    """Kill what is left of the process group; its leader's number cannot have been given away before `wait`."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
