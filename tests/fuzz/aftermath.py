"""What a run leaves behind: whatever was taken in must have been worked on, without a failure in any function."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from jobipro.domain.events import Queue
from tests.integration.people import settled, waiting
from tests.integration.stack import Stack

SETTLED_WITHIN = 180.0
"""Seconds for what a run posted: mails by the thousand."""


@dataclass(frozen=True, slots=True)
class Before:
    """How things stood before a run: dead letters by queue, and how long each log was."""

    stack: Stack
    dead: Mapping[str, int]
    logs: Mapping[str, int]

    @classmethod
    def of(cls, stack: Stack) -> "Before":
        """Look at a stack."""
        return cls(
            stack, _dead(stack), {path.name: path.stat().st_size for path in (stack.folder / "logs").glob("*.log")}
        )

    def wrong_since(self) -> list[str]:
        """Wait until all is worked on, and return the failures that were logged since and the letters that died."""
        settled(self.stack, within=SETTLED_WITHIN)
        dead = [
            f"{now - self.dead[queue]} more in {queue}"
            for queue, now in _dead(self.stack).items()
            if now > self.dead[queue]
        ]
        return dead + self._failures()

    def _failures(self) -> list[str]:
        found = []
        for path in sorted((self.stack.folder / "logs").glob("*.log")):
            with path.open("rb") as log:
                log.seek(self.logs.get(path.name, 0))
                found += [f"{path.name}: {line.decode().strip()}" for line in log if _is_failure(line)]
        return found


def _dead(stack: Stack) -> dict[str, int]:
    queues = [name for name in stack.description["queues"] if name.endswith("-dlq")]
    assert len(queues) >= len(Queue)
    return {name: waiting(stack, name) for name in queues}


def _is_failure(line: bytes) -> bool:
    """Tell whether a line is one of ours that says something failed."""
    _, _, text = line.partition(b" ")
    try:
        said = json.loads(text)
    except ValueError:
        return b"Traceback" in text
    return isinstance(said, dict) and said.get("level") in {"ERROR", "CRITICAL"}
