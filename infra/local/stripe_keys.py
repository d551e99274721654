"""What stands in the secret `Stripe` of a stack on this machine: drawn anew at each start, or a real test account's."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from infra.local.failure import CannotRun


@dataclass(frozen=True, slots=True)
class StripeKeys:
    """What Stripe is called with, and what its webhooks are signed with."""

    api_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)

    @classmethod
    def drawn(cls) -> Self:
        """Return new ones."""
        return cls(f"sk_test_{secrets.token_hex(24)}", f"whsec_{secrets.token_hex(24)}")

    @classmethod
    def named(cls, environment: Mapping[str, str]) -> Self | None:
        """Return those of the test account that the environment names, None if it names none.

        Raises CannotRun for what cannot be used.
        """
        api_key, webhook_secret = (environment.get(name, "") for name in ("STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET"))
        if not api_key and not webhook_secret:
            return None
        if not api_key.startswith(("sk_test_", "rk_test_")):
            raise CannotRun("STRIPE_API_KEY is a test key, sk_test_… or rk_test_…: nothing here may move real money.")
        if not webhook_secret.startswith("whsec_"):
            raise CannotRun("STRIPE_WEBHOOK_SECRET goes with the key: it is the whsec_… that 'stripe listen' prints.")
        return cls(api_key, webhook_secret)

    def put(self, client: Any, secret: str) -> None:
        """Fill the secret with them; on AWS that is done by hand."""
        held = {"api_key": self.api_key, "webhook_secrets": [self.webhook_secret]}
        client.put_secret_value(SecretId=secret, SecretString=json.dumps(held))
