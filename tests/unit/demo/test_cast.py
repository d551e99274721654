"""Who takes part in the demo."""

from collections import Counter

from infra.demo.cast import OFF_THE_MIDDLE_KM, RADII_KM, TITLES, cast_of
from infra.demo.places import around_cities, distance_km
from infra.demo.reach import by_area, in_reach
from jobipro.domain.requests import WAVE
from jobipro.domain.text import TITLE, accepted
from jobipro.domain.trades import Trade

BIG = cast_of(200, 20, 2_000, run="run")


def test_the_same_seed_brings_the_same_people_and_another_run_other_addresses():
    assert cast_of(5, 2, 4, run="a") == cast_of(5, 2, 4, run="a")
    assert cast_of(5, 2, 4, run="a", seed=2) != cast_of(5, 2, 4, run="a", seed=3)
    addresses = [{person.address for person in cast_of(5, 2, 4, run=run).people} for run in ("a", "b")]
    assert addresses[0].isdisjoint(addresses[1])


def test_there_are_as_many_as_were_asked_for_and_no_two_of_one_address_or_title():
    assert (len(BIG.providers), len(BIG.customers), len(BIG.wishes)) == (200, 20, 2_000)
    assert len({person.address for person in BIG.people}) == 220
    assert len({wish.title for wish in BIG.wishes}) == 2_000


def test_trades_cities_and_radii_differ():
    assert {trade for provider in BIG.providers for trade in provider.trades} == set(TITLES) <= set(Trade)
    assert all(len(set(provider.trades)) == len(provider.trades) for provider in BIG.providers)
    assert {provider.radius_km for provider in BIG.providers} == set(RADII_KM)
    assert len({around_cities()[provider.person.area] for provider in BIG.providers}) == 9


def test_everybody_is_near_the_middle_of_their_postal_area():
    placed = [(each.person.area, each.base) for each in BIG.providers] + [
        (each.area, each.place) for each in BIG.wishes
    ]

    assert max(distance_km(area.middle, place) for area, place in placed) <= OFF_THE_MIDDLE_KM + 0.001


def test_every_title_may_be_posted():
    assert {accepted(TITLE, "title", wish.title) for wish in BIG.wishes} == {wish.title for wish in BIG.wishes}


def test_one_wave_holds_everybody_in_reach_so_nobody_is_told_later():
    assert max(Counter(wish for wish, _ in in_reach(BIG, by_area)).values()) <= WAVE
