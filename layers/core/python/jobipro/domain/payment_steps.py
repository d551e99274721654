"""What is to be done about a payment, from how it stands and how its request does.

It is one pure question, asked anew after every change, so that the order in which the two change makes no difference.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from jobipro.domain.lifecycle import State
from jobipro.domain.payments import CAPTURED_BEFORE, Ask, AskState, Authorisation, Payment, Standing

KEYS_LAST = timedelta(hours=20)
"""For how long a call that is sent again is surely known by its idempotency key. Source: Stripe's API reference,
"Idempotent requests": keys may go once they are 24 hours old.
"""

WHOLE = 0
"""The number of the refund that the service makes by itself; those that providers ask for count from 1."""

DONE = frozenset({State.CONFIRMED, State.REVIEWED})
"""States of a request whose work was found good: its money may be taken."""

CALLED_OFF = frozenset({State.CANCELLED, State.EXPIRED})
"""States of a request for which nothing may be held or kept."""

OPEN_ENDED = frozenset({State.ENGAGED, State.DISPUTED})
"""States of a request that may outlast what a bank holds: it is held anew."""


class Do(StrEnum):
    """What can be done about a payment."""

    OPEN = "open"
    """Make an intent, for the customer to pay."""
    AUTHORISE = "authorise"
    """Hold the money anew with the card that was used, without its holder."""
    CAPTURE = "capture"
    RELEASE = "release"
    REFUND = "refund"
    NEED = "need"
    """Tell the customer that there is something to pay."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: about the n-th authorisation or refund, about a PaymentIntent of Stripe's, about an amount.

    For a new authorisation `intent` is the one whose card is used again. `name` is that of the ask, with which its
    idempotency key ends.
    """

    do: Do
    n: int = 0
    intent: str = ""
    cents: int = 0

    @property
    def name(self) -> str:
        """Return what it is asked by."""
        return _NAMES[self.do](self)


_NAMES: dict[Do, Callable[[Step], str]] = {
    Do.OPEN: lambda step: authorise_name(step.n),
    Do.AUTHORISE: lambda step: authorise_name(step.n),
    Do.CAPTURE: lambda step: f"capture/{step.intent}",
    Do.RELEASE: lambda step: f"cancel/{step.intent}",
    Do.REFUND: lambda step: refund_name(step.n),
    Do.NEED: lambda step: f"need/{step.n}",
}


def authorise_name(n: int) -> str:
    """Return by which name the n-th authorisation is asked for."""
    return f"authorise/{n}"


def refund_name(n: int) -> str:
    """Return by which name the n-th refund is asked for."""
    return f"refund/{n}"


def next_step(payment: Payment, state: State, now: datetime, wanted: bool = False) -> Step | None:
    """Return what is to be done next about the payment of a request in a state, None when nothing is.

    `wanted` says that its customer asks to pay.
    """
    seen = _Seen(payment, state, now, wanted)
    rules = _CALLED_OFF if state in CALLED_OFF else _TAKEN if payment.captured_cents else _GOING_ON
    return next((step for rule in rules if (step := rule(seen))), None)


def left(payment: Payment) -> int:
    """Return how many cents may still go back: what was taken, without what went back or was asked to."""
    asked = sum(ask.cents for name, ask in payment.asked.items() if _waits(ask) and name.startswith("refund/"))
    return payment.captured_cents - payment.refunded_cents - asked


def next_refund(payment: Payment) -> int:
    """Return the number of the next refund that is asked for."""
    return 1 + max(_numbers(payment, "refund/"), default=WHOLE)


def payable(payment: Payment) -> Authorisation | None:
    """Return the authorisation that the customer can pay: the latest that is open and younger than what is held."""
    held = payment.current if payment.current and payment.current.standing is Standing.AUTHORISED else None
    waits = (each for each in payment.authorisations.values() if each.standing in _UNPAID)
    younger = [each for each in waits if held is None or each.n > held.n]
    return max(younger, key=lambda each: (each.n, each.intent), default=None)


def due_for_capture(authorisation: Authorisation, now: datetime) -> bool:
    """Tell whether what is held must be taken, or held anew, by now."""
    until = authorisation.held_until
    return until is not None and until - CAPTURED_BEFORE <= now


_UNPAID = frozenset({Standing.OPEN, Standing.DECLINED})
_ENDED = frozenset({Standing.CANCELLED, Standing.CAPTURED})


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the rules look at."""

    payment: Payment
    state: State
    now: datetime
    wanted: bool

    @property
    def held(self) -> Authorisation | None:
        """Return the latest authorisation that holds the money."""
        current = self.payment.current
        return current if current and current.standing is Standing.AUTHORISED else None

    @property
    def last(self) -> int:
        """Return the number of the last authorisation that was asked for, or that Stripe has."""
        known = (each.n for each in self.payment.authorisations.values())
        return max((*known, *_numbers(self.payment, "authorise/")), default=0)

    def refused(self, n: int) -> bool:
        """Tell whether the bank said no to an authorisation without the card's holder."""
        ask = self.payment.asked.get(authorise_name(n))
        return ask is not None and ask.state is AskState.REFUSED


