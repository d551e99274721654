"""What `make build` stages: complete, for one architecture, and the same for the same sources."""

import json
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.build import Architecture, BuildFailed, build, host_architecture
from infra.build.wheels import BOTOCORE_SERVICES
from infra.local.settings import ROOT
from infra.local.template import read_template

# e_machine of the ELF header.
MACHINES = {62: Architecture.X86_64, 183: Architecture.ARM64}

# Imports a handler, then whatever our modules import late, unless it comes with a layer that the function has not.
IMPORT_ALL = """
import ast, importlib, pathlib, sys
handler, *paths = sys.argv[1:]
sys.path[:0] = paths
importlib.import_module(handler)
layers = next(pathlib.Path(path) for path in paths if path.endswith("/layers/core/python")).parents[1]
others = [layer for layer in layers.glob("*/python") if str(layer) not in paths]
not_here = {found.name.split(".")[0] for layer in others for found in layer.iterdir()}
ours = [module for name, module in sys.modules.items() if name.split(".")[0] in {"functions", "jobipro"}]
for module in ours:
    for node in ast.walk(ast.parse(pathlib.Path(module.__file__).read_bytes())):
        if isinstance(node, ast.Import):
            for name in node.names:
                if name.name.split(".")[0] not in not_here:
                    importlib.import_module(name.name)
        if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] not in not_here:
            late = importlib.import_module(node.module)
            assert all(hasattr(late, name.name) for name in node.names), node.module
"""

SMALL_LAYER = {"small": ("small.txt",)}

LAYER_FOLDERS = {
    "CoreLayer": "core",
    "DepsLayer": "deps",
    "GeoLayer": "geo",
    "PagesLayer": "pages",
    "PaymentsLayer": "payments",
    "MediaLayer": "media",
}


