"""A process of ours: it ends with us, and its own end is told in a line."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local import child
from infra.local.child import Child, Started
from infra.local.failure import CannotRun

UNTIL_THE_STARTER_ENDS = "import sys; sys.stdin.read()"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); time.sleep(60)"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "child.log"


@pytest.fixture
def started(log: Path, tmp_path: Path) -> Iterator[list[Child]]:
    running: list[Child] = []
    yield running
    for each in running:
        each.stop()


def start(started: list[Child], log: Path, code: str) -> Child:
    answers = "http://127.0.0.1:9/"  # nobody does
    each = Child("The child", [sys.executable, "-c", code], Started({}, log.parent, log, answers))
    started.append(each)
    return each


def test_it_runs_until_it_is_stopped(started: list[Child], log: Path):
    running = start(started, log, UNTIL_THE_STARTER_ENDS)
    assert running.running

    running.stop()

    assert not running.running


def test_one_that_does_not_listen_is_killed(started: list[Child], log: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(child, "STOPPED_WITHIN", 0.2)
    running = start(started, log, DEAF)
    while not log.read_text():
        assert running.running

    running.stop()

    assert not running.running


def test_one_that_ends_before_it_answers_is_told_with_its_log(started: list[Child], log: Path):
    gone = start(started, log, "print('no port')")

    with pytest.raises(CannotRun, match=r"The child stopped by itself; .*child\.log tells why\."):
        gone.wait_until_ready()

    assert log.read_text() == "no port\n"


def test_one_that_never_answers_is_told(started: list[Child], log: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(child, "READY_WITHIN", 0.3)

    with pytest.raises(CannotRun, match="The child did not answer within"):
        start(started, log, UNTIL_THE_STARTER_ENDS).wait_until_ready()
