"""How long a function takes to start: at most 1.3 times what the AWS clients that it makes take by themselves."""

import pytest

from tests.bench.starts import MOST, Start, starts
from tests.faults.processes import FOLDERS


@pytest.fixture(scope="module")
def taken() -> dict[str, Start]:
    """How long each function takes."""
    return starts(rounds=3)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_function_starts_hardly_later_than_its_clients(taken: dict[str, Start], folder: str) -> None:
    assert taken[folder].ratio <= MOST, f"{taken[folder].ratio:.2f} times"
