"""Runs MiniStack, in an environment of its own, for as long as the process that started it lives.

The starter holds the other end of standard input: when it is gone, for whatever reason, so is the embedded cloud.
"""

import os
import signal
import threading

from ministack.app import main

# Read past Python's own buffer, whose lock would hold up the end of the process.
STANDARD_INPUT = 0


def stop_with_the_starter() -> None:
    """Wait for the end of standard input, then ask this process to stop."""
    while os.read(STANDARD_INPUT, 1):
        continue
    os.kill(os.getpid(), signal.SIGTERM)


threading.Thread(target=stop_with_the_starter, daemon=True).start()
main()
