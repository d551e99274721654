"""A map of one request: who was told of it, and the circles in which they work."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import h3
import matplotlib as mpl
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.colors import Colormap
from matplotlib.figure import Figure

from infra.demo.cast import Provider, Wish
from infra.demo.places import CITIES, Place, around_cities, circle, distance_km, moved, postal_areas
from infra.demo.reach import AREA_RESOLUTION
from infra.demo.report import Report, away_km

SIZE = (11.0, 7.2)  # inches
DOTS_AN_INCH = 110
LAND, QUIET, FAINT, DARK = "#f6f4ef", "#b9b4a7", "#7a7464", "#33302a"
REQUEST = "#c8102e"
LEAST_KM, MOST_KM = 15.0, 75.0
"""How far the map goes from its middle, at least, and at most if no base is farther away."""

ENOUGH = 6
"""Circles that show what there is to see; more only hide one another."""

MARKS_ACROSS = 17
"""Marks that fit side by side into half of the map."""

MARGIN = 1.06

NAMED_FROM = 3
"""Postal areas of one name that make it worth writing."""

DARKER = 0.82

type Colour = tuple[float, float, float]

HALO = [patheffects.withStroke(linewidth=2.5, foreground=LAND)]

# Text as shapes looks alike everywhere; without dates and random ids the same picture is the same file.
STYLE: Any = {"svg.fonttype": "path", "svg.hashsalt": "demo", "font.family": "DejaVu Sans", "font.size": 9}


@dataclass(frozen=True, slots=True)
class View:
    """The part of Canada that is shown."""

    middle: Place
    half_km: float

    @property
    def west(self) -> float:
        """Degrees."""
        return moved(self.middle, self.half_km, 270).longitude

    @property
    def east(self) -> float:
        """Degrees."""
        return moved(self.middle, self.half_km, 90).longitude

    @property
    def south(self) -> float:
        """Degrees."""
        return moved(self.middle, self.half_km, 180).latitude

    @property
    def north(self) -> float:
        """Degrees."""
        return moved(self.middle, self.half_km, 0).latitude

    def holds(self, place: Place, margin: float = 0.0) -> bool:
        """Tell whether a place is on the map, and not within a part of its width from the rim."""
        high, wide = margin * (self.north - self.south), margin * (self.east - self.west)
        inside = self.south + high <= place.latitude <= self.north - high
        return inside and self.west + wide <= place.longitude <= self.east - wide


def best(report: Report) -> Wish | None:
    """Return the request that makes the clearest map: enough were told of it, close to it. None if nobody was told."""
    known = [wish for wish in report.cast.wishes if report.told_of(wish)]

    def unclear(wish: Wish) -> tuple[int, int, float]:
        told = [each.provider for each in report.told_of(wish)]
        half_km = _view(wish.place, told).half_km
        marks = [wish.place, *(each.base for each in told)]
        hidden = sum(distance_km(one, other) < half_km / MARKS_ACROSS for one, other in combinations(marks, 2))
        return -min(ENOUGH, len(told)), hidden, half_km

    return min(known, key=unclear, default=None)


def draw(report: Report, wish: Wish, files: Sequence[Path]) -> None:
    """Write the map of a request to files, in the formats that their names end with."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=SIZE, facecolor="white")
        axes = figure.add_axes((0.009, 0.02, 0.628, 0.96))
        told = [each.provider for each in report.told_of(wish)]
        view = _view(wish.place, told)
        colours = dict(zip(told, _colours(len(told)), strict=True))
        _ground(axes, view, [wish.place, *(each.base for each in told)])
        _others(axes, view, [each for each in report.cast.providers if wish.trade in each.trades and each not in told])
        _told(axes, colours)
        _request(axes, wish)
        _scale(axes, view)
        _legend(figure, report, wish, colours)
        for file in files:
            plain = {"Date": None} if file.suffix == ".svg" else {}
            figure.savefig(file, dpi=DOTS_AN_INCH, metadata=plain)


