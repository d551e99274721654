"""What is quick and near the rules runs first; what needs a whole stack runs last."""

import pytest

pytest_plugins = ["infra.promises.results"]

LAST = ("integration", "faults", "budgets", "infrastructure", "functional", "unit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests by folder, and leave their order within a folder as it is."""
    items.sort(key=_place, reverse=True)


def _place(item: pytest.Item) -> tuple[int, bool]:
    """Return a folder's place; in it, what a newcomer pastes comes first, on a stack that nobody disturbed yet."""
    folders = set(item.path.parts)
    place = next((place for place, name in enumerate(LAST) if name in folders), len(LAST))
    return place, item.path.name == "test_readme.py"
