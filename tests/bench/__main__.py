"""`make bench`: measure, show, keep in build/bench.json, and write the tables of README.md and docs/measured.md."""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from infra.build import BuildFailed
from infra.local.failure import CannotRun
from infra.local.limits import RAISED
from infra.local.room import refuse_without_room
from infra.local.settings import ROOT
from infra.local.stopping import Stopped, stop_when_asked
from tests.bench import contention, load, matching, report, starts, stripe_events, units, warm, webhook
from tests.bench.figures import Figure
from tests.bench.machine import machine, versions
from tests.bench.recordings import recorder
from tests.faults.processes import FOLDERS
from tests.faults.stage import Stage
from tests.integration.stack import Stack, started

ROOM = 3_300_000_000
"""Bytes on disk: every worker of the embedded cloud unpacks its layers."""

type Tell = Callable[[], object]


@dataclass
class Rig:
    """What is measured on: each started when first needed, all gone at the end."""

    folder: Path
    held: ExitStack

    @cached_property
    def stage(self) -> Stage:
        """The embedded cloud without functions, where scenarios are recorded."""
        return self.held.enter_context(recorder(self.folder / "bare"))

    @cached_property
    def stack(self) -> Stack:
        """The deployed stack, its limits out of the way."""
        return self.held.enter_context(started(self.folder / "stack", RAISED))


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the bench: how many steps it takes, and what it finds."""

    steps: int
    figures: Callable[[Rig, Tell], Iterator[Figure]]


@dataclass(frozen=True, slots=True)
class Found:
    """What a part found, how many seconds it took, and where."""

    figures: Sequence[Figure]
    seconds: float
    machine: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return it as build/bench.json has it."""
        return {
            "taken_at": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "seconds": round(self.seconds),
            "machine": self.machine,
            "versions": versions(),
            "figures": [figure.to_json() for figure in self.figures],
        }


PARTS: Mapping[str, Part] = {
    "starts": Part(len(FOLDERS), lambda rig, tell: starts.figures(tell)),
    "warm": Part(warm.STEPS, lambda rig, tell: warm.figures(rig.stage, rig.folder, tell)),
    "sealing": Part(units.STEPS, lambda rig, tell: units.figures(tell)),
    "matching": Part(matching.STEPS, lambda rig, tell: matching.figures(rig.stage, rig.folder, tell)),
    "webhook": Part(webhook.STEPS, lambda rig, tell: webhook.figures(rig.stage, rig.folder, tell)),
    "deliveries": Part(1, lambda rig, tell: load.deliveries(rig.stack, tell)),
    "events": Part(1, lambda rig, tell: stripe_events.figures(rig.stack, tell)),
    "contention": Part(contention.REQUESTS, lambda rig, tell: contention.figures(rig.stack, tell)),
    "load": Part(2 * load.COUNT, lambda rig, tell: load.figures(rig.stack, tell)),
}


def main() -> int:
    """Measure what was asked for; return the exit status."""
    stop_when_asked()
    console = Console(file=sys.stdout)
    try:
        names = _wanted()
        with _folder() as folder, ExitStack() as held:
            found = _measured(names, Rig(folder, held), console)
    except Stopped:
        console.print("Stopped; nothing is left running.")
        return 1
    except (CannotRun, BuildFailed, warm.Strayed, load.Refused) as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    except AssertionError as failure:  # of the tests' own helpers: no start, or something that did not come in time
        sys.stderr.write(f"The deployed stack failed: {str(failure).strip().splitlines()[-1]}\n")
        return 1
    except subprocess.TimeoutExpired:
        sys.stderr.write("The deployed stack did not stop in time and was killed: try again when less runs here.\n")
        return 1
    _tell(found, console)
    return 0


def _measured(names: Sequence[str], rig: Rig, console: Console) -> dict[str, Found]:
    """Measure the parts, one after the other."""
    where, found = machine(), {}
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    for name in names:
        part, began = PARTS[name], time.monotonic()
        with Progress(*columns, console=console, transient=True) as progress:
            step = partial(progress.advance, progress.add_task(name, total=part.steps))
            figures = list(part.figures(rig, step))
        found[name] = Found(figures, time.monotonic() - began, where)
        console.print(f"  {name}: {time.monotonic() - began:.0f} s")
    return found


def _tell(found: Mapping[str, Found], console: Console) -> None:
    console.print(report.console_table({name: each.figures for name, each in found.items()}))
    whole = report.kept({name: each.to_json() for name, each in found.items()})
    console.print("Kept in build/bench.json.")
    if len(found) == len(PARTS):
        report.write_pages(whole["parts"])
        console.print("Written into README.md and docs/measured.md.")
    off = [figure.name for each in found.values() for figure in each.figures if figure.met is False]
    console.print(f"Budgets missed: {', '.join(off)}." if off else "Every budget is met.")


def _wanted() -> list[str]:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", default="", help=f"some of: {', '.join(PARTS)}; separated by commas")
    names = list(filter(None, parser.parse_args().only.split(","))) or list(PARTS)
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        raise CannotRun(f"ONLY names parts of the bench: {', '.join(PARTS)}; not {unknown[0]}.")
    return names


@contextmanager
def _folder() -> Iterator[Path]:
    """Make room for what is started; it is gone when the block ends."""
    parent = ROOT / ".local"
    parent.mkdir(exist_ok=True)
    refuse_without_room("The bench", ROOM, parent)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=parent, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


if __name__ == "__main__":
    sys.exit(main())
