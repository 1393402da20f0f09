"""Scales: what they draw, as data and seaborn's marks, and how they stand on a page and on a phone.

One divided bar a group, centred on the neutral step. Every step is labelled where it stands; what does not
fit inside its segment stands above it with a thin leader, and labels that would collide move apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self

import pandas as pd

from borgerlib.view import theme
from borgerlib.view.charts.layout import (
    HALF_BAND,
    OWN_MARK,
    TEXT_GAP,
    Lines,
    Rows,
    distinct,
    own,
    spread,
    wrap,
)
from borgerlib.view.charts.marks import RowMarks, write

if TYPE_CHECKING:
    import seaborn.objects as so
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


@dataclass(frozen=True)
class ScaleStep:
    """One step of the scale in one group, and what is said of it.

    Shares (0–1) count from the middle of the neutral step; `own` is the municipality that answered so, and
    `aside` a step outside the scale.
    """

    row: int
    name: str
    start: float
    share: float
    words: str
    interval: str
    colour: str
    aside: bool = False
    own: str = ""

    @property
    def middle(self) -> float:
        """Middle of the segment."""
        return self.start + self.share / 2


@dataclass(frozen=True)
class Net:
    """The positive steps together: where they start, their share and interval (0–1), and the words for it."""

    start: float
    share: float
    lower: float
    upper: float
    words: str

    @property
    def end(self) -> float:
        """Upper end of the interval."""
        return self.start + max(self.share, self.upper)


@dataclass(frozen=True)
class ScaleRow:
    """One group's bar; `withheld` says in words why it cannot be drawn."""

    label: str
    base: str
    net: Net | None = None
    withheld: str = ""


