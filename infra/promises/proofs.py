"""Which test proves which commitment, as their marks say: read from the sources, so nothing has to be imported."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

MARK = "mark.commitment"


@dataclass(frozen=True, slots=True)
class Proof:
    """A test that is marked with a commitment; the test goes by pytest's id of it, without parameters."""

    test: str
    commitment: str

    @property
    def path(self) -> str:
        """Return the file that the test stands in."""
        return self.test.partition("::")[0]

    @property
    def sentence(self) -> str:
        """Return what the test says of the code."""
        return self.test.rpartition("::")[2].removeprefix("test_").replace("_", " ")


def proofs(root: Path) -> Sequence[Proof]:
    """Return what the tests of a checkout prove, file by file in the order of their lines."""
    return [
        Proof(test, name)
        for path, module in _modules(root)
        for test, marks in _tests(path, module)
        for name in dict.fromkeys(str(ast.literal_eval(argument)) for mark in marks for argument in mark.args)
    ]


def strays(root: Path) -> Sequence[str]:
    """Return where a mark stands that no test carries: on a fixture or a single case, or in a file that is not run."""
    found = []
    for path, module in _modules(root):
        carried = {mark for _, marks in _tests(path, module) for mark in marks}
        found += [f"{path}:{mark.lineno}" for mark in _marks(ast.walk(module)) if mark not in carried]
    return found


def _modules(root: Path) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((root / "tests").rglob("*.py")):
        yield path.relative_to(root).as_posix(), ast.parse(path.read_text())


def _tests(path: str, module: ast.Module) -> Iterator[tuple[str, tuple[ast.Call, ...]]]:
    """Yield each test of a file, none if pytest does not look into it, with the marks that it carries."""
    if path.rpartition("/")[2].startswith("test_"):
        yield from _within(path, module.body, ())


def _within(
    place: str, body: list[ast.stmt], inherited: tuple[ast.Call, ...]
) -> Iterator[tuple[str, tuple[ast.Call, ...]]]:
    """Yield the tests of a module or class, whose own marks are those of everything in it."""
    inherited += tuple(mark for node in body if _is_pytestmark(node) for mark in _marks(ast.walk(node)))
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield from _within(f"{place}::{node.name}", node.body, (*inherited, *_marks(node.decorator_list)))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            yield f"{place}::{node.name}", (*inherited, *_marks(node.decorator_list))


def _is_pytestmark(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["pytestmark"]


def _marks(nodes: Iterable[ast.AST]) -> Iterator[ast.Call]:
    return (node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(MARK))
