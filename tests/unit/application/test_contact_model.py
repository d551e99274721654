"""Whatever comes in whatever order: contact is open when it should be, and the ledgers hold what happened, no more."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
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

from jobipro.domain.errors import Conflict, NotFound
from jobipro.domain.ids import OfferId, RequestId, SubjectId
from jobipro.domain.lifecycle import Action, Actor, CancelReason, DisputeReason, State
from jobipro.domain.offers import OfferState
from tests.fakes import jobs
from tests.fakes.faults import Crash, Faults
from tests.fakes.jobs import entries, latest_offer, offered, standing
from tests.fakes.market import Market

WINDOW = timedelta(days=30)
CUSTOMERS, PROVIDERS = 2, 3
MOVES: tuple[tuple[Action, Actor, Any], ...] = (
    (Action.COMPLETE, Actor.PROVIDER, None),
    (Action.CONFIRM, Actor.CUSTOMER, None),
    (Action.CANCEL, Actor.CUSTOMER, CancelReason.PRICE),
    (Action.CANCEL, Actor.PROVIDER, CancelReason.NO_SHOW),
    (Action.DISPUTE, Actor.CUSTOMER, DisputeReason.NOT_DONE),
    (Action.EXPIRE, Actor.SERVICE, None),
)


@dataclass
class Known:
    """What the model knows of a request."""

    customer: SubjectId
    offer: OfferId | None = None
    provider: SubjectId | None = None
    ended_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        return self.provider is not None and (self.ended_at is None or now - self.ended_at < WINDOW)


class Engagements(RuleBasedStateMachine):
    """Two customers and three providers with requests of their own."""

    @initialize()
    def people(self) -> None:
        self.market = Market()
        self.customers = [self.market.customer() for _ in range(CUSTOMERS)]
        self.providers = [self.market.provider() for _ in range(PROVIDERS)]
        self.requests: dict[RequestId, Known] = {}
        self.entered: dict[SubjectId, list[tuple[str, str, str]]] = {each: [] for each in self.everybody}
        for customer in range(CUSTOMERS):
            self.posts(customer)
        for request in self.requests:
            for provider in self.providers[:2]:
                offered(self.market, request, provider)

    @property
    def everybody(self) -> list[SubjectId]:
        return [*self.customers, *self.providers]

    @rule(customer=st.integers(0, CUSTOMERS - 1))
    @precondition(lambda self: len(self.requests) < 3)
    def posts(self, customer: int) -> None:
        subject = self.customers[customer]
        self.requests[RequestId(self.market.posted(subject).refs["request"])] = Known(subject)

    @rule(request=st.integers(0, 2), provider=st.integers(0, PROVIDERS - 1))
    def offers(self, request: int, provider: int) -> None:
        if chosen := self._chosen(request):
            with suppress(Conflict):
                offered(self.market, chosen, self.providers[provider])

    @rule(request=st.integers(0, 2), provider=st.integers(0, PROVIDERS - 1), crash=st.sampled_from((None, False, True)))
    def accepts(self, request: int, provider: int, crash: bool | None) -> None:
        if not (chosen := self._chosen(request)):
            return
        known, subject = self.requests[chosen], self.providers[provider]
        offer = latest_offer(self.market, chosen, subject)

        def accept(commit: Callable[..., None]) -> None:
            replace(self.market.accept_offer, commit=commit)(self.market.caller(known.customer), chosen, offer)

        before = standing(self.market, chosen).state
        refused: type[Exception] | None = None
        try:
            accept(self.market.store.commit if crash is None else self._crashing(crash))
        except Crash:
            if not crash:
                return
        except (NotFound, Conflict) as error:
            refused = type(error)
        if self.market.store.load(self.market.offers.standing(chosen, offer)) is None:
            assert refused is NotFound
        elif known.offer is not None or before is not State.OFFERED:
            assert refused is (None if offer == known.offer else Conflict)
        else:
            assert refused is None
            known.offer, known.provider = offer, subject
            self.entered[known.customer].append((subject, chosen, "opened"))
            self.entered[subject].append((known.customer, chosen, "opened"))

    @rule(request=st.integers(0, 2), move=st.sampled_from(MOVES))
    def moves_on(self, request: int, move: tuple[Action, Actor, Any]) -> None:
        if chosen := self._chosen(request):
            known = self.requests[chosen]
            job = jobs.Job(
                chosen, latest_offer(self.market, chosen, self.providers[0]), known.customer, self.providers[0]
            )
            with suppress(Conflict):
                jobs.moved(self.market, job, *move)
                if standing(self.market, chosen).state in (State.CONFIRMED, State.CANCELLED):
                    known.ended_at = self.market.clock.now()

    @rule(days=st.sampled_from((1, 14, 29)))
    def time_passes(self, days: int) -> None:
        self.market.clock.forward(timedelta(days=days))

    @rule(
        request=st.integers(0, 2),
        person=st.integers(0, CUSTOMERS + PROVIDERS + 3),
        crash=st.sampled_from((None, None, False, True)),
    )
    def looks(self, request: int, person: int, crash: bool | None) -> None:
        if not (chosen := self._chosen(request)):
            return
        known = self.requests[chosen]
        reader = [*self.everybody, *(known.provider or known.customer, known.customer) * 2][person]
        other = {known.customer: known.provider, known.provider: known.customer}.get(reader)
        allowed = other is not None and known.is_open(self.market.clock.now())
        commit = self.market.store.commit if crash is None else self._crashing(crash)
        look = replace(self.market.reveal_contact, commit=commit)
        if not allowed:
            with pytest.raises(NotFound):
                look(self.market.caller(reader), chosen)
            return
        with suppress(Crash):
            look(self.market.caller(reader), chosen)
        if crash is not False and other is not None:
            self.entered[other].append((reader, chosen, "read"))

    @invariant()
    def the_ledgers_hold_what_happened_and_nothing_else(self) -> None:
        if hasattr(self, "market"):
            for subject, expected in self.entered.items():
                rows = entries(self.market, subject)
                assert [(row["recipient"], row["request"], row["kind"]) for row in rows] == expected

    @invariant()
    def one_offer_at_most_is_accepted(self) -> None:
        if hasattr(self, "market"):
            for request, known in self.requests.items():
                found = self.market.store.find(self.market.offers.of_request(request), 10).items
                accepted = [each.id for each in found if each.state is OfferState.ACCEPTED]
                assert accepted == ([known.offer] if known.offer else [])

    def _chosen(self, number: int) -> RequestId | None:
        return list(self.requests)[number] if number < len(self.requests) else None

    def _crashing(self, after: bool) -> Any:
        return Faults(at=0, after=after).around(self.market.store.commit)


@pytest.mark.commitment("sharing.contact-exchange", "rights.recipients")
def test_contact_is_open_when_it_should_be_and_the_ledgers_hold_what_happened() -> None:
    run_state_machine_as_test(Engagements, settings=settings(max_examples=50, stateful_step_count=40, deadline=None))
