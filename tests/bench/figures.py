"""What was measured, as values: one figure a line, with its unit, what it may be at most, and what else was seen."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured. `more` are numbers beside it, by their unit; `main` ones are shown in the README."""

    name: str
    value: float
    unit: str
    most: float | None = None
    more: Mapping[str, float] = field(default_factory=dict)
    why: str = ""
    main: bool = False

    @property
    def met(self) -> bool | None:
        """Whether it keeps to its budget; None when it has none."""
        return None if self.most is None else self.value <= self.most

    def to_json(self) -> dict[str, Any]:
        """Return it as build/bench.json has it."""
        return {**asdict(self), "met": self.met}


def shown(value: float) -> str:
    """Return a number with three digits that count, or as many as stand before the point."""
    if value == 0 or value >= 100:
        return f"{value:,.0f}"
    digits = 2 if value >= 1 else 3
    text = f"{value:.1f}" if value >= 10 else f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if value == int(value) else text


def cells(figure: Figure) -> tuple[str, str, str, str]:
    """Return a figure as the cells of a table: what, how much, at most, and what else was seen."""
    most = "" if figure.most is None else f"{shown(figure.most)} {'✓' if figure.met else '✗'}"
    more = ", ".join(f"{shown(value)} {unit}" for unit, value in figure.more.items())
    return figure.name, f"{shown(figure.value)} {figure.unit}", most, "; ".join(filter(None, (more, figure.why)))
