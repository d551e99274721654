"""Stripe in memory: objects as its API shows them, idempotency keys, events, and answers that get lost."""

import copy
import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from jobipro.adapters.stripe import intent_of, refund_of
from jobipro.application.ports.stripe import EventPage, Wanted
from jobipro.application.ports.system import Clock
from jobipro.domain.errors import ServiceError, Unavailable
from jobipro.domain.ids import PaymentId, SubjectId
from jobipro.domain.stripe import AskedDifferently, Declined, Intent, NotAtStripe, NotPossible, Refund

HELD_FOR = timedelta(days=7)
"""How long a card's bank holds money for us."""

PAGE = 3
"""Events a page: few, so that tests meet a second one."""


@dataclass(frozen=True, slots=True)
class TestCard:
    """A card to pay with; `declines` is why its bank says no once the customer is not there."""

    last4: str = "4242"
    declines: str | None = None


GOOD = TestCard()
GOOD_ONCE = TestCard("0341", declines="insufficient_funds")
"""Pays in the browser; later on its bank says no."""


class FakeStripe:
    """One account at Stripe.

    `faults` says what becomes of the next calls: `before` and `after` lose the call or its answer, "" does not.
    """

    def __init__(self, clock: Clock, stage: str = "test") -> None:
        self._clock = clock
        self._stage = stage
        self.customers: dict[str, SubjectId] = {}
        self.intents: dict[str, dict[str, Any]] = {}
        self.charges: dict[str, dict[str, Any]] = {}
        self.given_back: dict[str, dict[str, Any]] = {}
        self.disputes: dict[str, dict[str, Any]] = {}
        self.cards: dict[str, TestCard] = {}
        self.happened: list[dict[str, Any]] = []
        self.answered: dict[str, tuple[str, Any]] = {}
        self.calls: list[str] = []
        self.faults: deque[Literal["before", "after", ""]] = deque()
        self._made = 0

    def customer(self, key: str, subject: SubjectId) -> str:
        def do() -> str:
            made = self._id("cus")
            self.customers[made] = subject
            return made

        return str(self._changed("customers.create", key, [subject], do))

    def open(self, key: str, wanted: Wanted) -> Intent:
        return self._shown(self._changed("payment_intents.create", key, _words(wanted), lambda: self._new(wanted)))

    def authorise(self, key: str, wanted: Wanted, payment_method: str) -> Intent:
        def do() -> str:
            card = self._there(self.cards, payment_method)
            intent = self._new(wanted)
            self._confirmed(intent, payment_method, card.declines)
            if card.declines:
                raise Declined(card.declines, intent)
            return intent

        asked = [*_words(wanted), payment_method]
        return self._shown(self._changed("payment_intents.create", key, asked, do))

    def intent(self, intent: str) -> Intent:
        return self._looked("payment_intents.retrieve", lambda: self._shown(intent))

    def capture(self, key: str, intent: str) -> Intent:
        def do() -> str:
            found = self._there(self.intents, intent)
            if found["status"] != "requires_capture":
                raise NotPossible
            charge = self.charges[found["latest_charge"]]
            charge |= {"captured": True, "amount_captured": charge["amount"]}
            found |= {"status": "succeeded", "amount_received": found["amount"], "amount_capturable": 0}
            self._tells("payment_intent.succeeded", found)
            self._tells("charge.captured", charge)
            return intent

        return self._shown(self._changed("payment_intents.capture", key, [intent], do))

    def cancel(self, key: str, intent: str) -> Intent:
        def do() -> str:
            self._let_go(self._there(self.intents, intent), "requested_by_customer")
            return intent

        return self._shown(self._changed("payment_intents.cancel", key, [intent], do))

    def refund(self, key: str, intent: str, n: int, cents: int) -> Refund:
        def do() -> str:
            found = self._there(self.intents, intent)
            charge = self.charges.get(found["latest_charge"] or "", {})
            if not charge.get("captured") or cents > charge["amount"] - charge["amount_refunded"]:
                raise NotPossible
            made = {
                "id": self._id("re"),
                "object": "refund",
                "amount": cents,
                "currency": found["currency"],
                "charge": charge["id"],
                "payment_intent": intent,
                "status": "succeeded",
                "created": self._seconds(),
                "metadata": {"refund": str(n), "stage": self._stage},
            }
            self.given_back[made["id"]] = made
            charge["amount_refunded"] += cents
            charge["refunded"] = charge["amount_refunded"] == charge["amount"]
            self._tells("refund.created", made)
            self._tells("charge.refunded", charge)
            return str(made["id"])

        made = self._changed("refunds.create", key, [intent, n, cents], do)
        return refund_of(self.given_back[made])

    def refunds(self, intent: str) -> tuple[Refund, ...]:
        def do() -> tuple[Refund, ...]:
            self._there(self.intents, intent)
            ours = [each for each in self.given_back.values() if each["payment_intent"] == intent]
            return tuple(map(refund_of, reversed(ours)))

        return self._looked("refunds.list", do)

    def pays(self, intent: str, card: TestCard = GOOD) -> None:
        """Let the customer pay in the browser."""
        method = self._id("pm")
        self.cards[method] = card
        self._confirmed(intent, method, None)

    def fails_to_pay(self, intent: str, reason: str = "card_declined") -> None:
        """Let the customer's bank say no in the browser."""
        method = self._id("pm")
        self.cards[method] = GOOD
        self._confirmed(intent, method, reason)

    def lapses(self) -> None:
        """Let banks let go of what they held for too long."""
        for intent in self.intents.values():
            charge = self.charges.get(intent["latest_charge"] or "")
            if intent["status"] == "requires_capture" and charge and self._seconds() >= _capture_before(charge):
                self._let_go(intent, "automatic")

    def disputed(self, intent: str, status: str = "needs_response") -> str:
        """Let the card's holder dispute what was taken, and return the dispute's id."""
        charge = self.charges[self.intents[intent]["latest_charge"]]
        charge["disputed"] = True
        dispute = {
            "id": self._id("dp"),
            "object": "dispute",
            "amount": charge["amount"],
            "currency": charge["currency"],
            "charge": charge["id"],
            "payment_intent": intent,
            "reason": "fraudulent",
            "status": status,
            "created": self._seconds(),
            "evidence_details": {"due_by": self._seconds() + int(timedelta(days=7).total_seconds())},
        }
        self.disputes[dispute["id"]] = dispute
        self._tells("charge.dispute.created", dispute)
        return str(dispute["id"])

    def held(self, payment: PaymentId) -> int:
        """Return how many cents banks hold for a payment, over all its authorisations."""
        return sum(each["amount"] for each in self._of(payment) if each["status"] == "requires_capture")

    def taken(self, payment: PaymentId) -> int:
        """Return how many cents were ever taken for a payment."""
        return sum(each["amount_received"] for each in self._of(payment))

    def returned(self, payment: PaymentId) -> int:
        """Return how many cents were given back of a payment."""
        ours = {each["id"] for each in self._of(payment)}
        return sum(each["amount"] for each in self.given_back.values() if each["payment_intent"] in ours)

    def events(self, since: datetime) -> list[dict[str, Any]]:
        """Return what happened since, newest first, as Stripe lists it."""
        return [copy.deepcopy(each) for each in reversed(self.happened) if each["created"] >= int(since.timestamp())]

    def _of(self, payment: PaymentId) -> list[dict[str, Any]]:
        return [each for each in self.intents.values() if each["metadata"].get("payment") == payment]

    def _new(self, wanted: Wanted) -> str:
        self._there(self.customers, wanted.customer)
        made = self._id("pi")
        self.intents[made] = {
            "id": made,
            "object": "payment_intent",
            "amount": wanted.cents,
            "amount_capturable": 0,
            "amount_received": 0,
            "capture_method": "manual",
            "client_secret": f"{made}_secret_{self._made}",
            "created": self._seconds(),
            "currency": wanted.currency.lower(),
            "customer": wanted.customer,
            "last_payment_error": None,
            "latest_charge": None,
            "livemode": False,
            "metadata": {"payment": wanted.payment, "n": str(wanted.n), "stage": self._stage},
            "payment_method": None,
            "status": "requires_payment_method",
        }
        self._tells("payment_intent.created", self.intents[made])
        return made

    def _confirmed(self, intent: str, method: str, declined: str | None) -> None:
        found = self.intents[intent]
        if not found["status"].startswith("requires_") or found["status"] == "requires_capture":
            raise NotPossible
        charge = {
            "id": self._id("ch"),
            "object": "charge",
            "amount": found["amount"],
            "amount_captured": 0,
            "amount_refunded": 0,
            "captured": False,
            "created": self._seconds(),
            "currency": found["currency"],
            "customer": found["customer"],
            "disputed": False,
            "metadata": {},
            "payment_intent": intent,
            "payment_method": method,
            "payment_method_details": {"type": "card", "card": self._card(method)},
            "refunded": False,
            "status": "failed" if declined else "succeeded",
        }
        self.charges[charge["id"]] = charge
        found["latest_charge"] = charge["id"]
        if declined:
            found |= {"last_payment_error": {"code": "card_declined", "decline_code": declined}}
            self._tells("payment_intent.payment_failed", found)
            return
        held = {"status": "requires_capture", "amount_capturable": found["amount"], "payment_method": method}
        found |= held | {"last_payment_error": None}
        self._tells("payment_intent.amount_capturable_updated", found)

    def _let_go(self, intent: dict[str, Any], reason: str) -> None:
        if intent["status"] in ("succeeded", "canceled", "processing"):
            raise NotPossible
        held = intent["status"] == "requires_capture"
        intent |= {"status": "canceled", "amount_capturable": 0, "cancellation_reason": reason}
        if held:
            charge = self.charges[intent["latest_charge"]]
            charge |= {"refunded": True, "amount_refunded": charge["amount"]}
        self._tells("payment_intent.canceled", intent)

    def _card(self, method: str) -> dict[str, Any]:
        return {
            "brand": "visa",
            "last4": self.cards[method].last4,
            "exp_month": 12,
            "exp_year": 2030,
            "funding": "credit",
            "fingerprint": f"fingerprint{self.cards[method].last4}",
            "capture_before": self._seconds() + int(HELD_FOR.total_seconds()),
        }

    def _shown(self, intent: str) -> Intent:
        found = dict(self._there(self.intents, intent))
        found["latest_charge"] = self.charges.get(found["latest_charge"] or "")
        return intent_of(found, self._stage)

    def _looked[T](self, name: str, do: Callable[[], T]) -> T:
        return self._answered(name, do)

    def _changed(self, name: str, key: str, asked: list[Any], do: Callable[[], str]) -> str:
        words = json.dumps([name, *asked], default=str)

        def once() -> str:
            if key not in self.answered:
                self.answered[key] = words, _outcome(do)
            before, outcome = self.answered[key]
            if before != words:
                raise AskedDifferently
            if isinstance(outcome, ServiceError):
                raise outcome
            return str(outcome)

        return self._answered(name, once)

    def _answered[T](self, name: str, do: Callable[[], T]) -> T:
        self.calls.append(name)
        fault = self.faults.popleft() if self.faults else ""
        if fault == "before":
            raise Unavailable
        try:
            result = do()
        except ServiceError:
            if fault:
                raise Unavailable from None
            raise
        if fault:
            raise Unavailable
        return result

    def _there[T](self, several: Mapping[str, T], id_: str) -> T:
        if id_ not in several:
            raise NotAtStripe
        return several[id_]

    def _tells(self, kind: str, about: Mapping[str, Any]) -> None:
        self.happened.append(
            {
                "id": self._id("evt"),
                "object": "event",
                "api_version": "2026-10-28.endive",
                "created": self._seconds(),
                "livemode": False,
                "type": kind,
                "data": {"object": copy.deepcopy(dict(about))},
            }
        )

    def _id(self, prefix: str) -> str:
        self._made += 1
        return f"{prefix}_fake{self._made:010}"

    def _seconds(self) -> int:
        return int(self._clock.now().timestamp())


class FakeEventList[T]:
    """What happened at a fake Stripe, in pages."""

    def __init__(self, account: FakeStripe, read: Callable[[Mapping[str, Any]], T]) -> None:
        self._account = account
        self._read = read

    def events(self, since: datetime, after: str | None = None) -> EventPage[T]:
        def do() -> EventPage[T]:
            listed = self._account.events(since)
            if after is not None:
                listed = listed[[each["id"] for each in listed].index(after) + 1 :]
            page = listed[:PAGE]
            return EventPage(tuple(map(self._read, page)), page[-1]["id"] if len(listed) > PAGE else None)

        return self._account._looked("events.list", do)


def _outcome(do: Callable[[], str]) -> str | ServiceError:
    try:
        return do()
    except Unavailable:
        raise
    except ServiceError as error:
        return error


def _words(wanted: Wanted) -> list[Any]:
    return [wanted.payment, wanted.n, wanted.cents, wanted.currency, wanted.customer]


def _capture_before(charge: Mapping[str, Any]) -> int:
    return int(charge["payment_method_details"]["card"]["capture_before"])
