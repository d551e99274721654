"""Mails as they travel: words, links and headers put together."""

from collections.abc import Mapping

from jobipro.adapters.rendering.identification import Identification
from jobipro.adapters.rendering.mails import Links, render
from jobipro.adapters.rendering.mime import mime
from jobipro.adapters.unsubscribe_links import UnsubscribeLinks
from jobipro.application.ports.messages import Letter
from jobipro.domain.messages import LIST_IDS, TokenPurpose

PATHS: Mapping[TokenPurpose, str] = {
    TokenPurpose.VERIFY_ADDRESS: "verify",
    TokenPurpose.VERIFY_NEW_ADDRESS: "verify",
    TokenPurpose.RESET_PASSWORD: "password-resets",
}
"""Where a single-use link leads, below the address of the API."""


class MailLetters:
    """Writes letters as MIME; the same letter gives the same bytes, with a Message-ID made of its event."""

    def __init__(self, identification: Identification, links: UnsubscribeLinks, public_url: str) -> None:
        self._identification = identification
        self._links = links
        self._url = public_url.rstrip("/")
        self._domain = identification.sender_address.rpartition("@")[2]

    def __call__(self, letter: Letter) -> bytes:
        """Return the whole mail. Raises Unintelligible when a fact is missing or a header would not fit."""
        unsubscribe = f"{self._url}/unsubscribe/{self._links.token(letter.subscription, letter.kind.category)}"
        action = None
        if letter.kind.token is not None:
            action = f"{self._url}/{PATHS[letter.kind.token]}/{letter.token}"
        return mime(
            render(letter.kind.name, letter.language, letter.facts, Links(action, unsubscribe), self._identification),
            to=letter.to,
            identification=self._identification,
            unsubscribe=unsubscribe,
            list_id=LIST_IDS[letter.kind.category],
            message_id=f"{letter.event}@{self._domain}",
            date=letter.at,
        )
