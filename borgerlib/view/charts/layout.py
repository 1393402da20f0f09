"""Where things stand in a picture: how wide texts are, where they break, how far rows stand apart.

All measures are CSS pixels; a figure has one point a pixel. Nothing here draws.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np

from borgerlib import danish
from borgerlib.view import theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.font_manager import FontProperties

# A row of a category axis has its bars from 0.4 before its number to 0.4 after it: seaborn's width.
HALF_BAND = 0.4
# From the end of a bar to what is said of it.
TEXT_GAP = 8
_BEYOND = 1000.0


@dataclass(frozen=True)
class Rows:
    """A category axis (0, 1, 2 …) whose rows stand as far apart as the texts between them need.

    Parameters
    ----------
    band : float
        Height of a row's bars.
    above, below : tuple of float
        What each row needs above and below its bars.
    between : float
        Least air between what belongs to two rows.
    """

    band: float
    above: tuple[float, ...]
    below: tuple[float, ...]
    between: float

    @property
    def tops(self) -> list[float]:
        """Where each row's bars begin, from the top of the axes."""
        tops = [self.above[0]]
        for below, above in zip(self.below, self.above[1:], strict=False):
            tops.append(tops[-1] + self.band + below + self.between + above)
        return tops

    @property
    def height(self) -> float:
        """Height of all rows."""
        return self.tops[-1] + self.band + self.below[-1]

    def number(self, pixels: float) -> float:
        """Return the place on the axis that stands so far below its top."""
        numbers, ruler = self._ruler
        return float(np.interp(pixels, ruler, numbers))

    def apply(self, axes: Axes) -> None:
        """Space the rows of axes that are as high as `height`; the rows' numbers stay what they are."""
        numbers, ruler = self._ruler
        there, back = partial(np.interp, xp=numbers, fp=ruler), partial(np.interp, xp=ruler, fp=numbers)
        axes.set_yscale("function", functions=(there, back))
        axes.set_ylim(self.number(self.height), self.number(0))

    @property
    def _ruler(self) -> tuple[list[float], list[float]]:
        """Places on the axis, and the pixels where they stand."""
        numbers = [edge for row in range(len(self.above)) for edge in (row - HALF_BAND, row + HALF_BAND)]
        pixels = [edge for top in self.tops for edge in (top, top + self.band)]
        return [-1.0, *numbers, float(len(self.above))], [-_BEYOND, *pixels, self.height + _BEYOND]


def distinct(labels: Sequence[str]) -> list[str]:
    """Return labels of which no two are the same: two answers may read alike, and are two rows."""
    seen: Counter[str] = Counter()
    names = []
    for label in labels:
        names.append(label + "\u00a0" * seen[label])
        seen[label] += 1
    return names


def line_height(size: float) -> float:
    """Return the distance from line to line of a text."""
    return size * theme.LINE_HEIGHT


def wrap(text: str, *, width: float, size: float, weight: theme.Weight = "regular") -> list[str]:
    """Break a text into lines no wider than `width`; a single longer word keeps its own line."""
    lines: list[str] = []
    for word in danish.tied(danish.squeezed(text)).split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, weight) <= width:
            lines[-1] = longer
        elif word:
            lines.append(word)
    return lines


@lru_cache(maxsize=8192)
def text_width(text: str, size: float, weight: theme.Weight = "regular") -> float:
    """Return the width of a line of text."""
    from matplotlib.textpath import text_to_path

    width, _, _ = text_to_path.get_text_width_height_descent(text, _font(size, weight), ismath=False)
    return float(width)


@lru_cache(maxsize=64)
def _font(size: float, weight: theme.Weight) -> FontProperties:
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=str(theme.font_file(weight)), size=size)


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
