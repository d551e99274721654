"""What docs/scale.md reckons with is what was counted, and grows as it should."""

import pytest

from infra.scale import __main__ as command
from infra.scale.bill import bill
from infra.scale.bounds import own_bounds, quotas
from infra.scale.day import IDLE, LARGE, MIX, SMALL, UNITS, Load, happenings
from infra.scale.deployed import functions
from infra.scale.figures import ASSUMED, PRICES, QUOTAS

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


def test_whoever_doubts_a_price_or_a_quota_is_told_where_to_look() -> None:
    assert all("](https://" in each.source for each in (*PRICES.values(), *QUOTAS.values()))


def test_any_other_load_is_reckoned_by_a_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["make scale", "--people", "50000", "--requests", "10000"])

    assert command.main() == 0

    printed = capsys.readouterr().out
    assert f"{sum(each.dollars for each in bill(SMALL)):,.2f}  together\n" in printed
    said = [each.what for each in bill(SMALL)] + [each.what for each in (*quotas(SMALL), *own_bounds(SMALL))]
    assert [what for what in said if what not in printed] == []


def test_a_load_that_is_no_number_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["make scale", "--people", "many"])

    assert command.main() == 1
    assert capsys.readouterr().err.splitlines() == [
        "PEOPLE and REQUESTS are numbers, such as PEOPLE=50000 REQUESTS=10000."
    ]
