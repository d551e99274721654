"""What came of a demo, as a table for the eye and as JSON for programs."""

import os
import platform
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from statistics import quantiles

from rich.box import SIMPLE_HEAD
from rich.table import Table

from infra.demo.cast import Cast, Provider, Wish
from infra.demo.jobs import Ended, Fate
from infra.demo.places import Place, around_cities, distance_km
from infra.demo.play import Outcome, Told
from infra.demo.reach import Accuracy, accuracy, by_area, exactly, in_reach
from jobipro.domain.requests import WAVE

ROWS = 20


@dataclass(frozen=True)
class Report:
    """A cast and what came of it."""

    cast: Cast
    outcome: Outcome

    @cached_property
    def by_area(self) -> Accuracy:
        """How matching compares with distances between areas, which is what it goes by."""
        return accuracy(self.outcome.pairs, in_reach(self.cast, by_area))

    @cached_property
    def exactly(self) -> Accuracy:
        """How matching compares with distances between the exact places."""
        return accuracy(self.outcome.pairs, in_reach(self.cast, exactly))

    @cached_property
    def most_in_reach(self) -> int:
        """The most providers in reach of one request; beyond 25 the others' turn comes in later waves."""
        return max(Counter(wish for wish, _ in in_reach(self.cast, by_area)).values(), default=0)

    def told_of(self, wish: Wish) -> Sequence[Told]:
        """Return who was told of a request, nearest first."""
        return self._told.get(wish, ())

    @cached_property
    def _told(self) -> Mapping[Wish, Sequence[Told]]:
        found: dict[Wish, list[Told]] = {}
        for told in sorted(self.outcome.told, key=away_km):
            found.setdefault(told.wish, []).append(told)
        return found

    @property
    def doubled(self) -> int:
        """How many providers were told of the same request more than once."""
        return len(self.outcome.told) - len(self.outcome.pairs)

    def seconds(self, told: Told) -> float:
        """Return how long after its request was posted a mail came."""
        return (told.at - self.outcome.posted[told.wish].at).total_seconds()

    def table(self) -> Table:
        """Return one row a request, of the first 20."""
        shown = self.cast.wishes[:ROWS]
        title = "Who was told" if len(shown) == len(self.cast.wishes) else f"Who was told of the first {ROWS} requests"
        table = Table(
            title=title, caption="mails: to providers + to the customer", box=SIMPLE_HEAD, padding=(0, 1, 0, 0)
        )
        for heading in ("no.", "trade", "where"):
            table.add_column(heading, no_wrap=True)
        for heading in ("told", "away", "mails", "came after"):
            table.add_column(heading, justify="right", no_wrap=True)
        for n, wish in enumerate(shown, 1):
            table.add_row(str(n), *self._row(wish))
        return table

    def _row(self, wish: Wish) -> tuple[str, ...]:
        told = self.told_of(wish)
        return (
            wish.trade.replace("_", " "),
            f"{around_cities()[wish.area]} {wish.area.code}",
            str(len({each.provider for each in told}) or "nobody"),
            _range(map(away_km, told), "km"),
            f"{len(told)} + {self.outcome.confirmed.get(wish, 0)}",
            _range(map(self.seconds, told), "s"),
        )

    def lines(self) -> Sequence[str]:
        """Return what is to be said in the end."""
        said = [
            f"{len(self.cast.wishes)} requests, {self.by_area.told} times somebody was told; "
            f"{self.doubled} told twice. At most {self.most_in_reach} were in reach of one request.",
            _said("by area, which is all that matching knows", self.by_area),
            _said("by exact place", self.exactly),
        ]
        if self.by_area.recall < 1:
            said.append(
                f"Who is missing: of more than {WAVE} in reach the others hear of it 10 minutes later, "
                "and a mail in doubt is not sent twice (docs/adr/0006-at-most-once-and-at-least-once.md)."
            )
        return [*said, *self._books()]

    def jobs(self) -> Table:
        """Return how the jobs went, and what was paid."""
        table = Table(title="What became of them", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
        table.add_column("jobs")
        for heading in ("how many", "payments", "captured", "given back"):
            table.add_column(heading, justify="right", no_wrap=True)
        for fate in Fate:
            ended = [each for each in self.outcome.ended if each.job.fate is fate]
            states = ", ".join(sorted({each.state for each in ended}))
            captured, back = (_dollars(sum(each.ours[part] for each in ended)) for part in (0, 1))
            table.add_row(fate, str(len(ended)), states, captured, back)
        return table

    def _books(self) -> Sequence[str]:
        """Return whether our books and Stripe's say the same."""
        ended = self.outcome.ended
        if not ended:
            return ()
        captured, back = (_dollars(sum(each.ours[part] for each in ended)) for part in (0, 1))
        theirs = _dollars(sum(each.stripes[0] - each.stripes[1] for each in ended))
        ours = _dollars(sum(each.ours[0] - each.ours[1] for each in ended))
        wrong = [each for each in ended if not each.agrees]
        return (
            f"{len(ended)} jobs found a provider: {captured} captured, {back} given back.",
            f"The books: {ours} here, {theirs} at Stripe; {len(ended) - len(wrong)} of {len(ended)} payments agree.",
        )

    def to_fields(self) -> Mapping[str, object]:
        """Return everything: figures, people, requests, and who was told of each."""
        numbers = {provider: n for n, provider in enumerate(self.cast.providers)}
        return {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": machine(),
            "customers": len(self.cast.customers),
            "most_in_reach_of_one_request": self.most_in_reach,
            "told_twice": self.doubled,
            "confirmations": sum(self.outcome.confirmed.values()),
            "by_area": self.by_area.to_fields(),
            "by_exact_place": self.exactly.to_fields(),
            "seconds_to_mail": spread(list(map(self.seconds, self.outcome.told))),
            "payments": [_payment(each) for each in self.outcome.ended],
            "providers": [_provider(provider) for provider in self.cast.providers],
            "requests": [self._request(wish, numbers) for wish in self.cast.wishes],
        }

    def _request(self, wish: Wish, numbers: Mapping[Provider, int]) -> Mapping[str, object]:
        told = [
            {
                "provider": numbers[each.provider],
                "km": round(away_km(each), 3),
                "seconds": round(self.seconds(each), 3),
            }
            for each in self.told_of(wish)
        ]
        return {"title": wish.title, "trade": wish.trade, **_point(wish.place), "told": told}


def away_km(told: Told) -> float:
    """Return how far a request is from the base of somebody who was told of it."""
    return distance_km(told.provider.base, told.wish.place)


def spread(values: Sequence[float]) -> Mapping[str, float]:
    """Return the least, the median, the 95th percentile and the most of some values; nothing of none."""
    if len(values) < 2:
        return dict.fromkeys(("least", "median", "p95", "most"), round(values[0], 3)) if values else {}
    parts = quantiles(values, n=20, method="inclusive")
    named = {"least": min(values), "median": parts[9], "p95": parts[18], "most": max(values)}
    return {name: round(value, 3) for name, value in named.items()}


def machine() -> str:
    """Return what this was run on, in a few words."""
    cpus = Path("/proc/cpuinfo")
    lines = cpus.read_text().splitlines() if cpus.exists() else []
    model = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.processor())
    return f"{os.cpu_count()} × {model or platform.machine()}, {platform.system()}, Python {platform.python_version()}"


