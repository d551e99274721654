"""The README's main job: every block is run as it stands there, and must show what the README says one sees."""

import os
import re
import secrets
import subprocess
from collections.abc import Iterator

import pytest

from infra.local.settings import ROOT
from tests.integration.stack import Stack

BETWEEN = "-- what the next block shows --"

# Where `make run` puts things, as the README has it.
API = "http://127.0.0.1:8000"
MAILBOX = "http://127.0.0.1:8001"


def blocks(kind: str) -> list[tuple[int, str]]:
    """Return the README's code blocks of a kind, each with its place among all of them."""
    found = re.findall(r"^```(\w+)\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    return [(place, text) for place, (named, text) in enumerate(found) if named == kind]


def steps() -> Iterator[tuple[str, str]]:
    """Yield each block of commands with the block behind it, which says what one sees."""
    shown = dict(blocks("text"))
    for place, commands in blocks("bash"):
        yield commands, shown[place + 1]


def pattern(shown: str) -> str:
    """Return what one sees as a regular expression, in which `…` stands for anything."""
    return ".*?".join(re.escape(part) for part in shown.strip().split("…"))


@pytest.mark.commitment("approval.unsubscribe")
@pytest.mark.commitment("sharing.request-details")
def test_the_main_job_of_the_readme_works_as_written(stack: Stack) -> None:
    own = {API: stack.description["api"], MAILBOX: stack.description["mailbox"]}
    own["example.com"] = f"{secrets.token_hex(4)}.example.com"  # people of its own, however often it runs

    def here(text: str) -> str:
        return re.sub("|".join(map(re.escape, own)), lambda found: own[found[0]], text)

    script = f"\necho '{BETWEEN}'\n".join(here(commands) for commands, _ in steps())
    # What is printed at once, as in some containers, must not break a pipe.
    unbuffered = {**os.environ, "PYTHONUNBUFFERED": "1"}
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True, check=False, env=unbuffered
    )
    seen = ran.stdout.split(f"{BETWEEN}\n")

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert len(seen) == len(list(steps()))
    for (commands, shown), printed in zip(steps(), seen, strict=True):
        assert re.fullmatch(pattern(here(shown)), printed.strip(), re.DOTALL), f"{commands}\nshowed:\n{printed}"
