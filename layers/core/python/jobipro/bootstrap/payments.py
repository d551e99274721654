"""What function `payments` is wired from."""

from dataclasses import dataclass
from typing import Any

from jobipro.adapters.digests import EdgeDigests
from jobipro.adapters.dynamodb.accounts import Accounts
from jobipro.adapters.dynamodb.limits import Attempts
from jobipro.adapters.stripe import load as load_stripe
from jobipro.application.open_payment import OpenPayment
from jobipro.application.read_payment import ReadPayment, SeePayment
from jobipro.application.refund_payment import RefundPayment
from jobipro.bootstrap import parts
from jobipro.bootstrap.payment_parts import payment_parts


@dataclass(frozen=True, slots=True)
class PaymentsUseCases:
    """What the routes of function `payments` call."""

    open_payment: OpenPayment
    read_payment: ReadPayment
    refund_payment: RefundPayment


def payments(settings: Any) -> PaymentsUseCases:
    """Return the use cases of function `payments`; people wait for it, so Stripe's package travels in the snapshot."""
    load_stripe()
    with_ = payment_parts(settings)
    load, commit, clock = with_.store.load, with_.store.commit, with_.clock
    accounts = Accounts(with_.sealing, with_.keys)
    attempts = Attempts(EdgeDigests(parts.rotating_key(settings.secret_edge)))
    see = SeePayment(load, commit, with_.payments, with_.look, with_.keep, with_.move, clock)
    return PaymentsUseCases(
        open_payment=OpenPayment(
            load,
            commit,
            accounts,
            with_.requests,
            with_.payments,
            with_.stripe,
            see,
            with_.move,
        ),
        read_payment=ReadPayment(load, accounts, with_.requests, with_.payments, see),
        refund_payment=RefundPayment(
            load, commit, accounts, with_.requests, with_.payments, attempts, with_.outbox, clock, with_.ids
        ),
    )
