"""How horizontal bars stand on a page and on a phone.

On a page labels stand in a column on the left; on a phone above their bars. The scale is the longest at
which every value still fits beside its bar.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from borgerlib.view import theme
from borgerlib.view.charts.layout import HALF_BAND, TEXT_GAP, Rows, line_height, text_width, wrap
from borgerlib.view.charts.marks import Bar, Bars
from borgerlib.view.charts.pictures import OWN_MARK, Layout

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LABEL_SHARE = 0.44
_LABEL_GAP = 20
_STUB = 44
_ENOUGH = 0.5
# On a page, on a phone.
_BAR = (20.0, 15.0)
_BETWEEN_ROWS = (14.0, 16.0)


def lay_out_bars(marks: Bars, width: float) -> BarsLayout:
    """Return how bars stand in a picture of that width in pixels."""
    layout = BarsLayout(marks=marks, width=width)
    if layout.scale * marks.full >= _ENOUGH * layout.room:
        return layout
    # Names at the bars would leave the bars no room: they go into a key above.
    key = tuple((bar.name, bar.colour) for bar in marks.bars if bar.name)
    nameless = replace(marks, bars=tuple(replace(bar, name="") for bar in marks.bars))
    return BarsLayout(marks=nameless, width=width, key=key)


@dataclass(frozen=True)
class BarsLayout(Layout):
    """How bars stand in a picture."""

    marks: Bars

    @cached_property
    def left(self) -> float:
        """Width of the column of labels."""
        if self.narrow:
            return 0.0
        lines = [line for bar in self.marks.bars for line in self._label(bar)]
        return max(text_width(line, self.size, "semibold") for line in lines) + _LABEL_GAP

    @cached_property
    def scale(self) -> float:
        """Pixels a unit."""
        beside = [(self.room - self._end(bar)) / bar.reach for bar in self.marks.bars if bar.reach]
        return min([self.room / self.marks.full, *beside])

    def write_labels(self, axes: Axes) -> None:
        """Write labels, names and what stands in place of bars; end the intervals with small strokes."""
        axes.spines["left"].set_visible(not self.narrow)
        for row, bars in enumerate(self.marks.answers):
            self._write_label(axes, row, bars[0])
            for number, bar in enumerate(bars):
                self._write_end(axes, bar, _middle(row, number, len(bars)))
        self._draw_caps(axes, inside=theme.PAPER)

    @cached_property
    def rows(self) -> Rows:
        """Each as high as its label and its bars."""
        line, groups = line_height(self.size), self.marks.groups
        band = _BAR[self.narrow] if groups == 1 else groups * (line + 2)
        # A value is higher than a phone's bar.
        rim = max(0.0, (line - band / groups) / 2)
        above, below = [], []
        for bars in self.marks.answers:
            # A reason of several lines goes on upwards from the first of two bars, otherwise downwards.
            up, *down = [(len(self._reason(bar)) - 1) * line for bar in bars]
            if not down:
                up, down = 0.0, [up]
            label = (len(self._label(bars[0])) + self._own_takes_a_line(bars[0])) * line
            around = 0.0 if self.narrow else (label - band) / 2
            above.append(label + 3 + rim + up if self.narrow else max(rim + up, around))
            below.append(max(rim + down[-1], around))
        return Rows(band, tuple(above), tuple(below), _BETWEEN_ROWS[self.narrow])

    def _label(self, bar: Bar) -> list[str]:
        share = 1 if self.narrow else _LABEL_SHARE
        return wrap(bar.label, width=self.width * share, size=self.size, weight=bar.weight)

    def _reason(self, bar: Bar) -> list[str]:
        """Return what stands instead of a bar, wrapped to the room that the bar would have had."""
        if bar.state != "missing":
            return [f"· {bar.words}" if bar.state == "suppressed" else bar.words]
        name, own = self._tail(bar)
        room = self.room - 3 * TEXT_GAP - name - own
        return wrap(bar.words, width=room, size=self.size, weight="italic")

    def _own_takes_a_line(self, bar: Bar) -> bool:
        """Tell whether the own municipality's name does not fit at the end of a phone's label."""
        if not (self.narrow and bar.own):
            return False
        texts = (self._label(bar)[-1], bar.weight), (f"{OWN_MARK} {bar.own}", "semibold")
        return sum(text_width(text, self.size, w) for text, w in texts) + 2 * TEXT_GAP > self.width

    def _tail(self, bar: Bar) -> tuple[float, float]:
        """Return how wide a bar's name and own mark are, with the air before them."""
        name = text_width(bar.name, self.size) + TEXT_GAP if bar.name else 0.0
        own = text_width(f"{OWN_MARK} {bar.own}", self.size, "semibold") + 2 * TEXT_GAP
        return name, own if bar.own and not self.narrow else 0.0

    def _end(self, bar: Bar) -> float:
        """Return how far all that is said of a bar reaches beyond its end, with air on both sides."""
        words = text_width(self._reason(bar)[-1], self.size, "semibold")
        return 2 * TEXT_GAP + words + sum(self._tail(bar))

    def _write_label(self, axes: Axes, row: int, bar: Bar) -> None:
        line, lines = line_height(self.size), self._label(bar)
        at, offset = (self.start, float(row)), (-self.left, (len(lines) - 1) / 2 * line)
        if self.narrow:
            at, offset = (self.start, row - HALF_BAND), (0, self.rows.above[row] - line / 2)
        self.write(axes, lines, at, offset=offset, weight=bar.weight)
        if self.narrow and bar.own:
            after = text_width(lines[-1], self.size, bar.weight) + 2 * TEXT_GAP
            below = self._own_takes_a_line(bar)
            offset = (0 if below else after, offset[1] - (len(lines) - 1 + below) * line)
            self.write_own(axes, f"{OWN_MARK} {bar.own}", at, offset=offset)

    def _write_end(self, axes: Axes, bar: Bar, middle: float) -> None:
        """Write what stands beside a bar, or in place of one."""
        at, words, line = (bar.reach, middle), self._reason(bar), line_height(self.size)
        x, y = float(TEXT_GAP), 0.0
        if bar.state == "suppressed":
            x += _STUB
            height = 2 * HALF_BAND / self.marks.groups
            self.hatch(axes, middle, pixels=_STUB, height=height, words=words[0])
        elif bar.state == "missing":
            x = 0 if self.narrow else TEXT_GAP
            y = (len(words) - 1) * line if middle < round(middle) else 0.0
            self.write(axes, words, at, offset=(x, y), weight="italic", colour=theme.MUTED)
            y -= (len(words) - 1) * line
        else:
            self.write(axes, words, at, offset=(x, y), weight="semibold")
        x += TEXT_GAP + text_width(words[-1], self.size, "semibold")
        name, _ = self._tail(bar)
        if bar.name:
            self.write(axes, [bar.name], at, offset=(x, y), colour=theme.MUTED)
        if bar.own and not self.narrow:
            self.write_own(axes, f"{OWN_MARK} {bar.own}", at, offset=(x + name + TEXT_GAP, y))

    def _draw_caps(self, axes: Axes, *, inside: str) -> None:
        """End the intervals with small strokes, those on the bars in the colour `inside`."""
        groups = self.marks.groups
        ends = [
            (bar.lower, bar.upper, _middle(number // groups, number % groups, groups))
            for number, bar in enumerate(self.marks.bars)
            if bar.lower is not None and bar.upper is not None
        ]
        for side, ink in enumerate([inside, theme.TEXT]):
            places = [end[side] for end in ends], [end[2] for end in ends]
            axes.plot(*places, "|", color=ink, markersize=7, markeredgewidth=1.5)


def _middle(row: int, number: int, bars: int) -> float:
    """Return where the middle of one of a row's bars is on the axis."""
    return row + HALF_BAND * ((2 * number + 1) / bars - 1)
