"""From the cells of a file to a table of text with one heading a column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from borgerlib.errors import DataError
from borgerlib.survey.grid.limits import Limits
from borgerlib.survey.responses import join_problems, problem_frame

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
    problems : DataFrame
        See `Responses`; `column` is the number of the column in the grid, counted from 0, as text.
    """

    name: str
    rows: list[Sequence[str]]
    numbers: list[int]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    notes: tuple[str, ...] = ()
    problems: pd.DataFrame | None = None


@dataclass(frozen=True)
class Table:
    """A grid with headings.

    Parameters
    ----------
    frame : DataFrame
        One row a data row, every value text (dtype 'string', stripped, missing where blank); index 'row'.
    grid : Grid
        Where it comes from (without its rows).
    problems : DataFrame
        See `Responses`; `column` is a heading.
    """

    frame: pd.DataFrame
    grid: Grid
    problems: pd.DataFrame

    @property
    def headings(self) -> list[str]:
        """Headings in the order of the file."""
        return list(self.frame.columns)


class _Cleaner(dict[str, str | None]):
    """Text → stripped text, each different text once; remembers those that were too long."""

    def __init__(self, longest: int) -> None:
        super().__init__()
        self.longest = longest
        self.too_long: set[str] = set()

    def __missing__(self, text: str) -> str | None:
        stripped: str | None = text.strip(" \t\r\n\u00a0\u200b\ufeff\x00") or None
        if stripped is not None and len(stripped) > self.longest:
            self.too_long.add(text)
            stripped = stripped[: self.longest]
        self[text] = stripped
        return stripped


def one_line(text: str) -> str:
    """Return a heading or label on one line, without doubled or outer spaces."""
    return _SPACES.sub(" ", text).strip()


def as_table(grid: Grid, *, limits: Limits) -> Table:
    """Take the first row of a grid as headings and the others as data.

    Raises
    ------
    DataError
        There is no heading, no data row, or two columns share a heading (all of them are named).
    """
    if not grid.rows:
        raise DataError(f"{grid.name} holds no text.", hint="Export the survey again.")
    width = len(grid.rows[0])
    columns = list(zip(*grid.rows[1:], strict=True)) or [()] * width
    cleaner = _Cleaner(limits.cell_characters)
    cleaned = [[cleaner[text] for text in column] for column in columns]
    headings, kept = _headings(grid, cleaned)
    if len(grid.rows) == 1:
        raise DataError(
            f"{grid.name} has headings but no respondents (0 rows).",
            hint="Export again, with the answers included.",
        )
    index = pd.Index(grid.numbers[1:], name="row")
    data = {name: pd.array(cleaned[at], dtype="string") for name, at in zip(headings, kept, strict=True)}
    frame = pd.DataFrame(data, index=index)
    found = [_renamed(grid.problems, dict(zip(kept, headings, strict=True)))]
    if cleaner.too_long:
        found += list(_too_long(columns, headings, kept, grid.numbers[1:], cleaner.too_long))
    return Table(frame, replace(grid, rows=[], numbers=[]), join_problems(found))


def _headings(grid: Grid, cleaned: list[list[str | None]]) -> tuple[list[str], list[int]]:
    """Return the headings and the places of the columns to keep (wholly blank ones go)."""
    texts = [one_line(text) for text in grid.rows[0]]
    kept = [at for at, text in enumerate(texts) if text or any(cleaned[at])]
    if not any(texts):
        raise DataError(f"{grid.name} has no headings in its first row.", hint="Export with a heading row.")
    headings = [texts[at] or f"column {at + 1}" for at in kept]
    repeated = [heading for heading, times in Counter(headings).items() if times > 1]
    if repeated:
        raise DataError(
            f"{grid.name} has several columns of one name.",
            problems=[
                f"'{heading}' heads columns "
                + ", ".join(str(at + 1) for at, text in zip(kept, headings, strict=True) if text == heading)
                for heading in repeated
            ],
            hint="Give each column a heading of its own and try again.",
        )
    return headings, kept


def _renamed(problems: pd.DataFrame | None, headings: dict[int, str]) -> pd.DataFrame:
    if problems is None or problems.empty:
        return problem_frame()
    names = problems["column"].map({str(at): heading for at, heading in headings.items()})
    return problems.assign(column=names.fillna(problems["column"]).astype("string"))


def _too_long(
    columns: list[tuple[str, ...]],
    headings: list[str],
    kept: list[int],
    numbers: list[int],
    too_long: set[str],
) -> Iterator[pd.DataFrame]:
    for heading, at in zip(headings, kept, strict=True):
        hits = [place for place, text in enumerate(columns[at]) if text in too_long]
        if hits:
            shown = [
                f"{columns[at][place].strip()[:60]}… ({len(columns[at][place])} characters)" for place in hits
            ]
            yield problem_frame([numbers[place] for place in hits], heading, shown, "text_too_long")
