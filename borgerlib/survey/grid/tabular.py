"""Plain tables: CSV, a worksheet, Parquet or JSON, with a row per respondent and a column per question."""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from borgerlib.errors import DataError
from borgerlib.said import said
from borgerlib.survey.grid.cells import HeadedGrid, one_line
from borgerlib.survey.grid.limits import check_columns
from borgerlib.survey.grid.place import RESPONSE
from borgerlib.survey.grid.text import decode
from borgerlib.survey.grid.values import as_text, text_of
from borgerlib.survey.responses import Column, Export, Source, problem_frame

_BRACKETED = re.compile(r"(?P<question>.+?) ?\[(?P<choice>.+)\]\Z")
# Qualtrics puts this between a question and its option, or after a question whose 'other' is a text.
_SELECTED_CHOICE = re.compile(r" - (?:Selected Choice|Valgt svar)(?= - |\Z)")
# The last box of a question, without the question; if there are several, their positions are added.
_NONE_OF = re.compile(
    r"((?:ingen|intet|inget|none) (?:af|av|of) (?:disse|dem|delene|ovenstående|dessa|these|them|the above))"
    r"(?: \(column \d+\))?",
    re.IGNORECASE,
)
_SPLITTERS = ("__", ": ", " - ", " – ", " / ", " | ")


def export_of(
    table: HeadedGrid, vendor: str, columns: Sequence[Column], *, notes: Sequence[str] = ()
) -> Export:
    """Return a table of a known vendor as an export."""
    grid = table.grid
    file = grid.name.partition(", sheet")[0]
    source = Source(vendor, (file,), grid.encoding, grid.delimiter, grid.sheet, (*grid.notes, *notes))
    return Export(table.frame, tuple(columns), source, problem_frame(table.problems))


def read(table: HeadedGrid) -> Export:
    """Read a plain table: a heading is the question, or 'question: option' for a 0/1 column."""
    return export_of(table, "table", columns_of(table))


def columns_of(table: HeadedGrid) -> list[Column]:
    """Return the columns as described by one or several heading rows.

    Two rows are either names and texts (Qualtrics, 1KA: 'Q3_2' above 'Emner? - Klima'), or questions and
    their options (SurveyMonkey: the question occurs once, above its first option).
    """
    names = table.headings
    rows = [row for row in table.heading_rows if not any('"ImportId"' in text for text in row)]
    if len(rows) < 2:
        columns = question_columns(names)
        raw = rows[0] if rows else names
        return [_as_ticked(column, text, table.frame) for column, text in zip(columns, raw, strict=True)]
    times = Counter(rows[0])
    if any(below and (not text or times[text] > 1) for text, below in zip(rows[0], rows[1], strict=True)):
        return _question_over_options(names, rows)
    return question_columns(names, [text or name for name, text in zip(names, rows[1], strict=True)])


def _as_ticked(column: Column, heading: str, frame: pd.DataFrame) -> Column:
    """Return a column of ticks with its heading without position: two questions may share an option."""
    if column.name == heading or not frame[column.name].dropna().eq(heading).all():
        return column
    return replace(column, label=heading)


def _question_over_options(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Column]:
    below = [" ".join(filter(None, texts)) for texts in zip(*rows[1:], strict=True)]
    questions: list[str] = []
    for text, option in zip(rows[0], below, strict=True):
        questions.append(text or (questions[-1] if questions and option else ""))
    shared = Counter(questions)
    columns = []
    for name, question, option in zip(names, questions, below, strict=True):
        if question and option and shared[question] > 1 and option.casefold() not in RESPONSE:
            columns.append(Column(name, question, option, question))
        else:
            # Above a single column, a text is its question or only the section it belongs to.
            asks_itself = option.endswith("?") and not question.endswith("?") and below.count(option) == 1
            columns.append(Column(name, (option if asks_itself else question or option) or name))
    return columns


