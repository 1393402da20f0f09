"""A picture as data: texts, boxes and lines at places in pixels, and how they become an image.

A layout is computed before anything is drawn, so its height follows from the wrapped text, and a test can
ask whether two texts overlap. Nothing here touches matplotlib's global state: figures are made without
pyplot, fonts are given by file.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from borgerlib.view.charts import theme

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from numpy.typing import NDArray

Anchor = Literal["left", "centre", "right"]
_BASELINE = 0.98
_RAMP_STEPS = 5


@dataclass(frozen=True)
class Text:
    """One line of text; `x` is where its anchor stands, `y` the top of its line."""

    x: float
    y: float
    text: str
    size: float
    weight: theme.Weight = "regular"
    colour: str = theme.TEXT
    anchor: Anchor = "left"

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in pixels."""
        width = text_width(self.text, self.size, self.weight)
        left = self.x - {"left": 0.0, "centre": width / 2, "right": width}[self.anchor]
        return left, self.y, left + width, self.y + self.size * theme.LINE_HEIGHT


@dataclass(frozen=True)
class Box:
    """A rectangle: filled with its colour, hatched in it, or only outlined."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    fill: Literal["solid", "hatched", "none"] = "solid"


@dataclass(frozen=True)
class Line:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    colour: str
    width: float = 1.5


@dataclass(frozen=True)
class Diamond:
    """The mark of the reader's own municipality; `x`, `y` is its centre."""

    x: float
    y: float
    size: float
    colour: str = theme.OWN


Shape = Text | Box | Line | Diamond


