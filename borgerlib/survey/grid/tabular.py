"""Plain tables: CSV, a worksheet, or Parquet, with one row a respondent and one column a question."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from borgerlib.errors import DataError
from borgerlib.survey.grid.cells import Table, one_line
from borgerlib.survey.grid.limits import Limits, check_columns
from borgerlib.survey.grid.typed import as_text
from borgerlib.survey.responses import Column, Export, Source, problem_frame

_BRACKETED = re.compile(r"(?P<question>.+?) ?\[(?P<choice>.+)\]\Z")
_SPLITTERS = ("__", ": ", " - ", " – ", " / ", " | ")


def export_of(table: Table, vendor: str, columns: Sequence[Column], *, notes: Sequence[str] = ()) -> Export:
    """Return the export that a table of a known vendor is."""
    grid = table.grid
    file = grid.name.partition(", sheet")[0]
    source = Source(vendor, (file,), grid.encoding, grid.delimiter, grid.sheet, (*grid.notes, *notes))
    return Export(table.frame, tuple(columns), source, table.problems)


def read(table: Table) -> Export:
    """Take a table as it is: a heading is the question, or 'question: option' of a 0/1 column."""
    return export_of(table, "table", question_columns(table.headings))


def question_columns(headings: Sequence[str], labels: Sequence[str] | None = None) -> list[Column]:
    """Return what texts tell: 'Emner [Klima]', 'Emner: Klima' and 'emner__klima' name question and choice.

    Only texts that share their first part with another count as such.

    Parameters
    ----------
    headings : sequence of str
        Names of the columns.
    labels : sequence of str, optional
        The text of each column, where the file has one beside its name.
    """
    parts = [_parts(label) for label in labels or headings]
    shared = Counter(question for question, _ in parts)
    columns = []
    for heading, label, (question, choice) in zip(headings, labels or headings, parts, strict=True):
        if choice and shared[question] > 1:
            columns.append(Column(heading, question, choice, question))
        else:
            columns.append(Column(heading, label))
    return columns


def _parts(heading: str) -> tuple[str, str]:
    found = _BRACKETED.match(heading)
    if found:
        return found["question"], found["choice"]
    for splitter in _SPLITTERS:
        question, between, choice = heading.partition(splitter)
        if between and question and choice:
            return question.strip(), choice.strip()
    return heading, ""


def read_parquet(path: Path, *, limits: Limits) -> Export:
    """Read a Parquet file.

    Raises
    ------
    DataError
        The file is damaged, has no rows, or two columns of one name.
    """
    # Reading Parquet is the only thing here that needs it.
    import pyarrow as pa
    import pyarrow.parquet as parquet

    try:
        arrow = parquet.ParquetFile(path)
        names = list(arrow.schema_arrow.names)
        _refuse_repeated(names, path.name)
        frame = arrow.read().to_pandas()
    except DataError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DataError(
            f"{path.name} is a damaged Parquet file ({error}).", hint="Write or fetch the file again."
        ) from error
    check_columns(len(frame.columns), path.name, limits)
    if frame.empty:
        raise DataError(
            f"{path.name} has no respondents (0 rows).", hint="Write the file again, with its rows."
        )
    frame = frame.reset_index(drop=True)
    texts = pd.DataFrame({one_line(str(name)): as_text(frame[name]) for name in frame.columns})
    texts.index = pd.RangeIndex(1, len(texts) + 1, name="row")
    return Export(
        texts,
        tuple(question_columns(list(texts.columns))),
        Source("table", (path.name,)),
        problem_frame(),
    )


def _refuse_repeated(names: list[str], file: str) -> None:
    repeated = [name for name, times in Counter(names).items() if times > 1]
    if repeated:
        raise DataError(
            f"{file} has several columns of one name.",
            problems=[f"'{name}'" for name in repeated],
            hint="Give each column a name of its own and try again.",
        )
