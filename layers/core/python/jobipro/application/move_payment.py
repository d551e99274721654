"""A payment is brought to where its request wants it: opened, held, taken, let go, given back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from jobipro.application.keep_payment import KeepPayment
from jobipro.application.ports.events import Outbox
from jobipro.application.ports.payments import Payments
from jobipro.application.ports.requests import Requests
from jobipro.application.ports.storage import Commit, Load, Write
from jobipro.application.ports.stripe import Stripe, Wanted
from jobipro.application.ports.system import Clock, Ids
from jobipro.domain.errors import Conflict, Unavailable
from jobipro.domain.events import Event, EventType
from jobipro.domain.ids import PaymentId
from jobipro.domain.payment_steps import KEYS_LAST, Do, Step, next_step
from jobipro.domain.payments import Ask, AskState, Authorisation, Payment, Standing, folded, request_of
from jobipro.domain.requests import Standing as RequestStanding
from jobipro.domain.stripe import Declined, Intent, IntentStatus, NotPossible, gone_back, shown

STEPS = 12
"""How many steps are made at a time, with those that others were quicker with; a payment in trouble needs five."""

LOOKS = 8
"""How often a payment that changes meanwhile is looked at to keep what Stripe answered."""

NOTHING = "nothing to do"


@dataclass(frozen=True, slots=True)
class _Found:
    """A payment and its request, as they were read together."""

    payment: Payment
    request: RequestStanding


@dataclass(frozen=True, slots=True)
class MovePayment:
    """Do what there is to do about a payment, step by step, until there is nothing.

    Each step is decided and written down in one transaction, which is refused when payment or request have changed
    since they were read. Only then Stripe is asked, under an idempotency key that follows from what was written; then
    its answer is kept. Whoever dies in between leaves a step that is written down: whoever comes next asks for the same
    under the same key. So money moves once, whichever events lead here, however often and in whatever order.
    """

    load: Load
    commit: Commit
    payments: Payments
    requests: Requests
    stripe: Stripe
    keep: KeepPayment
    outbox: Outbox
    clock: Clock
    ids: Ids

    def __call__(self, payment: PaymentId, wanted: bool = False) -> str:
        """Return the last thing that was done, in a word; `wanted` says that the customer asks to pay.

        Raises Unavailable when Stripe does not answer, or when others keep changing the payment.
        """
        done = NOTHING
        for _ in range(STEPS):
            found = self._found(payment)
            step = next_step(found.payment, found.request.state, self.clock.now(), wanted) if found else None
            if found is None or step is None:
                return done
            try:
                self._made(step, found)
            except Conflict:
                continue  # it changed since it was read
            done = step.do.value
        raise Unavailable

    def _found(self, payment: PaymentId) -> _Found | None:
        held, request = self.load(self.payments.standing(payment), self.requests.standing(request_of(payment)))
        return _Found(held, request) if held and request else None

    def _made(self, step: Step, found: _Found) -> None:
        if step.do is Do.NEED:
            self._told(step, found)
            return
        does: Mapping[Do, Callable[[Step, Payment], None]] = {
            Do.OPEN: self._open,
            Do.AUTHORISE: self._authorise,
            Do.CAPTURE: self._capture,
            Do.RELEASE: self._release,
            Do.REFUND: self._refund,
        }
        does[step.do](step, self._asked(step, found))

    def _asked(self, step: Step, found: _Found) -> Payment:
        """Return the payment with the step written down, now or before."""
        payment = found.payment
        if step.name in payment.asked:
            return payment
        method = self.stripe.intent(step.intent).payment_method if step.do is Do.AUTHORISE else None
        ask = Ask(self.clock.now(), payment_method=method, cents=step.cents)
        written = replace(payment, asked={**payment.asked, step.name: ask})
        self.commit(self.payments.kept(written, payment), self.requests.unmoved(found.request))
        return replace(written, version=payment.version + 1)

    def _open(self, step: Step, payment: Payment) -> None:
        customer, writes = self._customer(payment)
        intent = self.stripe.open(_key(step, payment), _wanted(step, payment, customer))
        self._learned(step, payment, AskState.DONE, shown(intent), *writes)

    def _authorise(self, step: Step, payment: Payment) -> None:
        """Hold the money without the card's holder, who is told to pay when their bank wants them to be there."""
        method = payment.asked[step.name].payment_method
        customer, writes = self._customer(payment)
        if method is None:
            self._learned(step, payment, AskState.REFUSED, None)
            return
        try:
            intent = self.stripe.authorise(_key(step, payment), _wanted(step, payment, customer), method)
        except Declined as declined:
            self._learned(step, payment, AskState.REFUSED, _declined(step, payment, declined), *writes)
            return
        state = AskState.DONE if intent.status is IntentStatus.REQUIRES_CAPTURE else AskState.REFUSED
        self._learned(step, payment, state, shown(intent), *writes)

    def _capture(self, step: Step, payment: Payment) -> None:
        self._done_or_looked(step, payment, self.stripe.capture)

    def _release(self, step: Step, payment: Payment) -> None:
        self._done_or_looked(step, payment, self.stripe.cancel)

    def _done_or_looked(self, step: Step, payment: Payment, ask: Callable[[str, str], Intent]) -> None:
        """Ask for a move of an intent; where it has moved by itself, look at where it is."""
        try:
            fact = shown(ask(_key(step, payment), step.intent))
        except NotPossible:
            fact = shown(self.stripe.intent(step.intent))
            if fact.standing is payment.authorisations[step.intent].standing:
                raise Unavailable from None  # it is on its way to somewhere else
            self._learned(step, payment, AskState.REFUSED, fact)
            return
        self._learned(step, payment, AskState.DONE, fact)

    def _refund(self, step: Step, payment: Payment) -> None:
        """Give money back; after so long that Stripe may have forgotten the key, look whether it went back before."""
        ask = payment.asked[step.name]
        known = self.stripe.refunds(step.intent) if self.clock.now() - ask.at > KEYS_LAST else ()
        before = next((each for each in known if each.n == step.n), None)
        try:
            refund = before or self.stripe.refund(_key(step, payment), step.intent, step.n, ask.cents)
        except NotPossible:
            self._learned(step, payment, AskState.REFUSED, shown(self.stripe.intent(step.intent)))
            return
        self._learned(step, payment, AskState.DONE, gone_back(step.intent, refund))

    def _customer(self, payment: Payment) -> tuple[str, tuple[Write, ...]]:
        """Return Stripe's id of the customer, and what keeps it where it is new."""
        known = self.load(self.payments.stripe_customer(payment.customer))
        if known is not None:
            return known, ()
        made = self.stripe.customer(f"customer/{payment.customer}", payment.customer)
        return made, (self.payments.stripe_customer_kept(payment.customer, made),)

    def _learned(
        self, step: Step, payment: Payment, state: AskState, fact: Authorisation | None, *writes: Write
    ) -> None:
        """Keep what Stripe answered, whatever else became of the payment meanwhile."""
        before = payment
        for _ in range(LOOKS):
            ask = replace(before.asked[step.name], state=state)
            after = replace(before, asked={**before.asked, step.name: ask})
            if fact is not None:
                after = folded(after, fact)
            try:
                self.commit(self.keep(after, before, self.clock.now()), writes)
            except Conflict:
                again = self.load(self.payments.standing(payment.id))
                if again is None:
                    return
                before = again
                continue
            return
        raise Unavailable

    def _told(self, step: Step, found: _Found) -> None:
        """Tell the customer, once, that there is something to pay."""
        payment, now = found.payment, self.clock.now()
        refs = {
            "payment": payment.id,
            "request": payment.request,
            "customer": payment.customer,
            "provider": payment.provider,
        }
        event = Event(self.ids.event(), EventType.PAYMENT_NEEDED, now, payment.customer, refs)
        self.commit(
            self.payments.kept(replace(payment, needed=step.n), payment),
            self.requests.unmoved(found.request),
            self.outbox.recorded(event),
        )


def _key(step: Step, payment: Payment) -> str:
    return f"{payment.id}/{step.name}"


def _wanted(step: Step, payment: Payment, customer: str) -> Wanted:
    return Wanted(payment.id, step.n, payment.cents, payment.currency, customer)


def _declined(step: Step, payment: Payment, declined: Declined) -> Authorisation | None:
    if declined.intent is None:
        return None
    return Authorisation(declined.intent, n=step.n, standing=Standing.DECLINED, cents=payment.cents)
