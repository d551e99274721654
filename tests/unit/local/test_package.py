"""Templates and their artifacts on the way to a bucket."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.local.failure import CannotRun
from infra.local.package import Packager
from infra.local.template import read_template


class Bucket:
    """An S3 client that keeps what is put."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> None:
        self.objects[Key] = Body


ROOT_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Data: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: infra/data.yaml}}
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: build/hello
      Role: !GetAtt Role.Arn
      Name: !Sub "${Stage}-hello"
      Kept: !If [OnAws, {Ref: A}, !Ref AWS::NoValue]
  Layer: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: build/layer}}
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A template with a nested one, a function and a layer."""
    for name, text in {
        "template.yaml": ROOT_TEMPLATE,
        "infra/data.yaml": "Resources: {Table: {Type: AWS::DynamoDB::Table}}",
        "build/hello/handler.py": "handler = print",
        "build/layer/python/core.py": "x = 1",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def _package(tree: Path, bucket: Bucket) -> dict[str, Any]:
    url = Packager(bucket, "b", "http://cloud", tree / "cache").package(tree / "template.yaml")
    packaged: dict[str, Any] = json.loads(bucket.objects[url.removeprefix("http://cloud/b/")])
    return packaged


def test_folders_and_nested_templates_become_addresses_of_the_bucket(tree: Path):
    bucket = Bucket()
    resources = _package(tree, bucket)["Resources"]

    assert resources["Hello"]["Properties"]["CodeUri"].removeprefix("s3://b/") in bucket.objects
    assert resources["Layer"]["Properties"]["ContentUri"].removeprefix("s3://b/") in bucket.objects
    assert resources["Data"]["Properties"]["TemplateURL"].removeprefix("http://cloud/b/") in bucket.objects


def test_intrinsic_functions_are_written_out(tree: Path):
    properties = _package(tree, Bucket())["Resources"]["Hello"]["Properties"]

    assert properties["Role"] == {"Fn::GetAtt": ["Role", "Arn"]}
    assert properties["Name"] == {"Fn::Sub": "${Stage}-hello"}
    assert properties["Kept"] == {"Fn::If": ["OnAws", {"Ref": "A"}, {"Ref": "AWS::NoValue"}]}


def test_one_content_is_one_artifact_whenever_it_is_packaged(tree: Path):
    first, second = Bucket(), Bucket()
    _package(tree, first)
    (tree / "build/hello/handler.py").touch()
    for zipped in (tree / "cache").glob("*.zip"):
        zipped.unlink()
    _package(tree, second)

    assert first.objects == second.objects


def test_a_zip_is_made_once_and_anew_when_its_content_changed(tree: Path):
    _package(tree, Bucket())
    made = {path: path.stat().st_mtime_ns for path in (tree / "cache").iterdir()}
    (tree / "build/hello/handler.py").write_text("handler = repr")
    _package(tree, Bucket())

    assert len(made) == 2
    assert {path: path.stat().st_mtime_ns for path in made} == made
    assert len(list((tree / "cache").iterdir())) == 3


def test_a_folder_that_was_not_built_is_named(tree: Path):
    (tree / "build/hello/handler.py").unlink()
    (tree / "build/hello").rmdir()

    with pytest.raises(CannotRun, match="Hello of the template points to build/hello, which 'make build' did not make"):
        _package(tree, Bucket())


def test_a_template_that_is_not_yaml_is_named_with_its_line(tmp_path: Path):
    (tmp_path / "template.yaml").write_text("Resources:\n  A: [\n")

    with pytest.raises(CannotRun, match=r"template\.yaml, line 3 is not YAML"):
        read_template(tmp_path / "template.yaml")
