"""`make fuzz`: long runs against a stack of their own, or the one that JOBIPRO_STACK names by its stack.json."""

import argparse
import json
import os
import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.failure import CannotRun
from infra.local.limits import RAISED
from tests.fuzz.aftermath import Before
from tests.fuzz.run import ROLES, fuzz
from tests.integration.stack import Stack, started

CASES = 100
"""Cases of an operation and a role, unless something else is said."""


def main() -> int:
    """Fuzz as each role in turn; return the exit status."""
    try:
        return _fuzz(*_arguments())
    except CannotRun as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def _fuzz(amount: list[str], seed: int, again: str) -> int:
    with _stack() as stack:
        before = Before.of(stack)
        print(f"Seed {seed}: whatever it finds, `make fuzz SEED={seed}{again}` finds again.", flush=True)
        failed = []
        for role in ROLES:
            print(f"\nAs {role}\n", flush=True)
            if not fuzz(stack, role, ["--seed", str(seed), *amount], aloud=True).passed:
                failed.append(f"as {role}")
        print("\nWaiting until all that was taken in is worked on …", flush=True)
        wrong = before.wrong_since()
    print(*wrong, sep="\n")
    failed += ["in what was left behind"] if wrong else []
    print(
        f"Failures {', '.join(failed)}: see above; again with `make fuzz SEED={seed}{again}`."
        if failed
        else "All well."
    )
    return 1 if failed else 0


def _arguments() -> tuple[list[str], int, str]:
    """Return how much to do as options of schemathesis, the seed, and what says the former to `make fuzz`."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    for name in ("minutes", "cases", "seed"):
        parser.add_argument(f"--{name}", default="")
    given = parser.parse_args()
    for name, value in vars(given).items():
        if value and not (value.isdecimal() and 1 <= int(value) < 2**32):
            raise CannotRun(f"{name.upper()} is a whole number from 1, not {value!r}.")
    seed = int(given.seed) if given.seed else random.SystemRandom().randrange(1, 2**32)
    if given.minutes and given.cases:
        raise CannotRun("Say MINUTES or CASES, not both.")
    if given.minutes:
        return ["--max-time", str(int(given.minutes) * 60 // len(ROLES))], seed, f" MINUTES={given.minutes}"
    cases = given.cases or str(CASES)
    return ["--max-examples", cases], seed, f" CASES={cases}"


@contextmanager
def _stack() -> Iterator[Stack]:
    named = os.environ.get("JOBIPRO_STACK")
    if not named:
        print("Starting a stack with raised limits …", flush=True)
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder, started(Path(folder) / "stack", RAISED) as own:
            yield own
        return
    description = Path(named).resolve()
    if not description.is_file():
        raise CannotRun(f"There is no {named}: JOBIPRO_STACK names the stack.json of a running stack ('make run').")
    yield Stack(json.loads(description.read_text()), description.parent)


if __name__ == "__main__":
    sys.exit(main())
