"""From marks to a picture with its words around it.

A figure has one point a CSS pixel and is not known to pyplot, and a reader's own settings change nothing.
"""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from borgerlib.danish import SIMULATED
from borgerlib.view import theme
from borgerlib.view.charts.layout import TEXT_GAP, Rows, line_height, wrap
from borgerlib.view.charts.marks import Marks

if TYPE_CHECKING:
    import seaborn.objects as so
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

OWN_MARK = "◆"
_AIR = 22


@dataclass(frozen=True)
class PictureWords:
    """What stands around the marks of a picture; empty texts are left out."""

    title: str = ""
    question: str = ""
    caption: str = ""
    simulated: bool = False


@dataclass(frozen=True)
class Layout(ABC):
    """How marks stand in a picture: what bars and scales have in common.

    Parameters
    ----------
    marks
        What stands in it; see the layouts themselves.
    width : float
        Pixels; below `theme.PHONE_BREAK` labels stand above their bars.
    key : tuple of (name, colour)
        Shown above the marks, for names that find no place beside them.
    """

    marks: Any
    width: float
    key: tuple[tuple[str, str], ...] = ()

    @property
    def left(self) -> float:
        """Width of the column of labels."""
        return 0.0

    @property
    def start(self) -> float:
        """Value at the left end of the axis."""
        return 0.0

    @property
    @abstractmethod
    def scale(self) -> float:
        """Pixels a unit."""

    @property
    @abstractmethod
    def rows(self) -> Rows:
        """How far the rows stand apart."""

    @abstractmethod
    def write_labels(self, axes: Axes) -> None:
        """Write what stands at the marks, and draw what seaborn has no mark for."""

    @property
    def narrow(self) -> bool:
        """Whether this is a phone."""
        return theme.layout_of(self.width) == "narrow"

    @property
    def size(self) -> float:
        """Of labels."""
        return theme.LABEL_SIZE[theme.layout_of(self.width)]

    @property
    def room(self) -> float:
        """Width of the axes."""
        return self.width - self.left

    def dress(self, axes: Axes) -> None:
        """Give axes that have their marks limits, spacing and labels."""
        axes.set_xlim(self.start, self.start + self.room / self.scale)
        axes.set_xticks([])
        axes.tick_params(left=False, labelleft=False)
        axes.spines[:].set_visible(False)
        self.rows.apply(axes)
        self.write_labels(axes)

    def write(self, axes: Axes, lines: Sequence[str], at: tuple[float, float], **style: Any) -> None:
        """Write lines at a point of the axes; see `write`."""
        write(axes, lines, at, **({"size": self.size} | style))

    def write_own(self, axes: Axes, words: str, at: tuple[float, float], **style: Any) -> None:
        """Write the name and mark of the reader's own municipality."""
        self.write(axes, [words], at, weight="semibold", colour=theme.OWN_TEXT, **style)

    def hatch(self, axes: Axes, middle: float, *, pixels: float, height: float, words: str) -> None:
        """Draw a bar that stands for a number not shown, and say so beside it."""
        axes.barh(
            middle,
            pixels / self.scale,
            height,
            left=self.start,
            hatch="/////",
            facecolor=theme.PAPER,
            edgecolor=theme.SUPPRESSED,
            linewidth=1.2,
        )
        self.write(axes, [words], (self.start, middle), offset=(pixels + TEXT_GAP, 0), colour=theme.MUTED)


LayOut = Callable[[Any, float], Layout]


class DrawnMarks:
    """Marks on axes, drawn once by seaborn, to be dressed for a page, a phone and a frame in turn.

    Parameters
    ----------
    marks, lay_out
        What is shown, and marks, width in pixels → `Layout`.
    plot : so.Plot, optional
        Drawn instead of ``marks.plot()``, for instance the same with a further layer.
    """

    def __init__(self, marks: Marks, lay_out: LayOut, plot: so.Plot | None = None) -> None:
        self.marks, self.lay_out = marks, lay_out
        with settings(theme.LABEL_SIZE["wide"]):
            self.figure = new_figure(theme.WIDE, theme.WIDE)
            self.axes = self.figure.add_axes((0, 0, 1, 1))
            # seaborn goes by its own theme unless it is given ours.
            (plot or marks.plot()).theme(_settings(theme.LABEL_SIZE["wide"])).on(self.axes).plot()
        self._artists = set(self.axes.get_children())

    def dress(self, words: PictureWords, *, width: float, margin: float) -> Figure:
        """Return the figure as wide as asked, with words around the marks and none of an earlier dress.

        Parameters
        ----------
        words : Words
        width, margin : float
            Of the figure, in pixels.
        """
        for artist in set(self.axes.get_children()) - self._artists:
            artist.remove()
        sizes, inner = theme.layout_of(width), width - 2 * margin
        with settings(theme.LABEL_SIZE[sizes]):
            layout = self.lay_out(self.marks, inner)
            writer = _Column(margin, inner, top=margin)
            writer.paragraph(words.title, theme.TITLE_SIZE[sizes], theme.TEXT, "semibold", air=4)
            writer.paragraph(words.question, theme.QUESTION_SIZE[sizes], theme.MUTED, air=_AIR)
            if words.simulated:
                writer.tag(SIMULATED, theme.CAPTION_SIZE[sizes])
            writer.key(layout.key, theme.LABEL_SIZE[sizes])
            top = writer.top
            writer.top += layout.rows.height + (_AIR if words.caption else 0)
            writer.paragraph(words.caption, theme.CAPTION_SIZE[sizes], theme.MUTED)
            height = writer.top + margin
            self.figure.set_dpi(72)
            self.figure.set_size_inches(width / 72, height / 72)
            left, bottom = margin + layout.left, height - top - layout.rows.height
            box = (left / width, bottom / height, layout.room / width, layout.rows.height / height)
            self.axes.set_position(box)
            layout.dress(self.axes)
            writer.write(self.axes, height)
            for artist in self.axes.findobj():
                artist.set_clip_on(False)
        return self.figure


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of that many pixels."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = _figure_type()(figsize=(width / 72, height / 72), dpi=72, facecolor=theme.PAPER)
    FigureCanvasAgg(figure)
    return figure


