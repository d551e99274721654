"""Parts that the functions around payments share. `settings` is a function's own frozen settings object."""

from dataclasses import dataclass
from typing import Any

from jobipro.adapters.aws import client
from jobipro.adapters.dynamodb.outbox import Outbox
from jobipro.adapters.dynamodb.payments import Payments
from jobipro.adapters.dynamodb.requests import Requests
from jobipro.adapters.dynamodb.sealed import Sealing
from jobipro.adapters.dynamodb.store import DynamoStore
from jobipro.adapters.dynamodb.subject_keys import SubjectKeys
from jobipro.adapters.secrets import Secret
from jobipro.adapters.stripe import StripeApi
from jobipro.adapters.system import RandomIds, SystemClock
from jobipro.application.keep_payment import KeepPayment
from jobipro.application.look_at_payment import LookAtPayment
from jobipro.application.move_payment import MovePayment
from jobipro.bootstrap import parts


@dataclass(frozen=True, slots=True)
class PaymentParts:
    """What is done with payments, and with what."""

    stage: str
    store: DynamoStore
    keys: SubjectKeys
    payments: Payments
    requests: Requests
    stripe: StripeApi
    look: LookAtPayment
    keep: KeepPayment
    move: MovePayment
    outbox: Outbox
    clock: SystemClock
    ids: RandomIds
    sealing: Sealing


def payment_parts(settings: Any) -> PaymentParts:
    """Return the parts, with clients of their own."""
    store, keys, sealing = parts.store(settings), parts.subject_keys(settings, client("kms")), Sealing(settings.stage)
    payments, requests, outbox = Payments(sealing, keys), Requests(sealing, keys), Outbox()
    clock, ids = SystemClock(), RandomIds()
    stripe = StripeApi(Secret(client("secretsmanager"), settings.secret_stripe), settings.stripe_url, settings.stage)
    keep = KeepPayment(payments, outbox, ids)
    return PaymentParts(
        stage=settings.stage,
        store=store,
        keys=keys,
        payments=payments,
        requests=requests,
        stripe=stripe,
        look=LookAtPayment(store.load, payments, stripe),
        keep=keep,
        move=MovePayment(store.load, store.commit, payments, requests, stripe, keep, outbox, clock, ids),
        outbox=outbox,
        clock=clock,
        ids=ids,
        sealing=sealing,
    )
