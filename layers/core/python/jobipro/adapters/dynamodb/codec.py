"""Rows to and from DynamoDB's attribute values: strings, integers, bytes, booleans, None, lists, maps; no floats."""

from collections.abc import Mapping
from typing import Any


def encode(value: Any) -> dict[str, Any]:
    """Return one value as a DynamoDB attribute value."""
    match value:
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case bytes():
            return {"B": value}
        case None:
            return {"NULL": True}
        case Mapping():
            return {"M": {name: encode(member) for name, member in value.items()}}
        case list() | tuple():
            return {"L": [encode(member) for member in value]}
    raise TypeError(f"no attribute value for {type(value).__name__}")


def decode(attribute: Mapping[str, Any]) -> Any:
    """Return what a DynamoDB attribute value stands for."""
    ((kind, value),) = attribute.items()
    match kind:
        case "S" | "BOOL" | "B":
            return value
        case "N":
            return int(value)
        case "NULL":
            return None
        case "M":
            return {name: decode(member) for name, member in value.items()}
        case "L":
            return [decode(member) for member in value]
    raise TypeError(f"no value for attribute kind {kind}")


def encode_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as DynamoDB takes it."""
    return {name: encode(value) for name, value in item.items()}


def decode_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as DynamoDB gave it."""
    return {name: decode(value) for name, value in item.items()}
