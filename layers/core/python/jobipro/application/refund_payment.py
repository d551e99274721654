"""The engaged provider gives money back."""

from dataclasses import dataclass, replace

from jobipro.application.attempts import described
from jobipro.application.log_in import admitted
from jobipro.application.ports.edge import Attempts
from jobipro.application.ports.events import Outbox
from jobipro.application.ports.payments import Payments
from jobipro.application.ports.people import Accounts
from jobipro.application.ports.requests import Requests
from jobipro.application.ports.storage import Commit, Load
from jobipro.application.ports.system import Clock, Ids
from jobipro.domain.callers import Caller
from jobipro.domain.errors import AlreadyDone, Conflict, FieldError, Invalid, NotFound, Unavailable
from jobipro.domain.events import Event, EventType
from jobipro.domain.ids import RequestId, SubjectId
from jobipro.domain.payment_steps import left, next_refund, refund_name
from jobipro.domain.payments import CURRENCY, Ask, Payment, payment_id

LOOKS = 6
"""How often a payment that changes while a refund is asked for is looked at."""

MOST_REFUNDS = 50
"""Of one payment: far more than anybody needs, and fewer than Stripe lists at a time."""


@dataclass(frozen=True, slots=True)
class AskedRefund:
    """What is on its way back: the number of the refund, and how much it is."""

    number: int
    cents: int
    currency: str = CURRENCY


@dataclass(frozen=True, slots=True)
class RefundPayment:
    """Ask for all that is left of a payment to go back, or for a part; it is on its way once this is kept."""

    load: Load
    commit: Commit
    accounts: Accounts
    requests: Requests
    payments: Payments
    attempts: Attempts
    outbox: Outbox
    clock: Clock
    ids: Ids

    def __call__(
        self, caller: Caller, request: str, cents: int | None = None, idempotency_key: str | None = None
    ) -> AskedRefund:
        """Return what goes back, or what the same call asked for before.

        Raises NotAuthenticated, NotFound for anybody but the engaged provider, Conflict while nothing was taken or when
        nothing is left, Invalid for more than is left, IdempotencyMismatch.
        """
        for _ in range(LOOKS):
            payment, before = self._looked(caller, RequestId(request), cents, idempotency_key)
            if before is not None:
                return before
            refund = AskedRefund(next_refund(payment), _fitting(payment, cents))
            try:
                self._keep(payment, refund, cents, idempotency_key)
            except (AlreadyDone, Conflict):
                continue  # the payment changed since it was read, or another process was faster with this very call
            return refund
        raise Unavailable

    def _looked(
        self, caller: Caller, request: RequestId, cents: int | None, key: str | None
    ) -> tuple[Payment, AskedRefund | None]:
        """Return the payment, and what the same call asked for before."""
        who, asked = _call(caller.subject, request, cents)
        account, standing, payment, before = self.load(
            self.accounts.account(caller.subject),
            self.requests.standing(request),
            self.payments.standing(payment_id(request)),
            self.attempts.made(who, key, asked, self.clock.now()),
        )
        admitted(account, caller)
        if standing is None or payment is None or standing.provider != caller.subject:
            raise NotFound
        if before is None:
            return payment, None
        return payment, AskedRefund(int(before["number"]), int(before["cents"]))

    def _keep(self, payment: Payment, refund: AskedRefund, cents: int | None, key: str | None) -> None:
        now = self.clock.now()
        ask = Ask(now, cents=refund.cents)
        after = replace(payment, asked={**payment.asked, refund_name(refund.number): ask})
        refs = {
            "payment": payment.id,
            "request": payment.request,
            "customer": payment.customer,
            "provider": payment.provider,
        }
        event = Event(self.ids.event(), EventType.REFUND_ASKED, now, payment.customer, refs)
        who, asked = _call(payment.provider, payment.request, cents)
        answer = {"number": str(refund.number), "cents": str(refund.cents)}
        self.commit(
            (self.attempts.first(who, key, asked, answer, now),) if key else (),
            self.payments.kept(after, payment),
            self.outbox.recorded(event),
        )


def _call(provider: SubjectId, request: RequestId, cents: int | None) -> tuple[str, str]:
    """Return whose call it is, and what it asks for."""
    return f"refund-payment {provider}", described({"request": request, "cents": cents})


def _fitting(payment: Payment, cents: int | None) -> int:
    """Return how much goes back; `Conflict` when nothing can, `Invalid` when it is more than is left."""
    most = left(payment)
    if most <= 0 or next_refund(payment) > MOST_REFUNDS:
        raise Conflict(payment.state.value)
    if cents is not None and cents > most:
        raise Invalid(FieldError("amount_cents", "At most what was taken and did not go back yet."))
    return most if cents is None else cents
