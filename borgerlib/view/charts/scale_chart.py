"""The chart of a scale: agreement, degree, satisfaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from borgerlib.danish import listing, number
from borgerlib.errors import DataError, ParameterError, unknown_name
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.view import theme
from borgerlib.view.charts.chart import Chart, assemble
from borgerlib.view.charts.scales import Net, Scale, ScaleRow, ScaleStep
from borgerlib.view.tables.html import require_disclosed
from borgerlib.view.words import alt_text

# Option, or group and option → the name of the own municipality.
_Own = Mapping[str | tuple[str, str], str]
_ASIDE_GAP = 0.04


def scale_chart(
    estimates: DisclosedEstimates,
    *,
    neutral: str,
    title: str = "",
    question: str = "",
    positive_first: bool = False,
    aside: Sequence[str] = (),
    net: str = "",
    base_note: str = "",
    note: str = "",
    own: _Own | None = None,
) -> Chart:
    """Return one divided bar a group, disagreement to the left of the neutral step, agreement to the right.

    Parameters
    ----------
    estimates : DisclosedEstimates
        One item; within each group one row a step, in the order of the scale.
    title : str
        The finding, a Danish sentence made from the estimate.
    question : str
        As it was asked.
    neutral : str
        Option that the bars are centred on.
    positive_first : bool
        The scale begins with its positive end ('I meget høj grad' first).
    aside : sequence of str
        Options outside the scale ('ved ikke'), drawn apart.
    net : str
        Row that holds the positive steps together, drawn as a line under the bar with its interval.
    base_note : str
        Who of the base were asked, when not all.
    note : str
        More to say in the caption, a Danish sentence.
    own : mapping of option or (group, option) to str, optional
        What the own municipality answered → its name.

    Returns
    -------
    Chart
        ``.frame`` holds what is drawn (one row a part of a bar), ``.axes()`` and ``.plot()`` give it for
        further work.

    Raises
    ------
    DisclosureError
        Anything but `DisclosedEstimates` is given.
    DataError
        There are no rows, or an option stands twice in a group.
    ParameterError
        `neutral`, `aside`, `net` or `own` names what is not there.

    See Also
    --------
    bar_chart : Answers without an order.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {
    ...         "item": "tillid",
    ...         "option": ["uenig", "hverken", "enig"],
    ...         "label": ["Uenig", "Hverken eller", "Enig"],
    ...         "group": "",
    ...         "group_label": "",
    ...         "n": 80,
    ...         "count": [20, 20, 40],
    ...         "proportion": [0.25, 0.25, 0.5],
    ...         "ci_lower": 0.1,
    ...         "ci_upper": 0.7,
    ...     }
    ... )
    >>> shown = borgerlib.as_published(table, base="direktører", source="Rapporten")
    >>> borgerlib.scale_chart(
    ...     shown, title="Flere er enige end uenige", question="Er du enig?", neutral="hverken"
    ... ).title
    'Flere er enige end uenige'
    """
    require_disclosed(estimates, "scale_chart")
    frame, own = estimates.frame.reset_index(drop=True), own or {}
    _check(frame, [neutral, *aside, *([net] if net else [])], own)
    steps = [str(o) for o in dict.fromkeys(frame["option"]) if o != net and o not in aside]
    if positive_first:
        steps.reverse()
    labels = frame.groupby("option")["label"].first()
    marked = [(name, str(labels[key if isinstance(key, str) else key[1]])) for key, name in own.items()]
    said: Any = {"title": title, "question": question, "base_note": base_note, "note": note}
    said["interval"] = "Lille skrift og tynd streg" if net else "Lille skrift"
    drawn, notes = _scale(frame, steps, neutral, aside, net, own), _not_drawn(frame, net)
    return assemble("scale", estimates, drawn, own=marked, notes=notes, **said)


def _check(frame: pd.DataFrame, options: Sequence[str], own: _Own) -> None:
    twice = frame.duplicated(["group", "option"])
    if twice.any():
        raise DataError(
            "scale_chart shows one item, one row a step and group:",
            problems=[f"'{o}' stands more than once" for o in frame.loc[twice, "option"].unique()],
            hint="Filter the estimates to one item.",
        )
    legal = [str(option) for option in dict.fromkeys(frame["option"])]
    problems = [unknown_name("option", option, legal) for option in options if option not in legal]
    answers = {*legal, *zip(frame["group"], frame["option"], strict=True)}
    problems += [unknown_name("answer", str(key), legal) for key in own if key not in answers]
    if problems:
        raise ParameterError("The scale cannot be drawn:", problems=problems)


def _scale(
    frame: pd.DataFrame, steps: Sequence[str], neutral: str, aside: Sequence[str], net: str, own: _Own
) -> Scale:
    """Return each group's bar and steps, centred on the neutral one; those of `aside` are drawn apart."""
    options, middle, last = [*steps, *aside], steps.index(neutral), len(steps) - 1
    groups, shares = [], []
    for _, rows in frame.groupby("group", sort=False):
        known = rows.set_index("option")["proportion"].reindex(options).to_numpy(dtype=float, na_value=0.0)
        hidden = bool(rows.loc[rows["option"] != net, "suppressed"].any())
        shares.append(np.zeros_like(known) if hidden else known)
        groups.append(_row(rows, net, known[middle] / 2, hidden=hidden))
    lengths = np.array(shares)
    starts = lengths.cumsum(axis=1) - lengths
    starts -= starts[:, [middle]] + lengths[:, [middle]] / 2
    ends = starts[:, [last]] + lengths[:, [last]]
    reach = max([*ends.ravel(), *(max(group.net.end, group.net.upper) for group in groups if group.net)])
    starts[:, last + 1 :] += reach + _ASIDE_GAP - ends
    below, above = theme.scale_colours(middle, last - middle)
    colours = [*below, theme.NEUTRAL, *above, *(theme.SUPPRESSED for _ in aside)]
    cells, names = frame.set_index(["group", "option"]), list(dict.fromkeys(frame["group"]))
    drawn = []
    for row, step in np.argwhere(lengths).tolist():
        key = names[row], options[step]
        place = {"start": starts[row, step], "share": lengths[row, step], "aside": step > last}
        mine = own.get(key, own.get(key[1], ""))
        drawn.append(_step(cells.loc[key], row=row, colour=colours[step], own=mine, **place))
    return Scale(tuple(groups), tuple(drawn))


