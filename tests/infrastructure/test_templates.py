"""The templates as a whole: clean, complete in what they tell, and the same on AWS and on one machine."""

import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.template import read_template
from tests.infrastructure.shape import ROOT, of_type, stacks, target, template


def test_cfn_lint_has_nothing_to_say() -> None:
    cfn_lint = Path(sys.executable).with_name("cfn-lint")
    linted = subprocess.run([cfn_lint], cwd=ROOT, capture_output=True, text=True, check=False)

    assert linted.stdout + linted.stderr == ""
    assert linted.returncode == 0


@pytest.mark.parametrize(
    ("prefix", "kind", "stack", "ending"),
    [
        ("Table", "AWS::DynamoDB::Table", "Data", ""),
        ("Queue", "AWS::SQS::Queue", "Messaging", ""),
        ("Key", "AWS::KMS::Key", "Keys", "Key"),
        ("Secret", "AWS::SecretsManager::Secret", "Keys", "Secret"),
    ],
)
def test_the_stack_tells_every_table_queue_key_and_secret(prefix: str, kind: str, stack: str, ending: str) -> None:
    told = {
        name: target(output["Value"]).name for name, output in template()["Outputs"].items() if name.startswith(prefix)
    }

    assert told == {prefix + name.removesuffix(ending): name for name in of_type(kind, stack)}


def test_the_stack_tells_where_the_api_and_the_user_pool_are() -> None:
    assert {"ApiId", "ApiUrl", "Region", "UserPoolId", "UserPoolClientId"} <= template()["Outputs"].keys()


def test_on_aws_is_the_default_and_no_nested_stack_decides_it_alone() -> None:
    assert template()["Parameters"]["OnAws"]["Default"] == "true"
    for stack in stacks()[1:]:
        if "OnAws" in template(stack)["Parameters"]:
            assert template()["Resources"][stack]["Properties"]["Parameters"]["OnAws"] == {"Ref": "OnAws"}


def test_nothing_stands_only_off_aws() -> None:
    for name in ["template.yaml", *(f"infra/{each}.yaml" for each in ("data", "identity", "keys", "messaging"))]:
        loaded = read_template(ROOT / name)
        assert loaded.get("Conditions", {}).keys() <= {"OnAws"}
        assert {each.get("Condition") for each in loaded["Resources"].values()} <= {None, "OnAws"}
