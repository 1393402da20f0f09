"""From the cells of a file to a table of text with one heading per column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from borgerlib.errors import DataError
from borgerlib.said import said
from borgerlib.survey.grid.limits import LONGEST_CELL
from borgerlib.survey.grid.place import Place, find_table, is_answer_row
from borgerlib.survey.grid.values import text_of
from borgerlib.survey.responses import Problem, problems_of

_OUTER = " \t\r\n\u00a0\u200b\ufeff\x00"
# An apostrophe that stops spreadsheets from taking a text for a formula, as in our own CSV and Go Vocal.
_ESCAPED = r"^'([=+\-@])"
_TAKEN = (
    " Where answers were taken for headings, tell 'borger map' with --heading-rows how many rows head the "
    "columns: its mapping keeps that."
)
_SPACES = re.compile(r"[\s\u00a0\u200b\ufeff]+")


@dataclass(frozen=True)
class Grid:
    """The cells of a text file or worksheet, still without headings.

    Parameters
    ----------
    name : str
        The file (and worksheet), for messages.
    rows : list of sequences of str
        Text of the cells; '' where blank. Blank rows are left out.
    numbers : list of int
        For each row its number in the file, from 1.
    encoding, delimiter, sheet : str
        See `Source`.
    notes : tuple of str
        See `Source`.
    problems : tuple of Problem
        `column` is the number of the column in the grid, counted from 0, as text.
    hidden : bool
        The worksheet is hidden in its workbook.
    merged : tuple of (int, int, int)
        First and last row (numbers in the file) and column (from 0) of each cell that is merged downwards.
    """

    name: str
    rows: list[Sequence[str]]
    numbers: list[int]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    hidden: bool = False
    merged: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True)
class HeadedGrid:
    """A grid with headings.

    Parameters
    ----------
    frame : DataFrame
        One row a data row, every value text (dtype 'string', stripped, missing where blank); index 'row'.
    grid : Grid
        The grid it was made from (without its rows).
    heading_rows : tuple of tuple of str
        The texts of every heading row, including the one that names the columns, one for each column of the
        frame; '' if blank.
    problems : tuple of Problem
        `column` is a heading.
    """

    frame: pd.DataFrame
    grid: Grid
    problems: tuple[Problem, ...]
    heading_rows: tuple[tuple[str, ...], ...] = ()

    @property
    def headings(self) -> list[str]:
        """Headings in the order of the file."""
        return list(self.frame.columns)


def one_line(text: str) -> str:
    """Return a heading or label on one line, in composed Unicode (NFC), without double or outer spaces."""
    return _SPACES.sub(" ", text_of(text)).strip()


def as_table(grid: Grid, *, heading_rows: int | None = None) -> HeadedGrid:
    """Find headings and data rows in a grid.

    A column without heading is named by its position ('column 5'); columns with the same heading also get
    theirs ('Hvorfor? (column 5)').

    Raises
    ------
    DataError
        There is no heading or no data row, or the first row contains answers.
    """
    place = find_table(grid.rows, grid.numbers, heading_rows=heading_rows)
    _refuse_headless(grid, place, asked=heading_rows is not None)
    width = len(grid.rows[0])
    numbers = [grid.numbers[at] for at in place.data]
    index = pd.Index(numbers, name="row")
    rows, merged = _unmerged(grid, place)
    cleaned = [_cleaned(column, index) for column in zip(*rows, strict=True)]
    above = [[one_line(text) for text in grid.rows[at]] for at in place.headings]
    kept = [at for at in range(width) if cleaned[at].notna().any() or any(row[at] for row in above)]
    naming = above[place.headings.index(place.names)] if place.headings else [""] * width
    headings = _headings(naming, kept)
    named = {str(at): heading for at, heading in zip(kept, headings, strict=True)}
    problems = [each._replace(column=named.get(each.column, each.column)) for each in grid.problems]
    data = {}
    for name, at in zip(headings, kept, strict=True):
        data[name] = cleaned[at].str.slice(0, LONGEST_CELL)
        problems += _too_long(cleaned[at], name)
    frame = pd.DataFrame(data, index=index)
    return HeadedGrid(
        frame,
        replace(grid, rows=[], numbers=[], notes=(*grid.notes, *place.notes, *merged)),
        tuple(problems),
        tuple(tuple(row[at] for at in kept) for row in above),
    )


def _cleaned(texts: Sequence[str], index: pd.Index) -> pd.Series:
    """Return a column of text without outer spaces, missing where blank."""
    stripped = pc.utf8_trim(pa.array(texts, pa.large_string()), characters=_OUTER)
    filled = pc.if_else(pc.equal(stripped, ""), None, stripped)
    if pc.any(pc.starts_with(filled, "'")).as_py():
        filled = pc.replace_substring_regex(filled, _ESCAPED, r"\1")
    return pd.Series(pd.array(filled, dtype="string"), index)


def _unmerged(grid: Grid, place: Place) -> tuple[Iterable[Sequence[str]], list[str]]:
    """Return the respondents' rows with cells that are merged downwards filled in, and a note."""
    if not grid.merged:
        return (grid.rows[at] for at in place.data), []
    rows = {grid.numbers[at]: list(grid.rows[at]) for at in place.data}
    filled = 0
    for first, last, column in grid.merged:
        covered = [number for number in range(first + 1, last + 1) if number in rows]
        if first in rows and column < len(rows[first]) and rows[first][column]:
            filled += len(covered)
            for number in covered:
                rows[number][column] = rows[first][column]
    return rows.values(), [said("merged_cells", count=filled)] if filled else []


def _refuse_headless(grid: Grid, place: Place, *, asked: bool) -> None:
    if place.headings and not any(one_line(text) for text in grid.rows[place.names]):
        raise DataError(said("no_headings", file=grid.name, why=" in its first row"))
    if not place.data:
        raise DataError(
            said("no_respondents", file=grid.name),
            problems=grid.notes,
            hint="Export it again with its rows, or fill them in."
            + (_TAKEN if len(place.headings) > 1 else ""),
        )
    if not asked and is_answer_row(grid.rows, place.names):
        raise DataError(
            said("no_headings", file=grid.name, why=f": row {grid.numbers[place.names]} holds answers"),
            hint="Export with a heading row, or tell 'borger map' --heading-rows 0: its mapping keeps that, "
            "and the columns are named 'column 1', 'column 2', ….",
        )


def _headings(naming: list[str], kept: list[int]) -> list[str]:
    """Return a unique heading for each column that is kept."""
    times = Counter(naming[at] for at in kept)
    named: list[str] = []
    for at in kept:
        text = naming[at]
        heading = (
            text if text and times[text] == 1 else f"{text} (column {at + 1})" if text else f"column {at + 1}"
        )
        # A file may have the heading 'column 3' itself.
        while heading in named:
            heading += "'"
        named.append(heading)
    return named


def _too_long(column: pd.Series, heading: str) -> list[Problem]:
    cut = column[(column.str.len() > LONGEST_CELL).fillna(False).astype(bool)]
    shown = cut.map(lambda text: f"{text[:60]}… ({len(text)} characters)")
    return problems_of(shown, heading, "text_too_long")
