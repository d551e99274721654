"""The stack that the demo plays on: one that runs already, or one of its own."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import requests

from infra.demo.cast import Cast
from infra.demo.client import Sources
from infra.local.failure import CannotRun
from infra.local.room import refuse_without_room
from infra.local.settings import Settings
from infra.local.stack import Say, running
from jobipro.domain.limits import RULES

ROOM = 2_200_000_000
"""Bytes that a stack may need: the embedded cloud keeps a copy of the layers for each of its workers."""

REQUESTS_A_DAY = RULES["request.posted"].count


@contextmanager
def stack_of(settings: Settings, cast: Cast, say: Say) -> Iterator[tuple[Mapping[str, Any], Sources | None]]:
    """Yield the stack.json of a stack that answers, and the sources to call it from if it counts them.

    A stack that is started here has its limits raised, and is stopped in the end. Raises CannotRun.
    """
    if description := _running(settings):
        most = len(cast.customers) * REQUESTS_A_DAY
        if len(cast.wishes) > most:
            raise CannotRun(
                f"The stack that runs takes {most} requests a day from {len(cast.customers)} customers: "
                "stop it, and the demo starts one of its own with raised limits."
            )
        say(f"Using the stack at {description['api']}.")
        yield description, Sources()
        return
    refuse_without_room("A stack", ROOM, settings.root)
    say(f"No stack of this checkout answers, so one is started at {settings.api_url}, with raised limits.")
    with running(settings, say):
        yield json.loads(settings.description.read_text()), None


def _running(settings: Settings) -> Mapping[str, Any] | None:
    """Return the stack.json of this checkout if its stack answers; one that was left behind does not."""
    try:
        description: Mapping[str, Any] = json.loads(settings.description.read_text())
        requests.get(f"{description['api']}/status", timeout=10).raise_for_status()
        requests.get(description["mailbox"], timeout=10).raise_for_status()
    except (OSError, ValueError, KeyError):
        return None
    return description
