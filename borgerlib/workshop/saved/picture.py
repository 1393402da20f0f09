"""The influence map as a picture (PNG): for slides and minutes."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from borgerlib.view import theme
from borgerlib.workshop.influence.placements import HIGHEST
from borgerlib.workshop.words import words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DPI = 150


def map_picture(
    marks: Sequence[Mapping[str, Any]], title: str, question: str, *, colour: str = theme.COUNTRY
) -> bytes:
    """Return the map, with the elements listed by number beside it.

    Parameters
    ----------
    marks : sequence of mapping
        One an element: number, label, today and wished (control, influence), empty where not placed.
    title, question : str
    colour : str
        Of what stands on it.
    """
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    fonts: dict[theme.Weight, FontProperties] = {
        weight: FontProperties(fname=str(theme.font_file(weight))) for weight in ("regular", "semibold")
    }
    figure = Figure(figsize=(12, 7.2), dpi=_DPI, facecolor=theme.PAPER)
    axes = figure.add_axes((0.06, 0.07, 0.5, 0.8))
    axes.set(xlim=(-0.4, HIGHEST + 0.4), ylim=(-0.4, HIGHEST + 0.4), aspect="equal")
    axes.axis("off")
    for line, height, size in ((title, 0.955, 18), (question, 0.915, 12)):
        _text(figure, (0.03, height), line, fonts["semibold"], size)
    _background(axes, fonts["semibold"])
    taken: Counter[tuple[float, float]] = Counter()
    for mark in marks:
        _mark(axes, mark, fonts["semibold"], taken, colour)
    key = f"● {words()('when', 'today')}   ○ {words()('when', 'wished')}"
    figure.text(0.62, 0.86, key, size=11, color=theme.MUTED)
    for at, mark in enumerate(marks):
        height = 0.81 - 0.78 * at / max(len(marks), 20)
        _text(figure, (0.62, height), f"{mark['number']}. {mark['label']}", fonts["regular"], 11)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", metadata={"Software": None})
    return picture.getvalue()


def _text(figure: Figure, at: tuple[float, float], text: str, font: Any, size: float) -> None:
    """Write a line that stays within the picture: a long one is written smaller."""
    written = figure.text(*at, text, fontproperties=font, size=size, color=theme.TEXT)
    room = (0.98 - at[0]) * figure.bbox.width
    written.set_fontsize(size * min(1, room / written.get_window_extent().width))


def _background(axes: Axes, font: Any) -> None:
    from matplotlib.patches import Circle, Rectangle

    half = HIGHEST / 2
    axes.add_patch(Rectangle((0, 0), HIGHEST, HIGHEST, facecolor="#f4f6f7"))
    axes.add_patch(Circle((half, half), half, fill=False, edgecolor=theme.COMPARISON))
    axes.plot([0, HIGHEST], [half, half], color=theme.COMPARISON, linewidth=0.8)
    axes.plot([half, half], [0, HIGHEST], color=theme.COMPARISON, linewidth=0.8)
    strings = words().sections["strings"]
    places = (
        (half, HIGHEST + 0.5, strings["high"], "center"),
        (half, -0.7, strings["low"], "center"),
        (-0.4, half, strings["conditions"], "right"),
        (HIGHEST + 0.4, half, strings["control"], "left"),
    )
    for x, y, text, side in places:
        axes.text(x, y, text, ha=side, va="center", fontproperties=font, size=12, color=theme.MUTED)


def _mark(
    axes: Axes, mark: Mapping[str, Any], font: Any, taken: Counter[tuple[float, float]], colour: str
) -> None:
    if mark["today"] and mark["wished"]:
        axes.plot(*zip(mark["today"], mark["wished"], strict=True), color=colour, ls=":", zorder=2)
    for when, fill, ink in (("wished", theme.PAPER, colour), ("today", colour, theme.PAPER)):
        if mark[when]:
            # Spread overlapping marks a little, away from the nearest edge.
            x, y = mark[when]
            aside = 0.3 if x <= HIGHEST / 2 else -0.3
            x, taken[mark[when]] = x + aside * taken[mark[when]], taken[mark[when]] + 1
            axes.plot(x, y, "o", ms=19, mfc=fill, mec=colour, zorder=3)
            axes.text(
                x, y, str(mark["number"]), ha="center", va="center_baseline", color=ink,
                fontproperties=font, size=10, zorder=4,
            )  # fmt: skip