def _view(place: Place, told: Sequence[Provider]) -> View:
    """Return the smallest map of all circles; if that is too large, one around the request, with all bases."""
    rims = [corner for provider in told for corner in circle(provider.base, provider.radius_km)]
    latitudes, longitudes = sorted(each.latitude for each in rims), sorted(each.longitude for each in rims)
    middle = Place((latitudes[0] + latitudes[-1]) / 2, (longitudes[0] + longitudes[-1]) / 2)
    high = distance_km(Place(latitudes[0], middle.longitude), middle)
    wide = distance_km(Place(middle.latitude, longitudes[0]), middle)
    whole = View(middle, max(LEAST_KM, MARGIN * high, MARGIN * wide))
    if whole.half_km <= MOST_KM:
        return whole
    bases = max(distance_km(provider.base, place) for provider in told)
    return View(place, max(MOST_KM, 1.15 * bases))


def _colours(count: int) -> Sequence[Colour]:
    """Return colours that differ, dark enough to be read on white."""
    scale: Colormap = mpl.colormaps["turbo"]
    shades = (scale(0.04 + 0.92 * n / max(1, count - 1)) for n in range(count))
    return [(red * DARKER, green * DARKER, blue * DARKER) for red, green, blue, _ in shades]


def _ground(axes: Axes, view: View, taken: Sequence[Place]) -> None:
    """Draw Canada as the dots of its postal areas, and write the names that many of them have."""
    axes.set_xlim(view.west, view.east)
    axes.set_ylim(view.south, view.north)
    axes.set_aspect(1 / math.cos(math.radians(view.middle.latitude)), adjustable="box")
    axes.set_facecolor(LAND)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color(QUIET)
    seen = [area for area in postal_areas() if view.holds(area.middle)]
    axes.scatter(
        [area.middle.longitude for area in seen],
        [area.middle.latitude for area in seen],
        s=9, color=QUIET, linewidths=0, zorder=1,
    )  # fmt: skip
    for name, place in _names(view, taken).items():
        axes.annotate(
            name, (place.longitude, place.latitude), color=FAINT, fontsize=12 if name in CITIES else 9,
            fontstyle="italic", ha="center", va="center", path_effects=HALO, zorder=6,
        )  # fmt: skip


def _names(view: View, taken: Sequence[Place]) -> Mapping[str, Place]:
    """Return the names of places and where to write them, far enough from one another and from what is taken.

    Those of cities come first, then those that most postal areas have.
    """
    groups: dict[str, list[Place]] = {name: [_middle(name)] for name in CITIES}
    for area in postal_areas():
        groups.setdefault(_short(area.name), []).append(area.middle)
    written: dict[str, Place] = {}
    near = view.half_km / 8
    for name, places in sorted(groups.items(), key=lambda each: (each[0] not in CITIES, -len(each[1]))):
        shown = [
            place
            for place in places
            if view.holds(place, 0.08) and all(distance_km(place, other) > 2.4 * near for other in written.values())
        ]
        free = [place for place in shown if all(distance_km(place, other) > near for other in taken)]
        if (free or shown) and name in CITIES:
            written[name] = (free or shown)[0]
        elif free and len(places) >= NAMED_FROM:
            written[name] = free[0]
    return written


def _middle(city: str) -> Place:
    return next(area.middle for area in postal_areas() if area.code == CITIES[city])


def _short(name: str) -> str:
    """Return the first part of a postal area's name without the points of the compass."""
    words = name.partition(" (")[0].partition(" / ")[0].replace("- ", "-").split()
    bearings = {"North", "South", "East", "West", "Central", "Northeast", "Northwest", "Southeast", "Southwest"}
    return " ".join(word for word in words if word not in bearings)


def _others(axes: Axes, view: View, providers: Sequence[Provider]) -> None:
    """Draw those who do the same work, but not here."""
    for provider in providers:
        rim = circle(provider.base, provider.radius_km)
        axes.plot(*_lines(rim), color=QUIET, linewidth=0.8, linestyle=(0, (4, 3)), zorder=2)
        if view.holds(provider.base):
            axes.plot(provider.base.longitude, provider.base.latitude, "o", ms=4, mfc="white", mec=FAINT, zorder=4)


def _told(axes: Axes, colours: Mapping[Provider, Colour]) -> None:
    """Draw those who were told, with their circles."""
    for n, (provider, colour) in enumerate(colours.items(), 1):
        rim = _lines(circle(provider.base, provider.radius_km))
        axes.fill(*rim, facecolor=(*colour, 0.035), edgecolor=(*colour, 0.9), linewidth=1.5, zorder=3)
        _mark(axes, provider.base.longitude, provider.base.latitude, n, colour)


