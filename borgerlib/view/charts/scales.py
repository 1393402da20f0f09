"""How scales stand on a page and on a phone: one divided bar a group, centred on the neutral step.

Every step is labelled where it stands; what does not fit inside its segment stands above it with a thin
leader, and labels that would collide move apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from borgerlib.view import theme
from borgerlib.view.charts.layout import HALF_BAND, Rows, line_height, spread, text_width, wrap
from borgerlib.view.charts.marks import Net, Placed, Row, Scale
from borgerlib.view.charts.pictures import OWN_MARK, Layout

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# On a page, on a phone.
_BAR = (46.0, 44.0)
_NAME_WIDTH = (170.0, 66.0)
_SMALL = (14.0, 13.0)
_PADDING = 6
_LEADER = 9
_BETWEEN = 26
_BETWEEN_LABELS = 8
_LABEL_SHARE = 0.28
_LABEL_GAP = 24
_NET = 17
_UNDER = 8


def lay_out_scale(marks: Scale, width: float) -> ScaleLayout:
    """Return how a scale stands in a picture of that width in pixels."""
    layout = ScaleLayout(marks=marks, width=width)
    if all(layout.fits(number) for number in range(len(marks.rows))):
        return layout
    colours = {placed.segment.name: placed.segment.colour for placed in marks.placed}
    return ScaleLayout(marks=marks, width=width, key=tuple(colours.items()))


@dataclass(frozen=True)
class _Label:
    """What stands above a segment: its lines, as wide as the widest, over the segment's middle in pixels."""

    lines: tuple[tuple[str, theme.Weight, str], ...]
    target: float
    width: float


