"""What Stripe says happened is compared with what reached us, each hour, and what is missing is made good."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from jobipro.application.keep_payment import KeepPayment
from jobipro.application.look_at_payment import LookAtPayment, Looked
from jobipro.application.ports.events import Outbox
from jobipro.application.ports.payments import Payments, Reconciliations, StripeEvents
from jobipro.application.ports.storage import Commit, Find, Load
from jobipro.application.ports.stripe import StripeEvents as StripeList
from jobipro.application.ports.system import Clock, Ids
from jobipro.application.sweep import Piece
from jobipro.domain.errors import AlreadyDone, Conflict, SubjectErased
from jobipro.domain.events import Event, EventType
from jobipro.domain.ids import SERVICE, PaymentId
from jobipro.domain.payments import LOOKED_AT_AGAIN, DueKind, scheduled
from jobipro.domain.reconciliation import COMPARED, Reconciliation, next_run
from jobipro.domain.stripe import NotUnderstood
from jobipro.domain.stripe_events import StripeEvent

PAGES = 5
"""Pages of Stripe's list in one step; a run goes on by an event of its own."""

PAYMENTS = 20
"""Payments of ours that Stripe is asked about in one step."""


@dataclass(frozen=True, slots=True)
class AnnounceReconciliation:
    """Tell each hour, once, that it is time to compare; count what the last run found, and runs that do not end."""

    load: Load
    commit: Commit
    reconciliations: Reconciliations
    outbox: Outbox
    clock: Clock
    ids: Ids

    def __call__(self) -> Iterator[Piece]:
        """Yield a piece of work when a run is due, and one when the last one is overdue."""
        now = self.clock.now()
        before = self.load(self.reconciliations.reconciliation())
        if before is not None and before.overdue(now):
            yield lambda: {"ReconciliationsOverdue": 1}
        if before is None or before.due_at <= now:
            yield partial(self._announce, before)

    def _announce(self, before: Reconciliation | None) -> Mapping[str, int]:
        now = self.clock.now()
        run = next_run(before, now)
        event = due(run, self.ids)
        try:
            self.commit(self.reconciliations.kept(run, before), self.outbox.recorded(event))
        except AlreadyDone:
            return {}
        return {"ReconciliationsAnnounced": 1, "GapsFound": before.gaps if before else 0}


def due(run: Reconciliation, ids: Ids) -> Event:
    """Return the event that asks for the next step of a run."""
    refs = {"run": str(run.run), "step": str(run.step)}
    return Event(ids.event(), EventType.RECONCILIATION_DUE, run.begun_at, SERVICE, refs)


@dataclass(frozen=True, slots=True)
class Reconcile:
    """Do one step of a run: compare some pages of Stripe's list, then look at payments of ours that do not move.

    Events that never came are kept and handed on as if they had come. A payment that does not move is brought to where
    Stripe has it, and then to where its request wants it. A step that was done before is not done again;
    whoever dies in the middle of one does it anew, which changes nothing that was done.
    """

    load: Load
    commit: Commit
    find: Find
    reconciliations: Reconciliations
    stripe_events: StripeEvents
    listed: StripeList[StripeEvent | None]
    payments: Payments
    look: LookAtPayment
    keep: KeepPayment
    move: Callable[[PaymentId], object]
    outbox: Outbox
    clock: Clock
    ids: Ids
    pages: int = PAGES

    def __call__(self, event: Event) -> Mapping[str, int]:
        """Return what was compared, found missing and repaired, by the names of metrics.

        Raises Unavailable when Stripe does not answer.
        """
        run = self.load(self.reconciliations.reconciliation())
        if run is None or event.refs != {"run": str(run.run), "step": str(run.step)}:
            return {}
        compared, missing, after = self._compare(run)
        repaired = self._look_at_ours() if after is None else 0
        gaps, now = missing + repaired, self.clock.now()
        further = run.ended(gaps, now) if after is None else run.going_on(after, gaps)
        goes_on = [self.outbox.recorded(due(further, self.ids))] if after else []
        try:
            self.commit(self.reconciliations.kept(further, run), goes_on)
        except AlreadyDone:
            return {}  # another process did the same step
        return {"EventsCompared": compared, "EventsMissing": missing, "PaymentsRepaired": repaired}

    def _compare(self, run: Reconciliation) -> tuple[int, int, str | None]:
        """Return how many events were compared, how many were missing, and where the list goes on."""
        compared = missing = 0
        after = run.after
        for _ in range(self.pages):
            page = self.listed.events(run.since, after)
            events = [each for each in page.events if each and each.kind in COMPARED and each.created_at <= run.until]
            known = self.load(self.stripe_events.known(each.id for each in events)) if events else frozenset()
            compared += len(events)
            missing += sum(self._made_good(each) for each in reversed(events) if each.id not in known)
            after = page.after
            if after is None:
                break
        return compared, missing, after

    def _made_good(self, event: StripeEvent) -> bool:
        """Keep an event that never came, and hand it on; tell whether it was missing indeed."""
        now = self.clock.now()
        handed_on = Event(event.id, EventType.STRIPE_EVENT_RECEIVED, now, SERVICE)
        try:
            self.commit(self.stripe_events.received(event, now), self.outbox.recorded(handed_on))
        except AlreadyDone:
            return False
        return True

    def _look_at_ours(self) -> int:
        """Ask Stripe about payments that do not move; return how many had moved without our hearing of it."""
        waiting = self.find(self.payments.due(DueKind.WATCH, self.clock.now()), PAYMENTS).items
        return sum(self._looked_at(payment) for payment in waiting)

    def _looked_at(self, payment: PaymentId) -> bool:
        before = self.load(self.payments.standing(payment))
        if before is None or before.current is None:
            return False
        looked = Looked(before, before)
        try:
            with suppress(NotUnderstood):  # an answer that makes no sense puts it off, and stands in nobody's way
                looked = self.look(looked, before.current.intent)
            repaired = self._kept(looked)
        except (Conflict, AlreadyDone, SubjectErased):
            return False  # it moves after all
        self.move(payment)
        return repaired

    def _kept(self, looked: Looked) -> bool:
        now = self.clock.now()
        if looked.after.authorisations == looked.before.authorisations:
            self.commit(self.payments.kept(scheduled(looked.before, now, LOOKED_AT_AGAIN), looked.before))
            return False
        self.commit(self.keep(looked.after, looked.before, now), looked.writes)
        return True
