"""Puts what a template points to into a bucket, as `sam package` does: code, layers and nested templates."""

import hashlib
import json
import os
import time
import zipfile
from pathlib import Path
from typing import Any

from infra.local.failure import CannotRun
from infra.local.template import Template, read_template

# Where each kind of resource names a folder or a file of ours.
CODE = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}
NESTED = {"AWS::CloudFormation::Stack": "TemplateURL", "AWS::Serverless::Application": "Location"}

# The zips of one content are the same bytes on every machine and day.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)

DAY = 86400.0  # seconds


class Packager:
    """Uploads each artifact once, under the hash of its content."""

    def __init__(self, s3: Any, bucket: str, endpoint: str, cache: Path) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._endpoint = endpoint
        self._cache = cache
        self._used: set[Path] = set()

    def package(self, path: Path) -> str:
        """Upload a template with all that it points to and return its URL."""
        template = read_template(path)
        for name, resource in template["Resources"].items():
            self._package_resource(path.parent, name, resource)
        body = json.dumps(template, default=str).encode()
        return f"{self._endpoint}/{self._bucket}/{self._put(body, '.template')}"

    def forget_old(self) -> None:
        """Remove zips of earlier builds from the cache; another stack may be reading those of today."""
        for path in set(self._cache.glob("*.zip")) - self._used:
            if time.time() - path.stat().st_mtime > DAY:
                path.unlink(missing_ok=True)

    def _package_resource(self, folder: Path, name: str, resource: Template) -> None:
        properties = resource.get("Properties", {})
        if key := CODE.get(resource["Type"]):
            tree = folder / str(properties[key])
            if not tree.is_dir():
                raise CannotRun(f"{name} of the template points to {properties[key]}, which 'make build' did not make.")
            properties[key] = f"s3://{self._bucket}/{self._put_zip(tree)}"
        elif key := NESTED.get(resource["Type"]):
            properties[key] = self.package(folder / str(properties[key]))

    def _put_zip(self, tree: Path) -> str:
        files = sorted(path for path in tree.rglob("*") if path.is_file())
        cached = self._cache / f"{_content_hash(tree, files)}.zip"
        if not cached.exists():
            _write_zip(cached, tree, files)
        self._used.add(cached)
        return self._put(cached.read_bytes(), ".zip")

    def _put(self, body: bytes, suffix: str) -> str:
        key = hashlib.sha256(body).hexdigest() + suffix
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=body)
        return key


def _content_hash(tree: Path, files: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"\0{path.relative_to(tree)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _write_zip(target: Path, tree: Path, files: list[Path]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(f".{os.getpid()}")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in files:
            entry = zipfile.ZipInfo(str(path.relative_to(tree)), ZIP_TIME)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, 1)
    draft.rename(target)
