"""What unit tests start from."""

import pytest

from jobipro.domain.ids import SubjectId
from tests.fakes.market import Market
from tests.fakes.world import World


@pytest.fixture
def world() -> World:
    """Return a stage in memory, empty."""
    return World()


@pytest.fixture
def market() -> Market:
    """Return a stage in memory with requests on it, empty."""
    return Market()


@pytest.fixture
def customer(market: Market) -> SubjectId:
    """Return somebody who may post requests."""
    return market.customer()


@pytest.fixture
def provider(market: Market) -> SubjectId:
    """Return a plumber around Montréal."""
    return market.provider()
