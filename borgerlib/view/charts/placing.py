"""Placing labels: moved apart on a line, or gathered in a key where the line is too short."""

from __future__ import annotations

from collections.abc import Sequence

from borgerlib.view.charts import theme
from borgerlib.view.charts.drawing import Box, Diamond, Drawing, Shape, Text, paragraph, stack, text_width

_MARK = 0.75
_MARK_GAP = 5


def colour_key(colours: Sequence[tuple[str, str]], width: float) -> Drawing:
    """Return names with their colours, one a line, for where names do not fit at what they name."""
    size = theme.LABEL_SIZE[theme.layout_of(width)]
    lines = []
    for name, colour in colours:
        text = paragraph(name, width=width - 2 * size, size=size, colour=theme.MUTED)
        swatch = Box(0, size * 0.25, size * 0.8, size * 0.8, colour)
        lines.append(Drawing(width, text.height, (swatch, *text.moved(1.4 * size, 0))))
    return stack(lines, gap=4, width=width)


def own_mark(name: str, x: float, y: float, size: float) -> list[Shape]:
    """Return the own municipality's diamond and name on a line whose top left is at `x`, `y`."""
    mark = size * _MARK
    return [
        Diamond(x + mark / 2, y + size * theme.LINE_HEIGHT / 2, mark),
        Text(x + mark + _MARK_GAP, y, name, size, "semibold", theme.OWN_TEXT),
    ]


def own_mark_below(name: str, middle: float, y: float, width: float) -> list[Shape]:
    """Return the diamond with its centre at `middle`, the name on the side where there is room."""
    size = theme.LABEL_SIZE[theme.layout_of(width)]
    mark = size * _MARK
    right = own_mark(name, middle - mark / 2, y, size)
    if middle + mark / 2 + _MARK_GAP + text_width(name, size, "semibold") <= width:
        return right
    left = Text(middle - mark / 2 - _MARK_GAP, y, name, size, "semibold", theme.OWN_TEXT, "right")
    return [right[0], left]


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
    clusters: list[tuple[list[int], float]] = []
    for index, (middle, width) in enumerate(wanted):
        members, left = [index], middle - width / 2
        while True:
            left = max(lowest, min(left, highest - _length(members, wanted, gap)))
            if not clusters or clusters[-1][1] + _length(clusters[-1][0], wanted, gap) + gap <= left:
                break
            members = clusters.pop()[0] + members
            left = _best_left(members, wanted, gap)
        clusters.append((members, left))
    middles = []
    for members, left in clusters:
        for member in members:
            middles.append(left + wanted[member][1] / 2)
            left += wanted[member][1] + gap
    return middles


def _length(members: Sequence[int], wanted: Sequence[tuple[float, float]], gap: float) -> float:
    return sum(wanted[member][1] for member in members) + gap * (len(members) - 1)


def _best_left(members: Sequence[int], wanted: Sequence[tuple[float, float]], gap: float) -> float:
    """Return where a run of touching labels starts when its members are moved least (mean of wishes)."""
    offset, wishes = 0.0, []
    for member in members:
        middle, width = wanted[member]
        wishes.append(middle - width / 2 - offset)
        offset += width + gap
    return sum(wishes) / len(wishes)
