"""What an adapter and its fake must both do: a suite runs on the fake in `unit`, on the original in `integration`."""

import pytest

pytest.register_assert_rewrite("tests.contract.keys", "tests.contract.store")
