"""Routes of payments: the customer pays and looks, the engaged provider looks and gives back."""

from collections.abc import Callable
from functools import cache

from chalice.app import Blueprint

from functions.payments.schemas import (
    OpenedPaymentAnswer,
    PaymentAnswer,
    PaymentBody,
    RefundAnswer,
    RefundBody,
    RequestId,
)
from functions.payments.settings import settings
from jobipro.bootstrap.payments import PaymentsUseCases, payments
from jobipro.domain.callers import Caller
from jobipro.domain.errors import Conflict, IdempotencyMismatch, NotFound, Unavailable
from jobipro.http import view


@cache
def use_cases() -> PaymentsUseCases:
    """Return what the routes call, wired once from the environment."""
    return payments(settings())


def blueprint(use_cases: Callable[[], PaymentsUseCases] = use_cases) -> Blueprint:
    """Return a fresh blueprint: Chalice lets each one be registered once only."""
    routes = Blueprint(__name__)

    @routes.route("/requests/{id}/payment", methods=["POST"])
    @view(
        body=PaymentBody,
        answers=OpenedPaymentAnswer,
        errors=(NotFound, Conflict, Unavailable),
        summary="Pay for a request",
    )
    def post_payment(id: RequestId, body: PaymentBody, caller: Caller) -> OpenedPaymentAnswer:  # noqa: A002
        """How much it is comes from the offer that was accepted. The card goes from the browser to Stripe alone.

        The money is held, and taken when the work is confirmed. Asking again gives the same payment.
        """
        return OpenedPaymentAnswer.of(use_cases().open_payment(caller, id, body.address()))

    @routes.route("/requests/{id}/payment", methods=["GET"])
    @view(answers=PaymentAnswer, errors=(NotFound,), summary="Show how the payment of a request stands")
    def get_payment(id: RequestId, caller: Caller) -> PaymentAnswer:  # noqa: A002
        """For the customer and the engaged provider; the card is shown to the customer alone."""
        return PaymentAnswer.of(use_cases().read_payment(caller, id))

    @routes.route("/requests/{id}/refunds", methods=["POST"])
    @view(
        body=RefundBody,
        status=202,
        answers=RefundAnswer,
        errors=(NotFound, Conflict, IdempotencyMismatch),
        summary="Give money back, as the engaged provider",
    )
    def post_refund(id: RequestId, body: RefundBody, caller: Caller, idempotency_key: str | None) -> RefundAnswer:  # noqa: A002
        """All that was taken and did not go back yet, or a part of it."""
        return RefundAnswer.of(use_cases().refund_payment(caller, id, body.amount_cents, idempotency_key))

    return routes
