"""The layout of a picture: widths of texts, line breaks, distances of rows.

All measures are CSS pixels; a figure has one point per pixel. Nothing is drawn here.
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

# On a category axis, seaborn's bars reach from 0.4 below to 0.4 above the row's number.
HALF_BAND = 0.4
# Distance from the end of a bar to its text.
TEXT_GAP = 8
OWN_MARK = "◆"
_BEYOND = 1000.0


@dataclass(frozen=True)
class Rows:
    """A category axis (0, 1, 2 …) with rows as far apart as the texts between them need.

    Parameters
    ----------
    band : float
        Height of a row's bars.
    above, below : array of float
        Space that each row needs above and below its bars.
    between : float
        Smallest space between two rows.
    """

    band: float
    above: Floats
    below: Floats
    between: float = 0.0

    @property
    def tops(self) -> Floats:
        """The upper edge of each row's bars, from the top of the axes."""
        gaps = self.below[:-1] + self.band + self.between + self.above[1:]
        return np.cumsum([self.above[0], *gaps])

    @property
    def height(self) -> float:
        """Height of all rows."""
        return float(self.tops[-1] + self.band + self.below[-1])

    def apply(self, axes: Axes) -> None:
        """Space the rows of axes of this `height`; the rows keep their numbers."""
        rows = np.arange(len(self.above))
        numbers = np.r_[-1, np.c_[rows - HALF_BAND, rows + HALF_BAND].ravel(), len(rows)]
        pixels = np.r_[-_BEYOND, np.c_[self.tops, self.tops + self.band].ravel(), self.height + _BEYOND]
        there, back = partial(np.interp, xp=numbers, fp=pixels), partial(np.interp, xp=pixels, fp=numbers)
        axes.set_yscale("function", functions=(there, back))
        axes.set_ylim(back(self.height), back(0.0))


def distinct(labels: Sequence[str]) -> list[str]:
    """Return unique labels: two answers may have the same text, but are two rows."""
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
        """Width of the widest line."""
        return max((text_width(line, self.size, self.weight) for line in self.lines), default=0.0)

    @property
    def pitch(self) -> float:
        """Distance from line to line."""
        return self.size * theme.LINE_HEIGHT

    @property
    def height(self) -> float:
        """Height of all lines."""
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


# Texts that belong together: lines of different styles below each other.
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
    """Move labels on a line apart as little as possible, keeping their order.

    Parameters
    ----------
    wanted : sequence of (middle, width)
        The preferred place of each label, from left to right.
    lowest, highest : float
        Ends of the line.
    gap : float
        Smallest distance between two labels.

    Returns
    -------
    list of float
        The middles. If the labels do not all fit, they start at `lowest` and exceed the end.
    """
    from scipy.optimize import isotonic_regression

    if not wanted:
        return []
    middles, widths = np.array(wanted).T
    # Subtract the widths of the labels to the left: the places then only have to be in ascending order.
    before = np.cumsum(widths + gap) - widths - gap
    left = isotonic_regression(middles - widths / 2 - before).x
    left = np.maximum(lowest, np.minimum(left, highest - before[-1] - widths[-1]))
    return [float(middle) for middle in left + before + widths / 2]
