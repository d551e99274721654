"""The whole life of requests against a small model: many people, whatever order, repeated, late, and with crashes.

The model knows nothing of the table in `domain/lifecycle.py`: it says in its own words what each side may do.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from jobipro.domain.errors import Conflict, Invalid, NotFound, ServiceError
from jobipro.domain.events import Event, EventType
from jobipro.domain.ids import RequestId, SubjectId
from jobipro.domain.lifecycle import TRANSITIONS, Action, CancelReason, DisputeReason, Reason
from tests.fakes.faults import Crash, Faults
from tests.fakes.jobs import entries, latest_offer
from tests.fakes.market import Market

CUSTOMERS, PROVIDERS, REQUESTS = 1, 3, 2
LOOKING = ("posted", "matched", "offered")
GOALS = {"cancel": "cancelled", "complete": "completed", "confirm": "confirmed", "dispute": "disputed"}
MAY: dict[tuple[str, str], tuple[str, ...]] = {
    ("customer", "cancel"): (*LOOKING, "engaged"),
    ("provider", "cancel"): ("engaged", "disputed"),
    ("provider", "complete"): ("engaged",),
    ("customer", "confirm"): ("completed", "disputed"),
    ("customer", "dispute"): ("engaged", "completed"),
    ("provider", "dispute"): ("engaged",),
}
"""In which states each side may ask for what."""
FACTS = {
    "match": None,
    "offer": EventType.OFFER_MADE,
    "withdraw": EventType.OFFER_WITHDRAWN,
    "accept": EventType.OFFER_ACCEPTED,
    "cancel": EventType.REQUEST_CANCELLED,
    "complete": EventType.REQUEST_COMPLETED,
    "confirm": EventType.REQUEST_CONFIRMED,
    "dispute": EventType.REQUEST_DISPUTED,
    "expire": EventType.REQUEST_EXPIRED,
}
LETTERS = {"offer": 1, "accept": 2, "complete": 1, "confirm": 1, "dispute": 1, "expire": 1}
"""How many mails go out with a move; with a cancellation one, once somebody is engaged."""

REQUEST, PERSON = st.integers(0, REQUESTS - 1), st.integers(0, 9)
CRASH = st.sampled_from((None, None, None, "before", "after"))


@dataclass
class Job:
    """What the model knows of a request."""

    customer: SubjectId
    posted_at: datetime
    event: Event
    state: str = "posted"
    told: bool = False
    offers: dict[SubjectId, str] = field(default_factory=dict)
    engaged: SubjectId | None = None
    completed_at: datetime | None = None
    ended_at: datetime | None = None
    moves: list[str] = field(default_factory=lambda: ["post"])
    letters: int = 0

    def side(self, who: SubjectId) -> str | None:
        return "customer" if who == self.customer else "provider" if who == self.engaged else None

    def move(self, action: str, state: str, at: datetime) -> None:
        self.letters += LETTERS.get(action, int(action == "cancel" and self.engaged is not None))
        self.moves.append(action)
        self.state = state
        if state == "completed":
            self.completed_at = at
        if state in ("confirmed", "cancelled", "expired"):
            self.ended_at = at

    def open_offers(self) -> int:
        return list(self.offers.values()).count("open")

    def due(self) -> datetime | None:
        if self.state in LOOKING:
            return self.posted_at + timedelta(days=30)
        return self.completed_at + timedelta(hours=72) if self.state == "completed" and self.completed_at else None


type Outcome = type[ServiceError] | None


class Lifecycle(RuleBasedStateMachine):
    """A customer, three providers who may be customers, too, and a clock that may be late."""

    @initialize(begun=st.integers(0, 2))
    def people(self, begun: int) -> None:
        self.market = Market()
        self.customers = [self.market.customer() for _ in range(CUSTOMERS)]
        self.providers = [self.market.provider() for _ in range(PROVIDERS)]
        self.everybody = [*self.customers, *self.providers]
        self.jobs: dict[RequestId, Job] = {}
        self.entered: Counter[tuple[str, str, str]] = Counter()
        self.calls = 0
        self.posts(0)
        self.hears_that_it_was_posted_perhaps_again_or_late(0)
        for provider in (1, 2):
            self.offers(0, 6 + provider, None)
        if begun:
            self.accepts(0, 0, 1, None)
        if begun > 1:
            self.moves_on(0, 3, "complete", False, None)

    @property
    def now(self) -> datetime:
        return self.market.clock.now()

    @rule(who=PERSON)
    @precondition(lambda self: len(self.jobs) < REQUESTS)
    def posts(self, who: int) -> None:
        customer = self.everybody[who % len(self.everybody)]
        event = self.market.posted(customer)
        self.jobs[RequestId(event.refs["request"])] = Job(customer, self.now, event)

    @rule(which=REQUEST)
    def hears_that_it_was_posted_perhaps_again_or_late(self, which: int) -> None:
        _, job = self._job(which)
        self.market.notify_providers(job.event)
        if job.state in LOOKING and not job.told:
            job.told = True
            job.move("match", "matched", self.now)

    @rule(which=REQUEST)
    def hears_that_an_offer_was_withdrawn_perhaps_again_or_late(self, which: int) -> None:
        request, _ = self._job(which)
        withdrawn = [event for event in self._events(request) if event.type is EventType.OFFER_WITHDRAWN]
        assert [self.market.notify_providers(event) for event in withdrawn] == [0] * len(withdrawn)

    @rule(which=REQUEST, who=PERSON, crash=CRASH)
    def offers(self, which: int, who: int, crash: str | None) -> None:
        request, job = self._job(which)
        person = self._person(job, who)
        self.calls += 1
        key = f"call {self.calls}"

        def expected() -> Outcome:
            if not self._sees(job, person):
                return NotFound
            if job.state not in LOOKING or job.offers.get(person) == "open":
                return Conflict
            job.offers[person] = "open"
            job.move("offer", "offered", self.now)
            return None

        self._tried(
            lambda commit: self.market.offered(request, person, key, commit=commit), expected, crash, again=None
        )

    @rule(which=REQUEST, who=PERSON, crash=CRASH)
    def withdraws(self, which: int, who: int, crash: str | None) -> None:
        request, job = self._job(which)
        person = self._person(job, who)

        def expected() -> Outcome:
            match job.offers.get(person):
                case None:
                    return NotFound
                case "withdrawn":
                    return None
            if not self._sees(job, person):
                return NotFound
            if job.state not in LOOKING:
                return Conflict
            job.offers[person] = "withdrawn"
            job.move("withdraw", "offered" if job.open_offers() else "matched", self.now)
            return None

        def act(commit: Any) -> object:
            withdraw = replace(self.market.withdraw_offer, commit=commit)
            return withdraw(self.market.caller(person), request, latest_offer(self.market, request, person))

        self._tried(act, expected, crash)

    @rule(which=REQUEST, who=PERSON, whose=st.integers(0, PROVIDERS - 1), crash=CRASH)
    def accepts(self, which: int, who: int, whose: int, crash: str | None) -> None:
        request, job = self._job(which)
        person, provider = self._person(job, who), self.providers[whose]

        def expected() -> Outcome:
            if person != job.customer or provider not in job.offers:
                return NotFound
            if provider == job.engaged:
                return None
            if job.state != "offered" or job.offers[provider] != "open":
                return Conflict
            job.offers[provider] = "accepted"
            job.engaged = provider
            job.move("accept", "engaged", self.now)
            self.entered.update({(job.customer, provider, "opened"): 1, (provider, job.customer, "opened"): 1})
            return None

        def act(commit: Any) -> object:
            accept = replace(self.market.accept_offer, commit=commit)
            return accept(self.market.caller(person), request, latest_offer(self.market, request, provider))

        self._tried(act, expected, crash)

    @rule(which=REQUEST, who=PERSON, action=st.sampled_from(sorted(GOALS)), reason=st.booleans(), crash=CRASH)
    def moves_on(self, which: int, who: int, action: str, reason: bool, crash: str | None) -> None:
        request, job = self._job(which)
        person = self._person(job, who)
        reasons: dict[str, Reason] = {"cancel": CancelReason.PRICE, "dispute": DisputeReason.DAMAGE}
        why = reasons.get(action) if reason else None

        def expected() -> Outcome:
            side = job.side(person)
            if side is None:
                return NotFound
            if job.state == GOALS[action] and (side, action) in MAY:
                return None
            if job.state not in MAY.get((side, action), ()):
                return Conflict
            if why is None and (action == "dispute" or (action == "cancel" and job.state not in LOOKING)):
                return Invalid
            job.move(action, GOALS[action], self.now)
            return None

        def act(commit: Any) -> object:
            move = replace(self.market.move_request, commit=commit)
            return move(self.market.caller(person), request, Action(action), why)

        self._tried(act, expected, crash)

    @rule(which=REQUEST, choice=st.integers(0, 3), crash=CRASH)
    def does_what_they_may(self, which: int, choice: int, crash: str | None) -> None:
        _, job = self._job(which)
        may = [(side, action) for (side, action), states in MAY.items() if job.state in states]
        if job.engaged and may:
            side, action = may[choice % len(may)]
            self.moves_on(which, 0 if side == "customer" else 3, action, True, crash)

    @rule(which=REQUEST, who=PERSON, crash=CRASH)
    def asks_how_to_reach_the_other_side(self, which: int, who: int, crash: str | None) -> None:
        request, job = self._job(which)
        person = self._person(job, who)

        def expected() -> Outcome:
            other = {job.customer: job.engaged, job.engaged: job.customer}.get(person)
            over = job.ended_at is not None and self.now >= job.ended_at + timedelta(days=30)
            if job.engaged is None or other is None or over:
                return NotFound
            self.entered[other, person, "read"] += 1
            return None

        def act(commit: Any) -> object:
            return replace(self.market.reveal_contact, commit=commit)(self.market.caller(person), request)

        self._tried(act, expected, crash)

    @rule(by=st.sampled_from((timedelta(minutes=1), timedelta(hours=71), timedelta(days=29, hours=23))))
    def time_passes(self, by: timedelta) -> None:
        self.market.clock.forward(by)

    @rule(which=REQUEST, early=st.booleans())
    def time_passes_until_just_when_something_is_due(self, which: int, early: bool) -> None:
        _, job = self._job(which)
        due = job.due() or (job.ended_at + timedelta(days=30) if job.ended_at else None)
        if due is not None and due > self.now:
            self.market.clock.forward(due - self.now - timedelta(milliseconds=int(early)))

    @rule(crash=CRASH)
    def the_clock_strikes(self, crash: str | None) -> None:
        due = [job for job in self.jobs.values() if (at := job.due()) is not None and at <= self.now]
        if crash and due:
            faults = Faults(at=0, after=crash == "after")
            with pytest.raises(Crash):
                self._strike(faults.around(self.market.store.commit))
        self._strike(self.market.store.commit)
        for job in due:
            confirmed = job.state == "completed"
            job.move("confirm" if confirmed else "expire", "confirmed" if confirmed else "expired", self.now)

    @invariant()
    def every_request_stands_where_the_model_says(self) -> None:
        for request, job in self._jobs():
            found = self.market.standing(request)
            assert (found.state, found.version) == (job.state, len(job.moves))
            assert (found.provider, found.offers) == (job.engaged, job.open_offers())
            assert (found.due_at, found.ended_at) == (job.due(), job.ended_at)

    @invariant()
    def only_declared_moves_happened_and_each_was_told_once(self) -> None:
        declared = {(move.before, move.action, move.after, move.actor) for move in TRANSITIONS}
        for request, job in self._jobs():
            steps = [self._row(request, f"T#{n}") for n in range(1, len(job.moves) + 1)]
            assert [step["action"] for step in steps] == job.moves
            assert all((s["before"], s["action"], s["after"], s["actor"]) in declared for s in steps[1:])
            told = Counter(event.type for event in self._events(request))
            wanted = Counter(fact for action in job.moves[1:] if (fact := FACTS[action]) is not None)
            assert told - Counter([EventType.REQUEST_POSTED]) == wanted + Counter({EventType.REQUEST_TOLD: job.letters})

    @invariant()
    def one_offer_at_most_was_ever_accepted(self) -> None:
        for request, job in self._jobs():
            found = self.market.store.find(self.market.offers.of_request(request), 10).items
            assert {each.provider: each.state for each in found} == job.offers
            assert list(job.offers.values()).count("accepted") == int(job.engaged is not None)

    @invariant()
    def nobody_sees_what_is_closed_or_was_not_told_to_them(self) -> None:
        for person in getattr(self, "everybody", ()):
            seen = {each.id for each in self.market.list_opportunities(self.market.caller(person), 25).opportunities}
            assert seen == {request for request, job in self._jobs() if self._sees(job, person)}

    @invariant()
    def each_opening_and_each_look_has_its_entry_and_each_entry_its_opening(self) -> None:
        found = Counter(
            (subject, row["recipient"], row["kind"])
            for subject in getattr(self, "everybody", ())
            for row in entries(self.market, subject)
        )
        assert found == getattr(self, "entered", found)

    def _tried(
        self,
        act: Callable[[Any], object],
        expected: Callable[[], Outcome],
        crash: str | None,
        again: Callable[[], Outcome] | None = lambda: None,
    ) -> None:
        """Do something, perhaps with a crash before or after it took effect, and then again as whoever crashed does.

        `again` is None for what is known by its Idempotency-Key: the second time it gets the first answer.
        """
        took_effect = False
        if crash is not None:
            faults = Faults(at=0, after=crash == "after")
            try:
                act(faults.around(self.market.store.commit))
            except (Crash, ServiceError) as error:
                took_effect = isinstance(error, Crash) and crash == "after"
        if took_effect:
            assert expected() is None
            if again is None:
                act(self.market.store.commit)
                return
        outcome: Outcome = None
        try:
            act(self.market.store.commit)
        except ServiceError as error:
            outcome = type(error)
        assert outcome is expected()

    def _strike(self, commit: Any) -> None:
        for piece in replace(self.market.move_overdue, commit=commit)():
            piece()

    def _sees(self, job: Job, who: SubjectId) -> bool:
        told = job.told and who in self.providers and who != job.customer
        return told and (job.state in LOOKING or who == job.engaged)

    def _person(self, job: Job, who: int) -> SubjectId:
        """Return somebody, mostly of those whom it concerns."""
        return ([job.customer] * 3 + [job.engaged or self.providers[0]] * 3 + self.everybody)[who]

    def _job(self, which: int) -> tuple[RequestId, Job]:
        return list(self.jobs.items())[which % len(self.jobs)]

    def _jobs(self) -> list[tuple[RequestId, Job]]:
        return list(getattr(self, "jobs", {}).items())

    def _row(self, request: RequestId, sort: str) -> dict[str, Any]:
        (found,) = [row for key, row in self.market.store.rows.items() if (key.pk, key.sk) == (f"R#{request}", sort)]
        return found

    def _events(self, request: RequestId) -> list[Event]:
        return [event for event in self.market.events() if event.refs.get("request") == request]


@pytest.mark.commitment("sharing.request-details", "sharing.contact-exchange", "purpose.fulfil-request")
def test_whatever_comes_in_whatever_order_only_declared_moves_happen_and_nobody_sees_more_than_they_may() -> None:
    run_state_machine_as_test(Lifecycle, settings=settings(max_examples=30, stateful_step_count=40, deadline=None))
