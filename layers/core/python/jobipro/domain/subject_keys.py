"""Each person's keys: what they are for and what their end means."""

from enum import StrEnum
from typing import Protocol

from jobipro.domain.ids import SubjectId


class KeyClass(StrEnum):
    """`personal` ends at erasure; `record` ends with the last thing a law or a hold keeps."""

    PERSONAL = "personal"
    RECORD = "record"


class SubjectKey(Protocol):
    """A person's open key, held for the length of one use case; the adapters alone see inside."""

    @property
    def subject(self) -> SubjectId:
        """Whose key it is."""
        ...

    @property
    def key_class(self) -> KeyClass:
        """What it is for."""
        ...

    @property
    def version(self) -> int:
        """Which of the person's keys of that class it is."""
        ...
