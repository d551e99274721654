"""Runs MiniStack, in an environment of its own, for as long as the process that started it lives.

The starter holds the other end of standard input: when it is gone, for whatever reason, so is the embedded cloud.
Each right that a role used or lacked is noted once, in the file that the only argument names. A layer is unpacked once,
as on AWS, and not for each worker.
"""

import hashlib
import json
import os
import signal
import sys
import tempfile
import threading
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ministack.app import main
from ministack.core import iam_evaluator, lambda_runtime

# Read past Python's own buffer, whose lock would hold up the end of the process.
STANDARD_INPUT = 0


def stop_with_the_starter() -> None:
    """Wait for the end of standard input, then ask this process to stop."""
    while os.read(STANDARD_INPUT, 1):
        continue
    os.kill(os.getpid(), signal.SIGTERM)


def note_rights(notes: Path) -> None:
    """Have each new decision on what a role may do written down as a line of JSON, from now on."""
    decide = iam_evaluator.enforce
    noted = set()

    def enforce(key: str, action: str, service: str, region: str, resource_arn: str = "*", **more: Any) -> Any:
        refused = decide(key, action, service, region, resource_arn=resource_arn, **more)
        _, assumed, caller = iam_evaluator.caller_arn().partition(":assumed-role/")
        line = json.dumps({"caller": caller, "action": action, "resource": resource_arn, "allowed": refused is None})
        if assumed and line not in noted:
            noted.add(line)
            with notes.open("a") as file:
                file.write(line + "\n")
        return refused

    iam_evaluator.enforce = enforce


class Unpacked(zipfile.ZipFile):
    """A zip that a worker unpacks: of a layer, a worker gets a link to the one copy that all of them read."""

    copies = Path(tempfile.gettempdir()) / "layers"
    lock = threading.Lock()

    def extractall(self, path: Any = None, members: Any = None, pwd: Any = None) -> None:
        """Unpack code as ever, and a layer where nobody did yet."""
        if not Path(path).name.startswith("layer_"):
            super().extractall(path, members, pwd)
            return
        content = [(each.filename, each.CRC, each.file_size) for each in self.infolist()]
        copy = self.copies / hashlib.sha256(repr(content).encode()).hexdigest()
        with self.lock:
            if not copy.exists():
                draft = copy.with_suffix(".draft")
                super().extractall(draft, members, pwd)
                draft.rename(copy)
        Path(path).rmdir()
        Path(path).symlink_to(copy)


lambda_runtime.zipfile = SimpleNamespace(**{**vars(zipfile), "ZipFile": Unpacked})
note_rights(Path(sys.argv.pop()))
threading.Thread(target=stop_with_the_starter, daemon=True).start()
main()
