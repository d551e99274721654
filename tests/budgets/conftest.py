"""The same stage as the fault suite's, with one message to an invocation, so that calls can be told apart."""

from collections.abc import Iterator

import pytest

from tests.bench.recordings import singly
from tests.faults.conftest import staged
from tests.faults.emulator import running
from tests.faults.stage import Stage


@pytest.fixture(scope="package")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Where scenarios are played."""
    with running(tmp_path_factory.mktemp("bare") / "stack") as emulator, staged(singly(emulator)) as made:
        yield made
