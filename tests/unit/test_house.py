"""Rules of the house that the import contracts cannot say."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "layers/core/python/jobipro"
SOURCES = [*sorted(CORE.rglob("*.py")), *sorted((ROOT / "functions").rglob("*.py"))]
SERVICES = {"boto3", "botocore", "stripe"}


def test_app_imports_routes_and_the_app_factory_and_nothing_else():
    imported = {
        f"{node.module}.{name.name}"
        for node in ast.walk(ast.parse((ROOT / "app.py").read_text()))
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }

    assert {name for name in imported if not name.endswith(".routes")} == {"jobipro.http.create_app"}


def test_the_environment_is_read_in_settings_alone():
    readers = [path for path in SOURCES if any(map(_reads_environment, ast.walk(ast.parse(path.read_text()))))]

    assert [path for path in readers if path.name != "settings.py"] == []


def test_only_adapters_touch_services():
    touching = [path for path in SOURCES if SERVICES & set(_imported_packages(path))]

    assert [path for path in touching if CORE / "adapters" not in path.parents] == []


def _reads_environment(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"}


def _imported_packages(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]
