"""A stage in memory whose mail goes out: everything behind the queues, the clock and the unsubscribe link."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

from jobipro.adapters.dynamodb.messages import Messages
from jobipro.adapters.dynamodb.rows import Key
from jobipro.adapters.secrets import RotatingKey
from jobipro.adapters.unsubscribe_links import UnsubscribeLinks
from jobipro.application.announce_captures import AnnounceCaptures
from jobipro.application.deliver_message import DeliverMessage
from jobipro.application.drop_images import DropUnused
from jobipro.application.erase_subject import EraseSubject
from jobipro.application.hand_over import HandOver, HandOverOverdue
from jobipro.application.ports.messages import Message, State
from jobipro.application.reconcile import AnnounceReconciliation
from jobipro.application.remind_of_cases import RemindOfCases
from jobipro.application.sweep import AnnounceWaves, EraseOverdue, HandOverWaiting, MoveOverdue, Task
from jobipro.application.withdraw_approval import WithdrawApproval
from jobipro.domain.approvals import Category, Channel, HowWithdrawn
from jobipro.domain.events import Event, EventType
from jobipro.domain.ids import RequestId, SubjectId
from jobipro.domain.lifecycle import Actor
from jobipro.domain.lifecycle import State as RequestState
from jobipro.domain.messages import TELLS, TRUE_IN, Kind
from jobipro.domain.payments import Authorisation, Card, Private, Standing, opened
from jobipro.domain.quiet_hours import QuietHours
from jobipro.domain.requests import opportunity_id
from tests.fakes.faults import Faults
from tests.fakes.market import Market
from tests.fakes.secrets import FakeSecrets
from tests.fakes.ses import FakeCarrier, FakeLetters


class Meanwhile:
    """A store in which something else happens right before the next transaction, once."""

    def __init__(self, store: Any, happens: Callable[[], object]) -> None:
        self._store = store
        self._happens: Callable[[], object] | None = happens

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, *writes: Any) -> None:
        happens, self._happens = self._happens, None
        if happens:
            happens()
        self._store.commit(*writes)


class PostOffice(Market):
    """One stage in memory; a `Faults` lets any call of a use case be its last."""

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self.messages = Messages()
        self.letters = FakeLetters()
        self.carrier = FakeCarrier()
        self.link_secrets = FakeSecrets()
        self.links = UnsubscribeLinks(RotatingKey(self.link_secrets, "unsubscribe", seconds=self._seconds))

    def calls(self) -> list[str]:
        made = super().calls() + self.carrier.calls
        self.carrier.calls.clear()
        return made

    def delivery(self, faults: Faults | None = None, store: Any = None) -> DeliverMessage:
        """Return what delivers messages."""
        watched = (faults or Faults()).around
        store = watched(store or self.store)
        return DeliverMessage(
            load=store.load,
            commit=store.commit,
            accounts=self.accounts,
            consents=self.consents,
            requests=self.requests,
            payments=self.payments,
            messages=self.messages,
            tokens=self.tokens,
            limits=self.limits,
            suppression=watched(self.suppression_mac),
            letters=self.letters,
            carrier=watched(self.carrier),
            clock=self.clock,
            ids=self.ids,
        )

    def deliver(self, event: Event, faults: Faults | None = None, store: Any = None) -> State:
        """Deliver the message of an event."""
        return self.delivery(faults, store)(event)

    def withdrawal(self, faults: Faults | None = None, store: Any = None) -> WithdrawApproval:
        """Return what takes approvals back."""
        store = (faults or Faults()).around(store or self.store)
        return WithdrawApproval(store.load, store.commit, self.consents, self.outbox, self.links, self.clock, self.ids)

    def withdraw(self, subject: SubjectId, topic: Category, **how: Any) -> Category:
        """Use the unsubscribe link of a mail of a category."""
        return self.withdrawal(**how)(self.unsubscribe_token(subject, topic), HowWithdrawn.ONE_CLICK)

    def unsubscribe_token(self, subject: SubjectId, topic: Category) -> str:
        """Return the token of the unsubscribe link in a mail of a category."""
        return self.links.token(self.store.load(self.consents.subscription(subject)).id, topic)

    def relay(self, faults: Faults | None = None) -> HandOver:
        """Return what hands events over."""
        watched = (faults or Faults()).around
        return HandOver(watched(self.store).commit, self.outbox, watched(self.queues))

    def eraser(self, faults: Faults | None = None, store: Any = None) -> EraseSubject:
        """Return what erases people."""
        watched = (faults or Faults()).around
        store = watched(store or self.store)
        return EraseSubject(
            load=store.load,
            commit=store.commit,
            accounts=self.accounts,
            keys=self.keys,
            coverage=self.coverage,
            credentials=watched(self.credentials),
            outbox=self.outbox,
            clock=self.clock,
            ids=self.ids,
        )

    def tasks(self, faults: Faults | None = None, store: Any = None) -> dict[str, Task]:
        """Return what the clocks do, by name."""
        faults = faults or Faults()
        store, queues = faults.around(store or self.store), faults.around(self.queues)
        return {
            "hand-over-overdue": HandOverOverdue(store.find, self.relay(faults), self.outbox, self.clock),
            "hand-over-waiting": HandOverWaiting(
                store.load, store.commit, store.find, self.messages, queues, self.clock
            ),
            "announce-waves": AnnounceWaves(
                store.load, store.commit, store.find, self.requests, self.outbox, self.clock, self.ids
            ),
            "move-overdue": MoveOverdue(store.load, store.commit, store.find, self.requests, self.moves, self.clock),
            "drop-unused": DropUnused(
                store.load, store.commit, store.find, self.uploads, self.outbox, self.clock, self.ids
            ),
            "announce-captures": AnnounceCaptures(
                store.load, store.commit, store.find, self.payments, self.outbox, self.clock, self.ids
            ),
            "remind-of-cases": RemindOfCases(store.load, store.commit, store.find, self.payments, self.clock),
            "announce-reconciliation": AnnounceReconciliation(
                store.load, store.commit, self.reconciliations, self.outbox, self.clock, self.ids
            ),
            "erase-overdue": EraseOverdue(store.find, self.eraser(faults), self.accounts, self.clock),
        }

    def tick(self, name: str, faults: Faults | None = None) -> dict[str, int]:
        """Do all that is due of one task, and return what it counted."""
        counts: dict[str, int] = {}
        for piece in self.tasks(faults)[name]():
            for metric, count in piece().items():
                counts[metric] = counts.get(metric, 0) + count
        return counts

    def event(self, kind: EventType, subject: SubjectId, **refs: str) -> Event:
        """Return a new event."""
        return Event(self.ids.event(), kind, self.clock.now(), subject, refs)

    def opportunity(self, provider: SubjectId, customer: SubjectId | None = None) -> Event:
        """Return the event that tells a provider of a request that somebody just posted."""
        posted = self.posted(customer or self.customer())
        request = RequestId(posted.refs["request"])
        refs = {"request": request, "customer": posted.subject}
        return Event(opportunity_id(request, provider), EventType.OPPORTUNITY_MATCHED, self.clock.now(), provider, refs)

    def about(self, kind: Kind, side: Actor | None = None, state: RequestState | None = None, **asked: Any) -> Event:
        """Return the event that tells a side of a request of something, with the request in a state where that is so.

        Without a side it is the first that is told; `asked` is what is special about the request.
        """
        side = side or min(each for each, about in TELLS if about == kind.name)
        posted = self.posted(self.customer(), **asked)
        request, customer = RequestId(posted.refs["request"]), posted.subject
        self.store.rows[Key("requests", f"R#{request}", "REQUEST")]["state"] = state or min(TRUE_IN[kind])
        reader = customer if side is Actor.CUSTOMER else self.provider()
        refs = {"request": request, "customer": customer, "about": kind.name}
        return self.event(EventType.REQUEST_TOLD, reader, **refs)

    def paid(self, kind: EventType, **known: Any) -> Event:
        """Return the event that tells a customer of the payment of their job, captured unless `known` says otherwise.

        `known` is of its authorisation, but for `card`.
        """
        posted, provider = self.posted(self.customer()), self.provider()
        request, customer = RequestId(posted.refs["request"]), posted.subject
        self.store.rows[Key("requests", f"R#{request}", "REQUEST")]["state"] = RequestState.ENGAGED
        owed = opened(request, customer, provider, 123450, self.clock.now())
        self.store.commit(self.payments.opened(owed))
        before = self.store.load(self.payments.payment(owed.id, customer))
        card = known.pop("card", Card("visa", "4242", 12, 2030, "credit", "fingerprint"))
        captured = {"n": 1, "standing": Standing.CAPTURED, "cents": owed.cents, "captured_cents": owed.cents}
        authorisation = Authorisation("pi_1", **{**captured, **known})
        private = Private(card, card_of=1)
        payment = replace(before, authorisations={"pi_1": authorisation}, private=private)
        self.store.commit(self.payments.kept(payment, before))
        refs = {"request": request, "customer": customer, "provider": provider, "payment": payment.id}
        return self.event(kind, customer, **refs)

    def quiet(self, subject: SubjectId, start: time, end: time) -> None:
        """Give a person quiet hours."""
        account = self.account(subject)
        changed = account.with_person(quiet_hours=QuietHours(start, end))
        self.store.commit(self.accounts.saved(changed, before=account))

    def suppress(self, address: str) -> None:
        """Forbid an address, as a complaint does."""
        mac = self.suppression_mac(f"jobipro/address/v1\0suppression\0{address}".encode())
        self.store.commit(self.consents.suppress(mac, {}))
        self.suppression_mac.calls.clear()

    def message(self, event: Event) -> Message:
        """Return what is kept of a message."""
        kept = self.store.load(self.messages.message(event.id, event.subject, Channel.EMAIL))
        assert isinstance(kept, Message)
        return kept

    def sent(self) -> list[str]:
        """Return the kinds of mail that went out, with the address of each: `kind to address`."""
        return [f"{_kind(mail)} to {to}" for to, mail in self.carrier.sent]

    def recorded(self, subject: SubjectId) -> list[Key]:
        """Return the history of a person's approvals and withdrawals, as rows."""
        return sorted(
            (key for key in self.store.rows if key.pk == f"C#{subject}" and not key.sk.startswith("STATE")),
            key=lambda key: key.sk,
        )

    def overdue(self) -> None:
        """Let events become late."""
        self.clock.forward(timedelta(minutes=3))


def _kind(mail: bytes) -> str:
    return str(json.loads(mail)["kind"])


def bodies(events: Iterable[Event]) -> dict[str, str]:
    """Return events as the outbox holds them."""
    return {f"O#{event.id}": event.to_body() for event in events}