@lru_cache(maxsize=1)
def _figure_type() -> type[Figure]:
    """Return a figure that a notebook shows: it knows of others only once pyplot has made one."""
    from matplotlib.figure import Figure

    class Picture(Figure):
        def _repr_png_(self) -> tuple[bytes, dict[str, float]]:
            buffer = io.BytesIO()
            self.savefig(buffer, format="png", dpi=144)
            return buffer.getvalue(), {"width": self.get_figwidth() * 72}

    return Picture


@contextmanager
def settings(size: float) -> Iterator[None]:
    """Have matplotlib draw as the theme says, whatever a reader has set, with texts of that size."""
    import matplotlib

    _add_fonts()
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_settings(size))
        yield


def _settings(size: float) -> Any:
    return {
        "font.family": theme.FONT_FAMILY,
        "font.size": size,
        "hatch.linewidth": 1.2,
        "axes.edgecolor": theme.RULE,
        "axes.linewidth": 1,
        "svg.fonttype": "none",
        "svg.hashsalt": theme.FONT_FAMILY,
    }


def write(
    axes: Axes,
    lines: Sequence[str],
    at: tuple[float, float],
    *,
    size: float,
    offset: tuple[float, float] = (0, 0),
    align: str = "left",
    weight: theme.Weight = "regular",
    colour: str = theme.TEXT,
    coords: str = "data",
    **more: Any,
) -> None:
    """Write lines one under another, the middle of the first `offset` pixels from a point of the axes."""
    heavy, leaning = theme.FONT_STYLES[weight]
    for number, line in enumerate(lines):
        axes.annotate(
            line,
            at,
            xytext=(offset[0], offset[1] - number * line_height(size)),
            xycoords=coords,
            textcoords="offset points",
            horizontalalignment=align,
            verticalalignment="center_baseline",
            fontsize=size,
            color=colour,
            parse_math=False,
            annotation_clip=False,
            fontweight=heavy,
            fontstyle=leaning,
            **more,
        )


@dataclass
class _Column:
    """Texts one under another, at a distance from the figure's left edge; `top` is where the next begins."""

    left: float
    width: float
    top: float

    def __post_init__(self) -> None:
        self._texts: list[tuple[list[str], float, float, dict[str, Any]]] = []

    def paragraph(
        self, text: str, size: float, colour: str, weight: theme.Weight = "regular", *, air: float = 0
    ) -> None:
        lines = wrap(text, width=self.width, size=size, weight=weight)
        self._add(lines, self.left, size, weight=weight, colour=colour)
        self.top += len(lines) * line_height(size) + (air if lines else 0)

    def tag(self, text: str, size: float) -> None:
        box = {"facecolor": theme.TEXT, "edgecolor": "none", "pad": 6}
        self.top += 4
        self._add([text], self.left + 6, size, weight="semibold", colour=theme.PAPER, bbox=box)
        self.top += line_height(size) + 18

    def key(self, colours: Sequence[tuple[str, str]], size: float) -> None:
        for name, colour in colours:
            lines = wrap(name, width=self.width - 1.4 * size, size=size)
            self._add(["■"], self.left, size, colour=colour)
            self._add(lines, self.left + 1.4 * size, size, colour=theme.MUTED)
            self.top += len(lines) * line_height(size) + 4
        self.top += 12 if colours else 0

    def _add(self, lines: list[str], left: float, size: float, **style: Any) -> None:
        self._texts.append((lines, left, self.top + line_height(size) / 2, {"size": size, **style}))

    def write(self, axes: Axes, height: float) -> None:
        """Write the texts on a figure of that height."""
        for lines, left, middle, style in self._texts:
            write(axes, lines, (left, height - middle), coords="figure points", **style)


@lru_cache(maxsize=1)
def _add_fonts() -> None:
    from matplotlib.font_manager import fontManager

    for weight in theme.FONT_STYLES:
        fontManager.addfont(theme.font_file(weight))
