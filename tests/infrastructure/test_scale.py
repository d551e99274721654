"""What docs/scale.md reckons with is what was counted, and grows as it should."""

import pytest

from infra.scale import ASSUMED, IDLE, LARGE, MIX, SMALL, UNITS, Load, bill, functions, happenings, own_bounds, quotas

BY_USE = ("API Gateway, requests", "DynamoDB, write units", "KMS, calls", "SES, mails")
"""What nobody pays for when nothing is asked."""


def amounts(load: Load) -> dict[str, float]:
    """Return what each line of the bill is for."""
    return {each.what: each.amount for each in bill(load)}


def test_units_are_counted_for_all_that_happens_and_for_nothing_else() -> None:
    assert UNITS.keys() == {(scenario, trigger) for _, _, scenario, trigger, _ in MIX}


def test_everything_happens_in_a_function_and_most_functions_have_something_to_do() -> None:
    busy = {each.function for each in happenings(LARGE)}

    assert busy <= functions().keys()
    assert functions().keys() - busy == {"public"}


def test_what_is_not_sent_was_over_the_limit() -> None:
    times = {each.what: each.times for each in happenings(LARGE)}

    assert times["opportunity sent"] + times["opportunity over the limit"] == LARGE.told


@pytest.mark.parametrize("what", BY_USE)
def test_whoever_asks_nothing_pays_only_for_what_stands_there(what: str) -> None:
    assert amounts(IDLE)[what] == 0
    assert amounts(SMALL)[what] > 0


@pytest.mark.parametrize("what", BY_USE)
def test_twice_the_use_is_twice_the_amount(what: str) -> None:
    double = Load(2 * LARGE.people, 2 * LARGE.requests)

    assert amounts(double)[what] == pytest.approx(2 * amounts(LARGE)[what])


def test_the_bound_in_the_way_first_stands_first() -> None:
    for bounds in (quotas(LARGE), own_bounds(LARGE)):
        assert [each.times for each in bounds] == sorted((each.times for each in bounds), reverse=True)


def test_shares_are_shares() -> None:
    assert all(0 < each.value <= 1 for each in ASSUMED.values() if each.unit.startswith("of "))
