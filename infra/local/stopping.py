"""The end of a run that somebody asked for."""

import signal
from types import FrameType

ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Someone asked for the end: Ctrl-C, or a signal that means the same."""


def stop_when_asked() -> None:
    """Raise Stopped in the main thread at the first such signal; taking things down is not interrupted again."""
    for number in ASKING:
        signal.signal(number, _stop)


def _stop(_number: int, _frame: FrameType | None) -> None:
    for ignored in ASKING:
        signal.signal(ignored, signal.SIG_IGN)
    raise Stopped
