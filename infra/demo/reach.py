"""Whom a request should reach, by distance to everybody, and how well that is what came of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import median

import h3

from infra.demo.cast import Cast, Provider, Wish
from infra.demo.places import Place, distance_km

AREA_RESOLUTION = 7
"""Source: docs/adr/0012-matching-by-area.md."""

type Pairs = frozenset[tuple[Wish, Provider]]


def exactly(place: Place) -> Place:
    """Return the place itself."""
    return place


def by_area(place: Place) -> Place:
    """Return the middle of the place's H3 cell, to five decimals: all that matching goes by."""
    latitude, longitude = h3.cell_to_latlng(h3.latlng_to_cell(place.latitude, place.longitude, AREA_RESOLUTION))
    return Place(round(latitude, 5), round(longitude, 5))


def in_reach(cast: Cast, seen: Callable[[Place], Place]) -> Pairs:
    """Return every request with every provider of its trade whose circle holds it; `seen` says where each place is."""
    bases = [(provider, seen(provider.base)) for provider in cast.providers]
    places = [(wish, seen(wish.place)) for wish in cast.wishes]
    return frozenset(
        (wish, provider)
        for wish, place in places
        for provider, base in bases
        if wish.trade in provider.trades and distance_km(base, place) <= provider.radius_km
    )


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How those who were told compare with those in reach.

    `over_km` is by how much each of those told was out of reach, `under_km` by how much each of those not told was in
    it, both by exact places.
    """

    told: int
    in_reach: int
    both: int
    over_km: tuple[float, ...]
    under_km: tuple[float, ...]

    @property
    def recall(self) -> float:
        """The part of those in reach who were told; 1 if nobody was in reach."""
        return self.both / self.in_reach if self.in_reach else 1.0

    @property
    def precision(self) -> float:
        """The part of those told who were in reach; 1 if nobody was told."""
        return self.both / self.told if self.told else 1.0

    def to_fields(self) -> Mapping[str, object]:
        """Return the figures, distances in kilometres."""
        return {
            "told": self.told,
            "in_reach": self.in_reach,
            "recall": round(self.recall, 5),
            "precision": round(self.precision, 5),
            "told_out_of_reach": _spread(self.over_km),
            "in_reach_not_told": _spread(self.under_km),
        }


def accuracy(told: Pairs, reached: Pairs) -> Accuracy:
    """Compare who was told with who was in reach."""
    return Accuracy(
        told=len(told),
        in_reach=len(reached),
        both=len(told & reached),
        over_km=tuple(sorted(_beyond_km(pair) for pair in told - reached)),
        under_km=tuple(sorted(-_beyond_km(pair) for pair in reached - told)),
    )


def _beyond_km(pair: tuple[Wish, Provider]) -> float:
    """Return how far outside a provider's circle a request is; negative inside."""
    wish, provider = pair
    return distance_km(provider.base, wish.place) - provider.radius_km


def _spread(km: Iterable[float]) -> Mapping[str, float]:
    values = list(km)
    return {
        "pairs": len(values),
        "median_km": round(median(values), 3) if values else 0.0,
        "most_km": round(max(values), 3) if values else 0.0,
    }
