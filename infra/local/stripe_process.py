"""Runs the local Stripe for as long as the process that started it lives; the only argument is its port.

The starter holds the other end of standard input: when it is gone, for whatever reason, so is the local Stripe.
"""

import os
import signal
import sys
import threading

from aiohttp import web
from localstripe.server import app

from infra.local.settings import HOST
from infra.local.stripe_completed import complete

# Read past Python's own buffer, whose lock would hold up the end of the process.
STANDARD_INPUT = 0


def stop_with_the_starter() -> None:
    """Wait for the end of standard input, then ask this process to stop."""
    while os.read(STANDARD_INPUT, 1):
        continue
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=stop_with_the_starter, daemon=True).start()
    complete(app)
    # Without an access log: bodies and paths are nobody's business.
    web.run_app(app, host=HOST, port=int(sys.argv[1]), access_log=None, print=None, shutdown_timeout=0.1)
