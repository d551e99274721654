"""Events as AWS sends them, one JSON file each."""

import json
from pathlib import Path
from typing import Any


def load(name: str) -> Any:
    """Return a fresh copy of the event in `<name>.json`."""
    return json.loads((Path(__file__).parent / f"{name}.json").read_text(encoding="utf-8"))
