"""What function `message_delivery` is wired from."""

from dataclasses import dataclass
from typing import Any

from jobipro.adapters.aws import client
from jobipro.adapters.digests import EdgeDigests
from jobipro.adapters.dynamodb.accounts import Accounts, LinkTokens
from jobipro.adapters.dynamodb.consents import Consents
from jobipro.adapters.dynamodb.limits import Limits
from jobipro.adapters.dynamodb.messages import Messages
from jobipro.adapters.dynamodb.payments import Payments
from jobipro.adapters.dynamodb.requests import Requests
from jobipro.adapters.dynamodb.sealed import Sealing
from jobipro.adapters.letters import MailLetters
from jobipro.adapters.ses import SesCarrier
from jobipro.adapters.system import RandomIds, SystemClock
from jobipro.adapters.unsubscribe_links import UnsubscribeLinks
from jobipro.application.deliver_message import DeliverMessage
from jobipro.bootstrap import parts
from jobipro.domain.limits import with_overrides

SES_SECONDS = 10.0
"""How long SES may take to answer: giving up early leaves open whether a mail went out."""


@dataclass(frozen=True, slots=True)
class MessageDeliveryUseCases:
    """What function `message_delivery` calls."""

    deliver_message: DeliverMessage


def message_delivery(settings: Any) -> MessageDeliveryUseCases:
    """Return the use cases of function `message_delivery`."""
    store = parts.store(settings)
    kms = client("kms")
    keys = parts.subject_keys(settings, kms)
    sealing = Sealing(settings.stage)
    links = UnsubscribeLinks(parts.rotating_key(settings.secret_unsubscribe))
    ses = client("ses", attempts=1, read_timeout=SES_SECONDS)
    deliver = DeliverMessage(
        load=store.load,
        commit=store.commit,
        accounts=Accounts(sealing, keys),
        consents=Consents(sealing),
        requests=Requests(sealing, keys),
        payments=Payments(sealing, keys),
        messages=Messages(),
        tokens=LinkTokens(),
        limits=Limits(EdgeDigests(parts.rotating_key(settings.secret_edge)), with_overrides(settings.limits)),
        suppression=parts.suppression(settings, kms),
        letters=MailLetters(parts.identification(settings), links, settings.public_url),
        carrier=SesCarrier(ses, settings.sender_address, settings.configuration_set),
        clock=SystemClock(),
        ids=RandomIds(),
    )
    return MessageDeliveryUseCases(deliver)