type _Rule = Callable[[_Seen], Step | None]


def _unanswered(seen: _Seen) -> Step | None:
    """Ask again what may have been asked: for an authorisation of which nothing is known."""
    known = {each.n for each in seen.payment.authorisations.values()}
    for name, ask in seen.payment.asked.items():
        n = _number(name, "authorise/")
        if n is not None and _waits(ask) and n not in known:
            return Step(Do.AUTHORISE if ask.payment_method else Do.OPEN, n)
    return None


def _unanswered_hold(seen: _Seen) -> Step | None:
    """Ask again for what may hold money by now; an intent that nobody got to see holds none."""
    step = _unanswered(seen)
    return step if step and step.do is Do.AUTHORISE else None


def _asked_back(seen: _Seen) -> Step | None:
    """Give back what was asked to go back."""
    for name, ask in seen.payment.asked.items():
        n = _number(name, "refund/")
        if n is not None and _waits(ask):
            return Step(Do.REFUND, n, _captured(seen.payment).intent, ask.cents)
    return None


def _all_back(seen: _Seen) -> Step | None:
    """Give back what was taken for a job that was called off, once: what is refused then, a person looks at."""
    cents = left(seen.payment)
    if cents <= 0 or refund_name(WHOLE) in seen.payment.asked:
        return None
    return Step(Do.REFUND, WHOLE, _captured(seen.payment).intent, cents)


def _let_go(seen: _Seen) -> Step | None:
    """Let go of everything that is not needed any more."""
    for each in _by_number(seen.payment):
        if each.standing not in _ENDED:
            return Step(Do.RELEASE, each.n, each.intent)
    return None


def _let_go_of_older(seen: _Seen) -> Step | None:
    """Let go of what came before the authorisation that holds the money now."""
    held = seen.held
    for each in _by_number(seen.payment):
        if held and each.standing not in _ENDED and (each.n, each.intent) < (held.n, held.intent):
            return Step(Do.RELEASE, each.n, each.intent)
    return None


def _take(seen: _Seen) -> Step | None:
    """Take what is held for work that was found good, or that nobody objected to before the hold ends."""
    held = seen.held
    if held is None:
        return None
    in_time = seen.state is State.COMPLETED and due_for_capture(held, seen.now)
    return Step(Do.CAPTURE, held.n, held.intent) if seen.state in DONE or in_time else None


def _hold_anew(seen: _Seen) -> Step | None:
    """Hold anew what a bank lets go of soon, or did: once for each hold."""
    last = _last_held(seen.payment)
    if last is None or last.n < seen.last:
        return None
    lapsed = last.standing is Standing.CANCELLED
    soon = seen.state in OPEN_ENDED and due_for_capture(last, seen.now)
    return Step(Do.AUTHORISE, seen.last + 1, last.intent) if lapsed or soon else None


def _make_payable(seen: _Seen) -> Step | None:
    """Make an intent where there is none to pay: the first one, one for another that ended, one that is asked for."""
    if seen.held or payable(seen.payment):
        return None
    refused = seen.refused(seen.last)
    return None if refused and not seen.wanted else Step(Do.OPEN, seen.last + 1)


def _make_payable_beside(seen: _Seen) -> Step | None:
    """Make an intent for a customer who was told to pay, while an older one still holds the money."""
    asked = seen.wanted and seen.held and seen.refused(seen.last) and not payable(seen.payment)
    return Step(Do.OPEN, seen.last + 1) if asked else None


def _tell(seen: _Seen) -> Step | None:
    """Tell the customer once of each authorisation that lacks them: work found good and not paid, a card refused."""
    unpaid = seen.state in DONE and seen.held is None
    if seen.payment.needed >= seen.last or not (unpaid or seen.refused(seen.last)):
        return None
    return Step(Do.NEED, seen.last)


_CALLED_OFF: tuple[_Rule, ...] = (_unanswered_hold, _let_go, _asked_back, _all_back)
_TAKEN: tuple[_Rule, ...] = (_unanswered_hold, _let_go, _asked_back)
_GOING_ON: tuple[_Rule, ...] = (
    _unanswered,
    _let_go_of_older,
    _take,
    _hold_anew,
    _make_payable,
    _make_payable_beside,
    _tell,
)


def _captured(payment: Payment) -> Authorisation:
    """Return what was taken; there is such a one wherever something may go back."""
    return next(each for each in _by_number(payment) if each.standing is Standing.CAPTURED)


def _last_held(payment: Payment) -> Authorisation | None:
    """Return the latest authorisation that holds the money or did."""
    held = [each for each in payment.authorisations.values() if each.authorised_at is not None]
    return max(held, key=lambda each: (each.n, each.intent), default=None)


def _by_number(payment: Payment) -> list[Authorisation]:
    return sorted(payment.authorisations.values(), key=lambda each: (each.n, each.intent))


def _waits(ask: Ask) -> bool:
    return ask.state is AskState.ASKED


def _numbers(payment: Payment, kind: str) -> list[int]:
    return [n for name in payment.asked if (n := _number(name, kind)) is not None]


def _number(name: str, kind: str) -> int | None:
    return int(name.removeprefix(kind)) if name.startswith(kind) else None
