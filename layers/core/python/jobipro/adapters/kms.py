"""AWS KMS: people's data keys, and keyed digests of addresses."""

import base64
from typing import Any

from jobipro.adapters.aws import translated
from jobipro.adapters.sealing import DataKey
from jobipro.domain.errors import Unintelligible
from jobipro.domain.ids import SubjectId
from jobipro.domain.subject_keys import KeyClass

APP = "jobipro"


class KmsDataKeys:
    """Makes and opens data keys under one KMS key; the encryption context ties each to its person and use."""

    def __init__(self, client: Any, key: str, stage: str) -> None:
        self._client = client
        self._key = key
        self._stage = stage

    def generate(self, subject: SubjectId, key_class: KeyClass, version: int) -> tuple[DataKey, bytes]:
        """Return a new key and its wrapped form (one GenerateDataKey)."""
        with translated({}):
            answer = self._client.generate_data_key(
                KeyId=self._key, KeySpec="AES_256", EncryptionContext=self._context(subject, key_class, version)
            )
        return DataKey.of(subject, key_class, version, answer["Plaintext"]), answer["CiphertextBlob"]

    def open(self, subject: SubjectId, key_class: KeyClass, version: int, wrapped: bytes) -> DataKey:
        """Return the key of a wrapped form (one Decrypt); `Unintelligible` when it is another person's or use's."""
        with translated({"InvalidCiphertextException": Unintelligible}):
            answer = self._client.decrypt(
                KeyId=self._key, CiphertextBlob=wrapped, EncryptionContext=self._context(subject, key_class, version)
            )
        return DataKey.of(subject, key_class, version, answer["Plaintext"])

    def _context(self, subject: SubjectId, key_class: KeyClass, version: int) -> dict[str, str]:
        return {
            "app": APP,
            "stage": self._stage,
            "subject": subject,
            "class": key_class.value,
            "version": str(version),
        }


class KmsMac:
    """HMAC-SHA256 under a KMS key, as `<key id>#<digest>`; only KMS can compute or guess one."""

    def __init__(self, client: Any, key: str) -> None:
        self._client = client
        self._key = key
        self._kid = key.rpartition("/")[2].partition("-")[0]

    def __call__(self, message: bytes) -> str:
        """Return the digest of a message (one GenerateMac)."""
        with translated({}):
            answer = self._client.generate_mac(KeyId=self._key, MacAlgorithm="HMAC_SHA_256", Message=message)
        return f"{self._kid}#{base64.urlsafe_b64encode(answer['Mac']).decode().rstrip('=')}"
