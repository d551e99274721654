"""A few providers and requests around one postal area, made by hand."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from infra.demo.cast import Cast, Person, Provider, Wish
from infra.demo.client import Posted
from infra.demo.places import moved, postal_areas
from infra.demo.play import Outcome, Told

HALIFAX = next(area for area in postal_areas() if area.code == "B3J")
POSTED = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def person(n: int, role: str = "provider") -> Person:
    return Person("Noor", f"Haddad{n}", f"{role}-{n}@example.com", HALIFAX, role)


def provider(n: int, km: float = 0.0, radius_km: int = 10, trade: str = "plumbing") -> Provider:
    """A provider whose base is so far east of the middle of Halifax."""
    return Provider(person(n), (trade,), moved(HALIFAX.middle, km, 90), radius_km)


def wish(n: int, asking: Person, km: float = 0.0, trade: str = "plumbing") -> Wish:
    return Wish(f"Kitchen tap drips (no. {n})", trade, asking, HALIFAX, moved(HALIFAX.middle, km, 90))


def a_cast(providers: Sequence[Provider], *km: float) -> Cast:
    """A cast with one customer, who wants something at each of some distances east of the middle."""
    customer = person(0, "customer")
    return Cast(providers, [customer], [wish(n, customer, each) for n, each in enumerate(km, 1)])


def posted(cast: Cast) -> Mapping[Wish, Posted]:
    """All that a cast asks for, posted at once."""
    return {wish: Posted(f"req_{n}", POSTED) for n, wish in enumerate(cast.wishes)}


def an_outcome(cast: Cast, *told: tuple[int, int, float]) -> Outcome:
    """What came of it when providers, by number, were told of requests, by number, after some seconds."""
    return Outcome(
        posted=posted(cast),
        told=[
            Told(cast.wishes[wished], cast.providers[provided], POSTED + timedelta(seconds=seconds))
            for provided, wished, seconds in told
        ],
        confirmed=dict.fromkeys(cast.wishes, 1),
    )
