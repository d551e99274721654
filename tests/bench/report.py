"""The figures as build/bench.json, as a table on the console, and as tables in README.md and docs/measured.md.

build/bench.json is one object:

- `schema`: 1.
- `parts`: by name of a part of the bench, what its last run found:
  - `taken_at`: when it ended, RFC 3339 in UTC; `seconds`: how long it took;
  - `machine`: `processor`, `cores`, `memory_gib`, `system`, `load` (of the last minute, before the bench began);
  - `versions`: by package, with `python` and `ministack`;
  - `figures`: each with `name`, `value`, `unit`, `most` (what it may be at most, or null), `met` (whether it is, or
    null), `more` (other numbers by unit), `why` (of a budget that is missed, else empty), `main` (shown in README.md).
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from infra.local.settings import ROOT
from tests.bench.figures import Figure, cells
from tests.bench.machine import sentence

FILE = ROOT / "build" / "bench.json"
README, PAGE = ROOT / "README.md", ROOT / "docs" / "measured.md"
TITLES = ("what", "measured", "at most", "besides")


def kept(parts: Mapping[str, Any], path: Path = FILE) -> dict[str, Any]:
    """Write what was found, beside what other runs found about other parts; return all of it."""
    before = json.loads(path.read_text())["parts"] if path.exists() else {}
    whole = {"schema": 1, "parts": {**before, **parts}}
    path.parent.mkdir(exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n")
    draft.replace(path)
    return whole


def console_table(parts: Mapping[str, Sequence[Figure]]) -> Table:
    """Return all figures as one table."""
    table = Table(*TITLES)
    for name, figures in parts.items():
        table.add_section()
        table.add_row(f"[bold]{name}[/]")
        for figure in figures:
            table.add_row(*cells(figure), style="red" if figure.met is False else "")
    return table


def write_pages(parts: Mapping[str, Any], readme: Path = README, page: Path = PAGE) -> None:
    """Put the figures between the markers of both pages: the main ones, and all."""
    for path, all_of_them in ((readme, False), (page, True)):
        path.write_text(renewed(path.read_text(), "\n".join(markdown(parts, all_of_them))))


def renewed(page: str, table: str) -> str:
    """Return a page with what stands between its markers replaced."""
    marked = r"(<!-- measured: by make bench -->).*?(<!-- /measured -->)"
    return re.sub(marked, lambda found: f"{found[1]}\n\n{table}\n\n{found[2]}", page, flags=re.DOTALL)


def markdown(parts: Mapping[str, Any], all_of_them: bool) -> Iterator[str]:
    """Yield the lines of a table, and of where it was taken."""
    yield f"| {' | '.join(TITLES)} |"
    yield f"| {' | '.join(['---'] * len(TITLES))} |"
    for part in parts.values():
        for told in part["figures"]:
            if all_of_them or told["main"]:
                yield f"| {' | '.join(cells(_figure(told)))} |"
    last = max(parts.values(), key=lambda part: str(part["taken_at"]))
    yield ""
    yield f"Taken on {last['taken_at'][:10]}: {sentence(last['machine'], last['versions'])}."


def _figure(told: Mapping[str, Any]) -> Figure:
    return Figure(**{name: value for name, value in told.items() if name != "met"})


def missed(parts: Mapping[str, Iterable[Figure]]) -> list[Figure]:
    """Return the figures that miss their budget."""
    return [figure for figures in parts.values() for figure in figures if figure.met is False]
