"""How long a function takes to start: at most 1.3 times what the AWS clients that it makes take by themselves.

Compared is processor time, whose share of a busy machine does not matter, in fresh processes that take turns: the
staged function as AWS gets it, and a bare process that makes the same clients with the whole of botocore's data.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import boto3
import pytest

from infra.build import build, host_architecture
from infra.local.settings import REGION, ROOT
from infra.local.template import read_template
from tests.faults.processes import FOLDERS

MOST = 1.3
"""Source: the design, "Budgets"."""

ROUNDS = 5

SERVICES = """
import json
from botocore.session import Session
made, create = [], Session.create_client
def create_client(self, service_name, *args, **kwargs):
    made.append(service_name)
    return create(self, service_name, *args, **kwargs)
Session.create_client = create_client
import functions.{folder}.handler
print(json.dumps(made))
"""

BARE = """
import boto3.session
session = boto3.session.Session()
for service in {services}:
    session.client(service)
"""


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """A process that starts: what it runs, and where its packages are."""

    code: str
    packages: tuple[Path, ...]
    variables: Mapping[str, str]

    def seconds(self) -> float:
        """Start it and return the processor time it took."""
        process = subprocess.Popen([*INTERPRETER, self.code], env=self.environment(), stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, self.code
        return used.ru_utime + used.ru_stime

    def output(self) -> str:
        """Start it and return what it prints."""
        done = subprocess.run([*INTERPRETER, self.code], env=self.environment(), capture_output=True, check=True)
        return done.stdout.decode()

    def environment(self) -> dict[str, str]:
        """Return the whole environment of the process."""
        return {**self.variables, "PYTHONPATH": os.pathsep.join(map(str, self.packages))}


INTERPRETER = (sys.executable, "-S", "-s", "-c")
"""Without `site`: nothing of the development environment but what `PYTHONPATH` names."""


@pytest.fixture(scope="module")
def ratios() -> dict[str, float]:
    """How many times longer each function takes than its clients."""
    build(ROOT, host_architecture())
    staged = dict(_staged())
    made = {folder: tuple(json.loads(_asking(folder, start).output())) for folder, start in staged.items()}
    bare = {services: _bare(services) for services in set(made.values())}
    taken: dict[Start, list[float]] = {}
    for _ in range(ROUNDS):
        for each in (*staged.values(), *bare.values()):
            taken.setdefault(each, []).append(each.seconds())
    return {folder: median(taken[start]) / median(taken[bare[made[folder]]]) for folder, start in staged.items()}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_function_starts_hardly_later_than_its_clients(ratios: dict[str, float], folder: str) -> None:
    assert ratios[folder] <= MOST, f"{ratios[folder]:.2f} times"


def _staged() -> Iterator[tuple[str, Start]]:
    """Return each function as it is staged, with the layers that the template gives it."""
    resources = read_template(ROOT / "template.yaml")["Resources"]
    for resource in resources.values():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        properties = resource["Properties"]
        layers = [resources[layer["Ref"]]["Properties"]["ContentUri"] for layer in properties["Layers"]]
        packages = (ROOT / properties["CodeUri"], *(ROOT / layer / "python" for layer in layers))
        folder = packages[0].name
        variables = dict.fromkeys(properties["Environment"]["Variables"], "told") | {"LIMITS": "{}"}
        yield folder, Start(f"import functions.{folder}.handler", packages, _told(variables))


def _asking(folder: str, start: Start) -> Start:
    return Start(SERVICES.format(folder=folder), start.packages, start.variables)


def _bare(services: tuple[str, ...]) -> Start:
    return Start(BARE.format(services=services), (Path(boto3.__file__).parents[1],), _told({}))


def _told(variables: Mapping[str, str]) -> dict[str, str]:
    return {
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "STAGE": "test",
        "SERVICE_VERSION": "0",
        "POWERTOOLS_METRICS_NAMESPACE": "JobiPro",
        **variables,
    }
