"""Shares by group as a heat map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from borgerlib import danish
from borgerlib.errors import ParameterError
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.view import theme
from borgerlib.view.charts.layout import wrap
from borgerlib.view.charts.pictures import new_figure, settings
from borgerlib.view.tables.html import require_disclosed
from borgerlib.view.words import alt_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_CELL, _LABELS, _ROW = 110.0, 330.0, 34.0


def heat_map(estimates: DisclosedEstimates, *, title: str = "") -> Figure:
    """Return the shares of every answer in every group as a heat map, the darker the larger.

    Parameters
    ----------
    estimates : DisclosedEstimates
        One item, one row an option × group.
    title : str
        The finding (Danish); without it the question.

    Returns
    -------
    Figure
        Of matplotlib, drawn by ``seaborn.heatmap``; ``figure.axes[0]`` takes what you add.

    Raises
    ------
    DisclosureError
        Anything but `DisclosedEstimates` is given.
    ParameterError
        There are several items.

    See Also
    --------
    grouped_bar_chart : Two groups.
    estimates_table : The numbers with their intervals.

    Examples
    --------
    >>> import borgerlib
    >>> people = borgerlib.load("Ærø")  # simulated citizens
    >>> shares = borgerlib.estimate_proportions(people, "tid", by="omraadetype", weight="weight")
    >>> figure = shares.pipe(borgerlib.disclose).pipe(borgerlib.heat_map)
    >>> len(figure.axes)
    1
    """
    import seaborn
    from matplotlib.colors import to_hex

    require_disclosed(estimates, "heat_map")
    frame = estimates.frame
    if frame["item"].nunique() > 1:
        raise ParameterError("A heat map shows one question.", hint="Take one: estimates.select(item=…).")
    words = [danish.percent(share) if share == share else alt_text.WITHHELD for share in frame["proportion"]]
    rows, columns = (list(dict.fromkeys(frame[name])) for name in ("option", "group"))
    shares, as_words = (
        frame.assign(words=words).pivot(index="option", columns="group", values=name).loc[rows, columns]
        for name in ("proportion", "words")
    )
    labels = frame.drop_duplicates("option")["label"].tolist()
    groups = [str(label) or "Alle" for label in frame.drop_duplicates("group")["group_label"]]
    title = alt_text.titled(title or alt_text.question_of(estimates), estimates)
    width = max(_LABELS + _CELL * len(groups), 640.0)
    with settings():
        lines = wrap(title, width=width - 40, size=theme.TITLE_SIZE["narrow"], weight="semibold").lines
        above, below = 90.0 + 26 * len(lines), 50.0
        height = above + _ROW * len(labels) + below
        figure = new_figure(width, height)
        box = (_LABELS / width, below / height, (width - _LABELS - 20) / width, _ROW * len(labels) / height)
        axes = figure.add_axes(box)
        colours = seaborn.light_palette(theme.COUNTRY, as_cmap=True)
        largest = max(float(np.nanmax(shares.to_numpy(float), initial=0.0)), 0.01)
        seaborn.heatmap(
            shares.astype(float),
            cmap=colours,
            vmin=0,
            vmax=largest,
            cbar=False,
            linewidths=2,
            linecolor=theme.PAPER,
            yticklabels=labels,
            xticklabels=["\n".join(wrap(group, width=_CELL - 8, size=15).lines) for group in groups],
            ax=axes,
        )
        for (row, column), share in np.ndenumerate(shares.to_numpy(float)):
            ink = theme.MUTED if np.isnan(share) else theme.readable_on(to_hex(colours(share / largest)))
            said = str(as_words.to_numpy()[row, column])
            axes.text(column + 0.5, row + 0.5, said, ha="center", va="center", color=ink)
        axes.set(xlabel="", ylabel="")
        axes.xaxis.tick_top()
        axes.tick_params(length=0, rotation=0, labelcolor=theme.TEXT)
        axes.tick_params(axis="x", rotation=0)
        figure.text(
            20 / width, 1 - 34 / height, "\n".join(lines), va="top", size=20, weight=600, color=theme.TEXT
        )
        source = alt_text.source_line(estimates.source)
        figure.text(20 / width, 18 / height, source, size=13, color=theme.MUTED)
    return figure
