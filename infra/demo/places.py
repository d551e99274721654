"""Real places in Canada, and distances between them; computed here anew, to have something to compare matching with."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pypostalcode import PostalCodeDatabase

EARTH_KM = 6371.0088
"""Mean radius R1. Source: IUGG."""

AROUND_CITY_KM = 60
CITIES: Mapping[str, str] = {
    "Vancouver": "V6B",
    "Calgary": "T2P",
    "Edmonton": "T5J",
    "Winnipeg": "R3C",
    "Toronto": "M5V",
    "Ottawa": "K1P",
    "Montréal": "H2Y",
    "Québec": "G1R",
    "Halifax": "B3J",
}
"""Each with the postal area in its middle."""

PROVINCES: Mapping[str, str] = {
    **dict.fromkeys("GHJ", "QC"),
    **dict.fromkeys("KLMNP", "ON"),
    "A": "NL",
    "B": "NS",
    "C": "PE",
    "E": "NB",
    "R": "MB",
    "S": "SK",
    "T": "AB",
    "V": "BC",
    "Y": "YT",
}
"""By the first letter of a postal code; X is left out, which two territories share."""


@dataclass(frozen=True, slots=True)
class Place:
    """A point in degrees (WGS 84)."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class PostalArea:
    """A forward sortation area: the first three characters of its postal codes, a name, and about where it is."""

    code: str
    name: str
    middle: Place

    @property
    def province(self) -> str:
        """The two letters of its province."""
        return PROVINCES[self.code[0]]


@cache
def postal_areas() -> tuple[PostalArea, ...]:
    """Return Canada's postal areas, by code. Source: pypostalcode, whose data Canada Post let it copy."""
    found = PostalCodeDatabase().find_postalcode()
    areas = (PostalArea(row.postalcode, row.city, Place(row.latitude, row.longitude)) for row in found)
    # H0H is at the North Pole.
    return tuple(sorted((area for area in areas if area.code[0] in PROVINCES and area.code != "H0H"), key=_code))


@cache
def around_cities() -> Mapping[PostalArea, str]:
    """Return the postal areas around the cities, each with the name of the nearest one."""
    by_code = {area.code: area for area in postal_areas()}
    middles = {name: by_code[code].middle for name, code in CITIES.items()}
    nearest = {area: min(middles, key=lambda name: distance_km(middles[name], area.middle)) for area in postal_areas()}
    return {area: city for area, city in nearest.items() if distance_km(middles[city], area.middle) <= AROUND_CITY_KM}


def distance_km(a: Place, b: Place) -> float:
    """Return the great-circle distance (haversine) in kilometres."""
    north, east = math.radians(b.latitude - a.latitude), math.radians(b.longitude - a.longitude)
    parallels = math.cos(math.radians(a.latitude)) * math.cos(math.radians(b.latitude))
    half_chord = math.sqrt(math.sin(north / 2) ** 2 + parallels * math.sin(east / 2) ** 2)
    return 2 * EARTH_KM * math.asin(min(1.0, half_chord))


def moved(place: Place, km: float, bearing: float) -> Place:
    """Return where one comes to from a place, `bearing` being in degrees clockwise from north."""
    angle, heading, latitude = km / EARTH_KM, math.radians(bearing), math.radians(place.latitude)
    up = math.sin(latitude) * math.cos(angle) + math.cos(latitude) * math.sin(angle) * math.cos(heading)
    east = math.atan2(
        math.sin(heading) * math.sin(angle) * math.cos(latitude),
        math.cos(angle) - math.sin(latitude) * up,
    )
    return Place(math.degrees(math.asin(up)), place.longitude + math.degrees(east))


def circle(middle: Place, radius_km: float, corners: int = 90) -> Sequence[Place]:
    """Return the rim of a circle on the ground, closed."""
    return [moved(middle, radius_km, 360 * n / corners) for n in range(corners + 1)]


def _code(area: PostalArea) -> str:
    return area.code
