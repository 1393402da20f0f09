"""Data of a survey platform: the export as read, and the responses in the codebook's terms."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import pandas as pd

from borgerlib.survey.codebook.model import Codebook, Item
from borgerlib.survey.grid.values import parse_number

PLATFORM = "platform"
TEST_ANSWER = "test_answer"


_POSITION = re.compile(r"(?:.* \()?column \d+\)?'*")


def is_position(heading: str) -> bool:
    """Return whether a heading is the position of its column, or ends with it: 'column 5'."""
    return bool(_POSITION.fullmatch(heading))


@dataclass(frozen=True)
class Source:
    """Where responses come from.

    Parameters
    ----------
    vendor : str
        The platform, detected by the content: 'SurveyXact', 'LimeSurvey', …; 'table' for a plain table.
    files : tuple of str
        Names of the files read.
    encoding, delimiter : str
        Of a text file; '' otherwise.
    sheet : str
        Name of the worksheet; '' for other files.
    notes : tuple of str
        What was decided or repaired while reading.
    """

    vendor: str
    files: tuple[str, ...]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """One column of an export, and what the platform says about it.

    Parameters
    ----------
    name : str
        The heading; no two columns of an export share one.
    label : str
        The question as the respondent read it; the heading if the export lacks it.
    choice : str
        The option that a 0/1 column stands for; '' for every other column.
    text : str
        Question and option in one text, if they were split at a separator that either may contain.
    question : str
        What the 0/1 columns of one question have in common; '' for every other column.
    labels : mapping of str to str
        Code in the data → text of the answer, if the export has codes.
    missing : tuple of (low, high)
        Ranges of values that the file declares to be missing ('user-missing' in SPSS), numbers or texts.
    role : str
        The codebook role, if the platform defines the column (its time stamp, its id); 'platform' for the
        platform's own columns that answer no item.
    """

    name: str
    label: str
    choice: str = ""
    question: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    role: str = ""
    missing: tuple[tuple[float | str, float | str], ...] = ()
    text: str = ""

    @property
    def lasting_name(self) -> str:
        """The heading, with its option if the heading is only the question or the position ('column 5')."""
        if self.choice and (self.name == self.question or is_position(self.name)):
            return f"{self.question} [{self.choice}]"
        return self.label if is_position(self.name) else self.name

    def declared_missing(self, value: str) -> bool:
        """Return whether the file declares a value to be missing."""
        number = parse_number(value) if self.missing else None
        for low, high in self.missing:
            if isinstance(low, str) or isinstance(high, str):
                if str(low) <= value <= str(high):
                    return True
            elif number is not None and low <= number <= high:
                return True
        return False


@dataclass(frozen=True)
class Export:
    """An export as read, before any codebook.

    Parameters
    ----------
    frame : DataFrame
        One row a respondent, every value text (dtype 'string', stripped, missing where blank; numbers with
        decimal comma, times as ISO 8601). The index 'row' is the row in the file.
    columns : tuple of Column
        In the order of the frame.
    source : Source
    problems : DataFrame
        As for `Responses.problems`; `column` is a heading.
    """

    frame: pd.DataFrame
    columns: tuple[Column, ...]
    source: Source
    problems: pd.DataFrame = field(default_factory=lambda: problem_frame())
    _counted: dict[str, dict[str, int]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def counts(self, name: str) -> Mapping[str, int]:
        """Return how often each distinct text of a column occurs, the most frequent first."""
        if name not in self._counted:
            times = self.frame[name].value_counts()
            self._counted[name] = dict(zip(times.index.tolist(), times.tolist(), strict=True))
        return self._counted[name]

    def noting(self, *notes: str) -> Export:
        """Return the export with more notes on its reading."""
        noted = replace(self, source=replace(self.source, notes=(*self.source.notes, *notes)))
        noted._counted.update(self._counted)
        return noted

    def lasting_names(self) -> dict[str, str]:
        """Return for each heading the name that a mapping gives it, which does not depend on its position."""
        names = {column.name: column.lasting_name for column in self.columns}
        times = Counter([*names.values(), *names])
        return {name: text if times[text] == 1 else name for name, text in names.items()}

    def column(self, name: str) -> Column:
        """Return the column with that heading."""
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True)
class Responses:
    """Answers in the codebook's terms, otherwise unchanged: nothing is cleaned, dropped or masked.

    Parameters
    ----------
    frame : DataFrame
        One row a respondent; all items of the codebook in its order, all missing where the export has none.
        Single: Categorical of option ids. Multiple: ``item__option`` columns, 'Int8' 0/1, all missing where
        nothing was answered. Number: 'Float64'. Date: datetime64. Text: 'string'. The index 'row' is the row
        in the file (the heading is row 1; SPSS and Parquet files count from 1).
    problems : DataFrame
        One row a value that could not be used. Columns: row, column (item id, or a heading), value (as
        read, not masked), rule ('unknown_option', 'unknown_selection', 'written_in', 'passed_over',
        'two_answers', 'not_a_number', 'not_a_date', 'formula', 'error_cell', 'text_too_long',
        'test_answer').
    codebook : Codebook
    source : Source
    absent : tuple of str
        Items that no column of the export feeds.
    unread : tuple of str
        Headings of the columns that feed no item though they hold answers, the platform's own left out.
    words : Series, optional
        Row → the version of the words with which our own form asked for consent, if the export has it.
    """

    frame: pd.DataFrame
    problems: pd.DataFrame
    codebook: Codebook
    source: Source
    absent: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    words: pd.Series | None = None


_TYPES = {"multiple": "Int8", "number": "Float64", "date": "datetime64[us]", "text": "string"}


def dtype_of(item: Item) -> Any:
    """Return the type of an item's columns in `Responses.frame`."""
    ids = [option.id for option in item.options]
    return _TYPES.get(item.kind) or pd.CategoricalDtype(ids, ordered=item.ordered)


class Problem(NamedTuple):
    """A value that could not be used: one row of `Responses.problems`."""

    row: int
    column: str
    value: str
    rule: str


def problems_of(values: pd.Series, column: str, rule: str) -> list[Problem]:
    """Return the values of a column that break one rule."""
    return [Problem(row, column, value, rule) for row, value in zip(values.index, values, strict=True)]


def problem_frame(problems: Iterable[Problem] = ()) -> pd.DataFrame:
    """Return one problems frame (see `Responses`), sorted by row and column."""
    by_place = sorted(problems, key=lambda each: (each.row, each.column))
    frame = pd.DataFrame(by_place, columns=list(Problem._fields))
    return frame.astype({"row": "int64", "column": "string", "value": "string", "rule": "string"})