def _range(values: Iterable[float], unit: str) -> str:
    """Return the least and the most of some values, in words."""
    ordered = sorted(values)
    if len(ordered) < 2:
        return f"{ordered[0]:.1f} {unit}" if ordered else ""
    return f"{ordered[0]:.1f}–{ordered[-1]:.1f} {unit}"


def _said(measure: str, found: Accuracy) -> str:
    wrong = max((*found.over_km, *found.under_km), default=0.0)
    return (
        f"Against brute force {measure}: recall {found.recall:.4f} ({found.both} of {found.in_reach}), "
        f"precision {found.precision:.4f} ({found.both} of {found.told}); wrong by {wrong:.2f} km at most."
    )


def _dollars(cents: int) -> str:
    return f"${cents / 100:,.2f}"


def _payment(ended: Ended) -> Mapping[str, object]:
    books = {"ours": ended.ours, "stripe": ended.stripes}
    return {
        "title": ended.job.wish.title,
        "cents": ended.job.cents,
        "fate": ended.job.fate,
        "state": ended.state,
        **books,
    }


def _provider(provider: Provider) -> Mapping[str, object]:
    name = f"{provider.person.name}"
    return {"name": name, "trades": provider.trades, **_point(provider.base), "radius_km": provider.radius_km}


def _point(place: Place) -> Mapping[str, float]:
    return {"latitude": place.latitude, "longitude": place.longitude}
