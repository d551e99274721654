"""Stages functions and layers by content: what did not change is left as it is."""

import compileall
import fcntl
import hashlib
import json
import platform
import py_compile
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from infra.build.wheels import Architecture, BuildFailed, install

__all__ = ["Architecture", "BuildFailed", "build", "host_architecture"]

LAYERS_OF_WHEELS = {
    "deps": ("deps.txt", "chalice.txt"),
    "geo": ("geo.txt",),
    "pages": ("pages.txt",),
    "payments": ("payments.txt",),
    "media": ("media.txt",),
}

# A build that works otherwise than the last one stages everything anew.
RECIPE = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))

type Tags = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Unit:
    """A function or a layer: staged as a whole, or left alone.

    `inputs` are the files it is made of; `stage` makes it in an empty folder and returns the tags of its wheels.
    A unit of `third_party` code keeps its bytecode alone: that is half the files for a worker to unpack, and its
    errors still name file and line.
    """

    path: str
    inputs: tuple[Path, ...]
    stage: Callable[[Path], Tags]
    variant: str = ""
    third_party: bool = False


@dataclass(slots=True)
class Manifest:
    """What stands under `build/`: for whom, from which inputs, of which wheels. Kept in `build/staged.json`."""

    architecture: str = ""
    digests: dict[str, str] = field(default_factory=dict)
    wheels: dict[str, Tags] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "Manifest":
        """Return the manifest of an earlier build, or an empty one."""
        return cls(**json.loads(path.read_text())) if path.exists() else cls()

    def write(self, path: Path) -> None:
        """Keep it for the next build."""
        fields = {"architecture": self.architecture, "digests": self.digests, "wheels": self.wheels}
        path.write_text(json.dumps(fields, indent=2, sort_keys=True) + "\n")


def host_architecture() -> Architecture:
    """Return the architecture of this machine."""
    return Architecture.ARM64 if platform.machine() in {"aarch64", "arm64"} else Architecture.X86_64


def build(
    root: Path,
    architecture: Architecture,
    say: Callable[[str], object] = lambda line: None,
    wheels: Mapping[str, tuple[str, ...]] = LAYERS_OF_WHEELS,
) -> list[str]:
    """Stage the tree of `root` under `root`/build and return the paths that were staged anew.

    `wheels` names the lock files of each layer of third-party packages.
    """
    target = root / "build"
    target.mkdir(exist_ok=True)
    with _alone(target / ".lock"):
        manifest = Manifest.read(target / "staged.json")
        manifest.architecture = architecture
        changed = []
        units = list(_units(root, architecture, wheels))
        for unit in units:
            digest = _digest(root, unit)
            if manifest.digests.get(unit.path) == digest and (target / unit.path).is_dir():
                continue
            say(f"  staging {unit.path}")
            manifest.digests.pop(unit.path, None)
            manifest.write(target / "staged.json")
            manifest.wheels[unit.path] = _stage(unit, target)
            manifest.digests[unit.path] = digest
            manifest.write(target / "staged.json")
            changed.append(unit.path)
        _drop_others(target, manifest, {unit.path for unit in units})
        manifest.write(target / "staged.json")
    return changed


def _units(root: Path, architecture: Architecture, wheels: Mapping[str, tuple[str, ...]]) -> Iterator[Unit]:
    for name, lock_names in wheels.items():
        yield _wheel_layer(root, name, lock_names, architecture)
    core = root / "layers" / "core" / "python"
    yield Unit("layers/core", _files(core), lambda target: _copy(core, target / "python"))
    for handler in sorted((root / "functions").glob("*/handler.py")):
        yield _function(root, handler.parent)


def _wheel_layer(root: Path, name: str, lock_names: tuple[str, ...], architecture: Architecture) -> Unit:
    locks = tuple(root / "requirements" / lock for lock in lock_names)
    return Unit(
        path=f"layers/{name}",
        inputs=locks,
        stage=lambda target: install(locks, target, architecture),
        variant=architecture,
        third_party=True,
    )


def _function(root: Path, folder: Path) -> Unit:
    package = root / "functions" / "__init__.py"

    def stage(target: Path) -> Tags:
        (target / "functions").mkdir()
        shutil.copyfile(package, target / "functions" / "__init__.py")
        return _copy(folder, target / "functions" / folder.name)

    return Unit(f"functions/{folder.name}", (package, *_files(folder)), stage)


def _stage(unit: Unit, target: Path) -> Tags:
    draft = target / ".draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    tags = unit.stage(draft)
    _compile(draft, beside_sources=not unit.third_party)
    if unit.third_party:
        for source in draft.rglob("*.py"):
            source.unlink()
    final = target / unit.path
    shutil.rmtree(final, ignore_errors=True)
    final.parent.mkdir(parents=True, exist_ok=True)
    draft.rename(final)
    return tags


def _compile(tree: Path, *, beside_sources: bool) -> None:
    """Write `.pyc` that are used as they are: packaging changes the times that Python would compare.

    They go where Python looks for them beside a source, or else where it looks when there is none.
    """
    done = compileall.compile_dir(
        tree,
        quiet=2,
        stripdir=str(tree),
        prependdir="/",
        legacy=not beside_sources,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    if not done:
        raise BuildFailed("A source file does not compile: run 'make check', which names it.")


def _copy(source: Path, target: Path) -> Tags:
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    return {}


def _files(folder: Path) -> tuple[Path, ...]:
    return tuple(p for p in sorted(folder.rglob("*")) if p.is_file() and "__pycache__" not in p.parts)


def _digest(root: Path, unit: Unit) -> str:
    digest = hashlib.sha256(RECIPE + unit.variant.encode())
    for path in unit.inputs:
        digest.update(f"\0{path.relative_to(root)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _drop_others(target: Path, manifest: Manifest, kept: set[str]) -> None:
    for kind in ("functions", "layers"):
        for path in (target / kind).glob("*"):
            if f"{kind}/{path.name}" not in kept:
                shutil.rmtree(path)
    manifest.digests = {path: digest for path, digest in manifest.digests.items() if path in kept}
    manifest.wheels = {path: tags for path, tags in manifest.wheels.items() if path in kept}


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Keep two builds of one checkout from staging at once."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
