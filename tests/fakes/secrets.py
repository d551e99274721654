"""Secrets Manager in memory, as its client is called."""

import json
from typing import Any

from botocore.exceptions import EndpointConnectionError


class FakeSecrets:
    """One secret of numbered keys that can be rotated; counts what was fetched."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.keys = {"1": "first " + "k" * 58}
        self.current = 1

    def rotate(self) -> None:
        """Add a key and let it sign from now on."""
        self.current += 1
        self.keys[str(self.current)] = f"key {self.current} " + "k" * 58

    def get_secret_value(self, *, SecretId: str) -> dict[str, Any]:
        self.calls.append("GetSecretValue")
        return {"Name": SecretId, "SecretString": json.dumps({"current": self.current} | self.keys)}


class FakeSecret:
    """One secret of any JSON; counts what was fetched, and is down when it is told to be."""

    def __init__(self, held: object) -> None:
        self.calls: list[str] = []
        self.held = held
        self.down = False

    def get_secret_value(self, *, SecretId: str) -> dict[str, Any]:
        self.calls.append("GetSecretValue")
        if self.down:
            raise EndpointConnectionError(endpoint_url="https://secretsmanager.test")
        return {"Name": SecretId, "SecretString": json.dumps(self.held)}
