"""Why jobs are called off or objected to, in the words of each language."""

from collections.abc import Mapping

from jobipro.domain.language import Language
from jobipro.domain.lifecycle import CancelReason, DisputeReason, Reason

_EN, _FR = Language.EN, Language.FR
_PRICE = {_EN: "The price", _FR: "Le prix"}
_OTHER = {_EN: "Another reason", _FR: "Une autre raison"}

WORDS: Mapping[Reason, Mapping[Language, str]] = {
    CancelReason.NO_LONGER_NEEDED: {_EN: "No longer needed", _FR: "Le travail n’est plus nécessaire"},
    CancelReason.PROVIDER_UNAVAILABLE: {_EN: "The provider is not available", _FR: "Prestataire non disponible"},
    CancelReason.CUSTOMER_UNAVAILABLE: {_EN: "The customer is not available", _FR: "Client ou cliente non disponible"},
    CancelReason.NO_SHOW: {_EN: "Somebody did not come", _FR: "Absence au rendez-vous"},
    CancelReason.PRICE: _PRICE,
    CancelReason.OTHER: _OTHER,
    DisputeReason.NOT_DONE: {_EN: "The work was not done", _FR: "Le travail n’a pas été fait"},
    DisputeReason.BADLY_DONE: {_EN: "The work was badly done", _FR: "Le travail a été mal fait"},
    DisputeReason.DAMAGE: {_EN: "Something was damaged", _FR: "Quelque chose a été endommagé"},
    DisputeReason.PRICE: _PRICE,
    DisputeReason.OTHER: _OTHER,
}


def in_words(reason: str | None, language: Language) -> str | None:
    """Return a reason for a person to read; None without one, or for one that nobody knows."""
    return next((words[language] for each, words in WORDS.items() if each.value == reason), None)
