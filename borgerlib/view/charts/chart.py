"""A chart that carries everything a reader needs, and shows itself in a notebook.

The picture is never alone: finding, question and base, caption, alternative text and the numbers as a table
travel with it, into the notebook's output and from there into the report.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from borgerlib.errors import ParameterError
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.view.charts import theme
from borgerlib.view.charts.drawing import Box, Drawing, Text, paragraph, stack, text_width
from borgerlib.view.tables.html import Table, estimates_table
from borgerlib.view.words import alt_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Width = Literal["wide", "narrow"]
MIME_TYPE = "application/vnd.borger.chart+json"
_WIDTHS = {"wide": theme.WIDE, "narrow": theme.NARROW}


@dataclass(frozen=True)
class Chart:
    """A picture with its words and its numbers; made by the functions in `borgerlib.view.charts.charts`.

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
    body : callable
        Width in pixels → `Drawing` of the picture without its words.
    simulated : bool
        The data are simulated: the picture says so itself.
    """

    title: str
    question: str
    caption: str
    alt_text: str
    frame: pd.DataFrame = field(repr=False, compare=False)
    table: Table = field(repr=False)
    body: Callable[[float], Drawing] = field(repr=False, compare=False)
    simulated: bool = False

    def drawing(self, width: Width = "wide", *, framed: bool = True) -> Drawing:
        """Return the picture as shapes.

        Parameters
        ----------
        width : {'wide', 'narrow'}
            For a page (960 px) or a phone (350 px, laid out anew).
        framed : bool
            With title, question and caption inside, as in a notebook or on a slide; otherwise the plot
            alone, for a page that sets the words as text.

        Raises
        ------
        ParameterError
            The width is neither.
        """
        if width not in _WIDTHS:
            raise ParameterError(f"There is no width '{width}'. Legal: {', '.join(_WIDTHS)}.")
        return self._framed(width) if framed else self._plain(width)

    def figure(self, width: Width = "wide", *, framed: bool = True) -> Figure:
        """Return the picture as a matplotlib figure, not known to pyplot; parameters as `drawing`."""
        return self.drawing(width, framed=framed).figure()

    def png(self, width: Width = "wide", *, framed: bool = True) -> bytes:
        """Return the picture as PNG at two image pixels a pixel; parameters as `drawing`."""
        return self.drawing(width, framed=framed).png()

    def _plain(self, width: Width) -> Drawing:
        pixels = _WIDTHS[width]
        body = self.body(pixels)
        return stack([_simulated_tag(pixels), body], gap=14, width=pixels) if self.simulated else body

    def _framed(self, width: Width) -> Drawing:
        margin = theme.MARGIN if width == "wide" else 0
        inner = _WIDTHS[width] - 2 * margin
        line = partial(paragraph, width=inner)
        head = stack(
            [
                line(self.title, size=theme.TITLE_SIZE[width], weight="semibold"),
                line(self.question, size=theme.QUESTION_SIZE[width], colour=theme.MUTED),
            ],
            gap=4,
            width=inner,
        )
        foot = line(self.caption, size=theme.CAPTION_SIZE[width], colour=theme.MUTED)
        whole = stack([head, self.body(inner), foot], gap=22, width=inner)
        height = whole.height + 2 * margin
        return Drawing(_WIDTHS[width], height, whole.moved(margin, margin))

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        # The text is there for people without the picture, and for nbval, which compares texts but not
        # pictures: a changed number changes it.
        data = {
            "image/png": self.png(),
            "text/plain": f"{self.alt_text}\n\n{self.table.to_text()}",
            MIME_TYPE: self._payload(),
        }
        return data, {"image/png": {"alt": self.alt_text, "width": theme.WIDE}}

    def _payload(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "question": self.question,
            "caption": self.caption,
            "alt": self.alt_text,
            "wide": base64.b64encode(self.png("wide", framed=False)).decode(),
            "narrow": base64.b64encode(self.png("narrow", framed=False)).decode(),
            "columns": list(self.table.columns),
            "rows": [list(row) for row in self.table.rows],
            "numbers": self.table.numbers,
        }


def assemble(
    kind: str,
    estimates: DisclosedEstimates,
    *,
    title: str,
    question: str,
    caption: str,
    unit: alt_text.Unit,
    own: Sequence[tuple[str, str]],
    highlighted: Sequence[str] = (),
    body: Callable[[float], Drawing],
) -> Chart:
    """Return a chart of disclosed estimates with the words that belong to its kind.

    Parameters
    ----------
    kind : str
        A key of `alt_text.KINDS`.
    estimates : DisclosedEstimates
        The rows as drawn, in order.
    title, question, caption
        See `Chart`.
    unit : {'pct', 'antal'}
        Shares or counts.
    own : sequence of (name, label)
        The own municipality and the row that it belongs to.
    highlighted : sequence of str
        Labels of the rows that stand out.
    body : callable
        See `Chart`.
    """
    said, frame = alt_text.titled(title, estimates), estimates.frame
    return Chart(
        title=said,
        question=question,
        caption=caption,
        alt_text=alt_text.describe(
            kind, estimates, frame, title=said, question=question, unit=unit, own=own, highlighted=highlighted
        ),
        frame=frame,
        table=estimates_table(estimates, caption=title, unit=unit),
        body=body,
        simulated=estimates.origin == "simulated",
    )


def _simulated_tag(width: float) -> Drawing:
    size = theme.CAPTION_SIZE[theme.layout_of(width)]
    text = Text(8, 4, alt_text.SIMULATED, size, "bold", theme.PAPER)
    height = size * theme.LINE_HEIGHT + 8
    box = Box(0, 0, text_width(text.text, size, "bold") + 16, height, theme.TEXT)
    return Drawing(width, height, (box, text))
