"""A map of squares, a funnel, changes: what they draw, as data and seaborn's marks, and how they stand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from borgerlib import danish
from borgerlib.view import theme
from borgerlib.view.charts.bars import Bars
from borgerlib.view.charts.layout import HALF_BAND, Rows, line_height
from borgerlib.view.charts.marks import Marks

if TYPE_CHECKING:
    import seaborn.objects as so
    from matplotlib.axes import Axes

# Narrower squares hold no letters that can be read.
_READABLE = 30.0
_SIDE = 0.94
_TALL = (380.0, 300.0)


@dataclass(frozen=True)
class Square:
    """A municipality's square: its place from the north-west, its letters and its colour."""

    row: int
    column: int
    letters: str
    colour: str
    hatched: bool = False


@dataclass(frozen=True)
class Squares(Marks):
    """The country as squares."""

    squares: tuple[Square, ...]

    def plot(self) -> so.Plot:
        """Return the marks: a square dot a municipality."""
        import seaborn.objects as so

        frame = pd.DataFrame([vars(square) for square in self.squares])
        dots = so.Plot(frame, x="column", y="row", color="colour").add(so.Dot(marker="s", pointsize=4))
        return dots.scale(color=None).label(x="", y="")

    @property
    def start(self) -> float:
        """The western edge."""
        return -0.5

    @cached_property
    def scale(self) -> float:
        """Pixels a column."""
        return min(self.room / (max(square.column for square in self.squares) + 1), 46.0)

    @cached_property
    def rows(self) -> Rows:
        """As high as wide."""
        nothing = [0.0] * (max(square.row for square in self.squares) + 1)
        return Rows(self.scale * _SIDE, nothing, nothing, self.scale * (1 - _SIDE))

    def write_labels(self, axes: Axes) -> None:
        """Draw the squares and write their letters, where they can be read."""
        size = min(self.size, self.scale * 0.36)
        for square in self.squares:
            style: Any = {"facecolor": square.colour, "linewidth": 0}
            style |= {"edgecolor": theme.PAPER, "hatch": "////"} if square.hatched else {}
            axes.barh(square.row, _SIDE, 2 * HALF_BAND, left=square.column - _SIDE / 2, **style)
            if self.scale >= _READABLE:
                at, ink = (square.column, square.row), theme.readable_on(square.colour)
                self.write(axes, [square.letters], at, size=size, align="center", colour=ink)


@dataclass(frozen=True)
class Point:
    """An area in a funnel: its number of respondents, its share, and its name where it stands out."""

    size: float
    share: float
    name: str = ""


