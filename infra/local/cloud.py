"""The embedded cloud: MiniStack as a child process, with IAM enforced and all it writes in one folder."""

import os
import shutil
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import boto3

from infra.local.child import Child, Started
from infra.local.failure import CannotRun
from infra.local.settings import ADMINISTRATOR, HOST, REGION, Settings


class Cloud(Child):
    """A running MiniStack. Starts when made; `stop` leaves no process and no file of it behind."""

    def __init__(self, settings: Settings, mail_port: int) -> None:
        self.url = settings.cloud_url
        self._folder = settings.scratch
        python = settings.root / ".venv-cloud" / "bin" / "python"
        if not python.exists():
            raise CannotRun("The embedded cloud is not set up: run 'make run', which does it.")
        shutil.rmtree(self._folder, ignore_errors=True)
        for name in ("home", "state", "s3", "tmp"):
            (self._folder / name).mkdir(parents=True)
        super().__init__(
            "The embedded cloud",
            [python, "-I", Path(__file__).with_name("ministack_process.py"), settings.rights],
            Started(
                _environment(self._folder, settings.ports.cloud, mail_port),
                self._folder,
                settings.logs / "cloud.log",
                f"{self.url}/_ministack/ready",
            ),
        )

    def client(self, service: Any) -> Any:
        """Return a client with an administrator's rights."""
        return client(service, self.url)

    def stop(self) -> None:
        """End the process and its workers, and remove its folder."""
        super().stop()
        shutil.rmtree(self._folder, ignore_errors=True)


@cache
def administrator() -> boto3.Session:
    """Return the session that the embedded cloud lets do everything."""
    return boto3.Session(ADMINISTRATOR, ADMINISTRATOR, region_name=REGION)


def client(service: Any, url: str) -> Any:
    """Return the client of a service, with an administrator's rights, that all threads share: making one takes long."""
    with _MAKING:
        return _made(service, url)


@cache
def _made(service: Any, url: str) -> Any:
    return administrator().client(service, endpoint_url=url)


_MAKING = Lock()
"""Held by whoever makes a client: a session serves one thread at a time."""


def _environment(folder: Path, port: int, mail_port: int) -> dict[str, str]:
    """Return the whole environment of the process: nothing of the caller's but the search path.

    Its workers inherit it, so what is not named here cannot make a function work that would fail on AWS.
    """
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
        "AUTH": "true",
        "AWS_ACCESS_KEY_ID": ADMINISTRATOR,
        "AWS_SECRET_ACCESS_KEY": ADMINISTRATOR,
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": HOST,
        "MINISTACK_REGION": REGION,
        "SMTP_HOST": f"{HOST}:{mail_port}",
        "LOG_LEVEL": "WARNING",
        # What would open a fixed port, or look for containers of others.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": f"unix://{folder}/no-docker",
        # An idle worker is cheaper than the two seconds that its successor takes to start.
        "LAMBDA_WARM_TTL_SECONDS": "3600",
    }
