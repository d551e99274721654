"""Where a stack lives on this machine: its folders, its ports, and what it is deployed with."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from infra.build import host_architecture
from infra.local.failure import CannotRun
from infra.local.stripe_keys import StripeKeys

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
REGION = "ca-central-1"
STAGE = "local"
REAL_STRIPE = "https://api.stripe.com"
HIGHEST = 65531  # four more ports follow

# The emulator's own name for an administrator; it opens nothing anywhere else.
ADMINISTRATOR = "test"


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of a stack."""

    api: int
    mailbox: int
    cloud: int
    reference: int
    stripe: int

    @classmethod
    def counted_from(cls, first: int) -> Self:
        """Return ports in a row."""
        return cls(first, first + 1, first + 2, first + 3, first + 4)

    @classmethod
    def named(cls, first: str) -> Self:
        """Return ports in a row from the number that somebody typed; CannotRun if it is none."""
        if not first.isdecimal() or not 1024 <= int(first) <= HIGHEST:
            raise CannotRun(f"PORT is a number from 1024 to {HIGHEST}, not {first!r}.")
        return cls.counted_from(int(first))


@dataclass(frozen=True, slots=True)
class Settings:
    """One stack: where it is deployed from, its own folder, its ports, limits raised or lowered, its Stripe account.

    Without an account there is a local Stripe.
    """

    ports: Ports
    root: Path = ROOT
    state: Path = ROOT / ".local"
    limits: Mapping[str, int] = field(default_factory=dict)
    account: StripeKeys | None = None

    @property
    def api_url(self) -> str:
        """The base URL of the HTTP API."""
        return f"http://{HOST}:{self.ports.api}"

    @property
    def mailbox_url(self) -> str:
        """The URL of the page with sent mail."""
        return f"http://{HOST}:{self.ports.mailbox}"

    @property
    def cloud_url(self) -> str:
        """The endpoint of the embedded cloud, for AWS clients."""
        return f"http://{HOST}:{self.ports.cloud}"

    @property
    def reference_url(self) -> str:
        """The URL of the page that shows the API and lets one try it."""
        return f"http://{HOST}:{self.ports.reference}"

    @property
    def stripe_url(self) -> str:
        """The base URL of Stripe: the local one's, or the real one's if an account is named."""
        return REAL_STRIPE if self.account else f"http://{HOST}:{self.ports.stripe}"

    @property
    def description(self) -> Path:
        """The file that tells others where everything is."""
        return self.state / "stack.json"

    @property
    def logs(self) -> Path:
        """The folder of log files, one a function."""
        return self.state / "logs"

    @property
    def rights(self) -> Path:
        """The file in which the embedded cloud notes which rights were used and lacked."""
        return self.logs / "rights.jsonl"

    @property
    def scratch(self) -> Path:
        """The embedded cloud's own folder, removed when it stops."""
        return self.state / "cloud"

    def parameters(self) -> dict[str, str]:
        """Return the values of the template's parameters."""
        return {
            "Stage": STAGE,
            "OnAws": "false",
            "ServiceVersion": _version(self.root),
            "PublicUrl": self.api_url,
            "AllowedOrigins": "*",
            "Architecture": host_architecture(),
            "LimitOverrides": json.dumps(dict(self.limits)),
            "StripeLivemode": "false",
            "SenderAddress": "hello@jobipro.test",
            "SenderName": "JobiPro",
            "PostalAddress": "100 Example Street, Toronto ON  M5V 0A1, Canada",
            "OfficerEmail": "privacy@jobipro.test",
            "StripeUrl": self.stripe_url,
        }


def _version(root: Path) -> str:
    return str(tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"])
