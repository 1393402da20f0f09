"""A map of squares, a funnel, and changes: their data, seaborn's marks for them, and their layout."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from borgerlib import danish
from borgerlib.statistics.levels import Floats
from borgerlib.view import theme
from borgerlib.view.charts.bars import Bars
from borgerlib.view.charts.layout import HALF_BAND, Lines, Rows
from borgerlib.view.charts.marks import Key, Marks, RowMarks, write

if TYPE_CHECKING:
    import seaborn.objects as so
    from matplotlib.axes import Axes

# In narrower squares, letters would be too small to read.
_READABLE = 30.0
_SIDE = 0.94
_TALL = (400.0, 320.0)
_SIZES = "Svar (jo længere til højre, jo flere)"


@dataclass(frozen=True)
class Square:
    """A municipality's square: its place, counted from the north-west, its letters and its colour."""

    row: int
    column: int
    letters: str
    colour: str
    hatched: bool = False


@dataclass(frozen=True)
class Squares(RowMarks):
    """The country as squares; `key` explains the colours."""

    squares: tuple[Square, ...]
    key: Key = ()

    def plot(self) -> so.Plot:
        """Return the marks: one square per municipality."""
        import seaborn.objects as so

        frame = pd.DataFrame([vars(square) for square in self.squares])
        frame = frame.assign(west=frame["column"] - _SIDE / 2, east=frame["column"] + _SIDE / 2)
        square: Any = {"x": "east", "baseline": "west", "color": "colour", "orient": "y"}
        plot = so.Plot(frame, y="row").add(so.Bar(alpha=1, edgewidth=0), **square)
        return plot.scale(color=None).label(x="", y="")

    @property
    def start(self) -> float:
        """The western edge of the map."""
        return -0.5

    @cached_property
    def scale(self) -> float:
        """Pixels per column."""
        return min(self.room / (max(square.column for square in self.squares) + 1), 46.0)

    @cached_property
    def rows(self) -> Rows:
        """Rows as high as columns are wide."""
        nothing = np.zeros(max(square.row for square in self.squares) + 1)
        return Rows(self.scale * _SIDE, nothing, nothing, self.scale * (1 - _SIDE))

    def write_values(self, axes: Axes) -> None:
        """Hatch municipalities that only the model estimates, and write the letters if they are readable."""
        size = min(self.text("").size, self.scale * 0.36)
        hatched = [square for square in self.squares if square.hatched]
        west, rows = [square.column - _SIDE / 2 for square in hatched], [square.row for square in hatched]
        style: Any = {"edgecolor": theme.PAPER, "hatch": "////", "linewidth": 0}
        axes.barh(rows, _SIDE, 2 * HALF_BAND, left=west, facecolor="none", **style)
        for square in self.squares:
            if self.scale >= _READABLE:
                at, ink = (square.column, square.row), theme.readable_on(square.colour)
                write(axes, [Lines([square.letters], size, colour=ink)], at, align="center")


@dataclass(frozen=True)
class Point:
    """An area in a funnel: its number of respondents, its share, and its name if it is outside the limits."""

    size: float
    share: float
    name: str = ""


