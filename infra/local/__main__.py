"""`make run`: the whole backend on this machine, in the foreground."""

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from infra.local.child import Child
from infra.local.failure import CannotRun
from infra.local.settings import ROOT, Ports, Settings
from infra.local.stack import running
from infra.local.stopping import Stopped, stop_when_asked
from infra.local.stripe_keys import StripeKeys


def main() -> int:
    """Run until asked to stop; return the exit status."""
    stop_when_asked()
    began = time.monotonic()
    try:
        settings = _settings()
        _say("Starting JobiPro with empty tables; nothing is kept from an earlier run.")
        with running(settings, _say) as children:
            _say(_welcome(settings, time.monotonic() - began))
            _wait(children)
    except Stopped:
        _say("\nStopped; nothing is left running.")
        return 0
    except CannotRun as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


def _settings() -> Settings:
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--port", default="8000", help="the API's port; the others follow")
    parser.add_argument("--state", type=Path, default=ROOT / ".local", help="the stack's own folder")
    parser.add_argument("--limits", type=json.loads, default={}, help="JSON that replaces single limits")
    given = parser.parse_args()
    ports, account = Ports.named(given.port), StripeKeys.named(os.environ)
    return Settings(ports, state=given.state.resolve(), limits=given.limits, account=account)


def _wait(children: Sequence[Child]) -> None:
    while all(child.running for child in children):
        time.sleep(0.5)
    raise next(child.stopped() for child in children if not child.running)


def _welcome(settings: Settings, seconds: float) -> str:
    return f"""
Ready after {seconds:.1f} s.

  API             {settings.api_url}
  API reference   {settings.reference_url}
  mailbox         {settings.mailbox_url}
  Stripe          {settings.stripe_url}
  embedded cloud  {settings.cloud_url}   (AWS clients: access key and secret "test")
  logs            {settings.logs}

Try:  curl {settings.api_url}/status
Then the main job, step by step, is in README.md: what it sends to people shows up in the mailbox.
Ctrl-C stops everything."""


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
