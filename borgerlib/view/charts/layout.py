"""Where things stand in a picture: how wide texts are, where they break, how far rows stand apart.

All measures are CSS pixels; a figure has one point a pixel. Nothing here draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from borgerlib import danish
from borgerlib.statistics.levels import Floats
from borgerlib.view import theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# A row of a category axis has its bars from 0.4 before its number to 0.4 after it: seaborn's width.
HALF_BAND = 0.4
# From the end of a bar to what is said of it.
TEXT_GAP = 8
OWN_MARK = "◆"
_BEYOND = 1000.0


@dataclass(frozen=True)
class Rows:
    """A category axis (0, 1, 2 …) whose rows stand as far apart as the texts between them need.

    Parameters
    ----------
    band : float
        Height of a row's bars.
    above, below : array of float
        What each row needs above and below its bars.
    between : float
        Least air between what belongs to two rows.
    """

    band: float
    above: Floats
    below: Floats
    between: float = 0.0

    @property
    def tops(self) -> Floats:
        """Where each row's bars begin, from the top of the axes."""
        gaps = self.below[:-1] + self.band + self.between + self.above[1:]
        return np.cumsum([self.above[0], *gaps])

    @property
    def height(self) -> float:
        """Height of all rows."""
        return float(self.tops[-1] + self.band + self.below[-1])

    def apply(self, axes: Axes) -> None:
        """Space the rows of axes that are as high as `height`; the rows' numbers stay what they are."""
        rows = np.arange(len(self.above))
        numbers = np.r_[-1, np.c_[rows - HALF_BAND, rows + HALF_BAND].ravel(), len(rows)]
        pixels = np.r_[-_BEYOND, np.c_[self.tops, self.tops + self.band].ravel(), self.height + _BEYOND]
        there, back = partial(np.interp, xp=numbers, fp=pixels), partial(np.interp, xp=pixels, fp=numbers)
        axes.set_yscale("function", functions=(there, back))
        axes.set_ylim(back(self.height), back(0.0))


def distinct(labels: Sequence[str]) -> list[str]:
    """Return labels of which no two are the same: two answers may read alike, and are two rows."""
    names = pd.Series(labels, dtype=object)
    earlier = names.groupby(names).cumcount()
    return [name + "\u00a0" * count for name, count in zip(names, earlier, strict=True)]


@dataclass(frozen=True)
class Lines:
    """Lines of text one under another, in one style."""

    lines: list[str]
    size: float
    weight: theme.Weight = "regular"
    colour: str = theme.TEXT

    @property
    def width(self) -> float:
        """Of the widest line."""
        return max((text_width(line, self.size, self.weight) for line in self.lines), default=0.0)

    @property
    def pitch(self) -> float:
        """Distance from line to line."""
        return self.size * theme.LINE_HEIGHT

    @property
    def height(self) -> float:
        """Of all lines."""
        return len(self.lines) * self.pitch


def wrap(text: str, *, size: float, width: float = inf, **style: Any) -> Lines:
    """Break a text into lines no wider than `width`; a single longer word keeps its own line.

    `style` is a weight and a colour, as `Lines` takes them.
    """
    lines: list[str] = []
    for word in danish.tied(danish.squeezed(text)).split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and Lines([longer], size, **style).width <= width:
            lines[-1] = longer
        elif word:
            lines.append(word)
    return Lines(lines, size, **style)


# What stands together: lines of one style under those of another.
Block = Sequence[Lines]


def width_of(block: Block) -> float:
    """Return the width of the widest line."""
    return max((lines.width for lines in block), default=0.0)


def height_of(block: Block) -> float:
    """Return the height of all lines."""
    return sum(lines.height for lines in block)


@lru_cache(maxsize=8192)
def text_width(text: str, size: float, weight: theme.Weight = "regular") -> float:
    """Return the width of a line of text."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(fname=str(theme.font_file(weight)), size=size)
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width)


def spread(
    wanted: Sequence[tuple[float, float]], lowest: float, highest: float, *, gap: float
) -> list[float]:
    """Move labels on a line apart, as little as can be, keeping their order.

    Parameters
    ----------
    wanted : sequence of (middle, width)
        Where each label would like to stand, from left to right.
    lowest, highest : float
        Ends of the line.
    gap : float
        Smallest distance between two labels.

    Returns
    -------
    list of float
        The middles. Labels that cannot all fit start at `lowest` and run over the end.
    """
    from scipy.optimize import isotonic_regression

    if not wanted:
        return []
    middles, widths = np.array(wanted).T
    # Moved up to the first, labels may stand anywhere as long as none is before the one on its left.
    before = np.cumsum(widths + gap) - widths - gap
    left = isotonic_regression(middles - widths / 2 - before).x
    left = np.maximum(lowest, np.minimum(left, highest - before[-1] - widths[-1]))
    return [float(middle) for middle in left + before + widths / 2]
