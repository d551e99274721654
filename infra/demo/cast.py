"""Who takes part: providers and customers somewhere in Canada, and what the customers ask for."""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from infra.demo.places import Place, PostalArea, around_cities, moved

TITLES: Mapping[str, str] = {
    "cleaning": "Clean a flat before we move in",
    "drywall": "Hole in a wall behind the door",
    "electrical": "Two sockets do nothing",
    "flooring": "Floor boards creak and gape",
    "handyman": "Shelves and a mirror to hang",
    "hvac": "Furnace rattles when it starts",
    "landscaping": "Hedge and lawn for the season",
    "locksmith": "Front door lock sticks",
    "painting": "Paint a living room",
    "plumbing": "Kitchen tap drips",
    "roofing": "Shingles came off in the storm",
    "windows": "Bathroom window does not close",
}
"""What is asked for in each of the trades that the demo knows."""

TRADES_EACH = 2
RADII_KM = (5, 8, 12, 15, 20, 25, 30, 40, 60, 100)
OFF_THE_MIDDLE_KM = 1.0
"""How far from the middle of a postal area somebody may be, so that no two are in quite the same place."""

GIVEN = (
    *("Aisha", "Alex", "Amélie", "Anika", "Ben", "Camille", "Carlos", "Chloé", "Daniel", "Émile", "Farah", "Grace"),
    *("Hugo", "Ingrid", "Jamal", "Jin", "Kateri", "Léa", "Liam", "Maya", "Mei", "Noor", "Olivia", "Omar"),
    *("Priya", "Raoul", "Sara", "Simon", "Thandi", "Tomas", "Victor", "Yara"),
)
FAMILY = (
    *("Beaulieu", "Bouchard", "Campbell", "Chen", "Clarke", "Côté", "Dhillon", "Fraser", "Gagnon", "Haddad", "Ivanov"),
    *("Jensen", "Kaur", "Kim", "Lavoie", "MacLeod", "Martin", "Nguyen", "Okafor", "Ouellet", "Pelletier", "Rossi"),
    *("Roy", "Santos", "Singh", "Smith", "Tran", "Tremblay", "Wong"),
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs up. `address` is their e-mail address, nobody else's in any run."""

    given: str
    family: str
    address: str
    area: PostalArea
    role: str

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given} {self.family}"

    @property
    def language(self) -> str:
        """French in Quebec, English elsewhere: both are to be seen."""
        return "fr" if self.area.province == "QC" else "en"


@dataclass(frozen=True, slots=True)
class Provider:
    """A person who works in a circle around a base."""

    person: Person
    trades: tuple[str, ...]
    base: Place
    radius_km: int


@dataclass(frozen=True, slots=True)
class Wish:
    """A request that a customer is going to post; no two have the same title."""

    title: str
    trade: str
    customer: Person
    area: PostalArea
    place: Place


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody, and what is asked for."""

    providers: Sequence[Provider]
    customers: Sequence[Person]
    wishes: Sequence[Wish]

    @property
    def people(self) -> Sequence[Person]:
        """Everybody who signs up."""
        return [*(provider.person for provider in self.providers), *self.customers]


def cast_of(providers: int, customers: int, requests: int, run: str, seed: int = 1) -> Cast:
    """Return as many of each as were asked for, the same ones for the same seed.

    Postal areas are drawn alike, and there are more of them where more people live. Trades take turns. `run` goes into
    the e-mail addresses.
    """
    draw = random.Random(seed)  # noqa: S311, the same people every time
    areas = list(around_cities())
    working = [_provider(n, run, draw, areas) for n in range(providers)]
    asking = [_person("customer", n, run, draw, draw.choice(areas)) for n in range(customers)]
    return Cast(working, asking, [_wish(n, asking[n % customers], draw, areas) for n in range(requests)])


def _person(role: str, n: int, run: str, draw: random.Random, area: PostalArea) -> Person:
    return Person(draw.choice(GIVEN), draw.choice(FAMILY), f"{role}-{n}-{run}@example.com", area, role)


def _provider(n: int, run: str, draw: random.Random, areas: Sequence[PostalArea]) -> Provider:
    area = draw.choice(areas)
    first = [*TITLES][n % len(TITLES)]
    others = draw.sample([trade for trade in TITLES if trade != first], TRADES_EACH - 1)
    person = _person("provider", n, run, draw, area)
    return Provider(person, (first, *others), _near(area.middle, draw), draw.choice(RADII_KM))


def _wish(n: int, customer: Person, draw: random.Random, areas: Sequence[PostalArea]) -> Wish:
    trade = [*TITLES][n % len(TITLES)]
    area = customer.area if n < len(areas) and draw.random() < 1 / 2 else draw.choice(areas)
    return Wish(f"{TITLES[trade]} (no. {n + 1})", trade, customer, area, _near(area.middle, draw))


def _near(middle: Place, draw: random.Random) -> Place:
    """Return a place in a circle around the middle, to about a decimetre."""
    place = moved(middle, OFF_THE_MIDDLE_KM * math.sqrt(draw.random()), 360 * draw.random())
    return Place(round(place.latitude, 6), round(place.longitude, 6))
