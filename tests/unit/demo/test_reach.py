"""Brute force, and the figures that compare with it."""

import random

import pytest

from infra.demo.cast import cast_of
from infra.demo.places import Place, distance_km
from infra.demo.reach import accuracy, by_area, exactly, in_reach
from jobipro.domain.coverage import Location, coarse_area
from tests.unit.demo.people import a_cast, provider


def test_a_circle_reaches_what_is_in_it_and_nothing_else():
    cast = a_cast([provider(0), provider(1, km=12), provider(2, trade="roofing")], 9.9, 10.1)
    near, far = cast.wishes

    assert in_reach(cast, exactly) == {(near, cast.providers[0]), (near, cast.providers[1]), (far, cast.providers[1])}


def test_the_rim_counts_as_in_reach():
    cast = a_cast([provider(0, radius_km=0)], 0.0)

    assert len(in_reach(cast, exactly)) == 1


def test_areas_are_those_that_matching_uses():
    """Computed twice: what is compared with matching must not be matching's own code."""
    draw = random.Random(5)
    places = [Place(draw.uniform(42, 70), draw.uniform(-140, -53)) for _ in range(200)]

    theirs = [coarse_area(Location(each.latitude, each.longitude)) for each in places]

    assert [by_area(each) for each in places] == [Place(each.latitude, each.longitude) for each in theirs]


def test_areas_move_nobody_farther_than_a_cell_is_wide():
    cast = cast_of(100, 1, 1, run="run")

    assert max(distance_km(each.base, by_area(each.base)) for each in cast.providers) < 1.6


def test_recall_is_the_part_of_those_in_reach_precision_the_part_of_those_told():
    cast = a_cast([provider(n) for n in range(5)], 0.0)
    (wish,) = cast.wishes
    told = frozenset((wish, each) for each in cast.providers[:3])
    reached = frozenset((wish, each) for each in cast.providers[1:])

    found = accuracy(told, reached)

    assert found.recall == 0.5
    assert found.precision == pytest.approx(2 / 3)
    assert (found.told, found.in_reach, found.both) == (3, 4, 2)


def test_errors_say_by_how_much_they_are_wrong():
    cast = a_cast([provider(0), provider(1, km=3)], 12.0)
    (wish,) = cast.wishes
    outside, inside = cast.providers

    found = accuracy(frozenset({(wish, outside)}), frozenset({(wish, inside)}))

    assert list(found.over_km) == pytest.approx([2.0], abs=0.01)
    assert list(found.under_km) == pytest.approx([1.0], abs=0.01)
    assert found.to_fields()["told_out_of_reach"] == {"pairs": 1, "median_km": 2.0, "most_km": 2.0}


def test_where_nobody_is_in_reach_and_nobody_told_nothing_is_wrong():
    found = accuracy(frozenset(), frozenset())

    assert (found.recall, found.precision) == (1.0, 1.0)
