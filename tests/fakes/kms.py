"""KMS in memory: keys wrapped by remembering them."""

import base64
import hashlib
import hmac
from itertools import count

from jobipro.adapters.sealing import DataKey
from jobipro.domain.errors import Unintelligible
from jobipro.domain.ids import SubjectId
from jobipro.domain.subject_keys import KeyClass


class FakeDataKeys:
    """Data keys that only open for the person, class and version they were made for."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._plain: dict[bytes, tuple[str, bytes]] = {}
        self._number = count(1)

    def generate(self, subject: SubjectId, key_class: KeyClass, version: int) -> tuple[DataKey, bytes]:
        self.calls.append("GenerateDataKey")
        number = next(self._number)
        plaintext = hashlib.sha256(f"key {number}".encode()).digest()
        wrapped = f"wrapped {number}".encode()
        self._plain[wrapped] = (f"{subject} {key_class} {version}", plaintext)
        return DataKey.of(subject, key_class, version, plaintext), wrapped

    def open(self, subject: SubjectId, key_class: KeyClass, version: int, wrapped: bytes) -> DataKey:
        self.calls.append("Decrypt")
        context, plaintext = self._plain.get(wrapped, ("", b""))
        if context != f"{subject} {key_class} {version}":
            raise Unintelligible
        return DataKey.of(subject, key_class, version, plaintext)


class FakeMac:
    """A keyed digest as KMS gives it, counted."""

    def __init__(self, name: str) -> None:
        self.calls: list[str] = []
        self._name = name

    def __call__(self, message: bytes) -> str:
        self.calls.append("GenerateMac")
        digest = hmac.digest(self._name.encode(), message, "sha256")
        return f"{self._name}#{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"
