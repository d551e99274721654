"""What the templates set that costs something or bounds something."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.local.template import read_template

ROOT = Path(__file__).resolve().parents[2]

CONSUMERS = ("message_delivery", "provider_notification", "payment_events", "media")
"""The functions that queues wake."""


def template(name: str = "template.yaml") -> Mapping[str, Any]:
    """Return a template."""
    found: Mapping[str, Any] = read_template(ROOT / name)
    return found


def resources(kind: str, name: str) -> int:
    """Return how many resources of a type a template has."""
    return sum(each["Type"] == kind for each in template(name)["Resources"].values())


def functions() -> Mapping[str, Mapping[str, Any]]:
    """Return the properties of every function by its folder."""
    every = template()["Resources"].values()
    return {
        Path(each["Properties"]["CodeUri"]).name: each["Properties"]
        for each in every
        if each["Type"] == "AWS::Serverless::Function"
    }
