"""The two sides of a job look at its payment."""

from contextlib import suppress
from dataclasses import dataclass

from jobipro.application.keep_payment import KeepPayment
from jobipro.application.log_in import admitted
from jobipro.application.look_at_payment import LookAtPayment, Looked
from jobipro.application.move_payment import MovePayment
from jobipro.application.ports.payments import Payments
from jobipro.application.ports.people import Accounts
from jobipro.application.ports.requests import Requests
from jobipro.application.ports.storage import Commit, Load
from jobipro.application.ports.system import Clock
from jobipro.domain.callers import Caller
from jobipro.domain.errors import Conflict, NotFound, SubjectErased, Unavailable
from jobipro.domain.ids import RequestId
from jobipro.domain.lifecycle import Actor
from jobipro.domain.payment_steps import payable
from jobipro.domain.payments import Card, Payment, payment_id
from jobipro.domain.requests import side

LOOKS = 4
"""How often a payment that changes while it is looked at is looked at again."""


@dataclass(frozen=True, slots=True, repr=False)
class ShownPayment:
    """A payment as one side may see it; the card is for the customer alone."""

    payment: Payment
    card: Card | None = None


@dataclass(frozen=True, slots=True)
class SeePayment:
    """Look at Stripe for what the customer may have paid by now, keep it, and do what follows from it."""

    load: Load
    commit: Commit
    payments: Payments
    look: LookAtPayment
    keep: KeepPayment
    move: MovePayment
    clock: Clock

    def __call__(self, payment: Payment) -> Payment:
        """Return the payment as it stands now. Raises Unavailable when Stripe does not answer."""
        for _ in range(LOOKS):
            waits = payable(payment)
            if waits is None:
                return payment
            try:
                looked = self.look(Looked(payment, payment), waits.intent)
                if looked.after == payment:
                    return payment
                self.commit(self.keep(looked.after, looked.before, self.clock.now()), looked.writes)
            except Conflict:
                payment = self._again(payment)
                continue
            self.move(payment.id)
            return self._again(payment)
        raise Unavailable

    def _again(self, payment: Payment) -> Payment:
        found = self.load(self.payments.standing(payment.id))
        if found is None:
            raise NotFound
        return found


@dataclass(frozen=True, slots=True)
class ReadPayment:
    """Show a payment to the customer, with the card, or to the engaged provider, without.

    The customer sees what they just paid without waiting for Stripe to tell: it is asked. While it does not answer,
    what is known is shown.
    """

    load: Load
    accounts: Accounts
    requests: Requests
    payments: Payments
    see: SeePayment

    def __call__(self, caller: Caller, request: str) -> ShownPayment:
        """Raises NotAuthenticated, and NotFound where the caller is on neither side or nobody is engaged."""
        id_ = RequestId(request)
        account, standing, payment = self.load(
            self.accounts.account(caller.subject),
            self.requests.standing(id_),
            self.payments.standing(payment_id(id_)),
        )
        admitted(account, caller)
        who = side(standing, caller.subject) if standing else None
        if payment is None or who is None:
            raise NotFound
        if who is Actor.PROVIDER:
            return ShownPayment(payment)
        with suppress(Unavailable):
            payment = self.see(payment)
        return ShownPayment(payment, self._card(payment))

    def _card(self, payment: Payment) -> Card | None:
        """Return what is kept of the card, None once the customer's record key is gone."""
        if payment.current is None or payment.current.authorised_at is None:
            return None
        try:
            opened = self.load(self.payments.payment(payment.id, payment.customer))
        except SubjectErased:
            return None
        return opened.private.card if opened and opened.private else None