@dataclass(frozen=True)
class Funnel(Marks):
    """Shares by number of respondents, and the limits about the country's share.

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
    def ends(self) -> tuple[float, float]:
        """The lowest and highest share drawn."""
        _, low, high = self.limits
        shares = [point.share for point in self.points]
        return max(min([*shares, *low]), 0.0), min(max([*shares, *high]), 1.0)

    @cached_property
    def limits(self) -> tuple[list[float], list[float], list[float]]:
        """Numbers of respondents, and the limits at each."""
        sizes = [point.size for point in self.points]
        at = np.geomspace(min(sizes), max(sizes), 60)
        half = self.reach * np.sqrt(self.country * (1 - self.country) / at + self.between**2)
        low, high = np.clip(self.country - half, 0, 1), np.clip(self.country + half, 0, 1)
        return at.tolist(), low.tolist(), high.tolist()

    def height(self, share: float) -> float:
        """Return where a share stands on the axis of rows, of which there is one."""
        low, high = self.ends
        return HALF_BAND - 2 * HALF_BAND * (share - low) / max(high - low, 1e-9)

    def plot(self) -> so.Plot:
        """Return the marks: a dot an area, blue within the limits and red beyond them."""
        import seaborn.objects as so

        frame = pd.DataFrame(
            {
                "x": [np.log10(point.size) for point in self.points],
                "y": [self.height(point.share) for point in self.points],
                "colour": [theme.OWN if point.name else theme.COUNTRY_SOFT for point in self.points],
            }
        )
        dots = so.Plot(frame, x="x", y="y", color="colour").add(so.Dot(pointsize=7, edgewidth=0))
        return dots.scale(color=None).label(x="", y="")

    @property
    def left(self) -> float:
        """Room for the shares."""
        return 64.0

    @cached_property
    def start(self) -> float:
        """A little before the area with the fewest respondents."""
        return float(np.log10(self.limits[0][0])) - 0.05

    @cached_property
    def scale(self) -> float:
        """Pixels a tenfold number of respondents."""
        return self.room / (float(np.log10(self.limits[0][-1])) + 0.3 - self.start)

    @cached_property
    def rows(self) -> Rows:
        """One row, as high as the picture, with the numbers of respondents below."""
        return Rows(_TALL[self.narrow], (line_height(self.size),), (2.4 * line_height(self.size),), 0.0)

    def write_labels(self, axes: Axes) -> None:
        """Draw the limits and the country's share, and write the axes and the names that stand out."""
        at, low, high = self.limits
        x = np.log10(at)
        for line in (low, high):
            axes.plot(x, [self.height(share) for share in line], color=theme.COMPARISON, linewidth=1.5)
        middle = self.height(self.country)
        axes.plot([x[0], x[-1]], [middle, middle], color=theme.TEXT, linewidth=1, linestyle="--")
        lowest, highest = self.ends
        for share in _round_shares(lowest, highest):
            point_at = (self.start, self.height(share))
            self.write(
                axes, [danish.percent(share)], point_at, offset=(-12, 0), align="right", colour=theme.MUTED
            )
        for size in (10, 30, 100, 300, 1000, 3000):
            if at[0] <= size <= at[-1]:
                point_at = (float(np.log10(size)), HALF_BAND)
                below = (0, -line_height(self.size))
                self.write(
                    axes, [danish.number(size)], point_at, offset=below, align="center", colour=theme.MUTED
                )
        below = (0, -2 * line_height(self.size))
        self.write(axes, ["Svar (jo længere til højre, jo flere)"], (self.start, HALF_BAND), offset=below)
        if not self.narrow:
            self._write_names(axes)

    def _write_names(self, axes: Axes) -> None:
        """Write the names of what stands out, on the left where the name above is too near."""
        named = sorted((p for p in self.points if p.name), key=lambda point: self.height(point.share))
        size, before = theme.CAPTION_SIZE["wide"], -np.inf
        for point in named:
            point_at = (float(np.log10(point.size)), self.height(point.share))
            near = (point_at[1] - before) * _TALL[0] / (2 * HALF_BAND) < line_height(size)
            side: dict[str, Any] = {"offset": (-8, 0), "align": "right"} if near else {"offset": (8, 0)}
            self.write(axes, [point.name], point_at, size=size, **side)
            before = -np.inf if near else point_at[1]


def _round_shares(lowest: float, highest: float) -> list[float]:
    step = next(step for step in (0.02, 0.05, 0.1, 0.2, 0.5) if (highest - lowest) / step <= 7)
    first = int(np.ceil(lowest / step - 1e-9))
    return [number * step for number in range(first, int(highest / step + 1e-9) + 1)]


@dataclass(frozen=True)
class Changes(Bars):
    """Changes of shares: `value`, `lower` and `upper` of a bar may be negative."""

    def plot(self) -> so.Plot:
        """Return the marks: a dot an answer, and its interval."""
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

    def write_labels(self, axes: Axes) -> None:
        """Write the labels, and draw the line where nothing has changed."""
        super().write_labels(axes)
        axes.spines["left"].set_visible(False)
        # On a phone labels stand above the dots, and no line goes through them.
        half = HALF_BAND if self.narrow else 0.5
        end = len(self.bars) - 1 + HALF_BAND
        style: Any = {"color": theme.COMPARISON, "linewidth": 1, "zorder": 0}
        for row, bar in enumerate(self.bars):
            if bar.state == "shown":
                axes.plot([0, 0], [max(row - half, -HALF_BAND), min(row + half, end)], **style)
        self.draw_caps(axes, inside=theme.TEXT)
