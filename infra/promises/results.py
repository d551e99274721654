"""What the tests that prove commitments came to when each was last run: kept by pytest, read by `make promises`."""

import fcntl
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from infra.promises.commitments import ROOT

RESULTS = ROOT / ".local" / "promises.json"


class Outcome(StrEnum):
    """What a test came to, best first; of several cases the worst one counts."""

    PASSED = "passed"
    SKIPPED = "skipped"
    FAILED = "failed"


WORST = tuple(Outcome)


@dataclass(frozen=True, slots=True)
class Result:
    """What one test came to with all its cases, and when the one that was run first of them was run."""

    outcome: Outcome
    at: datetime


@dataclass(slots=True, eq=False)  # pytest keeps plugins in sets
class Recorder:
    """A plugin of pytest that adds what a run showed to what earlier ones did; what was not run stays as it was."""

    path: Path = RESULTS
    _found: set[str] = field(default_factory=set)
    _outcomes: dict[str, Outcome] = field(default_factory=dict)

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Note a case, whether or not it is going to be run."""
        if item.get_closest_marker("commitment"):
            self._found.add(item.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the outcome of a case; one whose setting up or tearing down failed has failed."""
        if report.nodeid in self._found and (report.when == "call" or not report.passed):
            before = self._outcomes.get(report.nodeid, Outcome.PASSED)
            self._outcomes[report.nodeid] = max(before, Outcome(report.outcome), key=WORST.index)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Add what this run showed, and drop cases that a test which was looked at as a whole no longer has."""
        if not self._outcomes:
            return
        at = datetime.now(UTC).isoformat(timespec="seconds")
        new = {case: {"outcome": outcome, "at": at} for case, outcome in self._outcomes.items()}
        whole = {_test(case) for case in self._found} if _looked_at_whole_tests(session.config) else set()
        with _locked(self.path):
            kept = {case: told for case, told in _load(self.path).items() if self._stands(case, whole)}
            _save(self.path, kept | new)

    def _stands(self, case: str, whole: set[str]) -> bool:
        return case in self._found or _test(case) not in whole


def pytest_configure(config: pytest.Config) -> None:
    """Record this run."""
    config.pluginmanager.register(Recorder())


def results(path: Path = RESULTS) -> Mapping[str, Result]:
    """Return what each test came to, by its id without parameters; nothing for those never run."""
    found: dict[str, Result] = {}
    for case, told in _load(path).items():
        each = Result(Outcome(told["outcome"]), datetime.fromisoformat(told["at"]))
        found[_test(case)] = _both(found.get(_test(case), each), each)
    return found


def _both(one: Result, other: Result) -> Result:
    return Result(max(one.outcome, other.outcome, key=WORST.index), min(one.at, other.at))


def _test(case: str) -> str:
    return case.partition("[")[0]


def _looked_at_whole_tests(config: pytest.Config) -> bool:
    """Tell whether pytest was not asked for single cases, or for those that failed before."""
    return not any("[" in argument for argument in config.args) and not config.getoption("lf", default=False)


def _load(path: Path) -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = json.loads(path.read_text()) if path.exists() else {}
    return loaded


def _save(path: Path, told: Mapping[str, object]) -> None:
    """Put the results in place as a whole, so that a run that is killed leaves the old ones."""
    unfinished = path.with_suffix(".new")
    unfinished.write_text(json.dumps(dict(sorted(told.items())), indent=1) + "\n")
    unfinished.replace(path)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Keep two runs that end at the same moment from losing each other's results."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
