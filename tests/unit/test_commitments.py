"""Commitments and the tests that prove them: whatever a test names, the list knows."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from jobipro.domain.data_map import DataCategory, Purpose

ROOT = Path(__file__).resolve().parents[2]
KINDS = {"software", "record", "operations"}


def commitments() -> list[dict[str, str]]:
    """Return the list of commitments."""
    listed: list[dict[str, str]] = yaml.safe_load((ROOT / "policy" / "commitments.yaml").read_text())["commitments"]
    return listed


def ids() -> set[str]:
    """Return the ids that there are."""
    return {each["id"] for each in commitments()}


def named_by_tests() -> Iterator[tuple[str, str]]:
    """Yield each test file with each id that it marks something with."""
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("mark.commitment"):
                for argument in node.args:
                    yield path.relative_to(ROOT).as_posix(), str(ast.literal_eval(argument))


def test_every_commitment_has_an_id_of_its_own_a_kind_and_words() -> None:
    listed = commitments()

    assert len(ids()) == len(listed)
    assert all(each.keys() == {"id", "kind", "says"} and each["says"] for each in listed)
    assert {each["kind"] for each in listed} == KINDS


def test_every_test_that_proves_a_commitment_names_one_that_is_listed() -> None:
    assert [(path, named) for path, named in named_by_tests() if named not in ids()] == []


@pytest.mark.parametrize("named", [*DataCategory, *Purpose])
def test_the_data_map_names_what_is_collected_and_why_by_ids_that_are_listed(named: str) -> None:
    assert named in ids()
