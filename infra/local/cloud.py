"""The embedded cloud: MiniStack as a child process, with IAM enforced and all it writes in one folder."""

import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import boto3

from infra.local.failure import CannotRun
from infra.local.settings import ADMINISTRATOR, HOST, REGION, Settings

READY_WITHIN = 60.0  # seconds
STOPPED_WITHIN = 3.0  # seconds; what has not ended by then is killed, nothing in it is kept anyway


class Cloud:
    """A running MiniStack. Starts when made; `stop` leaves no process and no file of it behind."""

    def __init__(self, settings: Settings, mail_port: int) -> None:
        self.url = settings.cloud_url
        self._folder = settings.scratch
        self._log = settings.logs / "cloud.log"
        python = settings.root / ".venv-cloud" / "bin" / "python"
        if not python.exists():
            raise CannotRun("The embedded cloud is not set up: run 'make run', which does it.")
        shutil.rmtree(self._folder, ignore_errors=True)
        for name in ("home", "state", "s3", "tmp"):
            (self._folder / name).mkdir(parents=True)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [python, "-I", Path(__file__).with_name("ministack_process.py"), settings.rights],
                env=_environment(self._folder, settings.ports.cloud, mail_port),
                cwd=self._folder,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        """Return once it answers."""
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            if not self.running:
                raise self.stopped()
            try:
                with urllib.request.urlopen(f"{self.url}/_ministack/ready", timeout=2):
                    return
            except (urllib.error.URLError, TimeoutError, ConnectionError):
                time.sleep(0.1)
        raise CannotRun(f"The embedded cloud did not answer within {READY_WITHIN:.0f} seconds; see {self._log}.")

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._process.poll() is None

    def stopped(self) -> CannotRun:
        """Return the failure of a cloud that is gone though nobody stopped it."""
        return CannotRun(f"The embedded cloud stopped by itself; {self._log} tells why. Start again.")

    def client(self, service: Any) -> Any:
        """Return a client with an administrator's rights."""
        return administrator().client(service, endpoint_url=self.url)

    def stop(self) -> None:
        """End the process and its workers, and remove its folder."""
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOPPED_WITHIN)
        _end_group(self._process.pid)
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def administrator() -> boto3.Session:
    """Return a session that the embedded cloud lets do everything."""
    return boto3.Session(ADMINISTRATOR, ADMINISTRATOR, region_name=REGION)


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


def _end_group(group: int) -> None:
    """Kill what is left of the process group; its leader's number cannot have been given away before `wait`."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
