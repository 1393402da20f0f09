"""Scales: their data, seaborn's marks for them, and their layout on a page and on a phone.

There is one divided bar per group, centred on the neutral step. Each step is labelled in its segment; a label
that does not fit is put above it with a thin line, and labels that would overlap are moved apart.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from borgerlib.view import theme
from borgerlib.view.charts.layout import (
    HALF_BAND,
    OWN_MARK,
    TEXT_GAP,
    Lines,
    Rows,
    distinct,
    height_of,
    spread,
    width_of,
)
from borgerlib.view.charts.marks import Key, RowMarks, write

if TYPE_CHECKING:
    import seaborn.objects as so
    from matplotlib.axes import Axes

# Heights on a page and on a phone.
_BAR = (46.0, 44.0)
_NAME_WIDTH = (170.0, 66.0)
_PADDING = 6
_LEADER = 9
_BETWEEN = 26
_BETWEEN_LABELS = 8
_LABEL_SHARE = 0.26
_NET = 17
_UNDER = 8


@dataclass(frozen=True)
class ScaleStep:
    """One step of the scale in one group, and its texts.

    Shares (0–1) count from the middle of the neutral step; `own` is the own municipality if it gave this
    answer, and `aside` marks a step outside the scale.
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
    """The positive steps together: where they start and end, the ends of their interval, and the text."""

    start: float
    end: float
    lower: float
    upper: float
    words: str


@dataclass(frozen=True)
class ScaleRow:
    """One group's bar; `withheld` is the reason why it cannot be drawn."""

    label: str
    base: str
    net: Net | None = None
    withheld: str = ""


