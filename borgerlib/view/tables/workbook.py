"""A banner table as a workbook: a sheet an item, and one with all numbers."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from borgerlib.errors import DataError
from borgerlib.interest.formulas import escape_formulas
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.view.tables.layout import ALL, HIDDEN, MARKS, by_item, caption_of, groups_of, records, spans_of

_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
_LONGEST_SHEET_NAME = 31
_HEAD_ROWS = 7


def write_workbook(estimates: DisclosedEstimates, note: str, path: Path) -> None:
    """Write a disclosed banner table, `note` above each item; `DataError` where it cannot be written."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for place, rows in enumerate(by_item(estimates.frame), start=1):
        name = _SHEET_NAME.sub(" ", f"{place} {rows['item'].iloc[0]}")[:_LONGEST_SHEET_NAME]
        _item_sheet(book.create_sheet(name), estimates, note, rows)
    _numbers_sheet(book.create_sheet("Alle tal"), estimates)
    _save(book, path)


def _item_sheet(sheet: Any, estimates: DisclosedEstimates, note: str, rows: pd.DataFrame) -> None:
    from openpyxl.styles import Alignment, Font

    groups = groups_of(rows)
    headings: list[str | None] = []
    for label, count in spans_of(groups):
        headings += [label, *[None] * (count - 1)]
    _append(sheet, [caption_of(estimates, rows)])
    _append(sheet, [note])
    _append(sheet, [])
    _append(sheet, ["", "", *headings])
    _append(sheet, ["Svar", ALL, *(group["group_label"] for group in groups[1:])])
    for words, name in (("n", "n"), ("Effektivt n", "n_effective")):
        hidden = [pd.isna(group["n"]) or pd.isna(group[name]) for group in groups]
        _append(
            sheet,
            [words, *("·" if no else round(float(g[name])) for g, no in zip(groups, hidden, strict=True))],
            formats=["#,##0"] * len(groups),
        )
    for _, option in rows.groupby("option", sort=False):
        cells = records(option)
        _append(
            sheet,
            [cells[0]["label"], *(_sheet_value(row, "proportion") for row in cells)],
            formats=[_share_format(row["mark"]) for row in cells],
        )
    for heading in (1, 4, 5):
        for cell in sheet[heading]:
            cell.font = Font(bold=True)
    for line in sheet.iter_rows(min_row=6, min_col=2):
        for cell in line:
            cell.alignment = Alignment(horizontal="right")
    sheet.freeze_panes = sheet.cell(row=_HEAD_ROWS + 1, column=2)
    sheet.column_dimensions["A"].width = 38


def _numbers_sheet(sheet: Any, estimates: DisclosedEstimates) -> None:
    from openpyxl.styles import Font

    heads = [
        "Spørgsmål", "Svar", "Opdelt efter", "Gruppe", "n", "Effektivt n", "Antal", "Andel",
        "Nedre grænse", "Øvre grænse", "Mod resten", "Bemærkning",
    ]  # fmt: skip
    _append(sheet, heads)
    formats = ["General"] * 3 + ["#,##0"] * 3 + ["0.0%"] * 3
    for row in records(estimates.frame):
        marks = MARKS.get(row["mark"], ("", ""))
        whole = [
            None if pd.isna(row[name]) or pd.isna(row["n"]) else round(float(row[name]))
            for name in ("n", "n_effective", "count")
        ]
        shares = [_sheet_value(row, name) for name in ("proportion", "ci_lower", "ci_upper")]
        label = caption_of(estimates, pd.DataFrame([row]))
        group = row["group_label"] if row["group"] else ALL
        _append(
            sheet,
            [label, row["label"], row["domain_label"], group, *whole, *shares, marks[1], row["note"]],
            formats=formats,
        )
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions


def _sheet_value(row: Mapping[str, Any], name: str) -> float | str | None:
    if row["suppressed"]:
        return HIDDEN
    # More digits than are read would only help who reckons backwards.
    return None if pd.isna(row[name]) else round(float(row[name]), 3)


def _share_format(mark: str) -> str:
    return f'0%" {MARKS[mark][0]}"' if mark in MARKS else "0%"


def _append(sheet: Any, values: list[Any], *, formats: list[str] | None = None) -> None:
    """Add a row; texts are made harmless, `formats` are those of the second cell and on."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    safe = list(escape_formulas(pd.DataFrame({"value": values}, dtype=object))["value"])
    cells = [ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value for value in safe]
    sheet.append(cells)
    for cell, code in zip(sheet[sheet.max_row][1:], formats or [], strict=False):
        cell.number_format = code


def _save(book: Any, path: Path) -> None:
    """Write beside and rename: a reader never finds half a workbook."""
    beside = ""
    try:
        handle, beside = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=".xlsx", dir=path.parent)
        os.close(handle)
        book.save(beside)
        os.chmod(beside, 0o644)
        os.replace(beside, path)
    except OSError as error:
        raise DataError(
            f"{path} cannot be written: {error.strerror or error}.", hint="Check folder and rights."
        ) from error
    finally:
        if beside:
            Path(beside).unlink(missing_ok=True)
