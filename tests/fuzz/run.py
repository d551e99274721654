"""Runs schemathesis against a stack, calling as a customer, as a provider or as nobody."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from infra.local.settings import ROOT
from tests.integration.stack import Stack

ROLES = ("nobody", "customer", "provider")

type Answers = Mapping[str, Mapping[int, int]]
"""How often each operation was answered with each status."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run; `printed` is empty where it went to the terminal."""

    passed: bool
    printed: str
    answers: Answers


def fuzz(stack: Stack, role: str, options: Sequence[str], *, aloud: bool = False) -> Outcome:
    """Call every operation of the description as one role, with options of `schemathesis run`.

    `aloud` shows on the terminal what happens as it happens.
    """
    with tempfile.TemporaryDirectory() as folder:
        tally, console = Path(folder, "tally.json"), Path(folder, "console.txt")
        with console.open("wb") as printed:
            status = _run(stack, role, options, tally, None if aloud else printed)
        return Outcome(status == 0, console.read_text(errors="replace"), _answers(tally))


def _run(stack: Stack, role: str, options: Sequence[str], tally: Path, printed: IO[bytes] | None) -> int:
    command = [
        sys.executable,
        "-m",
        "schemathesis.cli",
        "--config-file",
        str(Path(__file__).parent / "schemathesis.toml"),
    ]
    command += ["run", str(ROOT / "docs" / "openapi.json"), "--url", stack.api.url, *options]
    environment = os.environ | {
        "FUZZ_ROLE": role,
        "FUZZ_TALLY": str(tally),
        "JOBIPRO_STACK": str(stack.folder / "stack.json"),
        "PYTHONPATH": os.pathsep.join((str(ROOT / "layers" / "core" / "python"), str(ROOT))),
    }
    return subprocess.run(
        command, env=environment, cwd=tally.parent, stdout=printed, stderr=printed, check=False
    ).returncode


def _answers(tally: Path) -> Answers:
    answers: dict[str, dict[int, int]] = {}
    for operation, status, count in json.loads(tally.read_text()) if tally.exists() else ():
        answers.setdefault(operation, {})[status] = count
    return answers