@dataclass(frozen=True)
class Funnel(Marks):
    """Shares by number of respondents, and limits around the country's share.

    Parameters
    ----------
    points : tuple of Point
    country : float
        The share of all.
    between : float
        Standard deviation of the areas beyond sampling error.
    reach : float
        Standard deviations to the limits.
    """

    points: tuple[Point, ...]
    country: float
    between: float
    reach: float

    @cached_property
    def limits(self) -> tuple[Floats, Floats, Floats]:
        """Numbers of respondents, and the limits at each."""
        sizes = [point.size for point in self.points]
        at = np.geomspace(min(sizes), max(sizes), 60)
        half = self.reach * np.sqrt(self.country * (1 - self.country) / at + self.between**2)
        return at, np.clip(self.country - half, 0, 1), np.clip(self.country + half, 0, 1)

    def plot(self) -> so.Plot:
        """Return the marks: one dot per area, blue within the limits and red outside."""
        import seaborn.objects as so

        frame = pd.DataFrame([vars(point) for point in self.points])
        colours = frame["name"].astype(bool).map({True: theme.OWN, False: theme.COUNTRY_SOFT})
        dots = so.Plot(frame, x="size", y="share", color=colours).add(so.Dot(pointsize=7, edgewidth=0))
        return dots.scale(color=None, x="log").label(x="", y="")

    @property
    def left(self) -> float:
        """Room for the axis of shares."""
        return 64.0

    @property
    def below(self) -> float:
        """Room for the axis of respondents."""
        return 3 * self.text("").pitch

    @property
    def height(self) -> float:
        """As high as a map."""
        return _TALL[self.narrow]

    def dress(self, axes: Axes) -> None:
        """Draw the limits and the country's share; label the axes and the areas outside the limits."""
        from matplotlib.ticker import MaxNLocator

        at, low, high = self.limits
        for line in (low, high):
            axes.plot(at, line, color=theme.COMPARISON, linewidth=1.5)
        axes.plot(at[[0, -1]], [self.country] * 2, color=theme.TEXT, linewidth=1, linestyle="--")
        shares = [*low, *high, *(point.share for point in self.points)]
        air = 0.04 * (max(shares) - min(shares)) or 0.01
        ends = min(shares) - air, max(shares) + air
        whole = MaxNLocator(8, steps=[1, 2, 5, 10], integer=True).tick_values(100 * ends[0], 100 * ends[1])
        ticks = np.divide(whole, 100)
        axes.set_yticks(ticks, [danish.percent(tick) for tick in ticks])
        sizes = [size for size in (10, 30, 100, 300, 1000, 3000) if at[0] <= size <= at[-1]]
        axes.set_xticks(sizes, [danish.number(size) for size in sizes])
        axes.set_xticks([], minor=True)
        axes.set(xlim=(at[0] * 0.89, at[-1] * 2), ylim=ends)
        size = self.text("").size
        axes.tick_params(length=0, labelcolor=theme.MUTED, labelsize=size, pad=8)
        axes.set_xlabel(_SIZES, loc="left", size=size, color=theme.TEXT)
        axes.spines[:].set_visible(False)
        if not self.narrow:
            self._write_names(axes, (ends[1] - ends[0]) / self.height)

    def _write_names(self, axes: Axes, unit: float) -> None:
        """Write the names, to the left of a dot if the name above is too close; a pixel is `unit` high."""
        before = np.inf
        for point in sorted((p for p in self.points if p.name), key=lambda point: -point.share):
            name = self.text(point.name, small=True)
            near = (before - point.share) / unit < name.pitch
            x, align = (-8, "right") if near else (8, "left")
            write(axes, [name], (point.size, point.share), x=x, align=align)
            before = np.inf if near else point.share


@dataclass(frozen=True)
class Changes(Bars):
    """Changes of shares: `value`, `lower` and `upper` of a bar may be negative."""

    def plot(self) -> so.Plot:
        """Return the marks: one dot per answer, and its interval."""
        import seaborn.objects as so

        frame = self.frame()
        return (
            so.Plot(frame, y="row")
            .add(so.Range(color=theme.TEXT, linewidth=1.5), xmin="lower", xmax="upper")
            .add(so.Dot(pointsize=10, edgewidth=0), x="value", color="colour")
            .scale(color=None, y=so.Nominal(order=list(frame["row"])))
            .label(x="", y="")
        )

    @cached_property
    def start(self) -> float:
        """The largest fall."""
        return min(0.0, *(bar.lower for bar in self.bars if bar.lower is not None), -0.01)

    def write_values(self, axes: Axes) -> None:
        """Write the values, and draw the line of no change."""
        super().write_values(axes)
        axes.spines["left"].set_visible(False)
        # On a phone labels are above the dots: interrupt the line so that it does not cross them.
        half = HALF_BAND if self.narrow else 0.5
        end = len(self.bars) - 1 + HALF_BAND
        style: Any = {"color": theme.COMPARISON, "linewidth": 1, "zorder": 0}
        for row, bar in enumerate(self.bars):
            if bar.state == "shown":
                axes.plot([0, 0], [max(row - half, -HALF_BAND), min(row + half, end)], **style)
        self.draw_caps(axes, inside=theme.TEXT)
