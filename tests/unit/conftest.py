"""What unit tests start from."""

import pytest

from tests.fakes.world import World


@pytest.fixture
def world() -> World:
    """Return a stage in memory, empty."""
    return World()