@dataclass(frozen=True)
class Scale(RowMarks):
    """The groups' bars in order; steps from most negative to most positive, then those apart.

    Parameters
    ----------
    groups : tuple of ScaleRow
    steps : tuple of ScaleStep
        Those that have a length.
    """

    groups: tuple[ScaleRow, ...]
    steps: tuple[ScaleStep, ...]

    def plot(self) -> so.Plot:
        """Return the marks: the divided bars, those apart only outlined."""
        import seaborn.objects as so

        names = distinct([group.label for group in self.groups])
        frame = pd.DataFrame(self.steps, columns=[field.name for field in fields(ScaleStep)])
        frame = frame.assign(
            end=frame["start"] + frame["share"], row=[names[step.row] for step in self.steps]
        )
        filled = so.Bar(alpha=1, edgecolor=theme.PAPER, edgewidth=1)
        outlined = so.Bar(fill=False, alpha=1, edgecolor=theme.SUPPRESSED, edgewidth=0.6, width=0.77)
        plot = so.Plot(frame, x="end", y="row")
        aside = frame["aside"].astype(bool)
        if not aside.all():
            plot = plot.add(filled, data=frame[~aside], baseline="start", color="colour")
        if aside.any():
            plot = plot.add(outlined, data=frame[aside], baseline="start")
        return plot.scale(color=None, y=so.Nominal(order=names)).label(x="", y="")

    def at(self, width: float) -> Self:
        """Return the bars as they stand in a picture of that width in pixels."""
        placed = super().at(width)
        if all(placed._fits(row) for row in range(len(self.groups))):
            return placed
        return replace(placed, key=tuple({step.name: step.colour for step in self.steps}.items()))

    @cached_property
    def start(self) -> float:
        """The axis counts from the middle of the neutral step."""
        return min([0.0, *(step.start for step in self.steps)])

    @cached_property
    def left(self) -> float:
        """Width of the column of labels."""
        longest = max(self.line(group.label, "semibold").width for group in self.groups)
        if self.narrow or not longest:
            return 0.0
        return min(self.width * _LABEL_SHARE, longest + _LABEL_GAP)

    @cached_property
    def scale(self) -> float:
        """Pixels a unit."""
        ends = [step.start + step.share for step in self.steps]
        nets = [group.net.end for group in self.groups if group.net]
        return (self.room - 1) / (max([self.start + 0.01, *ends, *nets]) - self.start)

    @cached_property
    def rows(self) -> Rows:
        """Each as high as what stands above and below its bar."""
        needs = []
        for row, group in enumerate(self.groups):
            over = max((_height(label) + _LEADER for _, label in self._labels(row)), default=0.0)
            own_line = _UNDER + self.line("").pitch if any(step.own for step in self._of(row)) else 0.0
            needs.append((_height(self._head(group)), over, self._net_height(group) + own_line))
        return self.spaced(_BAR[self.narrow], needs, between=_BETWEEN, gap=6)

    def write_labels(self, axes: Axes) -> None:
        """Write groups, steps and values, and draw the positive steps together."""
        for row, group in enumerate(self.groups):
            self.write_head(axes, row, self._head(group))
            if group.withheld:
                pixels = self.rows.band
                self.hatch(axes, row, pixels=pixels, height=2 * HALF_BAND)
                said = self.line(f"· {group.withheld}", colour=theme.MUTED)
                write(axes, [said], (self.start, row), x=pixels + TEXT_GAP)
            self._write_above(axes, row)
            if group.net:
                self._draw_net(axes, row, group.net)
            for step in self._of(row):
                if self._inside(step):
                    ink = theme.TEXT if step.aside else theme.readable_on(step.colour)
                    write(axes, self._numbers(step, ink, ink), (step.middle, row), align="center")
                if step.own:
                    self._write_own(axes, step, self._net_height(group))

    @property
    def _small(self) -> float:
        return _SMALL[self.narrow]

    def _of(self, row: int) -> list[ScaleStep]:
        return [step for step in self.steps if step.row == row]

    def _place(self, step: ScaleStep) -> float:
        """Return where the middle of a segment is, in pixels from the left."""
        return (step.middle - self.start) * self.scale

    def _fits(self, row: int) -> bool:
        """Tell whether all that has to stand above a row has room."""
        widths = [_width(label) for _, label in self._labels(row, named=True)]
        return sum(widths) + _BETWEEN_LABELS * (len(widths) - 1) <= self.room

    def _head(self, group: ScaleRow) -> list[Lines]:
        """Return a group's label and base."""
        room = self.width if self.narrow else self.left - _LABEL_GAP + 1
        label = wrap(group.label, width=room, size=self.size, weight="semibold")
        base = wrap(group.base, width=room, size=self._small, colour=theme.MUTED)
        return [label, base] if group.label else []

    def _labels(self, row: int, *, named: bool = False) -> list[tuple[ScaleStep, list[Lines]]]:
        """Return what stands above a row: names where they come first (or all), and what is too wide."""
        earlier = {step.name for step in self.steps if step.row < row and not named}
        labels = []
        for step in self._of(row):
            label = []
            if not self.key and step.name not in earlier:
                label.append(wrap(step.name, width=_NAME_WIDTH[self.narrow], size=self._small))
            if not self._inside(step):
                label += self._numbers(step, theme.TEXT, theme.MUTED, above=True)
            if label:
                labels.append((step, label))
        return labels

    def _numbers(self, step: ScaleStep, ink: str, pale: str, *, above: bool = False) -> list[Lines]:
        """Return a step's share and interval as they stand inside its segment, or above it."""
        share = Lines([step.words], self._small if above else self.size, "semibold", ink)
        return [share, Lines([step.interval], self._small, colour=pale)] if step.interval else [share]

    def _inside(self, step: ScaleStep) -> bool:
        """Tell whether what is said of a segment fits inside it."""
        return _width(self._numbers(step, "", "")) + 2 * _PADDING <= step.share * self.scale

    def _net_height(self, group: ScaleRow) -> float:
        return _NET + self._small * theme.LINE_HEIGHT if group.net else 0.0

    def _write_above(self, axes: Axes, row: int) -> None:
        labels = self._labels(row)
        wanted = [(self._place(step), _width(label)) for step, label in labels]
        middles = spread(wanted, 1, self.room - 1, gap=_BETWEEN_LABELS)
        for (step, label), middle in zip(labels, middles, strict=True):
            at, aside = (step.middle, row - HALF_BAND), middle - self._place(step)
            arrow = {"arrowstyle": "-", "color": theme.MUTED, "linewidth": 1, "shrinkA": 0, "shrinkB": 1}
            axes.annotate("", at, (aside, _LEADER - 1), textcoords="offset points", arrowprops=arrow)
            write(axes, label, at, x=aside, top=_LEADER + _height(label), align="center")

    def _draw_net(self, axes: Axes, row: int, net: Net) -> None:
        """Draw the positive steps together as a line, with its interval and words under it."""
        from matplotlib.transforms import offset_copy

        down = self.rows.band / 2 + _NET - 5.5
        below = offset_copy(axes.transData, axes.get_figure(root=True), y=-down, units="points")
        axes.hlines(row, net.start, net.start + net.share, colors=theme.COUNTRY, linewidth=4, transform=below)
        ends = [net.start + net.lower, net.start + net.upper]
        axes.hlines(row, ends[0], ends[1], colors=theme.TEXT, linewidth=1.5, transform=below)
        self.end_intervals(axes, ends, [row, row], theme.TEXT, transform=below)
        words, from_left = Lines([net.words], self._small), (net.start - self.start) * self.scale
        over = max(from_left + words.width - self.room + 1, 0)
        write(axes, [words], (net.start, row), x=-min(over, from_left), top=-down - 5.5)

    def _write_own(self, axes: Axes, step: ScaleStep, down: float) -> None:
        """Write the own municipality's name under its answer, the mark in the middle of the segment."""
        words, half = own(step.own, self.size), self.line(OWN_MARK, "semibold").width / 2
        at, top, before = (step.middle, step.row + HALF_BAND), -down - _UNDER, self._place(step)
        beside = self.room - 1 - before
        if words.width - half <= beside:
            write(axes, [words], at, x=-min(half, before), top=top)
        else:
            turned = replace(words, lines=[f"{step.own} {OWN_MARK}"])
            write(axes, [turned], at, x=min(half, beside), top=top, align="right")


def _width(label: Sequence[Lines]) -> float:
    return max(lines.width for lines in label)


def _height(label: Sequence[Lines]) -> float:
    return sum(lines.height for lines in label)
