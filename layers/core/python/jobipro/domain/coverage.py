"""Who works where: places, distances, and the H3 cells through which a request finds its providers."""

import hmac
import math
from dataclasses import dataclass

from jobipro.domain.errors import FieldError, Invalid
from jobipro.domain.ids import RequestId, SubjectId

EARTH_RADIUS_KM = 6371.0088
"""Mean radius R1. Source: IUGG; within 0.5 % of the ellipsoid everywhere, which is plenty for a circle of work."""

LARGEST_RADIUS_KM = 100
"""Source: the design, `PUT /me/provider`."""

REQUEST_RESOLUTION = 4
"""H3 cells of about 1,770 km² (22 km from centre to corner): coarse enough to stand in clear."""

AREA_RESOLUTION = 7
"""H3 cells of about 5 km² (1.4 km from centre to corner): what a provider may know before engagement."""

_SLACK_KM = 0.05
"""A cell this close counts as touched: far above rounding errors, far below what another cell would cost."""

type _Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True, repr=False)
class Location:
    """A point on Earth in degrees (WGS 84). Raises `Invalid` for anything else."""

    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        wrong = []
        if not -90 <= self.latitude <= 90:
            wrong.append(FieldError("latitude", "Degrees from -90 to 90."))
        if not -180 <= self.longitude <= 180:
            wrong.append(FieldError("longitude", "Degrees from -180 to 180."))
        if wrong:
            raise Invalid(*wrong)


def in_canada(location: Location) -> bool:
    """Tell whether a place can be in Canada: whether it lies in the smallest box around the country.

    From Middle Island (41.68° N) to Cape Columbia (83.11° N), from the Alaskan border (141.00° W) to Cape Spear
    (52.62° W). The box holds parts of the United States too; it catches swapped and mistyped coordinates.
    Source: Atlas of Canada, extreme points.
    """
    return 41.6 <= location.latitude <= 83.2 and -141.1 <= location.longitude <= -52.5


def distance_km(a: Location, b: Location) -> float:
    """Return the great-circle distance between two places in kilometres (haversine)."""
    here, there = math.radians(a.latitude), math.radians(b.latitude)
    north = math.sin((there - here) / 2)
    east = math.sin(math.radians(b.longitude - a.longitude) / 2)
    chord = north * north + math.cos(here) * math.cos(there) * east * east
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, chord)))


def reaches(base: Location, radius_km: float, location: Location) -> bool:
    """Tell whether a place lies in a provider's circle."""
    return distance_km(base, location) <= radius_km


def request_cell(location: Location) -> str:
    """Return the cell that a request is looked up by."""
    import h3  # Only the functions that match requests carry this library.

    cell: str = h3.latlng_to_cell(location.latitude, location.longitude, REQUEST_RESOLUTION)
    return cell


def coarse_area(location: Location) -> Location:
    """Return the centre of the res-7 cell around a place, in degrees to five decimals (about a metre).

    Every place in the cell gives the same answer, and the answer gives itself: nothing finer can be won from it.
    """
    import h3  # See request_cell.

    cell = h3.latlng_to_cell(location.latitude, location.longitude, AREA_RESOLUTION)
    latitude, longitude = h3.cell_to_latlng(cell)
    return Location(round(latitude, 5), round(longitude, 5))


def snap(base: Location) -> Location:
    """Return a provider's base as it is kept for matching: no finer than what providers learn about customers."""
    return coarse_area(base)


def cells_of_circle(base: Location, radius_km: float) -> frozenset[str]:
    """Return every res-4 cell that a circle touches, so that a request in the circle is always in one of them.

    The cells that a circle touches hang together, so they are found by spreading from the middle. Cell edges are arcs
    of great circles (H3 draws them straight on a gnomonic projection), so the distance to a cell is exact.
    """
    import h3  # See request_cell.

    centre = _vector(base.latitude, base.longitude)
    reach_km = radius_km + _SLACK_KM
    home = request_cell(base)
    touched, edge = {home}, [home]
    while edge:
        near = {cell for rim in edge for cell in h3.grid_disk(rim, 1)} - touched
        edge = [cell for cell in near if _distance_to_cell_km(centre, h3.cell_to_boundary(cell)) <= reach_km]
        touched.update(edge)
    return frozenset(touched)


def order_key(secret: bytes, request: RequestId, subject: SubjectId) -> bytes:
    """Return a provider's place in the queue for one request: even over many requests, and not to be guessed."""
    return hmac.digest(secret, f"order/v1|{request}|{subject}".encode(), "sha256")


def _vector(latitude: float, longitude: float) -> _Vector:
    """Return a place as a unit vector from the middle of the Earth."""
    up, around = math.radians(latitude), math.radians(longitude)
    return math.cos(up) * math.cos(around), math.cos(up) * math.sin(around), math.sin(up)


def _dot(a: _Vector, b: _Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _cross(a: _Vector, b: _Vector) -> _Vector:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def _angle(a: _Vector, b: _Vector) -> float:
    normal = _cross(a, b)
    return math.atan2(math.sqrt(_dot(normal, normal)), _dot(a, b))


def _distance_to_cell_km(point: _Vector, corners: tuple[tuple[float, float], ...]) -> float:
    """Return the distance from a point outside a cell to the nearest point of the cell's edges."""
    around = [_vector(latitude, longitude) for latitude, longitude in corners]
    arcs = zip(around, around[1:] + around[:1], strict=True)
    return EARTH_RADIUS_KM * min(_angle_to_arc(point, start, end) for start, end in arcs)


def _angle_to_arc(point: _Vector, start: _Vector, end: _Vector) -> float:
    """Return the angle between a point and the arc from `start` to `end`, in radians."""
    normal = _cross(start, end)
    beside = _dot(point, _cross(normal, start)) >= 0 and _dot(point, _cross(end, normal)) >= 0
    if beside:
        return abs(math.asin(_dot(point, normal) / math.sqrt(_dot(normal, normal))))
    return min(_angle(point, start), _angle(point, end))
