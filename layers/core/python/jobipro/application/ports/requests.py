"""Service requests, the waves in which providers hear of them, and who covers what."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from jobipro.application.ports.storage import Read, Search, Write
from jobipro.domain import offers
from jobipro.domain.accounts import Account
from jobipro.domain.coverage import Location
from jobipro.domain.ids import OfferId, RequestId, SubjectId
from jobipro.domain.lifecycle import Reason, Transition
from jobipro.domain.offers import Offer, OfferState
from jobipro.domain.requests import Opportunity, Request, Standing, Wave
from jobipro.domain.subject_keys import SubjectKey
from jobipro.domain.trades import Trade


class Requests(Protocol):
    """Requests, their transitions and their waves.

    `request` gives None for one that does not exist or is another customer's: the two look the same from outside.
    `moved` is a whole move but for its events, which `Moves` adds.
    """

    def standing(self, request: RequestId) -> Read[Standing | None]: ...
    def request(self, request: RequestId, customer: SubjectId) -> Read[Request | None]: ...
    def of_customer(self, key: SubjectKey) -> Search[Request]: ...
    def unmoved(self, request: Standing) -> Write: ...
    def posted(self, request: Request) -> tuple[Write, ...]: ...
    def moved(
        self,
        before: Standing,
        move: Transition,
        at: datetime,
        *,
        reason: Reason | None = None,
        offer: offers.Standing | None = None,
    ) -> tuple[Write, ...]: ...
    def overdue(self, before: datetime) -> Search[RequestId]: ...
    def wave(self, request: RequestId) -> Read[Wave | None]: ...
    def wave_sent(self, wave: Wave, before: Wave | None) -> Write: ...
    def waves_due(self, before: datetime) -> Search[RequestId]: ...
    def wave_announced(self, wave: Wave) -> Write: ...


class Offers(Protocol):
    """Who was told of a request, and what they offer."""

    def told(self, request: Standing, providers: Iterable[SubjectId], at: datetime) -> Iterable[Write]: ...
    def opportunity(self, request: RequestId, provider: SubjectId) -> Read[Opportunity | None]: ...
    def of_provider(self, provider: SubjectId) -> Search[Opportunity]: ...
    def standing(self, request: RequestId, offer: OfferId) -> Read[offers.Standing | None]: ...
    def offer(self, request: RequestId, provider: SubjectId) -> Read[Offer | None]: ...
    def of_request(self, request: RequestId) -> Search[offers.Standing]: ...
    def made(self, offer: Offer, before: offers.Standing | None) -> tuple[Write, ...]: ...
    def became(self, offer: offers.Standing, state: OfferState) -> Write: ...


type Cell = tuple[Trade, str]
"""A trade and a res-4 cell in which a provider does it."""


@dataclass(frozen=True, slots=True, repr=False)
class Covering:
    """A provider who covers a cell: the snapped base and the radius of the circle in kilometres."""

    subject: SubjectId
    base: Location
    radius_km: int


@dataclass(frozen=True, slots=True)
class Covered:
    """Which coverage rows of a provider there may be.

    `revision` grows with every change of the list; `version` is that of the account that all rows were last written
    for, 0 when that was never finished.
    """

    revision: int = 0
    version: int = 0
    cells: frozenset[Cell] = frozenset()


class Coverage(Protocol):
    """Which providers reach which cells. Rows and list change together: no row is ever missing from its list."""

    def covered(self, subject: SubjectId) -> Read[Covered]: ...
    def listed(self, subject: SubjectId, covered: Covered, before: Covered) -> Write: ...
    def unlisted(self, subject: SubjectId, before: Covered) -> Write: ...
    def put(self, account: Account, cells: Iterable[Cell], service_key: SubjectKey) -> Iterable[Write]: ...
    def removed(self, subject: SubjectId, cells: Iterable[Cell]) -> Iterable[Write]: ...
    def covering(self, cell: Cell, service_key: SubjectKey) -> Search[Covering]: ...


class OrderKeys(Protocol):
    """The keys that decide who hears first, by number; those of the past stay known for a while."""

    def signing(self, purpose: str) -> tuple[int, bytes]: ...
    def of(self, purpose: str, number: int) -> bytes | None: ...
