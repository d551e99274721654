"""What a deployed stack tells about itself, by the names that the code uses."""

from collections.abc import Iterable, Mapping
from typing import Any


def outputs_of(stack: Mapping[str, Any]) -> dict[str, str]:
    """Return the outputs of a stack as CloudFormation describes it."""
    found: Iterable[Mapping[str, str]] = stack.get("Outputs", [])
    return {output["OutputKey"]: output["OutputValue"] for output in found}


def named(prefix: str, outputs: Mapping[str, str]) -> dict[str, str]:
    """Return the outputs of one kind by logical name: `TableSubjectKeys` is `subject-keys` of the kind `Table`."""
    return {
        _dashed(name.removeprefix(prefix)): value
        for name, value in outputs.items()
        if name.startswith(prefix) and name != prefix
    }


def _dashed(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")
