"""The Stripe of the unit tests does what the real one does."""

import pytest

from tests.contract.stripe import StripeContract, payment
from tests.fakes.stripe import GOOD, GOOD_ONCE, FakeStripe
from tests.fakes.system import FakeClock

__all__ = ["payment"]


class TestFakeStripe(StripeContract):
    @pytest.fixture
    def stripe(self):
        return FakeStripe(FakeClock())

    @pytest.fixture
    def pays(self, stripe):
        def pay(intent, good):
            stripe.pays(intent, GOOD if good else GOOD_ONCE)
            return stripe.intent(intent).payment_method

        return pay
