"""The tables of docs/scale.md and docs/deploy.md, which `make docs` writes."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from infra.scale.bill import DAYS, bill
from infra.scale.bounds import Bound, own_bounds, quotas
from infra.scale.day import DAY, IDLE, LARGE, SMALL, Load, calls, guess, happenings, total
from infra.scale.figures import ASSUMED, COGNITO, PRICES, QUOTAS, Figure
from jobipro.domain.limits import RULES
from jobipro.domain.requests import WAVE


def number(value: float) -> str:
    """Write a number with as many digits as mean something."""
    if value == 0 or value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (titles, ["---"] * len(titles), *rows))


def _happening_rows(load: Load) -> str:
    rows = [
        (
            each.what if "{" not in each.what and " /" not in each.what else f"`{each.what}`",
            each.function,
            number(each.times),
            str(len(each.calls)),
            str(each.units.written),
            str(each.units.read),
            number(each.milliseconds),
        )
        for each in sorted(happenings(load), key=lambda each: -each.times)
    ]
    return _table(("what", "in", "times a day", "calls", "write units", "read units", "ms"), rows)


def _call_rows(load: Load) -> str:
    day = happenings(load)
    names = sorted({call for each in day for call in each.calls})
    found = sorted(((name, total(day, calls(name))) for name in names), key=lambda each: -each[1])
    rows = (
        (f"`{name}`", number(times), number(times / DAY), number(times / DAY * guess("peak"))) for name, times in found
    )
    return _table(("call", "a day", "a second", "in the busiest second"), rows)


def _bill_rows(load: Load) -> str:
    lines = sorted(bill(load), key=lambda each: -each.dollars)
    rows = [(each.what, number(each.amount), each.price, f"{each.dollars:,.2f}") for each in lines if each.dollars]
    total = ("**together**", "", "", f"**{sum(each.dollars for each in lines):,.2f}**")
    return _table(("what", "in a month", "price", "US$"), [*rows, total])


def _bound_rows(bounds: Iterable[Bound]) -> str:
    rows = (
        (each.what, number(each.taken), f"{each.limit:,.0f} {each.unit}", f"{number(each.times)} ×") for each in bounds
    )
    return _table(("what", "taken", "bound", "taken of it"), rows)


def _figure_rows(figures: Mapping[str, Figure]) -> str:
    rows = ((each.what, f"{each.value:.10g}", each.unit, each.source) for each in figures.values())
    return _table(("what", "number", "unit", "source"), rows)


def _cognito_rows() -> str:
    rows = (("the rest" if step == float("inf") else f"{step:,.0f}", f"{price:g}") for step, price in COGNITO)
    return _table(("of the people, the next", "US$ each"), rows)


def _first() -> str:
    first, second, *_ = bounds = quotas(LARGE)
    over = sum(each.times > 1 for each in bounds)
    lines = bill(LARGE)
    total, largest = sum(each.dollars for each in lines), max(lines, key=lambda each: each.dollars)
    return "\n".join(
        (
            f"- **About US${total:,.0f} a month**, US${total / DAYS / LARGE.requests:.4f} a request, for "
            f"{LARGE.people:,} people and {LARGE.requests:,} requests a day.",
            f"- The largest line is {largest.what}: {largest.dollars / total:.0%}.",
            f"- **The first quota in the way is {first.what}**: {number(first.times)} times as many are needed. "
            f"Then comes {second.what}: {number(second.times)} times.",
            f"- {over} of the {len(bounds)} quotas below have to be raised.",
        )
    )


def _limit_words() -> str:
    over = next(each for each in happenings(LARGE) if each.what == "opportunity over the limit")
    dollars = over.times * over.units.written * DAYS / 1e6 * PRICES["writes"].value
    return (
        f"{number(LARGE.told)} opportunities go to the queue in a day ({LARGE.requests:,} requests × {WAVE}), and "
        f"{number(LARGE.providers)} providers take {RULES['opportunity.mail'].count} each at most: "
        f"{number(LARGE.commercial)} become mails, {number(over.times)} end as `limited`. What those write, mostly "
        f"claims in vain, costs US${dollars:,.0f} a month."
    )


PARTS: Mapping[str, Callable[[], str]] = {
    "answer": _first,
    "limited": _limit_words,
    "happenings": lambda: _happening_rows(LARGE),
    "calls": lambda: _call_rows(LARGE),
    "bill": lambda: _bill_rows(LARGE),
    "quotas": lambda: _bound_rows(quotas(LARGE)),
    "own bounds": lambda: _bound_rows(own_bounds(LARGE)),
    "prices": lambda: _figure_rows(PRICES),
    "people": _cognito_rows,
    "quotas granted": lambda: _figure_rows(QUOTAS),
    "assumed": lambda: _figure_rows(ASSUMED),
    "idle bill": lambda: _bill_rows(IDLE),
    "small bill": lambda: _bill_rows(SMALL),
}
"""The parts of docs/scale.md and docs/deploy.md, by the marks they stand between."""
