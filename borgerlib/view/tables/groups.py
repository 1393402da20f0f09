"""A table with one row per answer and one column per group, with marks where a group differs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from borgerlib import danish
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.view.tables.html import Column, Table, numbers_of, table_of
from borgerlib.view.tables.layout import ALL, HIDDEN, MARKS
from borgerlib.view.words import alt_text

_MARKS = {1: MARKS["above"][0], -1: MARKS["below"][0]}


def groups_table(
    estimates: DisclosedEstimates, *, caption: str, base: str, sort: bool = True, fold: str = ""
) -> Table:
    """Return the share of every answer in every group, in per cent with its interval, and N.

    Parameters
    ----------
    estimates : DisclosedEstimates
        One item by group, all respondents (group '') first. A column `direction` (1, -1, 0: more, fewer, as
        many as among the rest) is shown as marks.
    caption : str
        What the table shows (Danish).
    base : str
        Whom N counts (Danish).
    sort : bool
        The answers that most give first; False keeps the order of the frame.
    fold : str
        See `Table`.
    """
    frame = estimates.frame
    shares = frame[frame["group"] == ""].set_index("option")["proportion"]
    order = shares.sort_values(ascending=False, kind="stable").index if sort else shares.index
    groups = [rows for _, rows in frame.groupby("group", sort=False)]
    labels = frame.groupby("option")["label"].first().loc[order].astype(str).tolist()
    tested = "direction" in frame and frame["direction"].notna().any()
    columns = [Column("Svar", [*labels, "N"], {"": ("", labels)}, is_text=True)]
    columns += [_column(rows, order) for rows in groups]
    rest = "i den anden gruppe" if len(groups) == 3 else "blandt de øvrige"
    marks = f"{_MARKS[1]} flere, {_MARKS[-1]} færre end {rest}, mere end tilfældigt"
    notes = [
        f"Procent, med {alt_text.uncertainty(estimates.confidence)} i parentes",
        marks if tested else "",
        alt_text.hidden_line(estimates),
        f"N: {base}",
        alt_text.source_line(estimates.source),
    ]
    return table_of(
        columns, caption=alt_text.titled(caption, estimates), note=alt_text.sentences(notes), fold=fold
    )


def _column(rows: pd.DataFrame, order: pd.Index) -> Column:
    """Return a group's column; in a workbook, its shares, intervals, marks and N are separate columns."""
    size = alt_text.WITHHELD if pd.isna(n := rows["n"].iloc[0]) else danish.number(n)
    rows = rows.set_index("option").loc[order]
    marks = [_mark(row) for _, row in rows.iterrows()]
    tested = "direction" in rows and rows["direction"].notna().any()
    numbers: dict[str, tuple[str, Sequence[Any]]] = {
        "": numbers_of(rows, "proportion", instead=[HIDDEN] * len(rows)),
        ": fra": numbers_of(rows, "ci_lower"),
        ": til": numbers_of(rows, "ci_upper"),
        **({": forskel": ("", marks)} if tested else {}),
        ": N": numbers_of(rows, "n", instead=[alt_text.WITHHELD] * len(rows)),
    }
    words = [*(_cell(row) for _, row in rows.iterrows()), size]
    return Column(str(rows["group_label"].iloc[0]) or ALL, words, numbers)


def _cell(row: pd.Series[Any]) -> str:
    if row["suppressed"]:
        return HIDDEN
    if pd.isna(row["proportion"]):
        return "–"
    return f"{danish.number(100 * row['proportion'])} ({alt_text.interval_words(row)}) {_mark(row)}".rstrip()


def _mark(row: pd.Series[Any]) -> str:
    direction = row.get("direction", pd.NA)
    return "" if pd.isna(direction) or row["suppressed"] else _MARKS.get(direction, "")
