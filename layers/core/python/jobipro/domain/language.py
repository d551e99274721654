"""The two official languages, in which everything that a person reads is written."""

from enum import StrEnum


class Language(StrEnum):
    """The language a person chose, by its ISO 639-1 letters."""

    EN = "en"
    FR = "fr"
