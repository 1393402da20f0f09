"""Write a list as a file that only its owner can read."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from borgerlib.errors import DataError, ParameterError
from borgerlib.files.atomic import replacing
from borgerlib.files.workbook import Sheet, escape_formulas, write_workbook


def require_place(path: Path) -> None:
    """Raise if a list cannot be written to this file. Call it before making the list, which is logged.

    Raises
    ------
    ParameterError
        The file's ending is not that of a CSV or XLSX file.
    DataError
        The folder cannot be written to.
    """
    if path.suffix.casefold() not in (".csv", ".xlsx"):
        raise ParameterError(f"{path.name}: a list is a .csv or .xlsx file.")
    if not os.access(path.parent, os.W_OK) or path.is_dir():
        raise DataError(f"The list {path} cannot be written.", hint="Name a file in a folder that is there.")


def write_list(people: pd.DataFrame, path: Path) -> None:
    """Write a list as CSV or XLSX that only its owner can read; no cell can act as a formula.

    Raises
    ------
    ParameterError, DataError
        As `require_place`; or the file cannot be written.
    """
    require_place(path)
    with replacing(path, what="The list", error=DataError, private=True) as beside:
        if path.suffix.casefold() == ".csv":
            escape_formulas(people).to_csv(beside, index=False, encoding="utf-8-sig", sep=";")
        else:
            rows = [list(people), *people.astype(object).where(people.notna(), None).to_numpy().tolist()]
            with beside.open("wb") as file:
                write_workbook([Sheet("Liste", rows, bold={1})], file)
