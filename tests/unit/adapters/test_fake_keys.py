"""The keys in memory do what KMS does."""

import pytest

from tests.contract.keys import DataKeysContract, MacContract
from tests.fakes.kms import FakeDataKeys, FakeMac


class TestFakeDataKeys(DataKeysContract):
    @pytest.fixture
    def data_keys(self):
        return FakeDataKeys()


class TestFakeMac(MacContract):
    @pytest.fixture
    def mac(self):
        return FakeMac("index")

    @pytest.fixture
    def other_mac(self):
        return FakeMac("suppression")
