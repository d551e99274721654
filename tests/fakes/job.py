"""A stage in memory with a job on it: a request with an engaged provider, its payment, and a Stripe to pay it with."""

from typing import Any

from jobipro.adapters.dynamodb.rows import Key
from jobipro.application.announce_captures import AnnounceCaptures
from jobipro.application.keep_payment import KeepPayment
from jobipro.application.look_at_payment import LookAtPayment
from jobipro.application.move_payment import MovePayment
from jobipro.application.open_payment import OpenPayment
from jobipro.application.read_payment import ReadPayment, SeePayment
from jobipro.application.refund_payment import RefundPayment
from jobipro.domain.callers import Caller
from jobipro.domain.events import EventType
from jobipro.domain.ids import RequestId
from jobipro.domain.lifecycle import State
from jobipro.domain.payments import Payment, Private, folded, opened
from jobipro.domain.stripe import shown
from tests.fakes.market import Market
from tests.fakes.stripe import GOOD, FakeStripe, TestCard

CENTS = 12_500


class Job(Market):
    """One stage with one job, which was just engaged; nothing was asked of Stripe yet."""

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self.stripe = FakeStripe(self.clock)
        self.payer_id, self.payee_id = self.active(), self.active(email="paul@example.com")
        self.request = RequestId(self.posted(self.payer_id).refs["request"])
        self.is_at(State.ENGAGED)
        self.engagement(self.request)
        self.calls()

    def engagement(self, request: RequestId) -> None:
        """Let the provider be engaged for a request, as acceptance does it."""
        row = self.store.rows[Key("requests", f"R#{request}", "REQUEST")]
        row |= {"provider": self.payee_id, "state": State.ENGAGED.value}
        payment = opened(request, self.payer_id, self.payee_id, CENTS, self.clock.now())
        self.name = payment.id
        self.store.commit(self.payments.opened(payment))

    def is_at(self, state: State) -> None:
        """Put the request into a state."""
        row = self.store.rows[Key("requests", f"R#{self.request}", "REQUEST")]
        row |= {"state": state.value, "version": row["version"] + 1}

    @property
    def payment(self) -> Payment:
        found = self.store.load(self.payments.payment(self.name, self.payer_id))
        assert isinstance(found, Payment)
        return found

    @property
    def private(self) -> Private:
        assert self.payment.private is not None
        return self.payment.private

    def move(self, wanted: bool = False, **instead: Any) -> str:
        """Do what there is to do about the payment; what is given stands in for the stage's own."""
        return self.move_payment(**instead)(self.name, wanted)

    def move_payment(self, load: Any = None, commit: Any = None, stripe: Any = None) -> MovePayment:
        return MovePayment(
            load or self.store.load,
            commit or self.store.commit,
            self.payments,
            self.requests,
            stripe or self.stripe,
            KeepPayment(self.payments, self.outbox, self.ids),
            self.outbox,
            self.clock,
            self.ids,
        )

    def see_payment(self, load: Any = None, commit: Any = None, stripe: Any = None) -> SeePayment:
        load, commit, stripe = load or self.store.load, commit or self.store.commit, stripe or self.stripe
        return SeePayment(
            load,
            commit,
            self.payments,
            LookAtPayment(load, self.payments, stripe),
            KeepPayment(self.payments, self.outbox, self.ids),
            self.move_payment(load, commit, stripe),
            self.clock,
        )

    @property
    def read_payment(self) -> ReadPayment:
        return ReadPayment(self.store.load, self.accounts, self.requests, self.payments, self.see_payment())

    def open_payment(self, load: Any = None, commit: Any = None, stripe: Any = None) -> OpenPayment:
        load, commit, stripe = load or self.store.load, commit or self.store.commit, stripe or self.stripe
        return OpenPayment(
            load,
            commit,
            self.accounts,
            self.requests,
            self.payments,
            stripe,
            self.see_payment(load, commit, stripe),
            self.move_payment(load, commit, stripe),
        )

    def refund_payment(self, load: Any = None, commit: Any = None) -> RefundPayment:
        return RefundPayment(
            load or self.store.load,
            commit or self.store.commit,
            self.accounts,
            self.requests,
            self.payments,
            self.attempts,
            self.outbox,
            self.clock,
            self.ids,
        )

    @property
    def announce_captures(self) -> AnnounceCaptures:
        return AnnounceCaptures(
            self.store.load, self.store.commit, self.store.find, self.payments, self.outbox, self.clock, self.ids
        )

    @property
    def payer(self) -> Caller:
        return self.caller(self.payer_id)

    @property
    def payee(self) -> Caller:
        return self.caller(self.payee_id)

    def seen(self, intent: str) -> bool:
        """Keep what Stripe tells of an intent, as its event is applied, and tell whether it is one of this payment."""
        fact = shown(self.stripe.intent(intent))
        before = self.store.load(self.payments.standing(self.name))
        if before is None or self.stripe.intents[intent]["metadata"]["payment"] != self.name:
            return False
        after = folded(before, fact)
        if after != before:
            keep = KeepPayment(self.payments, self.outbox, self.ids)
            self.store.commit(keep(after, before, self.clock.now()))
        return True

    def intent(self) -> str:
        """Return the intent that counts."""
        assert self.payment.current is not None
        return self.payment.current.intent

    def pay(self, card: TestCard = GOOD) -> str:
        """Open the payment, pay it as its customer does, and let us see that; return its intent."""
        self.move(wanted=True)
        self.stripe.pays(self.intent(), card)
        self.see_payment()(self.payment)
        return self.intent()

    def announced(self) -> list[EventType]:
        """Return what was told of the payment, oldest first."""
        return [event.type for event in self.events() if event.refs.get("payment") == self.name]

    def money(self) -> tuple[int, int, int]:
        """Return what banks hold, what was taken and what went back, in cents, as Stripe has it."""
        return self.stripe.held(self.name), self.stripe.taken(self.name), self.stripe.returned(self.name)
