"""What every chart draws has in common: it knows itself as seaborn's marks, and how they stand in a picture.

Marks are hashable data, so that the same picture is drawn once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from borgerlib.view import theme
from borgerlib.view.charts.layout import HALF_BAND, OWN_MARK, Block, Lines, Rows, height_of, width_of, wrap

if TYPE_CHECKING:
    import seaborn.objects as so
    from matplotlib.axes import Axes

Key = tuple[tuple[str, str], ...]
_CAP = 7.0
_LABEL_GAP = 20
_HEAD_GAP = 4


@dataclass(frozen=True, kw_only=True)
class Marks(ABC):
    """What a chart draws, as wide as a page unless asked for otherwise.

    Parameters
    ----------
    width : float
        Pixels; below `theme.PHONE_BREAK` the layout is a phone's.
    """

    width: float = theme.WIDE

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

    @property
    def key(self) -> Key:
        """Names and their colours, shown above the marks where they find no place beside them."""
        return ()

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
    def room(self) -> float:
        """Width of the axes."""
        return self.width - self.left

    def text(self, text: str, *, small: bool = False, **style: Any) -> Lines:
        """Return a text as labels are written; `style` as of `wrap`."""
        size = (theme.CAPTION_SIZE if small else theme.LABEL_SIZE)[theme.layout_of(self.width)]
        return wrap(text, size=size, **style)

    def own_name(self, name: str) -> Lines:
        """Return the mark and the name of the reader's own municipality."""
        return self.text(f"{OWN_MARK} {name}", weight="semibold", colour=theme.OWN_TEXT)


class RowMarks(Marks):
    """Marks in rows, labels left of them, on a phone above them."""

    @property
    @abstractmethod
    def scale(self) -> float:
        """Pixels a unit."""

    @property
    def heads(self) -> Sequence[Block]:
        """What each row is; nothing where its marks say so themselves."""
        return ()

    @property
    @abstractmethod
    def rows(self) -> Rows:
        """How far the rows stand apart."""

    @abstractmethod
    def write_values(self, axes: Axes) -> None:
        """Write what stands at the marks, and draw what seaborn has no mark for."""

    @property
    def start(self) -> float:
        """Value at the left end of the axis."""
        return 0.0

    @property
    def height(self) -> float:
        """Of all rows."""
        return self.rows.height

    @cached_property
    def left(self) -> float:
        """Width of the column of labels."""
        widest = max(map(width_of, self.heads), default=0.0)
        return 0.0 if self.narrow or not widest else widest + _LABEL_GAP

    def spaced(self, band: float, above: Sequence[float], below: Sequence[float], *, between: float) -> Rows:
        """Return rows for bars `band` high, their heads, and what else stands above and below each."""
        heads = np.array([height_of(head) for head in self.heads])
        if self.narrow:
            return Rows(band, heads + _HEAD_GAP * (heads > 0) + above, np.array(below), between)
        beyond = (heads - band) / 2
        return Rows(band, np.maximum(above, beyond), np.maximum(below, beyond), between)

    def dress(self, axes: Axes) -> None:
        """Give axes that have their marks limits, spacing and labels."""
        axes.set(xlim=(self.start, self.start + self.room / self.scale), xticks=[])
        axes.tick_params(left=False, labelleft=False)
        axes.spines[:].set_visible(False)
        self.rows.apply(axes)
        for row, head in enumerate(self.heads):
            if self.narrow:
                write(axes, head, (self.start, row - HALF_BAND), top=self.rows.above[row])
            else:
                write(axes, head, (self.start, row), x=-self.left)
        self.write_values(axes)

    def end_intervals(self, axes: Axes, ends: ArrayLike, rows: ArrayLike, ink: str, **more: Any) -> None:
        """Draw the small strokes at intervals' ends."""
        # Lines rather than markers, which a file holds as shapes used again and lays out one by one.
        half = _CAP * HALF_BAND / self.rows.band
        axes.vlines(ends, np.subtract(rows, half), np.add(rows, half), colors=ink, linewidth=1.5, **more)

    def hatch(
        self, axes: Axes, middle: float, *, pixels: float, height: float, left: float | None = None
    ) -> None:
        """Draw a bar that stands for a number not shown, from the start of the axis or from `left`."""
        style: Any = {"facecolor": theme.PAPER, "edgecolor": theme.SUPPRESSED, "linewidth": 1.2}
        begin = self.start if left is None else left
        axes.barh(middle, pixels / self.scale, height, left=begin, hatch="/////", **style)


def write(
    axes: Axes,
    block: Block,
    at: tuple[float, float],
    *,
    x: float = 0,
    top: float | None = None,
    align: str = "left",
    **more: Any,
) -> None:
    """Write lines one under another, `x` pixels right of a point; `top` pixels above it, or centred."""
    y = height_of(block) / 2 if top is None else top
    for part in block:
        heavy, leaning = theme.FONT_STYLES[part.weight]
        style: Any = {"size": part.size, "color": part.colour, "weight": heavy, "style": leaning, **more}
        for line in part.lines:
            axes.annotate(
                line,
                at,
                xytext=(x, y - part.pitch / 2),
                textcoords="offset points",
                horizontalalignment=align,
                verticalalignment="center_baseline",
                parse_math=False,
                annotation_clip=False,
                **style,
            )
            y -= part.pitch
