"""SPSS .sav files, with their variable labels, value labels and user-defined missing values."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from borgerlib.errors import DataError
from borgerlib.said import said
from borgerlib.survey.grid.cells import one_line
from borgerlib.survey.grid.tabular import question_columns, typed_as_text
from borgerlib.survey.grid.values import text_of
from borgerlib.survey.responses import Column, Export, Source

VENDOR = "SPSS"
_OTHERWISE = "WINDOWS-1252"


def read(path: Path) -> Export:
    """Read a .sav or .zsav file.

    A user-defined missing value with a label is kept, because it may be an option of the survey ('don't
    know'); `Column.missing` names it, so that it becomes missing if it is not an option.

    Raises
    ------
    DataError
        The file is damaged or has no cases.
    """
    frame, meta, notes = _read(path)
    return Export(
        frame=typed_as_text(frame, path.name),
        columns=tuple(_columns([str(name) for name in frame.columns], meta)),
        source=Source(VENDOR, (path.name,), encoding=str(meta.file_encoding or ""), notes=notes),
    )


def _read(path: Path) -> tuple[pd.DataFrame, Any, tuple[str, ...]]:
    # Imported here: it is slow to import, and only SPSS files need it.
    import pyreadstat

    for encoding in (None, _OTHERWISE):
        try:
            frame, meta = pyreadstat.read_sav(str(path), user_missing=True, encoding=encoding)
            break
        except Exception as error:
            # On damaged files the library raises its own error, and others from its C library.
            if encoding or "encoding" not in str(error):
                raise DataError(said("damaged_file", file=path.name, what="SPSS", how=str(error))) from error
    return frame, meta, (said("wrong_encoding_declared", encoding=encoding),) if encoding else ()


def _columns(names: list[str], meta: Any) -> list[Column]:
    labels = [one_line(meta.column_names_to_labels.get(name) or name) for name in names]
    return [
        replace(
            column,
            name=text_of(column.name),
            labels={
                text_of(_plain(code)): one_line(str(text))
                for code, text in meta.variable_value_labels.get(column.name, {}).items()
            },
            missing=tuple(
                (_plain(each["lo"]), _plain(each["hi"])) for each in meta.missing_ranges.get(column.name, ())
            ),
        )
        # Our own exports name the columns 'item__option'; in other files the labels show the options.
        for column in (
            named if named.choice and "__" in named.name else labelled
            for named, labelled in zip(question_columns(names), question_columns(names, labels), strict=True)
        )
    ]


def _plain(code: Any) -> Any:
    return code.item() if hasattr(code, "item") else code
