"""`make demo`: 200 providers and 20 customers in real places, jobs and payments over HTTP, and what came of them."""

import argparse
import json
import secrets
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from infra.demo.cast import Cast, cast_of
from infra.demo.picture import best, draw
from infra.demo.play import play
from infra.demo.report import Report
from infra.demo.side_by_side import Steps
from infra.demo.stack import stack_of
from infra.local.failure import CannotRun
from infra.local.limits import RAISED
from infra.local.settings import ROOT, Ports, Settings
from infra.local.stopping import Stopped, stop_when_asked

PROVIDERS, CUSTOMERS, REQUESTS = 200, 20, 60
MOST_REQUESTS = 100_000
MADE = ROOT / "build" / "demo"


def main() -> int:
    """Play and report; return the exit status."""
    stop_when_asked()
    try:
        demo(*_arguments(), Console(), MADE)
    except Stopped:
        print("\nStopped; nothing that the demo started is left running.")
        return 130
    except CannotRun as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


def demo(settings: Settings, cast: Cast, console: Console, made: Path) -> None:
    """Let a cast play on the stack of some settings, and show what came of it; files go to `made`."""
    say = partial(console.print, soft_wrap=True, markup=False, highlight=False)
    with stack_of(settings, cast, say) as (description, sources):
        with _progress(console) as progress:
            outcome = play(description, cast, sources, _steps(progress))
        show(Report(cast, outcome), console, made)
    if wrong := [each for each in outcome.ended if not each.agrees]:
        raise CannotRun(f"The books do not agree on {len(wrong)} payments: {made / 'result.json'} has them.")


def show(report: Report, console: Console, made: Path) -> None:
    """Print the table and what is to be said, and write JSON and map."""
    console.print(report.table())
    if report.outcome.ended:
        console.print(report.jobs())
    for line in report.lines():
        console.print(line, soft_wrap=True, highlight=False)
    files = [made / "result.json"]
    try:
        made.mkdir(parents=True, exist_ok=True)
        files[0].write_text(json.dumps(report.to_fields(), indent=1, ensure_ascii=False) + "\n")
        if wish := best(report):
            files += [made / "map.svg", made / "map.png"]
            draw(report, wish, files[1:])
    except OSError as error:
        raise CannotRun(f"{made} cannot be written: {error.strerror}. Make room there, then try again.") from None
    console.print("Written: " + ", ".join(str(file) for file in files), soft_wrap=True, highlight=False)


def _arguments() -> tuple[Settings, Cast]:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--port", default="8000", help="where a stack is started if none runs")
    parser.add_argument("--requests", default=str(REQUESTS), help="how many requests are posted")
    given = parser.parse_args()
    if not given.requests.isdecimal() or not 1 <= int(given.requests) <= MOST_REQUESTS:
        raise CannotRun(f"REQUESTS is a number from 1 to {MOST_REQUESTS}, not {given.requests!r}.")
    settings = Settings(Ports.named(given.port), limits=RAISED)
    return settings, cast_of(PROVIDERS, CUSTOMERS, int(given.requests), run=secrets.token_hex(4))


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:<20}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    )


def _steps(progress: Progress) -> Steps:
    def begin(name: str, total: int) -> Callable[[int, int], object]:
        task = progress.add_task(name, total=total)
        return lambda done, total: progress.update(task, completed=done, total=total)

    return begin


if __name__ == "__main__":
    sys.exit(main())
