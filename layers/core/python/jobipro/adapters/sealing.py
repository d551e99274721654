"""Sealed values: how a person's fields are encrypted inside a row.

`0x01 ‖ key version (2 bytes) ‖ nonce (12) ‖ AES-256-GCM(ciphertext ‖ tag)` over compact JSON, padded with spaces to a
multiple of 32 bytes. The additional data names stage, table, row, person, key class and key version, each preceded by
its length, so a value that was moved does not open.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from jobipro.domain.errors import Unintelligible
from jobipro.domain.ids import SubjectId
from jobipro.domain.subject_keys import KeyClass

FORMAT = b"\x01"
PADDING = 32
NONCE = 12
_HEADER = 3


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value lives."""

    stage: str
    table: str
    pk: str
    sk: str


@dataclass(frozen=True, slots=True)
class DataKey:
    """A person's key, open; it compares by identity of person, class and version, and prints nothing else."""

    subject: SubjectId
    key_class: KeyClass
    version: int
    _cipher: AESGCM = field(repr=False, compare=False)

    @classmethod
    def of(cls, subject: SubjectId, key_class: KeyClass, version: int, plaintext: bytes) -> "DataKey":
        """Return the key derived from the plaintext of a data key: HKDF-SHA256, info `field/v1` and the class."""
        info = b"field/v1" + key_class.encode()
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(plaintext)
        return cls(subject, key_class, version, AESGCM(derived))

    def seal(self, place: Place, fields: Mapping[str, Any], nonce: bytes | None = None) -> bytes:
        """Return the sealed form of some fields; values are what JSON holds. `nonce` is for known-answer tests."""
        text = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
        padded = text + b" " * (-len(text) % PADDING)
        nonce = nonce or os.urandom(NONCE)
        sealed = self._cipher.encrypt(nonce, padded, self._associated(place))
        return FORMAT + self.version.to_bytes(2) + nonce + sealed

    def unseal(self, place: Place, sealed: bytes) -> dict[str, Any]:
        """Return the fields of a sealed value, or raise `Unintelligible` when it is not of this place and key."""
        if sealed[:_HEADER] != FORMAT + self.version.to_bytes(2):
            raise Unintelligible
        nonce, body = sealed[_HEADER : _HEADER + NONCE], sealed[_HEADER + NONCE :]
        try:
            fields: dict[str, Any] = json.loads(self._cipher.decrypt(nonce, body, self._associated(place)))
        except (InvalidTag, ValueError) as error:
            raise Unintelligible from error
        return fields

    def _associated(self, place: Place) -> bytes:
        parts = ("pii/v1", place.stage, place.table, place.pk, place.sk, self.subject, self.key_class)
        encoded = [part.encode() for part in parts] + [self.version.to_bytes(2)]
        return b"".join(len(part).to_bytes(2) + part for part in encoded)
