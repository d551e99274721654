"""What function `outbox_relay` is wired from."""

from dataclasses import dataclass
from typing import Any

from jobipro.adapters.dynamodb.outbox import Outbox
from jobipro.application.hand_over import HandOver
from jobipro.bootstrap import parts


@dataclass(frozen=True, slots=True)
class OutboxRelayUseCases:
    """What function `outbox_relay` calls."""

    hand_over: HandOver


def outbox_relay(settings: Any) -> OutboxRelayUseCases:
    """Return the use cases of function `outbox_relay`."""
    return OutboxRelayUseCases(HandOver(parts.store(settings).commit, Outbox(), parts.queues(settings)))
