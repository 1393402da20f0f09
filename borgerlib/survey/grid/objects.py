"""SurveyJS's results: a JSON list with one object per respondent, from question names to answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from borgerlib.errors import DataError
from borgerlib.said import said
from borgerlib.survey.grid.cells import one_line
from borgerlib.survey.grid.limits import Limits, check_columns
from borgerlib.survey.grid.tabular import question_columns
from borgerlib.survey.grid.text import decode
from borgerlib.survey.grid.values import text_of
from borgerlib.survey.responses import Export, Source

VENDOR = "SurveyJS"
_JOINT = ";"


def read(path: Path, *, limits: Limits) -> Export:
    """Read the results; several choices of a question are in one cell, separated by ';'.

    Raises
    ------
    DataError
        The file is not JSON, or not a list of objects with texts, numbers, booleans, or lists of them.
    """
    text, encoding, notes = decode(path.read_bytes(), name=path.name)
    try:
        people = json.loads(text)
    except json.JSONDecodeError as error:
        raise DataError(said("damaged_file", file=path.name, what="JSON", how=str(error))) from error
    if not (isinstance(people, list) and people and all(isinstance(person, dict) for person in people)):
        raise DataError(said("json_no_list", file=path.name))
    rows = [{one_line(str(name)): _text(value, path) for name, value in person.items()} for person in people]
    names = list(dict.fromkeys(name for row in rows for name in row))
    check_columns(len(names), path.name, limits)
    frame = pd.DataFrame(rows, columns=names, dtype="string").replace("", pd.NA)
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="row")
    source = Source(VENDOR, (path.name,), encoding=encoding, notes=notes)
    return Export(frame, tuple(question_columns(names)), source)


def _text(value: Any, path: Path) -> str:
    if isinstance(value, list):
        return _JOINT.join(_text(each, path) for each in value)
    if isinstance(value, dict):
        raise DataError(said("json_nested", file=path.name))
    return text_of(value).strip()
