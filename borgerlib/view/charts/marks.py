"""The base of all charts' marks: they return themselves as a seaborn plot and lay it out in a picture.

Marks are hashable data, so that drawn pictures can be cached.
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
    """The marks of a chart, by default for the width of a page.

    Parameters
    ----------
    width : float
        Pixels; below `theme.PHONE_BREAK` the layout is a phone's.
    """

    width: float = theme.WIDE

    @abstractmethod
    def plot(self) -> so.Plot:
        """Return the marks as a seaborn plot, which does not depend on the width."""

    @property
    @abstractmethod
    def height(self) -> float:
        """Height of the axes."""

    @abstractmethod
    def dress(self, axes: Axes) -> None:
        """Give axes that have their marks limits, spacing and labels."""

    @property
    def key(self) -> Key:
        """Names and their colours, shown above the marks if there is no room next to them."""
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
        """Whether to use the layout for phones."""
        return theme.layout_of(self.width) == "narrow"

    @property
    def room(self) -> float:
        """Width of the axes."""
        return self.width - self.left

    def text(self, text: str, *, small: bool = False, **style: Any) -> Lines:
        """Return a text in the style of labels; `style` as in `wrap`."""
        size = (theme.CAPTION_SIZE if small else theme.LABEL_SIZE)[theme.layout_of(self.width)]
        return wrap(text, size=size, **style)

    def own_name(self, name: str) -> Lines:
        """Return the mark and the name of the reader's own municipality."""
        return self.text(f"{OWN_MARK} {name}", weight="semibold", colour=theme.OWN_TEXT)


class RowMarks(Marks):
    """Marks in rows, with labels to the left or, on a phone, above."""

    @property
    @abstractmethod
    def scale(self) -> float:
        """Pixels per unit."""

    @property
    def heads(self) -> Sequence[Block]:
        """The label of each row; empty if its marks carry the label."""
        return ()

    @property
    @abstractmethod
    def rows(self) -> Rows:
        """The rows and their distances."""

    @abstractmethod
    def write_values(self, axes: Axes) -> None:
        """Write the texts at the marks, and draw what seaborn has no mark for."""

    @property
    def start(self) -> float:
        """Value at the left end of the axis."""
        return 0.0

    @property
    def height(self) -> float:
        """Height of all rows."""
        return self.rows.height

    @cached_property
    def left(self) -> float:
        """Width of the column of labels."""
        widest = max(map(width_of, self.heads), default=0.0)
        return 0.0 if self.narrow or not widest else widest + _LABEL_GAP

    def spaced(self, band: float, above: Sequence[float], below: Sequence[float], *, between: float) -> Rows:
        """Return rows for bars of height `band`, their labels, and further texts above and below each."""
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
        """Draw the caps of the intervals."""
        # Draw lines, not markers: SVG would hold a marker as a shape that is placed again for every cap.
        half = _CAP * HALF_BAND / self.rows.band
        axes.vlines(ends, np.subtract(rows, half), np.add(rows, half), colors=ink, linewidth=1.5, **more)

    def hatch(
        self, axes: Axes, middle: float, *, pixels: float, height: float, left: float | None = None
    ) -> None:
        """Draw a hatched bar for a number that is not shown, from the start of the axis or from `left`."""
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
    """Write lines below each other, `x` pixels right of a point; from `top` pixels above it, or centred."""
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
