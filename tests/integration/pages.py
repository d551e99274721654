"""Pages whose blocks of code are run as they stand there: each block of commands, and behind it what one sees."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

BETWEEN = "-- what the next block shows --"

# Where `make run` puts things, as the pages have it.
API = "http://127.0.0.1:8000"
MAILBOX = "http://127.0.0.1:8001"
CLOUD = "http://127.0.0.1:8002"
REFERENCE = "http://127.0.0.1:8003"
STRIPE = "http://127.0.0.1:8004"

FOREIGN = ("JOBIPRO_", "PYTEST_", "PYTHONPATH", "MAKE", "MFLAGS")
"""What a run of tests has in its environment, and a newcomer has not."""


@dataclass(frozen=True, slots=True)
class Step:
    """A block of commands, and what one sees of it: `…` stands for anything."""

    commands: str
    shown: str

    def fits(self, printed: str) -> bool:
        """Tell whether that is what was to be seen."""
        pattern = ".*?".join(re.escape(part) for part in self.shown.strip().split("…"))
        return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


def steps(page: Path, kind: str = "bash", own: Mapping[str, str] | None = None) -> Iterator[Step]:
    """Yield a page's blocks of commands of a kind, each with the block behind it; `own` replaces words in both."""
    found = re.findall(r"^```(\w+)\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)
    for place, (named, commands) in enumerate(found):
        if named == kind and found[place + 1][0] == "text":
            yield Step(_replaced(commands, own or {}), _replaced(found[place + 1][1], own or {}))


def followed(walk: Sequence[Step], folder: Path) -> None:
    """Run all blocks in one shell, and see that each shows what it says; AssertionError when one does not."""
    script = f"\necho '{BETWEEN}'\n".join(step.commands for step in walk)
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=newcomers(),
        capture_output=True,
        text=True,
        check=False,
    )
    seen = ran.stdout.split(f"{BETWEEN}\n")

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert len(seen) == len(walk)
    for step, printed in zip(walk, seen, strict=True):
        assert step.fits(printed), f"{step.commands}\nshowed:\n{printed}"


def newcomers() -> dict[str, str]:
    """Return an environment as a newcomer has it, in a shell that prints at once, which must not break a pipe."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return {**own, "PYTHONUNBUFFERED": "1"}


def _replaced(text: str, own: Mapping[str, str]) -> str:
    return re.sub("|".join(map(re.escape, own)), lambda found: own[found[0]], text) if own else text
