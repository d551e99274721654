"""Copies what the functions log into files that can be read with any tool."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.cloud import Cloud

POLLED_EACH = 1.0  # seconds


@contextmanager
def following(cloud: Cloud, folder: Path) -> Iterator[None]:
    """Append new log lines to `folder`/<function>.log while the block runs."""
    ended = threading.Event()
    follower = threading.Thread(target=_follow, args=(cloud.client("logs"), folder, ended), daemon=True)
    follower.start()
    try:
        yield
    finally:
        ended.set()
        follower.join(5)


def _follow(logs: Any, folder: Path, ended: threading.Event) -> None:
    written: dict[str, tuple[int, int]] = {}
    last = False
    while not last:
        last = ended.wait(POLLED_EACH)
        try:
            for group in logs.describe_log_groups()["logGroups"]:
                name = group["logGroupName"]
                written[name] = _copy(logs, name, folder, *written.get(name, (0, 0)))
        except (BotoCoreError, ClientError):
            continue  # the cloud is stopping, or too busy; the next round makes up for it


def _copy(logs: Any, group: str, folder: Path, since: int, already: int) -> tuple[int, int]:
    """Write what is new in one group; return its last moment and how many of that moment's lines are written.

    Lines of one moment may still arrive, so that moment is asked for again; they come in the same order.
    """
    events = logs.filter_log_events(logGroupName=group, startTime=since)["events"]
    fresh = events[already:]
    if fresh:
        with (folder / f"{group.rpartition('/')[2]}.log").open("a") as file:
            file.writelines(f"{_time(event['timestamp'])} {event['message'].rstrip()}\n" for event in fresh)
    if not events:
        return since, already
    newest = events[-1]["timestamp"]
    return newest, sum(event["timestamp"] == newest for event in events)


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
