"""Chromium is found, or installed, or said in one line to be missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.chromium import MISSING, OVERRIDE
from infra.local.settings import ROOT

APT_GET = """#!/bin/sh
echo "$@" >> "{calls}"
case "$1" in install) {installs};; esac
"""


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A machine as far as its programs tell: those in this folder, and no Chromium among them."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("env", "sh", "ln", "chmod"):
        (programs / name).symlink_to(str(shutil.which(name)))
    if os.geteuid() != 0:
        _program(programs / "sudo", '#!/bin/sh\n[ "$1" = -n ] && shift\nexec "$@"\n')
    return programs


def _program(path: Path, script: str) -> None:
    path.write_text(script)
    path.chmod(0o755)


def _apt_get(programs: Path, installs: str) -> Path:
    calls = programs.parent / "calls"
    _program(programs / "apt-get", APT_GET.format(calls=calls, installs=installs))
    return calls


def _made_ready(programs: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run what `make test` runs before the tests."""
    kept = {name: value for name, value in os.environ.items() if name not in {"CI", OVERRIDE}}
    environment = {**kept, "PATH": str(programs), **more}
    return subprocess.run(
        [sys.executable, "-m", "infra.chromium"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_where_chromium_is_nothing_is_done_and_nothing_said(machine: Path):
    calls = _apt_get(machine, ":")
    _program(machine / "google-chrome", "#!/bin/sh\n")

    done = _made_ready(machine)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not calls.exists()


def test_a_missing_chromium_is_installed_from_the_systems_packages(machine: Path):
    calls = _apt_get(machine, f"ln -s /bin/true {machine}/chromium")

    done = _made_ready(machine)

    assert (done.returncode, done.stderr) == (0, "")
    assert calls.read_text().splitlines() == ["update -qq", "install -y -qq chromium"]


@pytest.mark.parametrize(("ci", "status", "ending"), [("", 0, " The browser tests are skipped."), ("true", 1, "")])
def test_one_line_says_that_it_cannot_be_installed_and_how_to_get_it(machine: Path, ci: str, status: int, ending: str):
    done = _made_ready(machine, CI=ci)

    assert done.returncode == status
    assert done.stderr == f"{MISSING}{ending}\n"


def test_one_line_says_why_installing_failed(machine: Path):
    _apt_get(machine, "echo E: Unable to locate package chromium >&2; exit 100")

    done = _made_ready(machine)

    assert len(done.stderr.splitlines()) == 1
    assert "E: Unable to locate package chromium" in done.stderr
    assert MISSING in done.stderr


def test_a_program_that_was_named_is_not_replaced_by_another(machine: Path):
    calls = _apt_get(machine, ":")
    _program(machine / "chromium", "#!/bin/sh\n")

    done = _made_ready(machine, **{OVERRIDE: "/nowhere/chromium"})

    assert MISSING in done.stderr
    assert not calls.exists()
