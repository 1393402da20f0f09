"""Horizontal bars: what they draw, as data and seaborn's marks, and how they stand on a page and on a phone.

On a page labels stand in a column on the left; on a phone above their bars. The scale is the longest at
which every value still fits beside its bar.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Self

import pandas as pd

from borgerlib.view import theme
from borgerlib.view.charts.layout import HALF_BAND, TEXT_GAP, Lines, Rows, distinct, own, wrap
from borgerlib.view.charts.marks import RowMarks, write

if TYPE_CHECKING:
    import seaborn.objects as so
    from matplotlib.axes import Axes

_LABEL_SHARE = 0.44
_LABEL_GAP = 20
_STUB = 44
_ENOUGH = 0.5
# On a page, on a phone.
_BAR = (20.0, 15.0)
_BETWEEN_ROWS = (14.0, 16.0)


@dataclass(frozen=True)
class Bar:
    """One bar: its length and interval in the chart's unit, and what is said at its end.

    `name` is the group's, where it is told at this bar; `own` the own municipality's, where it answered so.
    """

    label: str
    words: str
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    state: Literal["shown", "suppressed", "missing"] = "shown"
    colour: str = theme.COUNTRY
    group: str = ""
    name: str = ""
    own: str = ""
    stands_out: bool = False

    @property
    def reach(self) -> float:
        """Where the words begin: the farthest point of bar and interval, or the axis beyond both."""
        return max(0.0, self.value or 0, self.upper or 0)


@dataclass(frozen=True)
class Bars(RowMarks):
    """Bars in the order to be shown; those of one answer in several groups follow each other.

    Parameters
    ----------
    bars : tuple of Bar
    full : float
        The smallest value that the whole width stands for, so that small shares look small.
    """

    bars: tuple[Bar, ...]
    full: float

    @property
    def groups(self) -> int:
        """Number of bars of each answer."""
        return len({bar.group for bar in self.bars})

    @property
    def answers(self) -> list[tuple[Bar, ...]]:
        """The bars of each answer."""
        starts = range(0, len(self.bars), self.groups)
        return [self.bars[start : start + self.groups] for start in starts]

    def frame(self) -> pd.DataFrame:
        """Return the bars as rows, with the name of their answer's row."""
        frame = pd.DataFrame([vars(bar) for bar in self.bars])
        frame = frame.astype(dict.fromkeys(["value", "lower", "upper"], float))
        names = distinct([bars[0].label for bars in self.answers])
        return frame.assign(row=[name for name in names for _ in range(self.groups)])

    def plot(self) -> so.Plot:
        """Return the marks: bars, and intervals light on the bar and dark beside it."""
        import seaborn.objects as so

        frame = self.frame()
        side_by_side = [so.Dodge(by=["group"], gap=0.1)] if self.groups > 1 else []
        bar = so.Bar(alpha=1, edgewidth=0)
        plot = so.Plot(frame, y="row", group="group").add(bar, *side_by_side, x="value", color="colour")
        known = frame[frame["lower"].notna()]
        if len(known):
            inside = known.assign(start=known["lower"], end=known["value"], colour=theme.PAPER)
            outside = known.assign(start=known["value"], end=known["upper"], colour=theme.TEXT)
            halves = pd.concat([inside, outside], ignore_index=True)
            of_halves = {"y": "row", "group": "group", "xmin": "start", "xmax": "end", "color": "colour"}
            plot = plot.add(so.Range(linewidth=1.5), *side_by_side, data=halves, **of_halves)
        order = list(dict.fromkeys(frame["row"]))
        return plot.scale(color=None, y=so.Nominal(order=order)).label(x="", y="")

    def at(self, width: float) -> Self:
        """Return the bars as they stand in a picture of that width in pixels."""
        placed = super().at(width)
        if placed.scale * self.full >= _ENOUGH * placed.room:
            return placed
        # Names at the bars would leave the bars no room: they go into a key above.
        key = tuple((bar.name, bar.colour) for bar in self.bars if bar.name)
        nameless = tuple(replace(bar, name="") for bar in self.bars)
        return replace(placed, bars=nameless, key=key)

    @cached_property
    def left(self) -> float:
        """Width of the column of labels."""
        if self.narrow:
            return 0.0
        return max(replace(self._label(bar), weight="semibold").width for bar in self.bars) + _LABEL_GAP

    @cached_property
    def scale(self) -> float:
        """Pixels a unit."""
        shown = [bar for bar in self.bars if bar.reach > self.start and bar.state == "shown"]
        beside = [
            (self.room - TEXT_GAP - _width(self._said(bar))) / (bar.reach - self.start) for bar in shown
        ]
        return min([self.room / (self.full - self.start), *beside])

    @cached_property
    def rows(self) -> Rows:
        """Each as high as its label and its bars."""
        line, groups = self.line("").pitch, self.groups
        band = _BAR[self.narrow] if groups == 1 else groups * (line + 2)
        # A value is higher than a phone's bar.
        rim = max(0.0, (line - band / groups) / 2)
        needs = []
        for bars in self.answers:
            # A reason of several lines goes on upwards from the first of two bars, otherwise downwards.
            up, *down = [self._said(bar)[0][1].height - line for bar in bars]
            if not down:
                up, down = 0.0, [up]
            label = self._label(bars[0]).height + self._own_takes_a_line(bars[0]) * line
            needs.append((label, rim + up, rim + down[-1]))
        return self.spaced(band, needs, between=_BETWEEN_ROWS[self.narrow], gap=3)

    def write_labels(self, axes: Axes) -> None:
        """Write labels, names and what stands in place of bars; end the intervals with small strokes."""
        axes.spines["left"].set_visible(not self.narrow)
        for row, bars in enumerate(self.answers):
            self._write_label(axes, row, bars[0])
        for bar, middle in self._middles():
            self._write_end(axes, bar, middle)
        self.draw_caps(axes, inside=theme.PAPER)

    def draw_caps(self, axes: Axes, *, inside: str) -> None:
        """End the intervals with small strokes, those on the bars in the colour `inside`."""
        known = [(bar, middle) for bar, middle in self._middles() if bar.lower is not None]
        middles = [middle for _, middle in known]
        self.end_intervals(axes, [bar.lower or 0.0 for bar, _ in known], middles, inside)
        self.end_intervals(axes, [bar.upper or 0.0 for bar, _ in known], middles, theme.TEXT)

    def _middles(self) -> Iterator[tuple[Bar, float]]:
        """Yield each bar and where its middle is on the axis."""
        for number, bar in enumerate(self.bars):
            row, of_row = divmod(number, self.groups)
            yield bar, row + HALF_BAND * ((2 * of_row + 1) / self.groups - 1)

    def _label(self, bar: Bar) -> Lines:
        width = self.width * (1 if self.narrow else _LABEL_SHARE)
        return wrap(
            bar.label, width=width, size=self.size, weight="semibold" if bar.stands_out else "regular"
        )

    def _own_takes_a_line(self, bar: Bar) -> bool:
        """Tell whether the own municipality's name does not fit at the end of a phone's label."""
        after = self._after_label(bar)
        return self.narrow and bool(bar.own) and after + own(bar.own, self.size).width > self.width

    def _after_label(self, bar: Bar) -> float:
        label = self._label(bar)
        return replace(label, lines=label.lines[-1:]).width + 2 * TEXT_GAP

    def _said(self, bar: Bar) -> list[tuple[float, Lines]]:
        """Return what is said at a bar's end, each with the air before it."""
        said: list[tuple[float, Lines]] = []
        if bar.name:
            said.append((TEXT_GAP, self.line(bar.name, colour=theme.MUTED)))
        if bar.own and not self.narrow:
            said.append((2 * TEXT_GAP, own(bar.own, self.size)))
        if bar.state == "suppressed":
            return [(_STUB + TEXT_GAP, self.line(f"· {bar.words}", colour=theme.MUTED)), *said]
        if bar.state == "shown":
            return [(TEXT_GAP, self.line(bar.words, "semibold")), *said]
        # A reason is wrapped to the room that the bar would have had.
        room = self.room - 3 * TEXT_GAP - _width(said)
        reason = wrap(bar.words, width=room, size=self.size, weight="italic", colour=theme.MUTED)
        return [(0 if self.narrow else TEXT_GAP, reason), *said]

    def _write_label(self, axes: Axes, row: int, bar: Bar) -> None:
        label = self._label(bar)
        self.write_head(axes, row, [label])
        if self.narrow and bar.own:
            below = self._own_takes_a_line(bar)
            top = self.rows.above[row] - label.height + (0 if below else label.pitch)
            x = 0 if below else self._after_label(bar)
            write(axes, [own(bar.own, self.size)], (self.start, row - HALF_BAND), x=x, top=top)

    def _write_end(self, axes: Axes, bar: Bar, middle: float) -> None:
        """Write what stands beside a bar, or in place of one."""
        said, at = self._said(bar), (bar.reach, middle)
        if bar.state == "suppressed":
            at = (self.start, middle)
            self.hatch(axes, middle, pixels=_STUB, height=2 * HALF_BAND / self.groups)
        reason = said[0][1]
        x, top = 0.0, reason.pitch / 2
        if middle < round(middle):
            top += reason.height - reason.pitch
        for air, lines in said:
            write(axes, [lines], at, x=x + air, top=top)
            x += air + lines.width
            top -= lines.height - lines.pitch


def _width(said: Sequence[tuple[float, Lines]]) -> float:
    return sum(air + lines.width for air, lines in said)
