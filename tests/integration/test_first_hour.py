"""The newcomer's trial of docs/first-hour.md, followed in a fresh copy of what the repository holds.

The copy has links to the environments that are there already, since making them anew is what CI itself begins with, and
what the checks of types remember, which CI made just before. All else is a newcomer's: their own folder, ports, build,
stack and environment.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from infra.local.settings import ROOT
from tests.integration.pages import API, CLOUD, MAILBOX, REFERENCE, STRIPE, Step, followed, newcomers, steps
from tests.integration.stack import STARTED_WITHIN, STOPPED_WITHIN, free_ports

PAGE = "docs/first-hour.md"
REMEMBERED = ".mypy_cache"


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A folder with what the repository holds and nothing else, under version control."""
    folder = tmp_path / "jobipro"
    for name in _git(ROOT, "ls-files", "-z").split("\0"):
        if name and (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    _git(folder, "init", "--quiet")
    _git(folder, "add", "--all")
    _git(folder, "-c", "user.name=Newcomer", "-c", "user.email=new@example.com", "commit", "--quiet", "-m", "Fresh")
    for environment in (".venv", ".venv-cloud"):
        (folder / environment).symlink_to((ROOT / environment).resolve())
    if (ROOT / REMEMBERED).exists():
        shutil.copytree(ROOT / REMEMBERED, folder / REMEMBERED)
    return folder


@pytest.mark.timeout(900)
def test_the_first_hour_goes_as_it_is_written(fresh: Path) -> None:
    port = free_ports()
    own = {API: f"http://127.0.0.1:{port}", MAILBOX: f"http://127.0.0.1:{port + 1}"}
    own |= {CLOUD: f"http://127.0.0.1:{port + 2}", REFERENCE: f"http://127.0.0.1:{port + 3}"}
    own |= {STRIPE: f"http://127.0.0.1:{port + 4}"}
    own["make run"] = f"make run PORT={port}"
    start, *_ = steps(fresh / PAGE, "sh", own)
    first, *_ = steps(fresh / "README.md", own=own)

    with _running(start, fresh) as console:
        followed([first, *steps(fresh / PAGE, own=own)], fresh)

    assert console.read_text().splitlines()[-1] == "Stopped; nothing is left running."
    assert _git(fresh, "status", "--porcelain") == ""


@contextmanager
def _running(start: Step, folder: Path) -> Iterator[Path]:
    """Start what the first terminal starts, and press Ctrl-C in it when the block ends; yield what it prints."""
    console = folder.parent / "console.log"
    with console.open("wb") as printed:
        # A terminal's Ctrl-C reaches all that was started in it; so it is a session of its own.
        terminal = subprocess.Popen(
            ["bash", "-c", start.commands],
            cwd=folder,
            env={**newcomers(), "TMPDIR": str(folder.parent)},
            stdout=printed,
            stderr=printed,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + STARTED_WITHIN
        while not start.fits(console.read_text()):
            assert terminal.poll() is None, console.read_text()
            assert time.monotonic() < deadline, console.read_text()
            time.sleep(0.2)
        yield console
    finally:
        os.killpg(terminal.pid, signal.SIGINT)
        terminal.wait(STOPPED_WITHIN)


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True).stdout
