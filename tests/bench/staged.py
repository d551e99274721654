"""The functions as they are staged for AWS: their packages, and what the template tells them."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.build import build, host_architecture
from infra.local.settings import REGION, ROOT
from infra.local.template import read_template

INTERPRETER = (sys.executable, "-S", "-s", "-P")
"""Without `site` and the present folder: nothing is imported but what `PYTHONPATH` names."""

FIT = {"LIMITS": "{}", "POWERTOOLS_LOG_LEVEL": "INFO"}
"""What cannot be any text."""

CREDENTIALS = {"AWS_DEFAULT_REGION": REGION, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


@dataclass(frozen=True, slots=True)
class Staged:
    """One function: its folder, its code and its layers, and the names of the variables that it reads."""

    folder: str
    packages: tuple[Path, ...]
    variables: tuple[str, ...]

    def environment(self, variables: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the whole environment of its process; what it is told means nothing, unless `variables` does."""
        told = variables or {**dict.fromkeys(self.variables, "told"), **FIT, **CREDENTIALS}
        return {**told, "PYTHONPATH": os.pathsep.join(map(str, self.packages))}


def staged() -> dict[str, Staged]:
    """Stage what has changed, and return every function by its folder."""
    build(ROOT, host_architecture())
    template = read_template(ROOT / "template.yaml")
    resources, shared = template["Resources"], template["Globals"]["Function"]["Environment"]["Variables"]
    found = {}
    for resource in resources.values():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        properties = resource["Properties"]
        layers = [resources[layer["Ref"]]["Properties"]["ContentUri"] for layer in properties["Layers"]]
        packages = (ROOT / properties["CodeUri"], *(ROOT / layer / "python" for layer in layers))
        folder = packages[0].name
        found[folder] = Staged(folder, packages, (*shared, *properties["Environment"]["Variables"]))
    return found


def output_of(code: str, environment: Mapping[str, str]) -> str:
    """Run code in a fresh process and return what it prints."""
    done = subprocess.run([*INTERPRETER, "-c", code], env=dict(environment), capture_output=True, check=True)
    return done.stdout.decode()
