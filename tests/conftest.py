"""What is quick and near the rules runs first; what needs a whole stack runs last."""

import pytest

pytest_plugins = ["infra.promises.results"]

LAST = ("integration", "faults", "budgets", "infrastructure", "functional", "unit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests by folder, and leave their order within a folder as it is."""
    items.sort(key=_place, reverse=True)


def _place(item: pytest.Item) -> int:
    folders = set(item.path.parts)
    return next((place for place, name in enumerate(LAST) if name in folders), len(LAST))