@dataclass(frozen=True)
class Drawing:
    """Shapes on paper of a width and height in pixels; later shapes lie above earlier ones."""

    width: float
    height: float
    shapes: tuple[Shape, ...]

    @property
    def texts(self) -> list[Text]:
        """The texts, in drawing order."""
        return [shape for shape in self.shapes if isinstance(shape, Text)]

    def moved(self, right: float, down: float) -> tuple[Shape, ...]:
        """Return the shapes shifted by that many pixels."""
        return tuple(_moved(shape, right, down) for shape in self.shapes)

    def figure(self) -> Figure:
        """Return a matplotlib figure of the drawing, one point a pixel, not known to pyplot."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.transforms import Affine2D

        with _plain_settings():
            figure = Figure(figsize=(self.width / 72, self.height / 72), dpi=72, facecolor=theme.PAPER)
            FigureCanvasAgg(figure)
            # From pixels, counted downwards, to inches, counted upwards. Axes would cost half the time.
            inches = Affine2D().scale(1 / 72, -1 / 72).translate(0, self.height / 72)
            for layer, shape in enumerate(self.shapes):
                artist = _artist(shape)
                artist.set(transform=inches + figure.dpi_scale_trans, zorder=layer)
                figure.add_artist(artist)
        return figure

    def png(self, *, scale: float = 2) -> bytes:
        """Return a small PNG of `scale` image pixels a CSS pixel; the same drawing gives the same bytes."""
        return _png(self, scale)

    def _inks(self) -> list[str]:
        return sorted({shape.colour for shape in self.shapes})


# All municipalities share most of their pictures: a warm kernel inherits those that are drawn already.
@lru_cache(maxsize=512)
def _png(drawing: Drawing, scale: float) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = drawing.figure()
    figure.set_dpi(72 * scale)
    with _plain_settings():
        canvas = FigureCanvasAgg(figure)
        canvas.draw()  # type: ignore[no-untyped-call]
    return _small_png(np.asarray(canvas.buffer_rgba()), drawing._inks())  # type: ignore[no-untyped-call]


def stack(parts: Iterable[Drawing], *, gap: float, width: float) -> Drawing:
    """Return the parts one under another, `gap` pixels apart; parts without height are left out."""
    shapes: list[Shape] = []
    height = 0.0
    for part in parts:
        if not part.height:
            continue
        height += gap if height else 0
        shapes += part.moved(0, height)
        height += part.height
    return Drawing(width, height, tuple(shapes))


def paragraph(
    text: str, *, width: float, size: float, weight: theme.Weight = "regular", colour: str = theme.TEXT
) -> Drawing:
    """Return a text wrapped to the width, set ragged right."""
    step = size * theme.LINE_HEIGHT
    lines = wrap(text, width=width, size=size, weight=weight)
    shapes = tuple(Text(0, row * step, line, size, weight, colour) for row, line in enumerate(lines))
    return Drawing(width, len(lines) * step, shapes)


def wrap(text: str, *, width: float, size: float, weight: theme.Weight = "regular") -> list[str]:
    """Break a text into lines no wider than `width` pixels; a single longer word keeps its own line."""
    lines: list[str] = []
    for word in re.split(r"[ \t\n]+", text):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, weight) <= width:
            lines[-1] = longer
        elif word:
            lines.append(word)
    return lines


@lru_cache(maxsize=8192)
def text_width(text: str, size: float, weight: theme.Weight = "regular") -> float:
    """Return the width of a line of text in pixels."""
    from matplotlib.textpath import text_to_path

    width, _, _ = text_to_path.get_text_width_height_descent(text, _font(size, weight), ismath=False)
    return float(width)


@lru_cache(maxsize=64)
def _font(size: float, weight: theme.Weight) -> FontProperties:
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=str(theme.font_file(weight)), size=size)


@contextmanager
def _plain_settings() -> Iterator[None]:
    # A reader's own rcParams (seaborn.set_theme, a style sheet) must not change a report's picture.
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams["hatch.linewidth"] = 1.2
        yield


def _artist(shape: Shape) -> Artist:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Polygon, Rectangle
    from matplotlib.text import Text as TextArtist

    if isinstance(shape, Text):
        return TextArtist(
            shape.x,
            shape.y + shape.size * _BASELINE,
            shape.text,
            fontproperties=_font(shape.size, shape.weight),
            color=shape.colour,
            horizontalalignment="center" if shape.anchor == "centre" else shape.anchor,
            verticalalignment="baseline",
            parse_math=False,
        )
    if isinstance(shape, Box):
        solid = shape.fill == "solid"
        return Rectangle(
            (shape.x, shape.y),
            shape.width,
            shape.height,
            facecolor=shape.colour if solid else theme.PAPER,
            edgecolor=shape.colour,
            linewidth=0 if solid else 1.2,
            hatch="/////" if shape.fill == "hatched" else None,
        )
    if isinstance(shape, Diamond):
        x, y, half = shape.x, shape.y, shape.size / 2
        corners = [(x - half, y), (x, y - half), (x + half, y), (x, y + half)]
        return Polygon(corners, facecolor=shape.colour, linewidth=0)
    return Line2D(
        [shape.x1, shape.x2],
        [shape.y1, shape.y2],
        color=shape.colour,
        linewidth=shape.width,
        solid_capstyle="butt",
    )


def _moved(shape: Shape, right: float, down: float) -> Shape:
    if isinstance(shape, Line):
        return replace(
            shape, x1=shape.x1 + right, x2=shape.x2 + right, y1=shape.y1 + down, y2=shape.y2 + down
        )
    return replace(shape, x=shape.x + right, y=shape.y + down)


def _small_png(pixels: NDArray[np.uint8], inks: Sequence[str]) -> bytes:
    """Return an RGBA image as a PNG of few colours: paper, and each ink in even steps towards paper.

    Fills keep their exact colour and letters their smooth edges, at a quarter of the size.
    """
    from PIL import Image

    steps = [theme.mix(ink, theme.PAPER, step / _RAMP_STEPS) for ink in inks for step in range(_RAMP_STEPS)]
    palette = np.array([list(bytes.fromhex(colour[1:])) for colour in [theme.PAPER, *steps]], dtype=np.int32)
    paper = np.frombuffer(bytes.fromhex(f"{theme.PAPER[1:]}ff"), dtype=np.uint32)
    drawn = np.flatnonzero(pixels.view(np.uint32) != paper)
    # Six bits a channel keep the table of nearest colours small.
    channels = pixels.reshape(-1, 4)[drawn].astype(np.int32) >> 2
    code = channels[:, 0] << 12 | channels[:, 1] << 6 | channels[:, 2]
    present = np.flatnonzero(np.bincount(code, minlength=1 << 18))
    seen = np.stack([present >> 12, present >> 6 & 63, present & 63], axis=1) * 4 + 2
    distance = ((seen[:, None, :] - palette[None, :, :]) ** 2).sum(axis=2)
    nearest = np.zeros(1 << 18, dtype=np.uint8)
    nearest[present] = distance.argmin(axis=1)
    indexed = np.zeros(pixels.shape[:2], dtype=np.uint8)
    indexed.reshape(-1)[drawn] = nearest[code]
    image = Image.fromarray(indexed, mode="P")
    image.putpalette(palette.astype(np.uint8).tobytes())
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", compress_level=6)
    return buffer.getvalue()
