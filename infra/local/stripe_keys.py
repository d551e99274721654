"""What stands in the secret `Stripe` of a stack on this machine: drawn anew at each start, known to nobody else."""

import json
import secrets
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class StripeKeys:
    """What Stripe is called with, and what its webhooks are signed with."""

    api_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)

    @classmethod
    def drawn(cls) -> Self:
        """Return new ones."""
        return cls(f"sk_test_{secrets.token_hex(24)}", f"whsec_{secrets.token_hex(24)}")

    def put(self, client: Any, secret: str) -> None:
        """Fill the secret with them; on AWS that is done by hand."""
        held = {"api_key": self.api_key, "webhook_secrets": [self.webhook_secret]}
        client.put_secret_value(SecretId=secret, SecretString=json.dumps(held))
