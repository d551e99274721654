"""What was asked with an Idempotency-Key, so that a repeat can be told from another call under the same key."""

import json
from collections.abc import Mapping, Set
from typing import Any


def described(asked: Mapping[str, Any], leaving_out: Set[str] = frozenset()) -> str:
    """Return what was asked as one text, the same for the same call; it is only ever stored as a keyed digest."""
    kept = {name: value for name, value in asked.items() if name not in leaving_out}
    return json.dumps(kept, sort_keys=True, default=_plain)


def _plain(value: object) -> object:
    return sorted(map(str, value)) if isinstance(value, frozenset) else str(value)
