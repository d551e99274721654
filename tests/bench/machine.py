"""Where and with what something was measured."""

import json
import os
import platform
import re
from pathlib import Path

from infra.local.settings import ROOT

TOLD = ("boto3", "botocore", "chalice", "aws_lambda_powertools", "pydantic", "cryptography", "h3", "jinja2")
"""Packages of the layers whose versions are told."""


def machine() -> dict[str, str | int | float]:
    """Return the processor, how many of it, memory, system, and how busy it is before anything is measured."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "memory_gib": round(memory / 2**30),
        "system": f"{platform.system()} {platform.release()}",
        "load": round(os.getloadavg()[0], 2),
    }


def versions() -> dict[str, str]:
    """Return the versions of Python, of what is staged, and of the embedded cloud."""
    staged = json.loads((ROOT / "build" / "staged.json").read_text())["wheels"]
    names = (name.split("-")[:2] for wheels in staged.values() for name in wheels)
    found = {name.lower(): version for name, version in names if name.lower() in TOLD}
    cloud = re.search(r"^ministack==([^\s\\]+)", (ROOT / "requirements" / "cloud.txt").read_text(), re.MULTILINE)
    return {"python": platform.python_version(), **dict(sorted(found.items())), "ministack": cloud[1] if cloud else ""}


def sentence(machine: dict[str, str | int | float], versions: dict[str, str]) -> str:
    """Return the machine in words."""
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB, {machine['system']}; "
        f"Python {versions['python']}, botocore {versions.get('botocore', '?')}, ministack {versions['ministack']}"
    )


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return found[1].strip() if found else platform.processor() or platform.machine()
