"""The store in memory does what DynamoDB does."""

import pytest

from tests.contract.store import StoreContract
from tests.fakes.store import FakeStore


class TestFakeStore(StoreContract):
    @pytest.fixture
    def store(self):
        return FakeStore()
