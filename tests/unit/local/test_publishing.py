"""What a deployment publishes: the alias that everybody calls moves on when there is other code, in whichever place.

SAM decides it, so SAM is asked: the translator that the embedded cloud uses, which is AWS's own.
"""

import json
import subprocess
from collections.abc import Mapping
from copy import deepcopy

import pytest

from infra.local.template import read_template
from tests.infrastructure.shape import ROOT, functions, of_type

TRANSLATE = """
import json, logging, sys
from samtranslator.translator.transform import transform

class NoPolicies:
    load = staticmethod(dict)

logging.disable()
said = json.load(sys.stdin)
made = transform(said["template"], said["parameters"], NoPolicies())["Resources"]
print(json.dumps([name for name, made in made.items() if made["Type"] == "AWS::Lambda::Version"]))
"""


def published(code: Mapping[str, str] | None = None, **changed: str) -> set[str]:
    """Return the versions that SAM makes of the template, by logical id; `code` is what a tree is packaged as."""
    packaged = deepcopy(read_template(ROOT / "template.yaml"))
    for name, resource in packaged["Resources"].items():
        for key in {"CodeUri", "ContentUri"} & resource.get("Properties", {}).keys():
            resource["Properties"][key] = f"s3://artifacts/{(code or {}).get(name, name)}"
    parameters = {name: str(each.get("Default", "x")) for name, each in packaged["Parameters"].items()} | changed
    told = subprocess.run(
        [ROOT / ".venv-cloud/bin/python", "-c", TRANSLATE],
        input=json.dumps({"template": packaged, "parameters": parameters}),
        env={"AWS_DEFAULT_REGION": "ca-central-1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(told.stdout.splitlines()[0]))


@pytest.fixture(scope="module")
def before() -> set[str]:
    return published()


def test_each_function_publishes_a_version_and_the_same_one_again(before: set[str]) -> None:
    assert published() == before
    assert len(before) == len(functions())


@pytest.mark.parametrize("layer", sorted(of_type("AWS::Serverless::LayerVersion")))
def test_other_code_in_a_layer_is_published_by_every_function_that_has_the_layer(before: set[str], layer: str) -> None:
    users = [each for each in functions().values() if {"Ref": layer} in each["Layers"]]

    assert len(published({layer: "changed"}) - before) == len(users)


def test_other_code_of_a_function_is_published_by_it_alone(before: set[str]) -> None:
    [new] = published({"SignupFunction": "changed"}) - before

    assert new.startswith("SignupFunctionVersion")


def test_another_parameter_alone_publishes_nothing_which_the_deploy_guide_says(before: set[str]) -> None:
    assert published(LogLevel="DEBUG") == before
    assert "## Changing parameters only" in (ROOT / "docs/deploy.md").read_text()
