"""What is quick and near the rules runs first; what needs a whole stack runs last, and all of that shares one."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler.loadscope import LoadScopeScheduling
from xdist.workermanage import WorkerController

from infra.local.limits import RAISED
from tests.integration.stack import Stack, started

pytest_plugins = ["infra.promises.results"]

LAST = ("fuzz", "browser", "integration", "faults", "budgets", "infrastructure", "functional", "unit")

DEPLOYED = ("fuzz", "browser", "integration")

ALONE = ("test_first_hour.py", "test_killed_workers.py", "test_limits.py")
"""Of those, what has a stack of its own."""

LONGEST_FIRST = ("stack", "alone", "faults", "unit", "rest")


class Beside(LoadScopeScheduling):
    """How `make test` uses two processors: what shares the stack runs beside the rest; who is done first goes on."""

    def _split_scope(self, nodeid: str) -> str:
        _, folder, *_, name = nodeid.partition("::")[0].split("/")
        if name in ALONE:
            return "alone"
        return "stack" if folder in DEPLOYED else folder if folder in LONGEST_FIRST else "rest"

    def _assign_work_unit(self, node: WorkerController) -> None:
        self.workqueue.move_to_end(min(self.workqueue, key=LONGEST_FIRST.index), last=False)
        super()._assign_work_unit(node)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Beside:
    """Keep together what shares something that takes long to start."""
    return Beside(config, log)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The deployed stack: a running one that JOBIPRO_STACK names by its stack.json, or one of the tests' own."""
    if named := os.environ.get("JOBIPRO_STACK"):
        description = Path(named)
        yield Stack(json.loads(description.read_text()), description.parent)
        return
    with started(tmp_path_factory.mktemp("stack"), RAISED) as own:
        yield own


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests by folder, and leave their order within a folder as it is."""
    items.sort(key=_place, reverse=True)


def _place(item: pytest.Item) -> tuple[int, int]:
    """Return a folder's place, and in it an item's.

    What a newcomer pastes comes first, on a stack that nobody disturbed yet; what looks back on the others comes last.
    """
    folders = set(item.path.parts)
    place = next((place for place, name in enumerate(LAST) if name in folders), len(LAST))
    return place, {"test_readme.py": 1, "test_rights.py": -1}.get(item.path.name, 0)
