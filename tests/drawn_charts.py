"""Estimates that can be computed by hand, and what is seen in the charts drawn of them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from borgerlib.statistics.disclosure.gate import DisclosedEstimates, as_published
from borgerlib.view.charts.chart import Chart, Width

WORDS: dict[str, Any] = {"title": "Flest vil have cykelstier", "question": "Hvad er vigtigst?"}
WIDTHS: dict[Width, int] = {"wide": 960, "narrow": 350}


def rows(
    counts: Mapping[str, int | None],
    n: int,
    *,
    group: str = "",
    intervals: bool = True,
    labels: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return rows with made-up intervals of ±0.1, cut to 0–1, so that every place can be computed by hand."""
    frame = pd.DataFrame(
        {
            "item": "emne",
            "option": list(counts),
            "label": [(labels or {}).get(option) or option.capitalize() for option in counts],
            "group": group,
            "group_label": group.capitalize(),
            "n": n,
            "count": pd.array(list(counts.values()), dtype="Int64"),
            "note": "",
        }
    )
    frame["proportion"] = frame["count"].astype("Float64") / n
    frame["ci_lower"] = (frame["proportion"] - 0.1).clip(lower=0) if intervals else np.nan
    frame["ci_upper"] = (frame["proportion"] + 0.1).clip(upper=1) if intervals else np.nan
    return frame


def published(*frames: pd.DataFrame, base: str = "borgere") -> DisclosedEstimates:
    """Return rows as numbers that a report has published."""
    return as_published(pd.concat(frames, ignore_index=True), base=base, source="Egen måling")


def picture(chart: Chart, width: Width, *, framed: bool) -> Figure:
    """Return a picture as files show it."""
    return chart.figure(width, framed=framed)


def axes_of(chart: Chart, width: Width = "wide") -> Axes:
    """Return the axes of a chart without its words."""
    return picture(chart, width, framed=False).axes[0]


def bars(chart: Chart, width: Width = "wide", *, hatched: bool = False) -> list[Rectangle]:
    """Return the bars as drawn, measured in the chart's own numbers."""
    found = [patch for patch in axes_of(chart, width).patches if isinstance(patch, Rectangle)]
    return [patch for patch in found if bool(patch.get_hatch()) == hatched]


def colour_of(patch: Rectangle) -> str:
    """Return the colour that a bar is filled with."""
    return to_hex(patch.get_facecolor())


def intervals(chart: Chart) -> dict[str, list[tuple[float, float]]]:
    """Return the ends of the intervals' parts by colour: light on the bars, dark beside them."""
    found: dict[str, list[tuple[float, float]]] = {}
    for layer in axes_of(chart).collections:
        halves = layer.get_segments()  # type: ignore[attr-defined]
        for half, colour in zip(halves, itertools.cycle(layer.get_edgecolor()), strict=False):
            if half[0, 1] == half[1, 1]:  # the small strokes at the ends are upright
                found.setdefault(to_hex(colour), []).append(tuple(half[:, 0].tolist()))
    return found


def written(chart: Chart, width: Width = "wide", *, framed: bool = False) -> list[Text]:
    """Return the texts of a picture of its own as matplotlib has them, from top to bottom."""
    return _written(chart.figure(width, framed=framed))


def _written(figure: Figure) -> list[Text]:
    shown = [t for t in figure.axes[0].texts if t.get_text() and t.get_visible()]
    boxes = {id(text): text.get_window_extent() for text in shown}
    return sorted(shown, key=lambda text: (-round(boxes[id(text)].y0), boxes[id(text)].x0))


def texts(chart: Chart, width: Width = "wide", *, framed: bool = False) -> list[str]:
    """Return what is written in a picture."""
    return [text.get_text() for text in _written(picture(chart, width, framed=framed))]


def misplaced(chart: Chart, width: Width = "wide", *, framed: bool = False) -> list[str]:
    """Return the texts that leave the picture or whose letters cross others', by their own boxes."""
    found = _written(picture(chart, width, framed=framed))
    if not found:
        return []
    page = found[0].get_figure(root=True).bbox  # type: ignore[union-attr]
    boxes = [(text.get_text(), text.get_window_extent()) for text in found]
    faults = [
        f"'{text}' leaves the picture"
        for text, box in boxes
        if box.x0 < -0.5 or box.x1 > page.width + 0.5 or box.y0 < -1 or box.y1 > page.height + 1
    ]
    # Half a pixel at either side is not a letter's.
    for (one, first), (other, second) in itertools.combinations(boxes, 2):
        if first.padded(-0.5).overlaps(second.padded(-0.5)):
            faults.append(f"'{one}' and '{other}' cross")
    return faults
