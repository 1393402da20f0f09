"""A banner table as a workbook: one sheet per item, and one with all numbers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from borgerlib.errors import DataError
from borgerlib.files.atomic import replacing
from borgerlib.files.workbook import Cell, Sheet, sheet_name, write_workbook
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.view.tables.layout import ALL, HIDDEN, MARKS, by_item, caption_of, groups_of, spans_of

_HEAD_ROWS = 7


def write_banner(estimates: DisclosedEstimates, note: str, path: Path) -> None:
    """Write a disclosed banner table, with `note` above each item; `DataError` if it cannot be written."""
    sheets: list[Sheet] = []
    for number, rows in enumerate(by_item(estimates.frame), start=1):
        name = sheet_name(f"{number} {rows['item'].iloc[0]}", [sheet.name for sheet in sheets])
        sheets.append(_item_sheet(name, estimates, note, rows))
    with replacing(path, what="The workbook", error=DataError) as beside:
        write_workbook([*sheets, _numbers_sheet(estimates)], beside)


def _item_sheet(name: str, estimates: DisclosedEstimates, note: str, rows: pd.DataFrame) -> Sheet:
    groups = groups_of(rows)
    headings: list[str | None] = []
    for label, count in spans_of(groups):
        headings += [label, *[None] * (count - 1)]
    lines: list[list[Any]] = [
        [caption_of(estimates, rows)],
        [note],
        [],
        ["", "", *headings],
        ["Svar", ALL, *(group["group_label"] for group in groups[1:])],
    ]
    for words, column in (("n", "n"), ("Effektivt n", "n_effective")):
        hidden = [pd.isna(group["n"]) or pd.isna(group[column]) for group in groups]
        sizes = [HIDDEN if no else round(float(g[column])) for g, no in zip(groups, hidden, strict=True)]
        lines.append([words, *(Cell(size, "#,##0", to_the_right=True) for size in sizes)])
    for _, option in rows.groupby("option", sort=False):
        cells = option.to_dict("records")
        shares = [
            Cell(_sheet_value(row, "proportion"), _share_format(row["mark"]), to_the_right=True)
            for row in cells
        ]
        lines.append([cells[0]["label"], *shares])
    return Sheet(name, lines, bold={1, 4, 5}, widths=[38], freeze=f"B{_HEAD_ROWS + 1}")


def _numbers_sheet(estimates: DisclosedEstimates) -> Sheet:
    lines: list[list[Any]] = [[
        "Spørgsmål", "Svar", "Opdelt efter", "Gruppe", "n", "Effektivt n", "Antal", "Andel",
        "Nedre grænse", "Øvre grænse", "Mod resten", "Bemærkning",
    ]]  # fmt: skip
    for row in estimates.frame.to_dict("records"):
        marks = MARKS.get(row["mark"], ("", ""))
        whole = [
            None if pd.isna(row[name]) or pd.isna(row["n"]) else round(float(row[name]))
            for name in ("n", "n_effective", "count")
        ]
        shares = [_sheet_value(row, name) for name in ("proportion", "ci_lower", "ci_upper")]
        label = caption_of(estimates, pd.DataFrame([row]))
        group = row["group_label"] if row["group"] else ALL
        numbers = [*(Cell(size, "#,##0") for size in whole), *(Cell(share, "0.0%") for share in shares)]
        lines.append([label, row["label"], row["domain_label"], group, *numbers, marks[1], row["note"]])
    return Sheet("Alle tal", lines, bold={1}, freeze="A2", filtered=True)


def _sheet_value(row: Mapping[Any, Any], name: str) -> float | str | None:
    if row["suppressed"]:
        return HIDDEN
    # Readers need no more digits, and more would help to compute hidden counts.
    return None if pd.isna(row[name]) else round(float(row[name]), 3)


def _share_format(mark: str) -> str:
    return f'0%" {MARKS[mark][0]}"' if mark in MARKS else "0%"