@dataclass(frozen=True)
class ScaleLayout(Layout):
    """How a scale's bars stand in a picture."""

    marks: Scale

    @property
    def start(self) -> float:
        """The axis counts from the middle of the neutral step."""
        return self.marks.left

    @cached_property
    def left(self) -> float:
        """Width of the column of labels."""
        longest = max(text_width(row.label, self.size, "semibold") for row in self.marks.rows)
        if self.narrow or not longest:
            return 0.0
        return min(self.width * _LABEL_SHARE, longest + _LABEL_GAP)

    @property
    def scale(self) -> float:
        """Pixels a unit."""
        return (self.room - 1) / (self.marks.right - self.start)

    def fits(self, row: int) -> bool:
        """Tell whether all that has to stand above a row has room."""
        widths = [label.width for label in self._labels(row, named=True)]
        return sum(widths) + _BETWEEN_LABELS * (len(widths) - 1) <= self.room

    def write_labels(self, axes: Axes) -> None:
        """Write groups, steps and values, and draw the positive steps together."""
        for number, row in enumerate(self.marks.rows):
            self._write_group(axes, number, row)
            if row.withheld:
                band = self.rows.band
                self.hatch(axes, number, pixels=band, height=2 * HALF_BAND, words=f"· {row.withheld}")
            self._write_above(axes, number)
            self._write_under(axes, number, row)
        for placed in self.marks.placed:
            if self._inside(placed):
                self._write_inside(axes, placed)

    @property
    def _small(self) -> float:
        return _SMALL[self.narrow]

    @cached_property
    def rows(self) -> Rows:
        """Each as high as what stands above and below its bar."""
        band, above, below = _BAR[self.narrow], [], []
        for number, row in enumerate(self.marks.rows):
            head = self._head_height(row)
            labels = self._above_height(number)
            around = 0.0 if self.narrow else (head - band) / 2
            above.append(head + labels if self.narrow else max(labels, around))
            below.append(max(self._net_height(row) + self._own_height(number), around))
        return Rows(band, tuple(above), tuple(below), _BETWEEN)

    def _head(self, row: Row) -> tuple[list[str], list[str]]:
        """Return a group's label and base as lines."""
        room = self.width if self.narrow else self.left - _LABEL_GAP + 1
        label = wrap(row.label, width=room, size=self.size, weight="semibold")
        return label, wrap(row.base, width=room, size=self._small) if label else []

    def _head_height(self, row: Row) -> float:
        label, base = self._head(row)
        height = len(label) * line_height(self.size) + len(base) * line_height(self._small)
        return height + 6 if height and self.narrow else height

    def _labels(self, row: int, *, named: bool = False) -> list[_Label]:
        """Return what stands above a row: names where they come first (or all), and what is too wide."""
        earlier = {placed.segment.name for placed in self.marks.placed if placed.row < row and not named}
        labels = []
        for placed in self.marks.placed:
            if placed.row != row:
                continue
            segment, lines = placed.segment, []
            if not self.key and segment.name not in earlier:
                names = wrap(segment.name, width=_NAME_WIDTH[self.narrow], size=self._small)
                lines += [(name, "regular", theme.TEXT) for name in names]
            if not self._inside(placed):
                lines += [(segment.words, "semibold", theme.TEXT), (segment.interval, "regular", theme.MUTED)]
            lines = [line for line in lines if line[0]]
            if lines:
                width = max(text_width(text, self._small, weight) for text, weight, _ in lines)
                labels.append(_Label(tuple(lines), (placed.middle - self.start) * self.scale, width))
        return labels

    def _above_height(self, row: int) -> float:
        lines = max((len(label.lines) for label in self._labels(row)), default=0)
        return lines * line_height(self._small) + _LEADER if lines else 0.0

    def _net_height(self, row: Row) -> float:
        return _NET + line_height(self._small) if row.net and not row.withheld else 0.0

    def _own_height(self, row: int) -> float:
        own = any(placed.segment.own for placed in self.marks.placed if placed.row == row)
        return _UNDER + line_height(self.size) if own else 0.0

    def _inside(self, placed: Placed) -> bool:
        """Tell whether what is said of a segment fits inside it."""
        words = text_width(placed.segment.words, self.size, "semibold")
        interval = text_width(placed.segment.interval, self._small)
        return max(words, interval) + 2 * _PADDING <= placed.segment.share * self.scale

    def _write_group(self, axes: Axes, number: int, row: Row) -> None:
        label, base = self._head(row)
        height = len(label) * line_height(self.size)
        whole = height + len(base) * line_height(self._small)
        at, x, y = (self.start, float(number)), -self.left, whole / 2
        if self.narrow:
            at, y = (self.start, number - HALF_BAND), self.rows.above[number]
        half, small = line_height(self.size) / 2, line_height(self._small) / 2
        self.write(axes, label, at, offset=(x, y - half), weight="semibold")
        style = {"size": self._small, "colour": theme.MUTED}
        self.write(axes, base, at, offset=(x, y - height - small), **style)

    def _write_above(self, axes: Axes, row: int) -> None:
        labels, line = self._labels(row), line_height(self._small)
        wanted = [(label.target, label.width) for label in labels]
        middles = spread(wanted, 1, self.room - 1, gap=_BETWEEN_LABELS)
        for label, middle in zip(labels, middles, strict=True):
            at, aside = (self.start + label.target / self.scale, row - HALF_BAND), middle - label.target
            arrow = {"arrowstyle": "-", "color": theme.MUTED, "linewidth": 1, "shrinkA": 0, "shrinkB": 1}
            axes.annotate("", at, (aside, _LEADER - 1), textcoords="offset points", arrowprops=arrow)
            for up, (text, weight, colour) in enumerate(reversed(label.lines)):
                offset = (aside, _LEADER + (up + 0.5) * line)
                style = {"size": self._small, "weight": weight, "colour": colour, "align": "center"}
                self.write(axes, [text], at, offset=offset, **style)

    def _write_inside(self, axes: Axes, placed: Placed) -> None:
        segment, at = placed.segment, (placed.middle, float(placed.row))
        ink = theme.TEXT if segment.side == "aside" else theme.readable_on(segment.colour)
        lines: list[tuple[str, float, theme.Weight]] = [(segment.words, self.size, "semibold")]
        lines += [(segment.interval, self._small, "regular")] if segment.interval else []
        y = 9.0 if segment.interval else 0.0
        for text, size, weight in lines:
            style = {"size": size, "weight": weight, "colour": ink, "align": "center"}
            self.write(axes, [text], at, offset=(0, y), **style)
            y -= 17.5

    def _write_under(self, axes: Axes, number: int, row: Row) -> None:
        bottom = self.rows.tops[number] + self.rows.band
        if row.net and not row.withheld:
            self._draw_net(axes, row, row.net, bottom + _NET - 5.5)
        for placed in self.marks.placed:
            if placed.row == number and placed.segment.own:
                self._write_own(axes, placed, self._net_height(row))

    def _draw_net(self, axes: Axes, row: Row, net: Net, pixels: float) -> None:
        """Draw the positive steps together as a line, with its interval and words under it."""
        start, y = row.reach("neutral") / 2, self.rows.number(pixels)
        axes.plot([start, start + net.share], [y, y], color=theme.COUNTRY, linewidth=4, solid_capstyle="butt")
        either_way = [[net.share - net.lower], [net.upper - net.share]]
        style: Any = {"ecolor": theme.TEXT, "elinewidth": 1.5, "capsize": 3.5, "capthick": 1.5}
        axes.errorbar(start + net.share, y, xerr=either_way, fmt="none", **style)
        from_left = (start - self.start) * self.scale
        over = from_left + text_width(net.words, self._small) - self.room + 1
        offset = (-min(max(over, 0), from_left), -5.5 - line_height(self._small) / 2)
        self.write(axes, [net.words], (start, y), offset=offset, size=self._small)

    def _write_own(self, axes: Axes, placed: Placed, down: float) -> None:
        """Write the own municipality's name under its answer, the mark in the middle of the segment."""
        own, half = placed.segment.own, text_width(OWN_MARK, self.size, "semibold") / 2
        at, y = (placed.middle, placed.row + HALF_BAND), -down - _UNDER - line_height(self.size) / 2
        before = (placed.middle - self.start) * self.scale
        beside = self.room - 1 - before
        if text_width(f"{OWN_MARK} {own}", self.size, "semibold") - half <= beside:
            self.write_own(axes, f"{OWN_MARK} {own}", at, offset=(-min(half, before), y))
        else:
            self.write_own(axes, f"{own} {OWN_MARK}", at, offset=(min(half, beside), y), align="right")
