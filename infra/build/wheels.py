"""Fills a layer with locked wheels for one architecture, and leaves out what no function imports."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from email.parser import HeaderParser
from enum import StrEnum
from pathlib import Path


class Architecture(StrEnum):
    """A processor that Lambda offers, by Lambda's name for it."""

    ARM64 = "arm64"
    X86_64 = "x86_64"

    @property
    def machine(self) -> str:
        """The name of it in wheel tags."""
        return "aarch64" if self is Architecture.ARM64 else "x86_64"


class BuildFailed(Exception):
    """Staging could not be finished; the message says why and what to do."""


# Lambda's Python 3.13 runs on Amazon Linux 2023, whose C library is 2.34.
GLIBC_TAGS = ("manylinux2014", "manylinux_2_17", "manylinux_2_28", "manylinux_2_34")

# The services that adapters make clients for; botocore ships the description of some four hundred others.
BOTOCORE_SERVICES = frozenset({"cognito-idp", "dynamodb", "kms", "s3", "secretsmanager", "ses", "sqs"})

# The same services by the names of their endpoints, among which SES goes by another one.
ENDPOINT_PREFIXES = BOTOCORE_SERVICES - {"ses"} | {"email"}

# Of Chalice the functions import `chalice.app` alone; the rest is its command line and deployer.
CHALICE_MODULES = frozenset({"__init__.py", "app.py", "py.typed"})

# h3 asks for its own version through its metadata at import.
METADATA_READ_AT_IMPORT = frozenset({"h3"})

# Canada's time zones, and UTC.
ZONES = frozenset({"__init__.py", "America", "UTC"})

# What is kept of some folders: the rest of each is left out.
KEPT = {
    "chalice": CHALICE_MODULES,
    "tzdata/zoneinfo": ZONES,
}

NOT_NEEDED = (
    "aws_lambda_powertools/utilities/auth_alpha",
    "aws_lambda_powertools/utilities/circuit_breaker",
    "aws_lambda_powertools/utilities/data_masking",
    "aws_lambda_powertools/utilities/feature_flags",
    "aws_lambda_powertools/utilities/idempotency",
    "aws_lambda_powertools/utilities/kafka",
    "aws_lambda_powertools/utilities/parameters",
    "aws_lambda_powertools/utilities/streaming",
    "aws_lambda_powertools/utilities/validation",
    "bin",
    "boto3/data",
    "boto3/examples",
    "botocore/data/*/*/examples-1.json*",
    "cffi",  # cryptography needs the compiled _cffi_backend alone
    "pycparser",
    "pydantic/v1",
    "**/tests",
    "**/*.pyi",
)


def install(locks: Sequence[Path], target: Path, architecture: Architecture) -> dict[str, list[str]]:
    """Put the wheels of lock files into `target`/python and return their tags by distribution.

    Licences go to `target`/licenses. Nothing is compiled from source: a package without a wheel for the
    architecture is a failure.
    """
    python = target / "python"
    for lock in locks:
        _pip_install(lock, python, architecture)
    tags = {}
    for info in sorted(python.glob("*.dist-info")):
        tags[info.name.removesuffix(".dist-info")] = _wheel_tags(info)
        _keep_licences(info, target / "licenses")
        _drop_metadata(info)
    _trim(python)
    return tags


def _pip_install(lock: Path, target: Path, architecture: Architecture) -> None:
    platforms = [part for tag in GLIBC_TAGS for part in ("--platform", f"{tag}_{architecture.machine}")]
    command = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input"]
    command += ["--require-hashes", "--no-deps", "--only-binary=:all:", "--no-compile", "--upgrade"]
    command += ["--implementation", "cp", "--python-version", "3.13", *platforms]
    command += ["--target", str(target), "--requirement", str(lock)]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PIP_USER": "0"}, check=False)
    if done.returncode:
        reason = (done.stderr.strip() or "pip gave no reason").splitlines()[-1]
        raise BuildFailed(f"The packages of {lock.name} could not be installed for {architecture}: {reason}")


def _wheel_tags(info: Path) -> list[str]:
    return [str(tag) for tag in HeaderParser().parsestr((info / "WHEEL").read_text()).get_all("Tag", [])]


def _keep_licences(info: Path, target: Path) -> None:
    for path in info.rglob("*"):
        if path.is_file() and path.name.upper().startswith(("LICEN", "COPYING", "NOTICE", "AUTHORS")):
            kept = target / info.name.removesuffix(".dist-info") / path.name
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, kept)


def _drop_metadata(info: Path) -> None:
    keep = info.name.partition("-")[0] in METADATA_READ_AT_IMPORT
    for path in info.iterdir():
        if not (keep and path.name == "METADATA"):
            _remove(path)
    if not keep:
        info.rmdir()


def _trim(python: Path) -> None:
    for pattern in NOT_NEEDED:
        for path in list(python.glob(pattern)):
            _remove(path)
    for path in (python / "botocore" / "data").glob("*"):
        if path.is_dir() and path.name not in BOTOCORE_SERVICES:
            _remove(path)
    for folder, kept in KEPT.items():
        for path in (python / folder).glob("*"):
            if path.name not in kept:
                _remove(path)
    _trim_endpoints(python / "botocore" / "data" / "endpoints.json")


def _trim_endpoints(path: Path) -> None:
    """Leave out the endpoints of services that nobody calls: every process parses the whole file when it starts."""
    if not path.exists():
        return
    endpoints = json.loads(path.read_text())
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in services if name in ENDPOINT_PREFIXES}
    path.write_text(json.dumps(endpoints, separators=(",", ":")))


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
