"""Shares by group as a heat map: what it draws, as data and seaborn's marks, and how it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from borgerlib.errors import ParameterError
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.view import theme
from borgerlib.view.charts.chart import Chart, assemble
from borgerlib.view.charts.charts import marked_notes
from borgerlib.view.charts.layout import HALF_BAND, Block, Lines, Rows, distinct
from borgerlib.view.charts.marks import RowMarks, write
from borgerlib.view.tables.html import require_disclosed
from borgerlib.view.words import alt_text

if TYPE_CHECKING:
    import seaborn.objects as so
    from matplotlib.axes import Axes

# Pixels, on a page and on a phone.
_BAND = (30.0, 34.0)
_LABEL_SHARE, _WIDEST = 0.34, 150.0
_GAP = 4.0
_SIDE = 0.97
_UNIT = "\u00a0pct."


@dataclass(frozen=True)
class Cell:
    """One answer in one group: its place, what is written in it, and its colour."""

    row: int
    column: int
    words: str
    colour: str
    hidden: bool = False


@dataclass(frozen=True)
class HeatMap(RowMarks):
    """A row an answer and a column a group, the darker the larger the share."""

    answers: tuple[str, ...]
    groups: tuple[str, ...]
    cells: tuple[Cell, ...]

    def plot(self) -> so.Plot:
        """Return the marks: a bar from one side of its column to the other for each cell."""
        import seaborn.objects as so

        names = distinct(self.answers)
        frame = pd.DataFrame([vars(cell) for cell in self.cells])
        frame = frame.assign(
            answer=np.take(names, frame["row"]),
            left=frame["column"] + (1 - _SIDE) / 2,
            right=frame["column"] + (1 + _SIDE) / 2,
        )
        side: Any = {"x": "right", "baseline": "left", "color": "colour", "orient": "y"}
        plot = so.Plot(frame, y="answer").add(so.Bar(alpha=1, edgewidth=0), **side)
        return plot.scale(color=None, y=so.Nominal(order=names)).label(x="", y="")

    @cached_property
    def scale(self) -> float:
        """Pixels a column."""
        return min(self.room / len(self.groups), self.room if self.narrow else _WIDEST)

    @cached_property
    def heads(self) -> Sequence[Block]:
        """The answers."""
        room = self.width * (1 if self.narrow else _LABEL_SHARE)
        return [[self.text(answer, width=room)] for answer in self.answers]

    @cached_property
    def columns(self) -> Sequence[Lines]:
        """The groups' names, above the first row."""
        room = self.scale - 2 * _GAP
        names = [self.text(group, width=room, colour=theme.MUTED, small=True) for group in self.groups]
        return names if max(name.width for name in names) <= room else []

    @cached_property
    def upright(self) -> Sequence[Lines]:
        """The groups' names where they are wider than their columns: read from below."""
        return (
            [] if self.columns else [self.text(name, colour=theme.MUTED, small=True) for name in self.groups]
        )

    @cached_property
    def rows(self) -> Rows:
        """Each as high as its label."""
        nothing = [0.0] * len(self.answers)
        names = [name.height for name in self.columns] + [name.width for name in self.upright]
        named = [max(names) + _GAP, *nothing[1:]]
        return self.spaced(_BAND[self.narrow], named, nothing, between=_GAP * (1 + self.narrow))

    def write_values(self, axes: Axes) -> None:
        """Write the groups' names and each cell's share."""
        for column, name in enumerate(self.columns):
            write(axes, [name], (column + 0.5, -HALF_BAND), top=name.height + _GAP, align="center")
        for column, name in enumerate(self.upright):
            turned: Any = {"rotation": 90, "rotation_mode": "anchor"}
            write(axes, [name], (column + 0.5, -HALF_BAND), top=name.pitch / 2 + _GAP, **turned)
        for cell in self.cells:
            words = self.text(cell.words, width=self.scale, small=self.narrow)
            write(axes, [words], (cell.column + 0.5, cell.row), align="center")
            if cell.hidden:
                left = cell.column + (1 - _SIDE) / 2
                self.hatch(axes, cell.row, pixels=_SIDE * self.scale, height=2 * HALF_BAND, left=left)


def heat_map(
    estimates: DisclosedEstimates, *, title: str = "", question: str = "", base_note: str = "", note: str = ""
) -> Chart:
    """Return the shares of every answer in every group as a heat map, the darker the larger.

    Parameters
    ----------
    estimates : DisclosedEstimates
        One item, one row an option × group.
    title : str
        The finding (Danish); without it the question.
    question, base_note, note : str
        As for `bar_chart`.

    Returns
    -------
    Chart
        ``.frame`` holds what is drawn (one row a cell), ``.axes()`` and ``.plot()`` give it for further work.

    Raises
    ------
    DisclosureError
        Anything but `DisclosedEstimates` is given.
    ParameterError
        There are several items, or an answer stands twice in a group.

    See Also
    --------
    grouped_bar_chart : Two groups.
    estimates_table : The numbers with their intervals.

    Examples
    --------
    >>> import borgerlib
    >>> people = borgerlib.load("Ærø")  # simulated citizens
    >>> shares = borgerlib.estimate_proportions(people, "tid", by="omraadetype", weight="weight")
    >>> chart = shares.pipe(borgerlib.disclose).pipe(borgerlib.heat_map)
    >>> chart.frame["group"].nunique()
    3
    """
    require_disclosed(estimates, "heat_map")
    frame = estimates.frame
    if frame["item"].nunique() > 1:
        raise ParameterError("A heat map shows one question.", hint="Take one: estimates.select(item=…).")
    if frame.duplicated(["option", "group"]).any():
        raise ParameterError(
            "An answer stands twice in a group.",
            hint="Groups of the same name: take one estimates.select(…).",
        )
    rows, columns = (pd.factorize(frame[name])[0] for name in ("option", "group"))
    labels = frame.drop_duplicates("option")["label"].astype(str)
    names = [label or "Alle" for label in frame.drop_duplicates("group")["group_label"].astype(str)]
    marks, explained = marked_notes(frame, "pct")
    largest = max(float(frame["proportion"].max(skipna=True)), 0.01)
    cells = []
    for at, row in enumerate(frame.to_dict("records")):
        hidden, share = bool(row["suppressed"]), row["proportion"]
        words = "" if hidden else alt_text.value_words(row, "pct").removesuffix(_UNIT) + marks[at]
        part = 0.0 if hidden or pd.isna(share) else float(share) / largest
        # Never so dark that the words on it could not be read.
        colour = theme.mix(theme.PAPER, theme.COUNTRY_SOFT, 0.08 + 0.92 * part)
        cells.append(Cell(int(rows[at]), int(columns[at]), words, colour, hidden))
    return assemble(
        "heat",
        estimates,
        HeatMap(answers=tuple(labels), groups=tuple(names), cells=tuple(cells)),
        title=title,
        question=question,
        base_note=base_note,
        note=note,
        own=(),
        notes=["Tallene er procent", *explained],
        interval="",
    )
