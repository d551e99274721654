"""What function `provider_notification` is wired from."""

from dataclasses import dataclass
from typing import Any

from jobipro.adapters.aws import client
from jobipro.adapters.dynamodb.accounts import Accounts
from jobipro.adapters.dynamodb.coverage import Coverage
from jobipro.adapters.dynamodb.offers import Offers
from jobipro.adapters.dynamodb.requests import Requests
from jobipro.adapters.dynamodb.sealed import Sealing
from jobipro.adapters.system import SystemClock
from jobipro.application.cover_provider import CoverProvider
from jobipro.application.notify_providers import NotifyProviders
from jobipro.bootstrap import parts
from jobipro.domain.errors import Unintelligible
from jobipro.domain.events import Event, EventType


@dataclass(frozen=True, slots=True)
class ProviderNotificationUseCases:
    """What function `provider_notification` does with the events of queue `matching`."""

    cover_provider: CoverProvider
    notify_providers: NotifyProviders

    def __call__(self, event: Event) -> str:
        """Return what was done, in a word; Unintelligible for an event that is none of this function's."""
        match event.type:
            case EventType.PROVIDER_CHANGED:
                self.cover_provider(event)
                return "covered"
            case EventType.REQUEST_POSTED | EventType.WAVE_DUE | EventType.OFFER_WITHDRAWN:
                told = self.notify_providers(event)
                return f"told {told}"
        raise Unintelligible


def provider_notification(settings: Any) -> ProviderNotificationUseCases:
    """Return the use cases of function `provider_notification`."""
    store = parts.store(settings)
    keys = parts.subject_keys(settings, client("kms"))
    sealing = Sealing(settings.stage)
    coverage, clock = Coverage(sealing), SystemClock()
    queues = parts.queues(settings)
    return ProviderNotificationUseCases(
        cover_provider=CoverProvider(store.load, store.commit, Accounts(sealing, keys), keys, coverage, clock),
        notify_providers=NotifyProviders(
            store.load,
            store.find,
            store.commit,
            Requests(sealing, keys),
            Offers(sealing, keys),
            coverage,
            keys,
            parts.rotating_key(settings.secret_edge),
            queues,
            clock,
        ),
    )
