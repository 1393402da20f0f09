"""From marks to a picture with its words around it.

A figure has one point a CSS pixel and is not known to pyplot, and a reader's own settings change nothing.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from borgerlib.danish import SIMULATED
from borgerlib.view import theme
from borgerlib.view.charts.layout import wrap
from borgerlib.view.charts.marks import Marks, write

if TYPE_CHECKING:
    import seaborn.objects as so
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_AIR = 22


@dataclass(frozen=True)
class PictureWords:
    """What stands around the marks of a picture; empty texts are left out."""

    title: str = ""
    question: str = ""
    caption: str = ""
    simulated: bool = False


class DrawnMarks:
    """Marks on axes, drawn once by seaborn, to be dressed for a page, a phone and a frame in turn.

    Parameters
    ----------
    marks : Marks
        What is shown.
    plot : so.Plot, optional
        Drawn instead of ``marks.plot()``, for instance the same with a further layer.
    """

    def __init__(self, marks: Marks, plot: so.Plot | None = None) -> None:
        self.marks = marks
        with settings():
            self.figure = new_figure(theme.WIDE, theme.WIDE)
            self.axes = self.figure.add_axes((0, 0, 1, 1))
            # seaborn goes by its own theme unless it is given ours.
            (plot or marks.plot()).theme(_settings()).on(self.axes).plot()
        self._artists = set(self.axes.get_children())

    def dress(self, words: PictureWords, width: float) -> Figure:
        """Return the figure `width` pixels wide, with words around the marks and none of an earlier dress."""
        for artist in set(self.axes.get_children()) - self._artists:
            artist.remove()
        sizes = theme.layout_of(width)
        margin = theme.MARGIN if words.title and sizes == "wide" else 0
        inner = width - 2 * margin
        with settings():
            marks, column = self.marks.at(inner), _Column(self.axes, margin, inner, margin)
            column.write(words.title, size=theme.TITLE_SIZE[sizes], weight="semibold", air=4)
            column.write(words.question, size=theme.QUESTION_SIZE[sizes], colour=theme.MUTED, air=_AIR)
            if words.simulated:
                column.tag(SIMULATED, theme.CAPTION_SIZE[sizes])
            column.key(marks.key, theme.LABEL_SIZE[sizes])
            top, height = column.top, marks.height
            column.top += height + marks.below + (_AIR if words.caption else 0)
            column.write(words.caption, size=theme.CAPTION_SIZE[sizes], colour=theme.MUTED)
            whole = column.top + margin
            self.figure.set_dpi(72)
            self.figure.set_size_inches(width / 72, whole / 72)
            left, bottom = (margin + marks.left) / width, 1 - (top + height) / whole
            self.axes.set_position((left, bottom, marks.room / width, height / whole))
            marks.dress(self.axes)
            for artist in self.axes.findobj():
                artist.set_clip_on(False)
        return self.figure


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of that many pixels."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width / 72, height / 72), dpi=72, facecolor=theme.PAPER)
    FigureCanvasAgg(figure)
    # A notebook knows how to show figures only once pyplot has made one.
    figure._repr_png_ = partial(_shown, figure)  # type: ignore[attr-defined]
    return figure


def _shown(figure: Figure) -> tuple[bytes, dict[str, float]]:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=144)
    return buffer.getvalue(), {"width": figure.get_figwidth() * 72}


@contextmanager
def settings() -> Iterator[None]:
    """Have matplotlib draw as the theme says, whatever a reader has set."""
    import matplotlib

    _add_fonts()
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_settings())
        yield


def _settings() -> Any:
    return {
        "font.family": theme.FONT_FAMILY,
        "font.size": theme.LABEL_SIZE["narrow"],
        "font.weight": theme.FONT_STYLES["regular"][0],
        "axes.labelweight": theme.FONT_STYLES["regular"][0],
        "hatch.linewidth": 1.2,
        "axes.edgecolor": theme.RULE,
        "axes.linewidth": 1,
        "svg.fonttype": "none",
        "svg.hashsalt": theme.FONT_FAMILY,
    }


@dataclass
class _Column:
    """Texts one under another, at a distance from the figure's left edge; `top` is where the next begins."""

    axes: Axes
    left: float
    width: float
    top: float

    def write(self, text: str, *, indent: float = 0, air: float = 0, bbox: Any = None, **style: Any) -> None:
        lines = wrap(text, width=self.width - indent, **style)
        at: Any = {"x": self.left + indent, "top": -self.top, "xycoords": "figure fraction", "bbox": bbox}
        write(self.axes, [lines], (0, 1), **at)
        self.top += lines.height + (air if lines.lines else 0)

    def tag(self, text: str, size: float) -> None:
        box = {"facecolor": theme.TEXT, "edgecolor": "none", "pad": 6}
        self.top += 4
        self.write(text, size=size, indent=6, air=18, weight="semibold", colour=theme.PAPER, bbox=box)

    def key(self, colours: tuple[tuple[str, str], ...], size: float) -> None:
        for name, colour in colours:
            self.write("■", size=size, colour=colour)
            self.top -= size * theme.LINE_HEIGHT
            self.write(name, size=size, indent=1.4 * size, air=4, colour=theme.MUTED)
        self.top += 12 if colours else 0


@lru_cache(maxsize=1)
def _add_fonts() -> None:
    from matplotlib.font_manager import fontManager

    for weight in theme.FONT_STYLES:
        fontManager.addfont(theme.font_file(weight))
