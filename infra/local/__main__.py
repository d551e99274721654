"""`make run`: the whole backend on this machine, in the foreground."""

import argparse
import json
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from infra.local.cloud import Cloud
from infra.local.failure import CannotRun
from infra.local.settings import Ports, Settings
from infra.local.stack import running


class Stopped(BaseException):
    """Someone asked for the end: Ctrl-C, or a signal that means the same."""


def main() -> int:
    """Run until asked to stop; return the exit status."""
    settings = _settings()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    began = time.monotonic()
    try:
        _say("Starting JobiPro with empty tables; nothing is kept from an earlier run.")
        with running(settings, _say) as cloud:
            _say(_welcome(settings, time.monotonic() - began))
            _wait(cloud, settings)
    except Stopped:
        _say("\nStopped; nothing is left running.")
        return 0
    except CannotRun as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


def _settings() -> Settings:
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="the API's port; the mailbox and the cloud follow")
    parser.add_argument("--state", type=Path, help="the stack's own folder, .local by default")
    parser.add_argument("--limits", type=json.loads, default={}, help="JSON that replaces single limits")
    given = parser.parse_args()
    if not 1024 <= given.port <= 65533:
        parser.error("PORT is a number from 1024 to 65533.")
    settings = Settings(Ports.counted_from(given.port), limits=given.limits)
    return Settings(settings.ports, state=given.state.resolve(), limits=given.limits) if given.state else settings


def _stop(_number: int, _frame: FrameType | None) -> None:
    """End the run; taking it down is not interrupted again."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    raise Stopped


def _wait(cloud: Cloud, settings: Settings) -> None:
    while cloud.running:
        time.sleep(0.5)
    raise CannotRun(f"The embedded cloud stopped by itself; {settings.logs / 'cloud.log'} tells why. Start again.")


def _welcome(settings: Settings, seconds: float) -> str:
    return f"""
Ready after {seconds:.1f} s.

  API             {settings.api_url}
  mailbox         {settings.mailbox_url}
  embedded cloud  {settings.cloud_url}   (AWS clients: access key and secret "test")
  logs            {settings.logs}

Try:  curl {settings.api_url}/status
Ctrl-C stops everything."""


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
