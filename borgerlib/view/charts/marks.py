"""What every chart draws has in common: it knows itself as seaborn's marks, and how they stand in a picture.

Marks are hashable data, so that the same picture is drawn once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from borgerlib.view import theme
from borgerlib.view.charts.layout import HALF_BAND, Lines, Rows

if TYPE_CHECKING:
    import seaborn.objects as so
    from matplotlib.axes import Axes

_CAP = 7.0
# What a row's label, what stands above its bars and what stands below them need.
Need = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class Marks(ABC):
    """What a chart draws, as wide as a page unless asked for otherwise.

    Parameters
    ----------
    width : float
        Pixels; below `theme.PHONE_BREAK` the layout is a phone's.
    key : tuple of (name, colour)
        Shown above the marks, for names that find no place beside them.
    """

    width: float = theme.WIDE
    key: tuple[tuple[str, str], ...] = ()

    @abstractmethod
    def plot(self) -> so.Plot:
        """Return the marks as seaborn's plot, which knows nothing of widths."""

    @property
    @abstractmethod
    def height(self) -> float:
        """Of the axes."""

    @abstractmethod
    def dress(self, axes: Axes) -> None:
        """Give axes that have their marks limits, spacing and labels."""

    def at(self, width: float) -> Self:
        """Return the marks as they stand in a picture of that width in pixels."""
        return replace(self, width=width)

    @property
    def left(self) -> float:
        """Room left of the axes."""
        return 0.0

    @property
    def below(self) -> float:
        """Room below the axes."""
        return 0.0

    @property
    def narrow(self) -> bool:
        """Whether this is a phone."""
        return theme.layout_of(self.width) == "narrow"

    @property
    def size(self) -> float:
        """Of labels."""
        return theme.LABEL_SIZE[theme.layout_of(self.width)]

    @property
    def room(self) -> float:
        """Width of the axes."""
        return self.width - self.left

    def line(self, text: str, weight: theme.Weight = "regular", colour: str = theme.TEXT) -> Lines:
        """Return a line as labels are written."""
        return Lines([text], self.size, weight, colour)


class RowMarks(Marks):
    """Marks in rows, labels left of them, on a phone above them."""

    @property
    @abstractmethod
    def scale(self) -> float:
        """Pixels a unit."""

    @property
    @abstractmethod
    def rows(self) -> Rows:
        """How far the rows stand apart."""

    @abstractmethod
    def write_labels(self, axes: Axes) -> None:
        """Write what stands at the marks, and draw what seaborn has no mark for."""

    @property
    def start(self) -> float:
        """Value at the left end of the axis."""
        return 0.0

    @property
    def height(self) -> float:
        """Of all rows."""
        return self.rows.height

    def dress(self, axes: Axes) -> None:
        """Give axes that have their marks limits, spacing and labels."""
        axes.set(xlim=(self.start, self.start + self.room / self.scale), xticks=[])
        axes.tick_params(left=False, labelleft=False)
        axes.spines[:].set_visible(False)
        self.rows.apply(axes)
        self.write_labels(axes)

    def spaced(self, band: float, needs: Sequence[Need], *, between: float, gap: float) -> Rows:
        """Return rows for what stands at bars `band` high: on a phone labels stand `gap` above all else."""
        if self.narrow:
            above = [head + gap + over if head else over for head, over, _ in needs]
            return Rows(band, above, [under for *_, under in needs], between)
        sides = [(head - band) / 2 for head, *_ in needs]
        above = [max(over, side) for (_, over, _), side in zip(needs, sides, strict=True)]
        below = [max(under, side) for (*_, under), side in zip(needs, sides, strict=True)]
        return Rows(band, above, below, between)

    def write_head(self, axes: Axes, row: int, head: Sequence[Lines]) -> None:
        """Write what a row is: left of its bars, on a phone above all that belongs to them."""
        if self.narrow:
            write(axes, head, (self.start, row - HALF_BAND), top=self.rows.above[row])
        else:
            write(axes, head, (self.start, row), x=-self.left)

    def end_intervals(
        self, axes: Axes, ends: Sequence[float], middles: Sequence[float], ink: str, **more: Any
    ) -> None:
        """Draw the small strokes at intervals' ends."""
        # Lines rather than markers, which a file holds as shapes used again and lays out one by one.
        half = _CAP * HALF_BAND / self.rows.band
        low, high = ([middle + sign * half for middle in middles] for sign in (-1, 1))
        axes.vlines(ends, low, high, colors=ink, linewidth=1.5, **more)

    def hatch(self, axes: Axes, middle: float, *, pixels: float, height: float) -> None:
        """Draw a bar that stands for a number not shown."""
        style: Any = {"facecolor": theme.PAPER, "edgecolor": theme.SUPPRESSED, "linewidth": 1.2}
        axes.barh(middle, pixels / self.scale, height, left=self.start, hatch="/////", **style)


def write(
    axes: Axes,
    block: Sequence[Lines],
    at: tuple[float, float],
    *,
    x: float = 0,
    top: float | None = None,
    align: str = "left",
    **more: Any,
) -> None:
    """Write lines one under another, `x` pixels right of a point; `top` pixels above it, or centred."""
    y = sum(part.height for part in block) / 2 if top is None else top
    for part in block:
        heavy, leaning = theme.FONT_STYLES[part.weight]
        for line in part.lines:
            axes.annotate(
                line,
                at,
                xytext=(x, y - part.pitch / 2),
                textcoords="offset points",
                horizontalalignment=align,
                verticalalignment="center_baseline",
                fontsize=part.size,
                color=part.colour,
                parse_math=False,
                annotation_clip=False,
                fontweight=heavy,
                fontstyle=leaning,
                **more,
            )
            y -= part.pitch
