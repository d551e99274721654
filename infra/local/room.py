"""Whether there is room on a disk, told before anything is started."""

import shutil
from pathlib import Path

from infra.local.failure import CannotRun


def refuse_without_room(what: str, needed: int, folder: Path) -> None:
    """Raise CannotRun when fewer bytes are free where a folder is than something needs; `what` begins the sentence."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        wanted = f"{what} needs {needed / 10**9:g} GB in {folder}"
        raise CannotRun(f"{wanted}, and {free / 10**9:.1f} GB are free there: make room first.")
