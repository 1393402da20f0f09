"""SPSS .sav files, with their variable labels, value labels and user-defined missing values."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from borgerlib.errors import DataError
from borgerlib.survey.grid.cells import one_line
from borgerlib.survey.grid.limits import Limits, check_columns
from borgerlib.survey.grid.tabular import question_columns
from borgerlib.survey.grid.typed import as_text, text_of
from borgerlib.survey.responses import Column, Export, Source, problem_frame

VENDOR = "SPSS"


def read(path: Path, *, limits: Limits) -> Export:
    """Read a .sav or .zsav file; user-defined missing values become missing.

    Raises
    ------
    DataError
        The file is damaged or has no cases.
    """
    # Heavy to import, and only SPSS files need it.
    import pyreadstat

    try:
        frame, meta = pyreadstat.read_sav(str(path), user_missing=False)
    except Exception as error:
        # The library raises its own error, and others of the C library beneath, on damaged files.
        raise DataError(
            f"{path.name} is a damaged SPSS file ({error}).", hint="Save it again in SPSS as .sav."
        ) from error
    if frame.empty:
        raise DataError(f"{path.name} has no respondents (0 cases).", hint="Save it again, with its cases.")
    check_columns(len(frame.columns), path.name, limits)
    texts = pd.DataFrame({str(name): as_text(frame[name]) for name in frame.columns})
    texts.index = pd.RangeIndex(1, len(texts) + 1, name="row")
    return Export(
        frame=texts,
        columns=tuple(_columns(list(texts.columns), meta)),
        source=Source(VENDOR, (path.name,), encoding=str(meta.file_encoding or "")),
        problems=problem_frame(),
    )


def _columns(names: list[str], meta: Any) -> list[Column]:
    labels = [one_line(meta.column_names_to_labels.get(name) or name) for name in names]
    return [
        replace(column, labels=_value_labels(meta.variable_value_labels.get(column.name, {})))
        for column in question_columns(names, labels)
    ]


def _value_labels(texts: dict[Any, str]) -> dict[str, str]:
    return {text_of(_plain(code)): one_line(str(text)) for code, text in texts.items()}


def _plain(code: Any) -> Any:
    return code.item() if hasattr(code, "item") else code
