"""Places, and distances between them."""

import pytest

from infra.demo.places import CITIES, Place, around_cities, circle, distance_km, moved, postal_areas
from jobipro.domain.coverage import Location, in_canada
from jobipro.domain.provinces import Province

OTTAWA, TORONTO = Place(45.4215, -75.6972), Place(43.6532, -79.3832)


@pytest.mark.parametrize(
    ("a", "b", "km"),
    [
        (OTTAWA, OTTAWA, 0.0),
        (OTTAWA, TORONTO, 352.0),
        (Place(0, 0), Place(0, 90), 10007.6),  # a quarter of the equator: 6371.0088 km × π / 2
        (Place(60, -100), Place(60, 80), 6671.7),  # over the pole: 60 of 180 degrees
    ],
)
def test_distances_are_along_great_circles(a: Place, b: Place, km: float):
    assert distance_km(a, b) == pytest.approx(km, abs=0.5)
    assert distance_km(b, a) == distance_km(a, b)


@pytest.mark.parametrize("bearing", [0, 90, 200, 359])
@pytest.mark.parametrize("km", [0.1, 5, 100])
def test_one_comes_as_far_as_one_went(km: float, bearing: float):
    assert distance_km(OTTAWA, moved(OTTAWA, km, bearing)) == pytest.approx(km, abs=1e-6)


def test_one_goes_north_and_east_as_on_a_map():
    assert moved(OTTAWA, 10, 0).latitude > OTTAWA.latitude
    assert moved(OTTAWA, 10, 90).longitude > OTTAWA.longitude


def test_a_circle_is_closed_and_everywhere_as_far():
    rim = circle(OTTAWA, 25, corners=12)

    assert len(rim) == 13
    assert distance_km(rim[0], rim[-1]) == pytest.approx(0, abs=1e-6)
    assert [distance_km(OTTAWA, each) for each in rim] == pytest.approx([25] * 13)


def test_every_postal_area_is_in_canada_and_in_a_province():
    areas = postal_areas()

    assert len(areas) > 1_600
    assert all(in_canada(Location(area.middle.latitude, area.middle.longitude)) for area in areas)
    assert {area.province for area in areas} <= set(Province)


def test_every_city_has_postal_areas_around_it_and_the_nearest_city_counts():
    around = around_cities()

    assert set(around.values()) == set(CITIES)
    assert {area.code: city for area, city in around.items()}["K1P"] == "Ottawa"
    assert all(around[area] == city for city, code in CITIES.items() for area in around if area.code == code)
