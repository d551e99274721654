"""A customer asks to pay for a request."""

from dataclasses import dataclass, replace

from jobipro.application.log_in import admitted
from jobipro.application.move_payment import MovePayment
from jobipro.application.ports.payments import Payments
from jobipro.application.ports.people import Accounts
from jobipro.application.ports.requests import Requests
from jobipro.application.ports.storage import Commit, Load
from jobipro.application.ports.stripe import Stripe
from jobipro.application.read_payment import SeePayment
from jobipro.domain.callers import Caller
from jobipro.domain.errors import AlreadyDone, Conflict, NotFound, Unavailable
from jobipro.domain.ids import PaymentId, RequestId
from jobipro.domain.lifecycle import Actor, allowed
from jobipro.domain.payment_steps import CALLED_OFF, payable
from jobipro.domain.payments import Payment, payment_id
from jobipro.domain.postal import MailingAddress
from jobipro.domain.requests import Standing
from jobipro.domain.stripe import IntentStatus

LOOKS = 4
"""How often a payment that changes while an address is kept with it is looked at."""

PAYABLE = frozenset(
    {IntentStatus.REQUIRES_PAYMENT_METHOD, IntentStatus.REQUIRES_CONFIRMATION, IntentStatus.REQUIRES_ACTION}
)
"""What an intent may stand at for a browser to pay it."""


@dataclass(frozen=True, slots=True, repr=False)
class OpenedPayment:
    """A payment, and what a browser pays it with: None when there is nothing to pay now. It is never stored."""

    payment: Payment
    client_secret: str | None = None


@dataclass(frozen=True, slots=True)
class OpenPayment:
    """Let a customer pay what they owe for a request; asking again gives the same payment.

    How much it is comes from the offer that was accepted. The billing address is kept sealed and goes nowhere.
    """

    load: Load
    commit: Commit
    accounts: Accounts
    requests: Requests
    payments: Payments
    stripe: Stripe
    see: SeePayment
    move: MovePayment

    def __call__(self, caller: Caller, request: str, billing_address: MailingAddress | None = None) -> OpenedPayment:
        """Return the payment, with what a browser needs to pay it where there is something to pay.

        Raises NotAuthenticated, NotFound for somebody else's request, Conflict while nobody is engaged or when the job
        was called off, Unavailable when Stripe does not answer.
        """
        id_ = RequestId(request)
        account, standing, payment = self.load(
            self.accounts.account(caller.subject),
            self.requests.standing(id_),
            self.payments.payment(payment_id(id_), caller.subject),
        )
        admitted(account, caller)
        if standing is None or standing.customer != caller.subject:
            raise NotFound
        if payment is None or (standing.state in CALLED_OFF and not payment.captured_cents):
            raise _not_now(standing)
        if billing_address is not None:
            self._kept(payment, billing_address)
        self.move(payment.id, wanted=True)
        return self._opened(payment.id)

    def _opened(self, payment: PaymentId) -> OpenedPayment:
        found = self.load(self.payments.standing(payment))
        if found is None:
            raise NotFound
        waits = payable(found)
        if waits is None:
            return OpenedPayment(found)
        intent = self.stripe.intent(waits.intent)
        if intent.status in PAYABLE:
            return OpenedPayment(found, intent.client_secret)
        return OpenedPayment(self.see(found))

    def _kept(self, payment: Payment, address: MailingAddress) -> None:
        """Seal the billing address under the customer's record key."""
        for _ in range(LOOKS):
            if payment.private is None or payment.private.billing_address == address:
                return
            after = replace(payment, private=replace(payment.private, billing_address=address))
            try:
                self.commit(self.payments.kept(after, payment))
            except (AlreadyDone, Conflict):
                again = self.load(self.payments.payment(payment.id, payment.customer))
                if again is None:
                    raise NotFound from None
                payment = again
                continue
            return
        raise Unavailable


def _not_now(request: Standing) -> Conflict:
    return Conflict(request.state.value, allowed(request.state, Actor.CUSTOMER))
