"""What charts draw, as data, and as seaborn's marks.

The data are hashable, so that the same picture is drawn once. The plots know nothing of widths: labels and
spacing are the layout's (`bars`, `scales`), which comes after them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Protocol

import pandas as pd

from borgerlib.view import theme
from borgerlib.view.charts.layout import distinct

if TYPE_CHECKING:
    import seaborn.objects as so

Side = Literal["negative", "neutral", "positive", "aside"]

_ASIDE_GAP = 0.04


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

    @property
    def weight(self) -> theme.Weight:
        """Of the label."""
        return "semibold" if self.stands_out else "regular"


@dataclass(frozen=True)
class Bars:
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

    def plot(self) -> so.Plot:
        """Return the marks: bars, and intervals light on the bar and dark beside it."""
        import seaborn.objects as so

        frame = self._frame()
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

    def _frame(self) -> pd.DataFrame:
        frame = pd.DataFrame([vars(bar) for bar in self.bars])
        frame = frame.astype(dict.fromkeys(["value", "lower", "upper"], float))
        names = distinct([bars[0].label for bars in self.answers])
        return frame.assign(row=[name for name in names for _ in range(self.groups)])


@dataclass(frozen=True)
class ScaleStep:
    """One step of the scale in one group: share (0–1), what is said of it, and who chose it."""

    name: str
    share: float
    words: str
    interval: str
    colour: str
    side: Side
    own: str = ""


@dataclass(frozen=True)
class Net:
    """The positive steps together: share and interval (0–1), and the words for it."""

    share: float
    lower: float
    upper: float
    words: str


@dataclass(frozen=True)
class Row:
    """One group's bar; `withheld` says in words why it cannot be drawn."""

    label: str
    base: str
    segments: tuple[ScaleStep, ...]
    net: Net | None = None
    withheld: str = ""

    def reach(self, side: Side) -> float:
        """Return the share on one side of the centre: half of the neutral step, and the net's interval."""
        if self.withheld:
            return 0.0
        total = sum(segment.share for segment in self.segments if segment.side == side)
        if side in ("neutral", "aside"):
            return total
        if side == "positive" and self.net:
            total = max(total, self.net.upper)
        return total + self.reach("neutral") / 2


@dataclass(frozen=True)
class Placed:
    """A segment that has a length, and where it stands: shares from the centre."""

    row: int
    segment: ScaleStep
    start: float
    end: float

    @property
    def middle(self) -> float:
        """Middle of the segment."""
        return (self.start + self.end) / 2


@dataclass(frozen=True)
class Scale:
    """The groups' bars in order; segments from most negative to most positive, then those apart."""

    rows: tuple[Row, ...]

    def reach(self, side: Side) -> float:
        """Return the longest of all rows; see `Row.reach`."""
        return max(row.reach(side) for row in self.rows)

    @property
    def left(self) -> float:
        """Left end of all that is drawn."""
        return -self.reach("negative")

    @property
    def right(self) -> float:
        """Right end of all that is drawn."""
        aside = self.reach("aside")
        return max(self.reach("positive") + (_ASIDE_GAP + aside if aside else 0), self.left + 0.01)

    @cached_property
    def placed(self) -> list[Placed]:
        """The segments that have a length."""
        placed = []
        for number, row in enumerate(self.rows):
            end = -row.reach("negative")
            for segment in row.segments if not row.withheld else ():
                start = max(end, self.reach("positive") + _ASIDE_GAP) if segment.side == "aside" else end
                end = start + segment.share
                if segment.share > 0:
                    placed.append(Placed(number, segment, start, end))
        return placed

    def plot(self) -> so.Plot:
        """Return the marks: the divided bars, those apart only outlined."""
        import seaborn.objects as so

        columns = ["row", "name", "start", "end", "share", "colour", "side"]
        names = distinct([row.label for row in self.rows])
        cells = [
            (names[p.row], p.segment.name, p.start, p.end, p.segment.share, p.segment.colour, p.segment.side)
            for p in self.placed
        ]
        frame = pd.DataFrame(cells, columns=columns).astype({"start": float, "end": float})
        aside = frame["side"] == "aside"
        filled = so.Bar(alpha=1, edgecolor=theme.PAPER, edgewidth=1)
        outlined = so.Bar(fill=False, alpha=1, edgecolor=theme.SUPPRESSED, edgewidth=0.6, width=0.77)
        plot = so.Plot(frame, x="end", y="row")
        if not aside.all():
            plot = plot.add(filled, data=frame[~aside], baseline="start", color="colour")
        if aside.any():
            plot = plot.add(outlined, data=frame[aside], baseline="start")
        return plot.scale(color=None, y=so.Nominal(order=names)).label(x="", y="")


class Marks(Protocol):
    """What a chart draws: hashable data that know themselves as seaborn's marks."""

    def plot(self) -> so.Plot:
        """Return the marks."""

    def __hash__(self) -> int: ...
