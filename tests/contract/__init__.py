"""What an adapter and its fake must both do: a suite runs on the fake in `unit`, on the original in `integration`."""

import pytest

pytest.register_assert_rewrite(*(f"tests.contract.{name}" for name in ("credentials", "keys", "queues", "store")))
