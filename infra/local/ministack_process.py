"""Runs MiniStack, in an environment of its own, for as long as the process that started it lives.

The starter holds the other end of standard input: when it is gone, for whatever reason, so is the embedded cloud.
"""

import os
import signal
import sys
import threading

from ministack.app import main


def stop_with_the_starter() -> None:
    """Wait for the end of standard input, then ask this process to stop."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


threading.Thread(target=stop_with_the_starter, daemon=True).start()
main()