def question_columns(headings: Sequence[str], labels: Sequence[str] | None = None) -> list[Column]:
    """Return columns by their texts: 'Emner [Klima]', 'Emner: Klima' and 'emner__klima' name both parts.

    Only texts that share their first part with another text count as such, and 'Ingen af disse' after them.

    Parameters
    ----------
    headings : sequence of str
        Names of the columns.
    labels : sequence of str, optional
        The text of each column, if the file has texts in addition to names.
    """
    texts = [_SELECTED_CHOICE.sub("", label) for label in labels or headings]
    splits = [_splits(text) for text in texts]
    shared = Counter(question for ways in splits for question, _ in ways)
    columns: list[Column] = []
    for heading, text, ways in zip(headings, texts, splits, strict=True):
        ways = [way for way in ways if shared[way[0]] > 1]
        if ways:
            # A question may contain the separator itself: use the longest of the most shared questions.
            question, choice = max(ways, key=lambda way: (shared[way[0]], len(way[0])))
            columns.append(Column(heading, question, choice, question, text=text))
        elif columns and columns[-1].choice and (none := _NONE_OF.fullmatch(text)):
            columns.append(replace(columns[-1], name=heading, choice=none[1], text=text))
        else:
            columns.append(Column(heading, text))
    return columns


def with_roles(columns: Iterable[Column], roles: Mapping[str, str]) -> list[Column]:
    """Return columns with roles by their names: a platform's own columns belong to no question."""
    return [
        replace(column, role=role, choice="", question="") if (role := roles.get(column.name)) else column
        for column in columns
    ]


def bracketed(found: re.Match[str]) -> tuple[str, str]:
    """Return question and choice of 'Emner [Klima]'.

    'Emner [Klima][Kommentar]' is not an option of 'Emner', but a part of 'Emner [Klima]'.
    """
    rows, _, last = found["choice"].rpartition("][")
    return f"{found['question']} [{rows}]" if rows else found["question"], last


def _splits(text: str) -> list[tuple[str, str]]:
    """Return every way to split a text into question and choice."""
    found = _BRACKETED.match(text)
    if found:
        return [bracketed(found)]
    ways = []
    for splitter in _SPLITTERS:
        pieces = text.split(splitter)
        for at in range(1, len(pieces)):
            ways.append((splitter.join(pieces[:at]).strip(), splitter.join(pieces[at:]).strip()))
    return [(question, choice) for question, choice in ways if question and choice]


def read_parquet(path: Path) -> Export:
    """Read a Parquet file.

    Raises
    ------
    DataError
        The file is damaged, has no rows, or has two columns with the same name.
    """
    # Imported here: only reading Parquet needs pyarrow.
    import pyarrow as pa
    import pyarrow.parquet as parquet

    sys.audit("open", str(path), "r", os.O_RDONLY)  # pyarrow does not raise this audit event itself
    try:
        arrow = parquet.ParquetFile(path)
        _refuse_repeated(list(arrow.schema_arrow.names), path.name)
        frame = arrow.read().to_pandas()
    except DataError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DataError(said("damaged_file", file=path.name, what="Parquet", how=str(error))) from error
    texts = typed_as_text(frame, path.name)
    return Export(texts, tuple(question_columns(list(texts.columns))), Source("table", (path.name,)))


def typed_as_text(frame: pd.DataFrame, file: str) -> pd.DataFrame:
    """Return the answers of a typed file as text, rows numbered from 1; `DataError` if there are none."""
    check_columns(len(frame.columns), file)
    if frame.empty:
        raise DataError(said("no_respondents", file=file))
    texts = {one_line(str(name)): as_text(frame[name]).array for name in frame.columns}
    return pd.DataFrame(texts, index=pd.RangeIndex(1, len(frame) + 1, name="row"))


def _refuse_repeated(names: list[str], file: str) -> None:
    repeated = [name for name, times in Counter(names).items() if times > 1]
    if repeated:
        raise DataError(said("one_name", file=file), problems=[f"'{name}'" for name in repeated])


def read_json(path: Path) -> Export:
    """Read SurveyJS's results: a list with one object per respondent, from question names to answers.

    Several choices of a question are in one cell, separated by ';'.

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
    rows = [{one_line(str(name)): _cell(value, path) for name, value in person.items()} for person in people]
    names = list(dict.fromkeys(name for row in rows for name in row))
    check_columns(len(names), path.name)
    frame = pd.DataFrame(rows, columns=names, dtype="string").replace("", pd.NA)
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="row")
    source = Source("SurveyJS", (path.name,), encoding=encoding, notes=notes)
    return Export(frame, tuple(question_columns(names)), source)


def _cell(value: Any, path: Path) -> str:
    if isinstance(value, list):
        return ";".join(_cell(each, path) for each in value)
    if isinstance(value, dict):
        raise DataError(said("json_nested", file=path.name))
    return text_of(value).strip()
