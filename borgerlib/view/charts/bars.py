"""Horizontal bars: their data, seaborn's marks for them, and their layout on a page and on a phone.

On a page, labels are in a column on the left; on a phone, above their bars. The scale is the largest at which
every value still fits next to its bar.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from borgerlib.view import theme
from borgerlib.view.charts.layout import HALF_BAND, TEXT_GAP, Block, Lines, Rows, distinct
from borgerlib.view.charts.marks import Key, RowMarks, write

if TYPE_CHECKING:
    import seaborn.objects as so
    from matplotlib.axes import Axes

_LABEL_SHARE = 0.44
_STUB = 44
_NAME_SHARE = 0.3
# Heights on a page and on a phone.
_BAR = (20.0, 15.0)
_BETWEEN_ROWS = (14.0, 16.0)


@dataclass(frozen=True)
class Bar:
    """One bar: its length and interval in the chart's unit, and the text at its end.

    `name` is the group's name if this bar shows it; `own` is the own municipality if it gave this answer.
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
        """Where the text begins: to the right of bar, interval and axis."""
        return max(0.0, self.value or 0, self.upper or 0)


@dataclass(frozen=True)
class Bars(RowMarks):
    """Bars in display order; the bars of one answer in several groups follow each other.

    Parameters
    ----------
    bars : tuple of Bar
    full : float
        The whole width stands for at least this value, so that small shares look small.
    """

    bars: tuple[Bar, ...]
    full: float

    @property
    def groups(self) -> int:
        """Number of bars per answer."""
        return len({bar.group for bar in self.bars})

    @property
    def answers(self) -> list[tuple[Bar, ...]]:
        """The bars of each answer."""
        starts = range(0, len(self.bars), self.groups)
        return [self.bars[start : start + self.groups] for start in starts]

    def frame(self) -> pd.DataFrame:
        """Return the bars as rows, each with its answer's name and its middle on the vertical axis."""
        frame = pd.DataFrame(list(self.bars)).astype(dict.fromkeys(["value", "lower", "upper"], float))
        names = distinct([bars[0].label for bars in self.answers])
        row, within = np.divmod(np.arange(len(frame)), self.groups)
        middle = row + HALF_BAND * ((2 * within + 1) / self.groups - 1)
        return frame.assign(row=np.take(names, row), middle=middle)

    def plot(self) -> so.Plot:
        """Return the marks: bars, and intervals that are light on the bar and dark outside it."""
        import seaborn.objects as so

        frame = self.frame()
        moves = [so.Dodge(by=["group"], gap=0.1)] if self.groups > 1 else []
        bar = so.Bar(alpha=1, edgewidth=0)
        plot = so.Plot(frame, y="row", group="group").add(bar, *moves, x="value", color="colour")
        known = frame[frame["lower"].notna()]
        parts = [("lower", "value", theme.PAPER), ("value", "upper", theme.TEXT)]
        for start, end, ink in parts if len(known) else []:
            line = so.Range(color=ink, linewidth=1.5)
            plot = plot.add(line, *moves, data=known, y="row", group="group", xmin=start, xmax=end)
        order = list(dict.fromkeys(frame["row"]))
        return plot.scale(color=None, y=so.Nominal(order=order)).label(x="", y="")

    @cached_property
    def key(self) -> Key:
        """The groups' names, if next to the bars they would leave these too little room."""
        names = tuple((bar.name, bar.colour) for bar in self.bars if bar.name)
        widest = max((self.text(name).width for name, _ in names), default=0.0)
        return names if widest > _NAME_SHARE * self.room else ()

    @cached_property
    def scale(self) -> float:
        """Pixels per unit."""
        ends = [(bar.reach - self.start, self._said(bar)) for bar in self.bars if bar.state == "shown"]
        beside = [(self.room - TEXT_GAP - _width(said)) / length for length, said in ends if length > 0]
        return min([self.room / (self.full - self.start), *beside])

    @cached_property
    def heads(self) -> Sequence[Block]:
        """The answers; on a phone with the own municipality's name under its answer."""
        room, heads = self.width * (1 if self.narrow else _LABEL_SHARE), []
        for bar, *_ in self.answers:
            label = self.text(bar.label, width=room, weight="semibold" if bar.stands_out else "regular")
            heads.append([label, self.own_name(bar.own)] if self.narrow and bar.own else [label])
        return heads

    @cached_property
    def rows(self) -> Rows:
        """Rows that are each as high as their label and bars."""
        line, groups = self.text("x").height, self.groups
        band = _BAR[self.narrow] if groups == 1 else groups * (line + 2)
        # On a phone, a value's text is higher than its bar.
        rim = max(0.0, (line - band / groups) / 2)
        # A note of several lines grows upwards from the first of two bars, otherwise downwards.
        extra = [[self._said(bar)[0][1].height - line for bar in bars] for bars in self.answers]
        above, below = [rim + sum(up) for *up, _ in extra], [rim + down for *_, down in extra]
        return self.spaced(band, above, below, between=_BETWEEN_ROWS[self.narrow])

    def write_values(self, axes: Axes) -> None:
        """Write values, names and the notes that replace bars; draw the caps of the intervals."""
        axes.spines["left"].set_visible(not self.narrow)
        for bar, middle in zip(self.bars, self.frame()["middle"], strict=True):
            self._write_end(axes, bar, middle)
        self.draw_caps(axes, inside=theme.PAPER)

    def draw_caps(self, axes: Axes, *, inside: str) -> None:
        """Draw the caps of the intervals, those on bars in the colour `inside`."""
        known = self.frame().dropna(subset="lower")
        for end, ink in (("lower", inside), ("upper", theme.TEXT)):
            self.end_intervals(axes, known[end], known["middle"], ink)

    def _said(self, bar: Bar) -> list[tuple[float, Lines]]:
        """Return the texts at a bar's end, or in its place, each with the space before it."""
        named = bar.name and not self.key
        beside = [(TEXT_GAP, self.text(bar.name, colour=theme.MUTED))] if named else []
        if bar.own and not self.narrow:
            beside.append((2 * TEXT_GAP, self.own_name(bar.own)))
        if bar.state == "shown":
            return [(TEXT_GAP, self.text(bar.words, weight="semibold")), *beside]
        hidden = bar.state == "suppressed"
        # Wrap a note to the room that the bar would have had.
        room = inf if hidden else self.room - 3 * TEXT_GAP - _width(beside)
        said = f"· {bar.words}" if hidden else bar.words
        style: Any = {"weight": "regular" if hidden else "italic", "colour": theme.MUTED}
        return [(TEXT_GAP + _STUB * hidden, self.text(said, width=room, **style)), *beside]

    def _write_end(self, axes: Axes, bar: Bar, middle: float) -> None:
        if bar.state == "suppressed":
            self.hatch(axes, middle, pixels=_STUB, height=2 * HALF_BAND / self.groups)
        at, x = (bar.reach if bar.state == "shown" else self.start, middle), 0.0
        for air, lines in self._said(bar):
            upwards = lines.height - lines.pitch if middle < round(middle) else 0.0
            write(axes, [lines], at, x=x + air, top=lines.pitch / 2 + upwards)
            x += air + lines.width


def _width(said: Sequence[tuple[float, Lines]]) -> float:
    return sum(air + lines.width for air, lines in said)
