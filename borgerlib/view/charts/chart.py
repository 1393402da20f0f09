"""A chart that holds everything a reader needs, and shows itself in a notebook.

Finding, question and base, caption, alternative text and the numbers as a table always accompany the picture,
in the notebook's output and in the report.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from borgerlib.errors import ParameterError
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.view import theme
from borgerlib.view.charts import files
from borgerlib.view.charts.marks import Marks
from borgerlib.view.charts.pictures import PictureWords, draw
from borgerlib.view.tables.html import Table, estimates_table
from borgerlib.view.words import alt_text

if TYPE_CHECKING:
    import seaborn.objects as so
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Width = theme.Layout
MIME_TYPE = "application/vnd.borger.chart+json"
_WIDTHS = {"wide": theme.WIDE, "narrow": theme.NARROW}


@dataclass(frozen=True)
class Chart:
    """A picture with its words and its numbers; made by the functions whose names end in ``_chart``.

    Parameters
    ----------
    title : str
        The finding (Danish).
    question : str
        The question and the base.
    caption : str
        N, interval, what is left out, source.
    alt_text : str
        What the picture shows, with every number.
    frame : DataFrame
        The rows as drawn, in order; columns as `DisclosedEstimates.frame`.
    table : Table
        The same numbers as a table.
    marks : Marks
        What is drawn.
    simulated : bool
        The data are simulated: the picture says so itself.

    See Also
    --------
    bar_chart : Makes one of the shares of a question's answers.
    estimates_table : The numbers alone.

    Examples
    --------
    >>> import borgerlib
    >>> survey = borgerlib.open_leaders_survey()
    >>> chart = borgerlib.bar_chart(survey.estimates("strategi"), title="Har kommunen en strategi?")
    >>> chart.alt_text[:48]
    'Vandret søjlediagram. Har kommunen en strategi? '
    >>> line = chart.axes().axvline(0.5)  # any artist of matplotlib
    """

    title: str
    question: str
    caption: str
    alt_text: str
    frame: pd.DataFrame = field(repr=False, compare=False)
    table: Table = field(repr=False)
    marks: Marks = field(repr=False)
    simulated: bool = False

    def plot(self) -> so.Plot:
        """Return the marks as seaborn's plot, to look at or to add layers to.

        Its data are one row a mark. ``chart.figure(plot=chart.plot().add(…))`` draws the longer plot as the
        chart is drawn.
        """
        return self.marks.plot()

    def figure(self, width: Width = "wide", *, framed: bool = True, plot: so.Plot | None = None) -> Figure:
        """Return the picture as a new matplotlib figure, not known to pyplot.

        Parameters
        ----------
        width : {'wide', 'narrow'}
            For a page (960 px) or a phone (350 px, laid out anew).
        framed : bool
            With title, question and caption inside, as in a notebook or on a slide; otherwise the plot
            alone, for a page that sets the words as text.
        plot : so.Plot, optional
            Drawn in place of `plot()`.

        Raises
        ------
        ParameterError
            The width is neither.
        """
        return draw(self.marks, *self._dress(width, framed), plot)

    def axes(self, width: Width = "wide", *, framed: bool = True) -> Axes:
        """Return the axes of a new `figure`, for a line, a limit or a remark (``axes.figure`` shows them).

        The horizontal axis counts shares (0–1) or answers, and in a scale shares from the middle of the
        neutral step; the vertical axis has a row each whole number, 0 at the top. A funnel's axes are answers
        and shares.
        """
        return self.figure(width, framed=framed).axes[0]

    def png(self, width: Width = "wide", *, framed: bool = True) -> bytes:
        """Return the picture as PNG at two image pixels a pixel; parameters as `figure`."""
        return files.png(self.marks, *self._dress(width, framed))

    def svg(self, width: Width = "wide", *, framed: bool = True) -> str:
        """Return the picture as SVG with its fonts embedded; parameters as `figure`."""
        return files.svg(self.marks, *self._dress(width, framed)).decode()

    def _dress(self, width: Width, framed: bool) -> tuple[PictureWords, int]:
        if width not in _WIDTHS:
            raise ParameterError(f"There is no width '{width}'. Legal: {', '.join(_WIDTHS)}.")
        words = PictureWords(self.title, self.question, self.caption)
        return words if framed else PictureWords(simulated=self.simulated), _WIDTHS[width]

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data = {"image/png": self.png(), **self.for_page()}
        return data, {"image/png": {"alt": self.alt_text, "width": theme.WIDE}}

    def for_page(self) -> dict[str, Any]:
        """Return the chart's notebook output for a page of a report: everything except the PNG."""
        # The text is for people who cannot see the picture, and for nbval, which compares texts but not
        # pictures, so that it notices changed numbers.
        payload = {
            "title": self.title,
            "question": self.question,
            "caption": self.caption,
            "alt": self.alt_text,
            "wide": self.svg("wide", framed=False),
            "narrow": self.svg("narrow", framed=False),
            "columns": list(self.table.columns),
            "rows": [list(row) for row in self.table.rows],
            "numbers": self.table.numbers,
        }
        return {"text/plain": f"{self.alt_text}\n\n{self.table.to_text()}", MIME_TYPE: payload}


def assemble(
    kind: str,
    estimates: DisclosedEstimates,
    marks: Marks,
    *,
    title: str,
    question: str,
    base_note: str,
    note: str,
    own: Sequence[tuple[str, str]],
    notes: Sequence[str] = (),
    interval: str = "Tynd streg",
    unit: alt_text.Unit = "pct",
    highlighted: Sequence[str] = (),
) -> Chart:
    """Return a chart of disclosed estimates with the words that belong to its kind.

    Parameters
    ----------
    kind : str
        A key of `alt_text.KINDS`.
    estimates : DisclosedEstimates
        The rows as drawn, in order.
    marks : Marks
        The drawn marks.
    title, question, base_note, note : str
        As for `bar_chart`.
    own : sequence of (name, label)
        The own municipality and the label of its row.
    notes : sequence of str
        Sentences that explain further marks in the picture.
    interval : str
        The Danish word for how intervals are drawn.
    unit : {'pct', 'antal'}
        Shares or counts.
    highlighted : sequence of str
        Labels of the highlighted rows.
    """
    title = title or alt_text.question_of(estimates)
    said, frame = alt_text.titled(title, estimates), estimates.frame
    rows = frame.to_dict("records")
    question = alt_text.sentences([question, alt_text.base_line(estimates, unit, base_note)])
    return Chart(
        title=said,
        question=question,
        caption=alt_text.caption(estimates, interval, notes, note, unit),
        alt_text=alt_text.describe(
            kind, rows, estimates.confidence, said, question, unit=unit, own=own, highlighted=highlighted
        ),
        frame=frame,
        table=estimates_table(estimates, caption=title, unit=unit),
        marks=marks,
        simulated=estimates.origin == "simulated",
    )
