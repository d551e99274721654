"""The edge's keyed digests with a key that everybody knows."""

import hashlib


class FakeDigests:
    """Digests that are the same in every run."""

    def __call__(self, purpose: str, message: str) -> str:
        return hashlib.sha256(f"{purpose}\0{message}".encode()).hexdigest()