def _request(axes: Axes, wish: Wish) -> None:
    """Draw a request with its area, the cell of which providers learn the middle."""
    cell = h3.latlng_to_cell(wish.place.latitude, wish.place.longitude, AREA_RESOLUTION)
    corners = [Place(*corner) for corner in h3.cell_to_boundary(cell)]
    axes.fill(*_lines([*corners, corners[0]]), facecolor=REQUEST, alpha=0.25, edgecolor=REQUEST, zorder=7)
    axes.plot(wish.place.longitude, wish.place.latitude, "*", ms=17, mfc=REQUEST, mec="white", zorder=10)


def _lines(places: Sequence[Place]) -> tuple[list[float], list[float]]:
    return [place.longitude for place in places], [place.latitude for place in places]


def _scale(axes: Axes, view: View) -> None:
    """Draw a bar of a round length."""
    km = next(length for length in (50, 20, 10, 5, 2, 1) if length <= view.half_km * 0.5)
    start = moved(moved(view.middle, view.half_km * 0.93, 180), view.half_km * 0.93, 270)
    end = moved(start, km, 90)
    axes.plot([start.longitude, end.longitude], [start.latitude] * 2, color=DARK, linewidth=3, zorder=11)
    axes.annotate(
        f"{km} km", ((start.longitude + end.longitude) / 2, start.latitude), xytext=(0, 5), textcoords="offset points",
        ha="center", color=DARK, path_effects=HALO, zorder=11,
    )  # fmt: skip


def _legend(figure: Figure, report: Report, wish: Wish, colours: Mapping[Provider, Colour]) -> None:
    """Write beside the map what is on it."""
    side = figure.add_axes((0.655, 0.02, 0.335, 0.96))
    side.set_axis_off()
    side.set_xlim(0, 1)
    side.set_ylim(0, 1)
    side.text(0, 0.965, wish.title.partition(" (")[0], fontsize=15, fontweight="bold", color=DARK)
    side.text(0, 0.925, f"{wish.trade.replace('_', ' ').capitalize()} · {_where(wish)}", color=DARK)
    side.plot(0.03, 0.872, "*", ms=15, mfc=REQUEST, mec="white")
    side.text(0.085, 0.872, "the request, and the area that providers learn", va="center", color=DARK)
    side.text(0, 0.81, f"{len(colours)} were told", fontsize=11, fontweight="bold", color=DARK)
    side.text(0.78, 0.81, "away", fontsize=8, ha="right", color=FAINT)
    side.text(1.0, 0.81, "radius", fontsize=8, ha="right", color=FAINT)
    away = {each.provider: away_km(each) for each in report.told_of(wish)}
    step = min(0.052, 0.66 / max(1, len(colours)))
    for n, (provider, colour) in enumerate(colours.items(), 1):
        y = 0.81 - n * step
        _mark(side, 0.03, y, n, colour)
        side.text(0.085, y, provider.person.name, va="center", color=DARK)
        side.text(0.78, y, f"{away[provider]:.1f} km", ha="right", va="center", color=DARK)
        side.text(1.0, y, f"{provider.radius_km} km", ha="right", va="center", color=DARK)
    side.plot(0.03, 0.07, "o", ms=4, mfc="white", mec=FAINT)
    side.plot([0.0, 0.06], [0.05, 0.05], color=QUIET, linewidth=0.9, linestyle=(0, (4, 3)))
    side.text(0.085, 0.06, "does the same work, but not here: not told", va="center", color=DARK)
    side.plot(0.03, 0.015, "o", ms=3, mfc=QUIET, mec=QUIET)
    side.text(0.085, 0.015, "a postal area (pypostalcode, from Canada Post)", va="center", color=FAINT, fontsize=8)


def _mark(axes: Axes, x: float, y: float, n: int, colour: Colour) -> None:
    """Draw a provider's number."""
    axes.plot(x, y, "o", ms=14, mfc=colour, mec="white", zorder=8)
    axes.annotate(
        str(n), (x, y), color="white", fontsize=8.5, fontweight="bold", ha="center", va="center_baseline", zorder=9,
        path_effects=[patheffects.withStroke(linewidth=1.6, foreground=(0, 0, 0, 0.55))],
    )  # fmt: skip


def _where(wish: Wish) -> str:
    """Return a request's postal area in words."""
    name, city = _short(wish.area.name), around_cities()[wish.area]
    return f"{name} ({wish.area.code})" if city in name else f"{name} ({wish.area.code}), near {city}"
