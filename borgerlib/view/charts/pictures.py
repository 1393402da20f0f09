"""Make a picture of marks, with its texts around them.

A figure has one point per CSS pixel and is not registered with pyplot; users' own settings do not affect it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from borgerlib.danish import SIMULATED
from borgerlib.view import theme
from borgerlib.view.charts.layout import Lines, wrap
from borgerlib.view.charts.marks import Marks, write

if TYPE_CHECKING:
    import seaborn.objects as so
    from matplotlib.figure import Figure

_AIR = 22
_BOX = {"facecolor": theme.TEXT, "edgecolor": "none", "pad": 6}


@dataclass(frozen=True)
class PictureWords:
    """The texts around the marks of a picture; empty ones are left out."""

    title: str = ""
    question: str = ""
    caption: str = ""
    simulated: bool = False


def draw(marks: Marks, words: PictureWords, width: float, plot: so.Plot | None = None) -> Figure:
    """Return a figure `width` pixels wide: marks on axes, words above and below them.

    `plot` is drawn instead of ``marks.plot()``, for instance the same with a further layer.
    """
    layout = theme.layout_of(width)
    margin = theme.MARGIN if words.title and layout == "wide" else 0
    with settings():
        marks = replace(marks, width=width - 2 * margin)
        muted = partial(wrap, width=marks.width, colour=theme.MUTED)
        caption = muted(words.caption, size=theme.CAPTION_SIZE[layout])
        column = list(_above(marks, words, layout))
        top = margin + sum(lines.height + air for lines, _, air in column)
        below = caption.height + _AIR if words.caption else 0
        whole = top + marks.height + marks.below + below + margin
        figure = new_figure(width, whole)
        left, bottom = margin + marks.left, margin + below + marks.below
        axes = figure.add_axes((left / width, bottom / whole, marks.room / width, marks.height / whole))
        # Without this, seaborn would use its own theme.
        (plot or marks.plot()).theme(_settings()).on(axes).plot()
        marks.dress(axes)
        corner: Any = {"at": (0, 1), "xycoords": "figure fraction"}
        at: float = margin
        for lines, indent, air in column:
            box = _BOX if lines.colour == theme.PAPER else None
            write(axes, [lines], x=margin + indent, top=-at, bbox=box, **corner)
            at += lines.height + air
        write(axes, [caption], x=margin, top=caption.height + margin - whole, **corner)
        for artist in axes.findobj():
            artist.set_clip_on(False)
    return figure


def _above(marks: Marks, words: PictureWords, layout: theme.Layout) -> Iterator[tuple[Lines, float, float]]:
    """Yield the texts above the marks, each with its indent and the space below it."""
    text = partial(wrap, width=marks.width)
    if words.title:
        yield text(words.title, size=theme.TITLE_SIZE[layout], weight="semibold"), 0, 4
    if words.question:
        yield text(words.question, size=theme.QUESTION_SIZE[layout], colour=theme.MUTED), 0, _AIR
    if words.simulated:
        yield Lines([], 0), 0, 4
        yield text(SIMULATED, size=theme.CAPTION_SIZE[layout], weight="semibold", colour=theme.PAPER), 6, 18
    size = theme.LABEL_SIZE[layout]
    for name, colour in marks.key:
        square = Lines(["■"], size, colour=colour)
        yield square, 0, -square.height
        yield wrap(name, width=marks.width - 1.4 * size, size=size, colour=theme.MUTED), 1.4 * size, 4
    if marks.key:
        yield Lines([], 0), 0, 12


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of this size in pixels."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width / 72, height / 72), dpi=72, facecolor=theme.PAPER)
    FigureCanvasAgg(figure)
    # Notebooks can show figures only after pyplot has made one, so add the method here.
    figure._repr_png_ = partial(_shown, figure)  # type: ignore[attr-defined]
    return figure


def _shown(figure: Figure) -> tuple[bytes, dict[str, float]]:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=144)
    return buffer.getvalue(), {"width": figure.get_figwidth() * 72}


def settings() -> AbstractContextManager[None]:
    """Make matplotlib use the theme, whatever settings the user has changed."""
    from matplotlib import style

    _add_fonts()
    return style.context(_settings(), after_reset=True)


def _settings() -> dict[str, Any]:
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


@cache
def _add_fonts() -> None:
    from matplotlib.font_manager import fontManager

    for weight in theme.FONT_STYLES:
        fontManager.addfont(theme.font_file(weight))
