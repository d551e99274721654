"""What function `unsubscribe` is wired from."""

from dataclasses import dataclass
from typing import Any

from jobipro.adapters.dynamodb.consents import Consents
from jobipro.adapters.dynamodb.outbox import Outbox
from jobipro.adapters.dynamodb.sealed import Sealing
from jobipro.adapters.system import RandomIds, SystemClock
from jobipro.adapters.unsubscribe_links import UnsubscribeLinks
from jobipro.application.withdraw_approval import LookAtUnsubscribeLink, WithdrawApproval
from jobipro.bootstrap import parts


@dataclass(frozen=True, slots=True)
class UnsubscribeUseCases:
    """What the routes of function `unsubscribe` call."""

    look_at_link: LookAtUnsubscribeLink
    withdraw_approval: WithdrawApproval
    page: parts.Pages


def unsubscribe(settings: Any) -> UnsubscribeUseCases:
    """Return the use cases of function `unsubscribe`."""
    store = parts.store(settings)
    links = UnsubscribeLinks(parts.rotating_key(settings.secret_unsubscribe))
    withdraw = WithdrawApproval(
        load=store.load,
        commit=store.commit,
        consents=Consents(Sealing(settings.stage)),
        outbox=Outbox(),
        links=links,
        clock=SystemClock(),
        ids=RandomIds(),
    )
    return UnsubscribeUseCases(LookAtUnsubscribeLink(links), withdraw, parts.pages(settings))
