"""A mail carrier in memory, and a writer of letters that needs no templates."""

import json
from dataclasses import dataclass, field

from jobipro.application.ports.messages import Letter
from jobipro.domain.errors import ServiceError


@dataclass
class FakeCarrier:
    """Keeps what it took; it refuses with each of `refusals` first, having taken the mail when `taking` is set."""

    sent: list[tuple[str, bytes]] = field(default_factory=list)
    refusals: list[ServiceError] = field(default_factory=list)
    taking: bool = False
    calls: list[str] = field(default_factory=list)

    def send(self, to: str, mail: bytes) -> None:
        self.calls.append("SendRawEmail")
        refusal = self.refusals.pop(0) if self.refusals else None
        if refusal is None or self.taking:
            self.sent.append((to, mail))
        if refusal is not None:
            raise refusal


@dataclass
class FakeLetters:
    """Writes a letter as JSON, and keeps it."""

    written: list[Letter] = field(default_factory=list)

    def __call__(self, letter: Letter) -> bytes:
        self.written.append(letter)
        told = {"kind": letter.kind.name, "facts": dict(letter.facts), "token": letter.token}
        return json.dumps(told, default=str).encode()