def _step(cell: pd.Series, **place: Any) -> ScaleStep:
    words, interval = alt_text.value_words(cell, "pct"), alt_text.interval_words(cell)
    return ScaleStep(name=str(cell["label"]), words=words, interval=interval, **place)


def _row(rows: pd.DataFrame, net: str, start: float, *, hidden: bool) -> ScaleRow:
    label, known = str(rows["group_label"].iloc[0]), rows["n"].dropna()
    base = f"n = {number(int(known.max()))}" if len(known) else ""
    if hidden:
        return ScaleRow(label, base, withheld=f"fordelingen er {alt_text.WITHHELD}")
    together = rows[(rows["option"] == net) & rows["ci_lower"].notna()]
    if together.empty:
        return ScaleRow(label, base)
    row = together.iloc[0]
    words = f"{row['label']}: {alt_text.value_words(row, 'pct')} ({alt_text.interval_words(row)})"
    end, lower, upper = (start + float(row[name]) for name in ("proportion", "ci_lower", "ci_upper"))
    return ScaleRow(label, base, Net(start, end, lower, upper, words))


def _not_drawn(frame: pd.DataFrame, net: str) -> list[str]:
    """Return sentences on steps that cannot be drawn, because nobody chose them or they are not known."""
    steps = frame[(frame["option"] != net) & ~frame["suppressed"]]
    empty = [
        str(label) for label, rows in steps.groupby("label", sort=False) if rows["proportion"].eq(0).all()
    ]
    lost = steps[steps["proportion"].isna()]
    sentences = [f"Ingen svarede {listing([f'»{label}«' for label in empty], last='eller')}"] if empty else []
    reasons = [f"»{row['label']}«: {alt_text.value_words(row, 'pct')}" for _, row in lost.iterrows()]
    return sentences + list(dict.fromkeys(reasons))
