"""The local Stripe: localstripe as a child process, which tells the deployed stack of what happens in it."""

import json
import sys
import urllib.request

from infra.local.child import Child, Started
from infra.local.settings import Settings


class LocalStripe(Child):
    """A running localstripe. Starts when made; `stop` leaves no process and no file of it behind."""

    def __init__(self, settings: Settings) -> None:
        self.url = settings.stripe_url
        super().__init__(
            "The local Stripe",
            [sys.executable, "-m", "infra.local.stripe_process", str(settings.ports.stripe)],
            Started({"LANG": "C.UTF-8"}, settings.root, settings.logs / "stripe.log", f"{self.url}/js.stripe.com/v3/"),
        )

    def tell(self, webhook: str, secret: str) -> None:
        """Send the events to a URL from now on, signed with a secret."""
        told = json.dumps({"url": webhook, "secret": secret}).encode()
        with urllib.request.urlopen(f"{self.url}/_config/webhooks/jobipro", told, timeout=10):
            return
