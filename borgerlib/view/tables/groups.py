"""Groups side by side in a table: a row an answer, a column a group, marked where a group differs."""

from __future__ import annotations

from typing import Any

import pandas as pd

from borgerlib import danish
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.view.tables.html import Table, grid, numbers_of
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
    cells = {(row["option"], row["group"]): _cell(row) for _, row in frame.iterrows()}
    labels = frame.groupby("option")["label"].first()
    groups = frame.drop_duplicates("group")
    body = [(str(labels[name]), *(cells[name, group] for group in groups["group"])) for name in order]
    sizes = (alt_text.WITHHELD if pd.isna(n) else danish.number(n) for n in groups["n"])
    tested = "direction" in frame and frame["direction"].notna().any()
    rest = "i den anden gruppe" if len(groups) == 3 else "blandt de øvrige"
    marks = f"{_MARKS[1]} flere, {_MARKS[-1]} færre end {rest}, mere end tilfældigt"
    return Table(
        caption=alt_text.titled(caption, estimates),
        columns=("Svar", *(str(label) or ALL for label in groups["group_label"])),
        rows=(*body, ("N", *sizes)),
        numeric=(False, *(True for _ in range(len(groups)))),
        fold=fold,
        numbers=_numbers(frame, order),
        note=alt_text.sentences(
            [
                f"Procent, med {alt_text.uncertainty(estimates.confidence)} i parentes",
                marks if tested else "",
                alt_text.hidden_line(estimates),
                f"N: {base}",
                alt_text.source_line(estimates.source),
            ]
        ),
    )


def _numbers(frame: pd.DataFrame, order: pd.Index) -> dict[str, Any]:
    """Return the table for a workbook: of each group its shares, intervals, marks and N, a column each."""
    columns: dict[str, tuple[str, Any]] = {}
    for _, group in frame.groupby("group", sort=False):
        rows = group.set_index("option", drop=False).loc[order]
        name = str(rows["group_label"].iloc[0]) or ALL
        columns.setdefault("Svar", ("", rows["label"].astype(str).tolist()))
        columns[name] = numbers_of(rows, "proportion", instead=[HIDDEN] * len(rows))
        columns[f"{name}: fra"] = numbers_of(rows, "ci_lower")
        columns[f"{name}: til"] = numbers_of(rows, "ci_upper")
        if "direction" in rows and rows["direction"].notna().any():
            columns[f"{name}: forskel"] = "", [_mark(row) for _, row in rows.iterrows()]
        columns[f"{name}: N"] = numbers_of(rows, "n", instead=[alt_text.WITHHELD] * len(rows))
    return grid(columns)


def _cell(row: pd.Series[Any]) -> str:
    if row["suppressed"]:
        return HIDDEN
    if pd.isna(row["proportion"]):
        return "–"
    return f"{danish.number(100 * row['proportion'])} ({alt_text.interval_words(row)}) {_mark(row)}".rstrip()


def _mark(row: pd.Series[Any]) -> str:
    direction = row.get("direction", pd.NA)
    return "" if pd.isna(direction) or row["suppressed"] else _MARKS.get(direction, "")
