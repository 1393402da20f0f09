"""The chart of a scale: agreement, degree, satisfaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from borgerlib.danish import listing, number
from borgerlib.errors import DataError, ParameterError, unknown_name
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.view import theme
from borgerlib.view.charts.chart import Chart, assemble
from borgerlib.view.charts.marks import Net, Row, Scale, ScaleStep, Side
from borgerlib.view.charts.scales import lay_out_scale
from borgerlib.view.tables.html import require_disclosed
from borgerlib.view.words import alt_text


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
    own: Mapping[str | tuple[str, str], str] | None = None,
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
    frame = estimates.frame.reset_index(drop=True)
    _check(frame, [neutral, *aside, *([net] if net else [])], own or {})
    steps = [str(o) for o in dict.fromkeys(frame["option"]) if o != net and o not in aside]
    if positive_first:
        steps.reverse()
    styles = _styles(steps, neutral, aside)
    rows = [_row(group, styles, net, own or {}) for _, group in frame.groupby("group", sort=False)]
    marked = [
        (name, str(label))
        for key, name in (own or {}).items()
        for label in frame.loc[_matches(frame, key), "label"].unique()
    ]
    said: Any = {"title": title, "question": question, "base_note": base_note, "note": note}
    said["interval"] = "Lille skrift og tynd streg" if net else "Lille skrift"
    drawn, notes = Scale(tuple(rows)), _not_drawn(frame, net)
    return assemble("scale", estimates, drawn, lay_out_scale, own=marked, notes=notes, **said)


def _check(frame: pd.DataFrame, options: Sequence[str], own: Mapping[str | tuple[str, str], str]) -> None:
    twice = frame.duplicated(["group", "option"])
    if twice.any():
        raise DataError(
            "scale_chart shows one item, one row a step and group:",
            problems=[f"'{o}' stands more than once" for o in frame.loc[twice, "option"].unique()],
            hint="Filter the estimates to one item.",
        )
    legal = [str(option) for option in dict.fromkeys(frame["option"])]
    problems = [unknown_name("option", option, legal) for option in options if option not in legal]
    problems += [unknown_name("answer", str(key), legal) for key in own if not _matches(frame, key).any()]
    if problems:
        raise ParameterError("The scale cannot be drawn:", problems=problems)


def _matches(frame: pd.DataFrame, key: str | tuple[str, str]) -> pd.Series:
    if isinstance(key, str):
        return frame["option"].eq(key)
    return frame["group"].eq(key[0]) & frame["option"].eq(key[1])


def _styles(steps: Sequence[str], neutral: str, aside: Sequence[str]) -> dict[str, tuple[Side, str]]:
    """Return side and colour of each option, in drawing order."""
    middle = steps.index(neutral)
    below, above = steps[:middle], steps[middle + 1 :]
    below_colours, above_colours = theme.scale_colours(len(below), len(above))
    styles: dict[str, tuple[Side, str]] = {}
    styles |= {o: ("negative", colour) for o, colour in zip(below, below_colours, strict=True)}
    styles[neutral] = ("neutral", theme.NEUTRAL)
    styles |= {o: ("positive", colour) for o, colour in zip(above, above_colours, strict=True)}
    return styles | dict.fromkeys(aside, ("aside", theme.SUPPRESSED))


def _row(
    group: pd.DataFrame,
    styles: Mapping[str, tuple[Side, str]],
    net: str,
    own: Mapping[str | tuple[str, str], str],
) -> Row:
    by_option = {str(row["option"]): row for _, row in group.iterrows()}
    segments = tuple(
        _segment(by_option[option], side, colour, own)
        for option, (side, colour) in styles.items()
        if option in by_option
    )
    known = group["n"].dropna()
    steps = group[group["option"] != net]
    return Row(
        label=str(group["group_label"].iloc[0]),
        base=f"n = {number(int(known.max()))}" if len(known) else "",
        segments=segments,
        net=_net(by_option[net]) if net in by_option else None,
        withheld=f"fordelingen er {alt_text.WITHHELD}" if steps["suppressed"].any() else "",
    )


def _segment(row: pd.Series, side: Side, colour: str, own: Mapping[str | tuple[str, str], str]) -> ScaleStep:
    key = (str(row["group"]), str(row["option"]))
    share = 0.0 if row["suppressed"] or pd.isna(row["proportion"]) else float(row["proportion"])
    return ScaleStep(
        name=str(row["label"]),
        share=share,
        words=alt_text.value_words(row, "pct"),
        interval=alt_text.interval_words(row),
        colour=colour,
        side=side,
        own=own.get(key, own.get(key[1], "")),
    )


def _net(row: pd.Series) -> Net | None:
    if row["suppressed"] or pd.isna(row["proportion"]) or pd.isna(row["ci_lower"]):
        return None
    share, lower, upper = (float(row[column]) for column in ("proportion", "ci_lower", "ci_upper"))
    words = f"{row['label']}: {alt_text.format_value(share, 'pct')} ({alt_text.interval_words(row)})"
    return Net(share, lower, upper, words)


def _not_drawn(frame: pd.DataFrame, net: str) -> list[str]:
    """Return sentences for the steps that have no length: nobody chose them, or they are not known."""
    steps = frame[(frame["option"] != net) & ~frame["suppressed"]]
    empty = [
        str(label) for label, rows in steps.groupby("label", sort=False) if rows["proportion"].eq(0).all()
    ]
    lost = steps[steps["proportion"].isna()]
    sentences = [f"Ingen svarede {listing([f'»{label}«' for label in empty], last='eller')}"] if empty else []
    reasons = [f"»{row['label']}«: {alt_text.value_words(row, 'pct')}" for _, row in lost.iterrows()]
    return sentences + list(dict.fromkeys(reasons))
