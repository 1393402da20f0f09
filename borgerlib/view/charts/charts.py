"""Charts of disclosed estimates: bars, grouped bars, and scales from disagreement to agreement.

The functions prepare rows and texts; `bars` and `scales` draw them with seaborn's marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

import numpy as np
import pandas as pd

from borgerlib.errors import DataError, ParameterError, check_known, unknown_name
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.view import theme
from borgerlib.view.charts.bars import Bar, Bars
from borgerlib.view.charts.chart import Chart, assemble
from borgerlib.view.charts.scale_chart import scale_chart
from borgerlib.view.tables.html import require_disclosed
from borgerlib.view.words import alt_text

__all__ = ["bar_chart", "count_chart", "grouped_bar_chart", "scale_chart"]

_MANY = 0.4


def bar_chart(
    estimates: DisclosedEstimates,
    *,
    title: str = "",
    question: str = "",
    base_note: str = "",
    note: str = "",
    own: Mapping[str, str] | None = None,
    highlight: Sequence[str] = (),
    sort: bool = True,
    unit: alt_text.Unit = "pct",
) -> Chart:
    """Return horizontal bars, the largest first, each with its value and interval.

    **What is drawn and written is Danish**: captions, decimal commas, "pct.", alternative texts.

    Parameters
    ----------
    estimates : DisclosedEstimates
        One group; one row a bar.
    title : str
        The finding, a Danish sentence made from the estimate. Without it the question is the title.
    question : str
        As it was asked.
    base_note : str
        Who of the base were asked, when not all: 'der har brugt digital inddragelse'.
    note : str
        More to say in the caption, a Danish sentence.
    own : mapping of str to str, optional
        Option (or item, where each bar is an item) that the own municipality chose → its name.
    highlight : str or sequence of str
        Options (or items) that the finding is about; the other bars step back.
    sort : bool
        False keeps the order of the frame, for steps of a scale.
    unit : {'pct', 'antal'}
        Shares, or counts of answers (no intervals).

    Returns
    -------
    Chart
        ``.frame`` holds what is drawn (one row a bar), ``.axes()`` and ``.plot()`` give it for further work.

    Raises
    ------
    DisclosureError
        Anything but `DisclosedEstimates` is given.
    DataError
        There are no rows.
    ParameterError
        There are several groups, or `own` or `highlight` names an option that is not shown.

    See Also
    --------
    grouped_bar_chart : Two groups side by side.
    scale_chart : From disagreement to agreement.
    disclose : What can be drawn.

    Examples
    --------
    >>> import borgerlib
    >>> people = borgerlib.load("Ærø")  # simulated citizens
    >>> chart = (
    ...     borgerlib.estimate_proportions(people, "emner", weight="weight")
    ...     .pipe(borgerlib.disclose)
    ...     .pipe(borgerlib.bar_chart)
    ... )
    >>> chart.title
    'SIMULEREDE DATA: Hvilke emner vil du gerne være med til at drøfte eller påvirke i din kommune?'
    """
    require_disclosed(estimates, "bar_chart")
    check_known("unit", unit, get_args(alt_text.Unit))
    estimates = _ordered(estimates, unit=unit, sort=sort)
    frame = estimates.frame
    if frame.duplicated(["item", "option"]).any():
        groups = frame["group"].nunique()
        have = groups if groups > 1 else "answers of it that stand twice"
        raise ParameterError(
            f"bar_chart shows one group, and the estimates have {have}.",
            hint="Choose one by select(group=…); grouped_bar_chart shows two, heat_map all.",
        )
    owners = _owners(frame, own or {})
    chosen = [highlight] if isinstance(highlight, str) else list(highlight)
    stands_out = _keys(frame, chosen, "highlighted").isin(chosen)
    back = theme.COUNTRY_SOFT if chosen else theme.COUNTRY
    colours = stands_out.map({True: theme.COUNTRY, False: back})
    drawn = frame.assign(group="", name="", own=owners, stands_out=stands_out, colour=colours)
    said: Any = {"title": title, "question": question, "base_note": base_note, "note": note}
    highlighted = [str(label) for label in frame["label"][stands_out]]
    return _drawn("bar", estimates, drawn, unit=unit, highlighted=highlighted, **said)


def count_chart(estimates: DisclosedEstimates, **words: Any) -> Chart:
    """Return `bar_chart` of counts of answers.

    Parameters
    ----------
    estimates, **words
        As for `bar_chart`: title, question, base_note, note, own, sort.

    Returns
    -------
    Chart
        ``.frame`` holds what is drawn (one row a bar), ``.axes()`` and ``.plot()`` give it for further work.

    See Also
    --------
    bar_chart : Shares instead of counts.

    Examples
    --------
    >>> import borgerlib
    >>> survey = borgerlib.open_leaders_survey()
    >>> borgerlib.count_chart(survey.estimates("strategi"), title="Har kommunen en strategi?").title
    'Har kommunen en strategi?'
    """
    return bar_chart(estimates, unit="antal", **words)


def grouped_bar_chart(
    estimates: DisclosedEstimates,
    *,
    title: str = "",
    question: str = "",
    base_note: str = "",
    note: str = "",
    own: Mapping[str, str] | None = None,
    sort: bool = True,
    colours: Mapping[str, str] | None = None,
) -> Chart:
    """Return two groups' bars side by side, an option at a time, named at the first.

    Parameters
    ----------
    estimates : DisclosedEstimates
        Two groups with the same options.
    title, question, base_note, note, own
        As in `bar_chart`.
    sort : bool
        Largest share of the first group first; False keeps the order of the frame.
    colours : mapping of str to str, optional
        Group → colour of the theme; otherwise the first is the country's blue, the second the grey of
        comparison.

    Returns
    -------
    Chart
        ``.frame`` holds what is drawn (one row a bar), ``.axes()`` and ``.plot()`` give it for further work.

    Raises
    ------
    DisclosureError, DataError
        As `bar_chart`; also where the groups differ in their options.
    ParameterError
        There are not two groups, or `own` or `colours` names what is not shown.

    See Also
    --------
    bar_chart : One group.

    Examples
    --------
    >>> import borgerlib
    >>> people = borgerlib.load("Ærø")  # simulated citizens
    >>> shown = borgerlib.estimate_proportions(people, "tid", by="omraadetype", weight="weight").pipe(
    ...     borgerlib.disclose
    ... )
    >>> two = shown.select(group=list(shown.frame["group"].unique()[:2]))
    >>> two.pipe(borgerlib.grouped_bar_chart).title
    'SIMULEREDE DATA: Hvor meget tid vil du gerne bruge på at være med?'
    """
    require_disclosed(estimates, "grouped_bar_chart")
    chosen = _group_colours(estimates.frame, colours or {})
    estimates = _interleaved(estimates, sort=sort)
    frame = estimates.frame
    first = np.arange(len(frame)) % 2 == 0
    drawn = frame.assign(
        own=_owners(frame, own or {}).where(first, ""),
        name=frame["group_label"].where(np.arange(len(frame)) < 2, ""),
        colour=frame["group"].map(chosen),
        stands_out=False,
    )
    said: Any = {"title": title, "question": question, "base_note": base_note, "note": note}
    return _drawn("grouped", estimates, drawn, unit="pct", **said)


def _drawn(
    kind: str, estimates: DisclosedEstimates, drawn: pd.DataFrame, *, unit: alt_text.Unit, **words: Any
) -> Chart:
    """Return a chart with one bar per row; `drawn` has columns for drawing besides those of the estimates."""
    marks, explanations = marked_notes(drawn, unit)
    bars = [_bar(row, unit, mark) for (_, row), mark in zip(drawn.iterrows(), marks, strict=True)]
    own = [(bar.own, bar.label) for bar in bars if bar.own]
    shown = Bars(tuple(bars), _full(drawn, unit))
    return assemble(kind, estimates, shown, notes=explanations, unit=unit, own=own, **words)


def _group_colours(frame: pd.DataFrame, colours: Mapping[str, str]) -> dict[str, str]:
    groups = [str(group) for group in dict.fromkeys(frame["group"])]
    if len(groups) != 2:
        raise ParameterError(
            f"grouped_bar_chart shows two groups, and the estimates have {len(groups)}.",
            hint="Choose them by select(group=[…]); heat_map and estimates_table show all.",
        )
    unknown = [unknown_name("group", group, groups) for group in colours if group not in groups]
    if unknown:
        raise ParameterError("The groups cannot be coloured:", problems=unknown)
    return dict(zip(groups, (theme.COUNTRY, theme.COMPARISON), strict=True)) | dict(colours)


def _interleaved(estimates: DisclosedEstimates, *, sort: bool) -> DisclosedEstimates:
    """Return the first group's rows in order, each followed by the second group's."""
    first, second = (estimates.select(group=group) for group in dict.fromkeys(estimates.frame["group"]))
    first = _ordered(first, unit="pct", sort=sort)
    wanted, given = (pd.MultiIndex.from_frame(part.frame[["item", "option"]]) for part in (first, second))
    if len(wanted) != len(given) or not wanted.isin(given).all():
        raise DataError(
            "grouped_bar_chart needs the same options in both groups.",
            hint="Estimate both groups from the same item, or use estimates_table.",
        )
    both = first.together(second.take(given.get_indexer(wanted)))
    return both.take(np.arange(2 * len(wanted)).reshape(2, -1).T.ravel())


def _ordered(estimates: DisclosedEstimates, *, unit: alt_text.Unit, sort: bool) -> DisclosedEstimates:
    if not sort:
        return estimates
    frame = estimates.frame
    shown = frame["proportion" if unit == "pct" else "count"].where(~frame["suppressed"]).astype("Float64")
    # Rows without a value come last, suppressed ones before missing ones.
    order = pd.DataFrame({"value": shown, "lost": ~frame["suppressed"]})
    return estimates.take(order.sort_values(["value", "lost"], ascending=[False, True], kind="stable").index)


def _full(frame: pd.DataFrame, unit: alt_text.Unit) -> float:
    """Return the value that the whole width stands for: 1, or a half if no bar comes near that."""
    if unit == "antal":
        return max(1.0, float(frame["count"].max(skipna=True) or 0))
    return 1.0 if frame["proportion"].ge(_MANY).any() else 0.5


def _keys(frame: pd.DataFrame, wanted: Iterable[str], what: str) -> pd.Series:
    """Return the key of each row: its option, or its item if rows are items. Refuse unknown names."""
    keys = (frame["item"] if frame["item"].nunique() > 1 else frame["option"]).astype(str)
    problems = [unknown_name("answer", key, list(keys)) for key in wanted if key not in set(keys)]
    if problems:
        raise ParameterError(f"An answer cannot be {what} in the chart:", problems=problems)
    return keys


def _owners(frame: pd.DataFrame, own: Mapping[str, str]) -> pd.Series:
    return _keys(frame, own, "marked").map(lambda key: own.get(key, ""))


def marked_notes(frame: pd.DataFrame, unit: alt_text.Unit) -> tuple[list[str], list[str]]:
    """Return the mark ('*', '**', …) of each row that has a note, and an explanation of each mark."""
    value = frame["proportion" if unit == "pct" else "count"]
    notes = frame["note"].fillna("").astype(str).where(value.notna() & ~frame["suppressed"], "")
    if notes.nunique() == 1 and notes.iloc[0]:
        return [""] * len(notes), [notes.iloc[0]]
    marks = {text: "*" * (index + 1) for index, text in enumerate(dict.fromkeys(notes[notes != ""]))}
    return [marks.get(text, "") for text in notes], [f"{mark} {text}" for text, mark in marks.items()]


def _bar(row: pd.Series, unit: alt_text.Unit, mark: str) -> Bar:
    label, words = str(row["label"]), alt_text.value_words(row, unit) + alt_text.total_words(row) + mark
    style: Any = {name: row[name] for name in ("colour", "group", "name", "own", "stands_out")}
    value = row["proportion" if unit == "pct" else "count"]
    if row["suppressed"] or pd.isna(value):
        return Bar(label, words, state="suppressed" if row["suppressed"] else "missing", **style)
    has_interval = unit == "pct" and pd.notna(row["ci_lower"])
    lower, upper = (float(row["ci_lower"]), float(row["ci_upper"])) if has_interval else (None, None)
    return Bar(label, words, float(value), lower, upper, **style)