@pytest.fixture(scope="module")
def built() -> Path:
    """The real tree, staged for this machine; nothing is staged again when it stands already."""
    build(ROOT, host_architecture())
    return ROOT / "build"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A tree with one function and a layer of one small package."""
    _write(tmp_path / "requirements/small.txt", (ROOT / "requirements/chalice.txt").read_text())
    _write(tmp_path / "layers/core/python/jobipro/__init__.py", "")
    _write(tmp_path / "layers/core/python/jobipro/text.txt", "kept")
    _write(tmp_path / "functions/__init__.py", "")
    _write(tmp_path / "functions/hello/__init__.py", "")
    _write(tmp_path / "functions/hello/handler.py", "handler = print\n")
    return tmp_path


def _deployed() -> Iterator[tuple[str, tuple[str, ...]]]:
    template = read_template(ROOT / "template.yaml")
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            layers = tuple(LAYER_FOLDERS[layer["Ref"]] for layer in resource["Properties"]["Layers"])
            yield resource["Properties"]["CodeUri"], layers


@pytest.mark.parametrize(("code", "layers"), list(_deployed()))
def test_each_function_imports_with_its_own_layers_and_the_standard_library_alone(
    built: Path, code: str, layers: tuple[str, ...]
):
    folder = code.rpartition("/")[2]
    paths = [str(ROOT / code), *(str(built / "layers" / layer / "python") for layer in layers)]
    command = [sys.executable, "-I", "-S", "-c", IMPORT_ALL, f"functions.{folder}.handler", *paths]
    done = subprocess.run(command, env=_environment(folder), capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def test_compiled_code_and_wheels_are_those_of_the_architecture(built: Path):
    manifest = json.loads((built / "staged.json").read_text())
    tags = [tag for layer in manifest["wheels"].values() for wheel in layer.values() for tag in wheel]
    compiled = list(built.glob("layers/*/python/**/*.so"))

    assert manifest["architecture"] == host_architecture()
    assert {tag for tag in tags if not tag.endswith(("-any", host_architecture().machine))} == set()
    assert compiled
    assert {_machine(path) for path in compiled} == {host_architecture()}


@pytest.mark.parametrize("architecture", Architecture)
def test_wheels_are_picked_for_whichever_architecture_is_asked_for(small: Path, architecture: Architecture):
    (small / "requirements/small.txt").write_text((ROOT / "requirements/pages.txt").read_text())
    build(small, architecture, wheels=SMALL_LAYER)

    wheels = json.loads((small / "build/staged.json").read_text())["wheels"]["layers/small"]
    tags = {tag for wheel in wheels.values() for tag in wheel if not tag.endswith("-any")}
    assert tags
    assert all(tag.endswith(f"_{architecture.machine}") for tag in tags)
    assert {_machine(path) for path in small.glob("build/layers/**/*.so")} == {architecture}


def test_a_layer_says_how_each_of_its_packages_may_be_used(built: Path):
    manifest = json.loads((built / "staged.json").read_text())
    for layer in ("deps", "geo", "pages", "payments", "media"):
        licences = {path.name for path in (built / "layers" / layer / "licenses").iterdir()}
        assert licences == set(manifest["wheels"][f"layers/{layer}"])


def test_of_botocore_only_the_services_in_use_are_staged(built: Path):
    data = built / "layers/deps/python/botocore/data"

    assert {path.name for path in data.iterdir() if path.is_dir()} == BOTOCORE_SERVICES


def test_sources_come_with_bytecode_that_is_used_as_it_is(small: Path):
    _build(small)

    bytecode = next((small / "build/functions/hello/functions/hello/__pycache__").glob("handler.*.pyc")).read_bytes()
    # PEP 552: flags 1 is "hash-based, not checked", so a package's changed times cannot make it stale.
    assert struct.unpack("<I", bytecode[4:8]) == (1,)
    assert b"/functions/hello/handler.py" in bytecode
    assert str(small).encode() not in bytecode


def test_the_same_sources_stage_the_same_bytes(small: Path, tmp_path_factory: pytest.TempPathFactory):
    _build(small)
    first = _bytes(small / "build")
    other = tmp_path_factory.mktemp("other") / "elsewhere"
    small.rename(other)
    shutil.rmtree(other / "build")
    _build(other)

    assert _bytes(other / "build") == first


def test_only_what_changed_is_staged_again(small: Path):
    everything = _build(small)
    nothing = _build(small)
    _write(small / "functions/hello/handler.py", "handler = repr\n")
    changed = _build(small)

    assert everything == ["layers/core", "functions/hello"]
    assert nothing == []
    assert changed == ["functions/hello"]
    assert (small / "build/functions/hello/functions/hello/handler.py").read_text() == "handler = repr\n"


def test_another_architecture_stages_the_wheels_again_and_leaves_the_rest(small: Path):
    build(small, Architecture.X86_64, wheels=SMALL_LAYER)

    assert build(small, Architecture.ARM64, wheels=SMALL_LAYER) == ["layers/small"]


def test_a_function_that_is_gone_is_not_staged_any_more(small: Path):
    _build(small)
    (small / "functions/hello/handler.py").unlink()
    _build(small)

    assert not (small / "build/functions/hello").exists()


def test_code_that_does_not_compile_stops_the_build_and_is_not_taken_for_staged(small: Path):
    _write(small / "functions/hello/handler.py", "handler =\n")
    with pytest.raises(BuildFailed):
        _build(small)

    assert not (small / "build/functions/hello").exists()
    with pytest.raises(BuildFailed):
        _build(small)


def test_a_package_that_no_lock_allows_stops_the_build_with_a_reason(small: Path):
    _write(small / "requirements/small.txt", "h3==4.5.0 --hash=sha256:" + "0" * 64 + "\n")

    with pytest.raises(BuildFailed, match=r"The packages of small\.txt could not be installed for .*: "):
        build(small, host_architecture(), wheels=SMALL_LAYER)


def _build(root: Path) -> list[str]:
    return build(root, host_architecture(), wheels={})


def _environment(folder: str) -> dict[str, str]:
    """Return the variables that the template gives a function, each with a value of the right shape."""
    template = read_template(ROOT / "template.yaml")
    names = set(template["Globals"]["Function"]["Environment"]["Variables"])
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function" and resource["Properties"]["CodeUri"].endswith(f"/{folder}"):
            names |= set(resource["Properties"]["Environment"]["Variables"])
    known = {"LIMITS": "{}", "POWERTOOLS_LOG_LEVEL": "INFO"}
    return {name: known.get(name, "x") for name in names} | {"AWS_DEFAULT_REGION": "ca-central-1"}


def _machine(path: Path) -> Architecture:
    (machine,) = struct.unpack("<H", path.read_bytes()[18:20])
    return MACHINES[machine]


def _bytes(tree: Path) -> dict[str, bytes]:
    return {str(path.relative_to(tree)): path.read_bytes() for path in sorted(tree.rglob("*")) if path.is_file()}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
