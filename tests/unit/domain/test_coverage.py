"""Circles, cells and coarse places."""

import math

import h3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobipro.domain.coverage import (
    EARTH_RADIUS_KM,
    LARGEST_RADIUS_KM,
    Location,
    cells_of_circle,
    coarse_area,
    distance_km,
    in_canada,
    order_key,
    reaches,
    request_cell,
    snap,
)
from jobipro.domain.errors import Invalid
from jobipro.domain.ids import RequestId, SubjectId

MONTREAL, TORONTO = Location(45.5019, -73.5674), Location(43.6532, -79.3832)

places = st.builds(Location, st.floats(41.6, 83.2), st.floats(-141.1, -52.5))
anywhere = st.builds(Location, st.floats(-90, 90), st.floats(-180, 180))
directions = st.floats(0, 2 * math.pi)


def away(start: Location, direction: float, km: float) -> Location:
    """Return the place that lies so far from another in a direction (radians, clockwise from north)."""
    latitude, angle = math.radians(start.latitude), km / EARTH_RADIUS_KM
    north = math.sin(latitude) * math.cos(angle) + math.cos(latitude) * math.sin(angle) * math.cos(direction)
    there = math.asin(max(-1.0, min(1.0, north)))
    east = math.atan2(
        math.sin(direction) * math.sin(angle) * math.cos(latitude),
        math.cos(angle) - math.sin(latitude) * math.sin(there),
    )
    longitude = (start.longitude + math.degrees(east) + 540) % 360 - 180
    return Location(math.degrees(there), longitude)


@pytest.mark.parametrize("latitude", [90.001, -91, math.nan, math.inf])
def test_a_latitude_that_is_none_is_refused_by_name(latitude):
    with pytest.raises(Invalid) as refused:
        Location(latitude, 0)

    assert [wrong.field for wrong in refused.value.fields] == ["latitude"]


def test_both_coordinates_are_named_when_both_are_wrong():
    with pytest.raises(Invalid) as refused:
        Location(math.nan, 180.5)

    assert [wrong.field for wrong in refused.value.fields] == ["latitude", "longitude"]


def test_a_place_does_not_show_itself():
    assert "45.5" not in repr(MONTREAL)


@pytest.mark.parametrize(
    "place", [MONTREAL, Location(83.11, -69.95), Location(47.5237, -52.6194), Location(60.3, -141)]
)
def test_the_ends_of_canada_are_in_canada(place):
    assert in_canada(place)


@pytest.mark.parametrize("place", [Location(0, 0), Location(-73.5674, 45.5019), Location(48.85, 2.35)])
def test_other_countries_are_not(place):
    assert not in_canada(place)


def test_distances_are_those_of_the_map():
    assert distance_km(MONTREAL, TORONTO) == pytest.approx(504, abs=2)
    assert distance_km(Location(0, 0), Location(0, 180)) == pytest.approx(math.pi * EARTH_RADIUS_KM)


@given(anywhere, anywhere)
def test_distance_is_the_same_in_both_directions_and_agrees_with_h3(a, b):
    assert distance_km(a, b) == pytest.approx(distance_km(b, a), abs=1e-6)
    theirs = h3.great_circle_distance((a.latitude, a.longitude), (b.latitude, b.longitude), unit="rads")
    assert distance_km(a, b) == pytest.approx(theirs * EARTH_RADIUS_KM, abs=0.5)


@given(places, st.integers(1, LARGEST_RADIUS_KM), directions)
def test_a_circle_reaches_what_lies_within_it_and_nothing_else(base, radius_km, direction):
    assert reaches(base, radius_km, away(base, direction, radius_km * 0.999))
    assert not reaches(base, radius_km, away(base, direction, radius_km * 1.001))


@settings(max_examples=400)
@given(places, st.integers(1, LARGEST_RADIUS_KM), directions, st.one_of(st.just(1 - 1e-12), st.floats(0, 1)))
def test_whatever_a_circle_reaches_lies_in_one_of_its_cells(base, radius_km, direction, part):
    base = snap(base)
    request = away(base, direction, radius_km * part)

    assert request_cell(request) in cells_of_circle(base, radius_km)


@given(places, st.integers(1, LARGEST_RADIUS_KM))
def test_every_cell_of_a_circle_is_one_that_it_touches(base, radius_km):
    for cell in cells_of_circle(base, radius_km):
        corners = [Location(*corner) for corner in h3.cell_to_boundary(cell)]
        longest_edge = max(map(distance_km, corners, corners[1:] + corners[:1]))
        near_a_corner = min(distance_km(base, corner) for corner in corners) <= radius_km + longest_edge
        assert near_a_corner or request_cell(base) == cell


@given(places)
def test_the_largest_circle_touches_a_bounded_number_of_cells_and_no_pentagon(base):
    cells = cells_of_circle(snap(base), LARGEST_RADIUS_KM)

    assert 15 <= len(cells) <= 45
    assert not any(map(h3.is_pentagon, cells))


@given(places)
def test_a_coarse_area_says_nothing_finer_than_itself(place):
    area = coarse_area(place)

    assert coarse_area(area) == area
    assert distance_km(place, area) < 2.5
    assert (round(area.latitude, 5), round(area.longitude, 5)) == (area.latitude, area.longitude)


def test_neighbours_share_their_coarse_area():
    assert coarse_area(MONTREAL) == coarse_area(Location(45.5020, -73.5675))


def test_the_order_of_providers_is_another_for_each_request_and_each_secret():
    subjects = [SubjectId(f"sub_{letter * 26}") for letter in "abcdefghij"]

    def order(secret: bytes, request: str) -> list[SubjectId]:
        return sorted(subjects, key=lambda subject: order_key(secret, RequestId(request), subject))

    first = order(b"s" * 32, "req_" + "a" * 26)
    assert first == order(b"s" * 32, "req_" + "a" * 26)
    assert first != order(b"s" * 32, "req_" + "b" * 26)
    assert first != order(b"t" * 32, "req_" + "a" * 26)
    assert len(order_key(b"s" * 32, RequestId("req_a"), subjects[0])) == 32
