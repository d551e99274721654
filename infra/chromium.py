"""Chromium, which the browser tests and the pictures need: where it is, how it gets here, how it is started."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from infra.local.failure import CannotRun

if TYPE_CHECKING:
    from playwright.sync_api import Browser

OVERRIDE = "JOBIPRO_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""What keeps a browser to itself: it asks nobody on the network for anything of its own."""

MISSING = f"Chromium is missing: install it ('apt-get install chromium', say), or name it with {OVERRIDE}=/path/to/it."


def found() -> str | None:
    """Return where Chromium is: what JOBIPRO_CHROMIUM names, else what the system has; None when there is none."""
    names = [os.environ[OVERRIDE]] if os.environ.get(OVERRIDE) else NAMES
    return next((path for path in map(shutil.which, names) if path), None)


@contextmanager
def started() -> Iterator["Browser"]:
    """Run a browser with a fresh profile and no window while the block runs. Raises CannotRun when there is none."""
    from playwright.sync_api import sync_playwright

    path = found()
    if path is None:
        raise CannotRun(MISSING)
    with sync_playwright() as playwright:
        # Its sandbox refuses to run as root.
        sandbox = os.geteuid() != 0
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS, chromium_sandbox=sandbox)
        try:
            yield browser
        finally:
            browser.close()


def install() -> None:
    """Install Chromium with the system's package manager. Raises CannotRun where that may not or does not work."""
    become = _becoming_root()
    if become is None or not shutil.which("apt-get") or os.environ.get(OVERRIDE):
        raise CannotRun(MISSING)
    print("Installing Chromium for the browser tests (once) …", flush=True)
    for step in (["update", "-qq"], ["install", "-y", "-qq", "chromium"]):
        command = [*become, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *step]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            said = (done.stderr.strip() or done.stdout.strip() or "nothing").splitlines()[-1]
            raise CannotRun(f"'apt-get {step[0]}' failed ({said}). {MISSING}")
    if found() is None:
        raise CannotRun(MISSING)


def _becoming_root() -> list[str] | None:
    """Return what a command of root's begins with; None for a user who would be asked for a password."""
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    allowed = shutil.which("sudo") and subprocess.run([*sudo, "true"], capture_output=True, check=False).returncode == 0
    return sudo if allowed else None


def required() -> bool:
    """Tell whether tests without a browser are a failure: in CI, where nobody would see that they were skipped."""
    return os.environ.get("CI") == "true"


def main() -> int:
    """Install Chromium where it is missing; return the exit status."""
    try:
        if found() is None:
            install()
    except CannotRun as failure:
        print(failure if required() else f"{failure} The browser tests are skipped.", file=sys.stderr)
        return int(required())
    return 0


if __name__ == "__main__":
    sys.exit(main())
