"""What stands in for AWS in memory does what AWS does."""

import pytest

from tests.contract.credentials import CredentialsContract
from tests.contract.keys import DataKeysContract, MacContract
from tests.contract.queues import QueuesContract
from tests.fakes.credentials import FakeCredentials
from tests.fakes.kms import FakeDataKeys, FakeMac
from tests.fakes.queues import FakeQueues


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


class TestFakeCredentials(CredentialsContract):
    @pytest.fixture
    def credentials(self):
        return FakeCredentials()


class TestFakeQueues(QueuesContract):
    @pytest.fixture
    def queues(self):
        return FakeQueues()

    @pytest.fixture
    def received(self, queues):
        return queues.of