@dataclass(frozen=True)
class Scale(RowMarks):
    """The groups' bars in order; steps from most negative to most positive, then those outside the scale.

    Parameters
    ----------
    groups : tuple of ScaleRow
    steps : tuple of ScaleStep
        The steps that can be drawn.
    """

    groups: tuple[ScaleRow, ...]
    steps: tuple[ScaleStep, ...]

    def plot(self) -> so.Plot:
        """Return the marks: the divided bars; steps outside the scale are only outlined."""
        import seaborn.objects as so

        names = distinct([group.label for group in self.groups])
        frame = pd.DataFrame(list(self.steps), columns=[field.name for field in fields(ScaleStep)])
        frame = frame.assign(end=frame["start"] + frame["share"], row=[names[at] for at in frame["row"]])
        filled = so.Bar(alpha=1, edgecolor=theme.PAPER, edgewidth=1)
        outlined = so.Bar(fill=False, alpha=1, edgecolor=theme.SUPPRESSED, edgewidth=0.6, width=0.77)
        plot = so.Plot(frame, x="end", y="row")
        aside = frame["aside"].astype(bool)
        if not aside.all():
            plot = plot.add(filled, data=frame[~aside], baseline="start", color="colour")
        if aside.any():
            plot = plot.add(outlined, data=frame[aside], baseline="start")
        return plot.scale(color=None, y=so.Nominal(order=names)).label(x="", y="")

    @cached_property
    def key(self) -> Key:
        """The steps' names, if there is no room for them above a bar."""
        labels = [self._labels(row, named=True) for row in range(len(self.groups))]
        widths = [sum(width_of(label) + _BETWEEN_LABELS for _, label in row) for row in labels]
        names = {step.name: step.colour for step in self.steps}
        return tuple(names.items()) if max(widths) > self.room + _BETWEEN_LABELS else ()

    @cached_property
    def start(self) -> float:
        """The left end of the axis, counted from the middle of the neutral step."""
        return min([0.0, *(step.start for step in self.steps)])

    @cached_property
    def scale(self) -> float:
        """Pixels per unit."""
        ends = [step.start + step.share for step in self.steps]
        ends += [end for group in self.groups if group.net for end in (group.net.end, group.net.upper)]
        return (self.room - 1) / (max([self.start + 0.01, *ends]) - self.start)

    @cached_property
    def heads(self) -> list[list[Lines]]:
        """The groups' labels and bases."""
        room = self.width * (1 if self.narrow else _LABEL_SHARE)
        return [
            [
                self.text(group.label, width=room, weight="semibold"),
                self.text(group.base, width=room, small=True, colour=theme.MUTED),
            ]
            if group.label
            else []
            for group in self.groups
        ]

    @cached_property
    def rows(self) -> Rows:
        """Rows that are each as high as their bar and the texts above and below it."""
        above, below = [], []
        for row, group in enumerate(self.groups):
            labels = self._labels(row, named=not self.key)
            above.append(max((height_of(label) + _LEADER for _, label in labels), default=0.0))
            own_line = _UNDER + self.text("x").height if any(step.own for step in self._of(row)) else 0.0
            below.append(self._net_height(group) + own_line)
        return self.spaced(_BAR[self.narrow], above, below, between=_BETWEEN)

    def write_values(self, axes: Axes) -> None:
        """Write steps and values, and draw the positive steps together."""
        for row, group in enumerate(self.groups):
            if group.withheld:
                pixels = self.rows.band
                self.hatch(axes, row, pixels=pixels, height=2 * HALF_BAND)
                said = self.text(f"· {group.withheld}", colour=theme.MUTED)
                write(axes, [said], (self.start, row), x=pixels + TEXT_GAP)
            self._write_above(axes, row)
            if group.net:
                self._draw_net(axes, row, group.net)
            for step in self._of(row):
                if self._inside(step):
                    write(axes, self._numbers(step), (step.middle, row), align="center")
                if step.own:
                    self._write_own(axes, step, self._net_height(group))

    def _of(self, row: int) -> list[ScaleStep]:
        return [step for step in self.steps if step.row == row]

    def _place(self, value: float) -> float:
        """Return the place of a value, in pixels from the left."""
        return (value - self.start) * self.scale

    def _labels(self, row: int, *, named: bool) -> list[tuple[ScaleStep, list[Lines]]]:
        """Return the labels above a row: those too wide for their segment, and names of new steps."""
        earlier = {step.name for step in self.steps if step.row < row}
        labels = []
        for step in self._of(row):
            label = []
            if named and step.name not in earlier:
                label.append(self.text(step.name, width=_NAME_WIDTH[self.narrow], small=True))
            if not self._inside(step):
                label += self._numbers(step, above=True)
            if label:
                labels.append((step, label))
        return labels

    def _numbers(self, step: ScaleStep, *, above: bool = False) -> list[Lines]:
        """Return the text of a step's share and interval, for inside its segment or above it."""
        ink = theme.TEXT if above or step.aside else theme.readable_on(step.colour)
        share = self.text(step.words, small=above, weight="semibold", colour=ink)
        interval = self.text(step.interval, small=True, colour=theme.MUTED if above else ink)
        return [share, interval] if step.interval else [share]

    def _inside(self, step: ScaleStep) -> bool:
        """Return whether a segment's text fits inside it."""
        return width_of(self._numbers(step)) + 2 * _PADDING <= step.share * self.scale

    def _net_height(self, group: ScaleRow) -> float:
        return _NET + self.text("x", small=True).height if group.net else 0.0

    def _write_above(self, axes: Axes, row: int) -> None:
        labels = self._labels(row, named=not self.key)
        wanted = [(self._place(step.middle), width_of(label)) for step, label in labels]
        middles = spread(wanted, 1, self.room - 1, gap=_BETWEEN_LABELS)
        for (step, label), middle in zip(labels, middles, strict=True):
            at, aside = (step.middle, row - HALF_BAND), middle - self._place(step.middle)
            arrow = {"arrowstyle": "-", "color": theme.MUTED, "linewidth": 1, "shrinkA": 0, "shrinkB": 1}
            axes.annotate("", at, (aside, _LEADER - 1), textcoords="offset points", arrowprops=arrow)
            write(axes, label, at, x=aside, top=_LEADER + height_of(label), align="center")

    def _draw_net(self, axes: Axes, row: int, net: Net) -> None:
        """Draw the positive steps together as a line, with its interval and words under it."""
        from matplotlib.transforms import offset_copy

        down = self.rows.band / 2 + _NET - 5.5
        below = offset_copy(axes.transData, axes.get_figure(root=True), y=-down, units="points")
        axes.hlines(row, net.start, net.end, colors=theme.COUNTRY, linewidth=4, transform=below)
        axes.hlines(row, net.lower, net.upper, colors=theme.TEXT, linewidth=1.5, transform=below)
        self.end_intervals(axes, [net.lower, net.upper], row, theme.TEXT, transform=below)
        words, from_left = self.text(net.words, small=True), self._place(net.start)
        over = max(from_left + words.width - self.room + 1, 0)
        write(axes, [words], (net.start, row), x=-min(over, from_left), top=-down - 5.5)

    def _write_own(self, axes: Axes, step: ScaleStep, down: float) -> None:
        """Write the own municipality's name under its answer, with its mark at the middle of the segment."""
        words, half = self.own_name(step.own), self.text(OWN_MARK, weight="semibold").width / 2
        at, top = (step.middle, step.row + HALF_BAND), -down - _UNDER
        before = self._place(step.middle)
        beside = self.room - 1 - before
        if words.width - half <= beside:
            write(axes, [words], at, x=-min(half, before), top=top)
        else:
            turned = replace(words, lines=[f"{step.own} {OWN_MARK}"])
            write(axes, [turned], at, x=min(half, beside), top=top, align="right")
