"""What a stack on this machine shares with its Stripe."""

import json

import pytest

from infra.local.failure import CannotRun
from infra.local.stripe_keys import StripeKeys


class Secrets:
    """Secrets Manager in memory."""

    def __init__(self) -> None:
        self.held: dict[str, str] = {}

    def put_secret_value(self, *, SecretId: str, SecretString: str) -> None:
        self.held[SecretId] = SecretString


def test_each_start_draws_keys_that_look_like_stripes_test_keys() -> None:
    one, other = StripeKeys.drawn(), StripeKeys.drawn()

    assert one.api_key.startswith("sk_test_")
    assert one.webhook_secret.startswith("whsec_")
    assert {one.api_key, one.webhook_secret}.isdisjoint({other.api_key, other.webhook_secret})


def test_the_secret_holds_both_and_printing_them_tells_neither() -> None:
    keys, secrets = StripeKeys.drawn(), Secrets()

    keys.put(secrets, "stripe")

    assert json.loads(secrets.held["stripe"]) == {"api_key": keys.api_key, "webhook_secrets": [keys.webhook_secret]}
    assert keys.api_key not in repr(keys)
    assert keys.webhook_secret not in repr(keys)


def test_a_test_account_is_named_by_the_environment_or_not_at_all() -> None:
    named = StripeKeys.named({"STRIPE_API_KEY": "sk_test_x", "STRIPE_WEBHOOK_SECRET": "whsec_y", "HOME": "/"})

    assert named == StripeKeys("sk_test_x", "whsec_y")
    assert StripeKeys.named({"HOME": "/"}) is None


@pytest.mark.parametrize(
    ("environment", "missing"),
    [
        ({"STRIPE_API_KEY": "sk_test_x"}, "STRIPE_WEBHOOK_SECRET"),
        ({"STRIPE_WEBHOOK_SECRET": "whsec_y"}, "STRIPE_API_KEY"),
        ({"STRIPE_API_KEY": "sk_" + "live_x", "STRIPE_WEBHOOK_SECRET": "whsec_y"}, "real money"),
        ({"STRIPE_API_KEY": "sk_test_x", "STRIPE_WEBHOOK_SECRET": "sk_test_x"}, "STRIPE_WEBHOOK_SECRET"),
    ],
)
def test_half_an_account_or_a_live_one_is_refused_without_repeating_it(
    environment: dict[str, str], missing: str
) -> None:
    with pytest.raises(CannotRun, match=missing) as refused:
        StripeKeys.named(environment)

    assert not [value for value in environment.values() if value in str(refused.value)]
