"""Tables that a screen reader can read and a Dane expects.

`estimates_table` shows disclosed estimates; `public_table` shows frames that hold nothing but public figures,
such as the audit of a published report.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from borgerlib.danish import capitalise, number, round_half_up
from borgerlib.errors import DataError
from borgerlib.files.templates import template
from borgerlib.statistics.disclosure.disclosed import DisclosedEstimates, only_disclosed
from borgerlib.view.words import alt_text

# Shares that differ by less are the same.
_EXACT = 1e-9
MIME_TYPE = "application/vnd.borger.table+json"


@dataclass(frozen=True)
class Table:
    """A table of display strings, with its texts.

    Parameters
    ----------
    caption : str
        What the table shows (Danish).
    columns : tuple of str
        Headings.
    rows : tuple of tuple of str
        Cells as shown; the first cell is the row's heading.
    numeric : tuple of bool
        Which columns hold numbers and are aligned right.
    note : str
        Under the table: source, N, what is left out.
    fold : str
        Words to click for a long table that is folded away until wanted; '' shows it at once.
    numbers : mapping, optional
        The same table for a workbook: columns; rows, numbers as numbers; formats, one a column. Rounded as
        they are shown: more digits would only help who reckons backwards.

    See Also
    --------
    estimates_table : Makes one of disclosed estimates.
    banner : Makes one of many questions by many divisions.

    Examples
    --------
    >>> import borgerlib
    >>> survey = borgerlib.open_leaders_survey()
    >>> table = borgerlib.estimates_table(survey.estimates("strategi"), caption="Har kommunen en strategi?")
    >>> table.columns[0], len(table.rows)
    ('Svar', 2)
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    note: str = ""
    fold: str = ""
    numbers: Mapping[str, Any] | None = None

    def to_html(self) -> str:
        """Return accessible HTML: caption, headings with scope, numbers right; every cell escaped."""
        return str(template("table.html.j2", Path(__file__).parent).render(vars(self)))

    def to_text(self) -> str:
        """Return the table as plain text in columns."""
        grid = [self.columns, *self.rows]
        widths = [max(len(row[column]) for row in grid) for column in range(len(self.columns))]
        lines = [
            "  ".join(
                cell.rjust(width) if right else cell.ljust(width)
                for cell, width, right in zip(row, widths, self.numeric, strict=True)
            ).rstrip()
            for row in grid
        ]
        return "\n".join([self.caption, *lines, *([self.note] if self.note else [])])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        whole = self.numbers or {
            "columns": self.columns,
            "formats": [""] * len(self.columns),
            "rows": self.rows,
        }
        numbers = {"title": self.caption, "caption": self.note, "numbers": whole}
        return {"text/html": self.to_html(), "text/plain": self.to_text(), MIME_TYPE: numbers}


@dataclass(frozen=True)
class Column:
    """A column of a table, and the columns of a workbook that hold its numbers.

    Parameters
    ----------
    heading : str
    words : sequence of str, or Series
        The displayed texts, one per row.
    numbers : mapping of str to (str, sequence), optional
        What follows the heading in the workbook ('' or ': fra') → format and values; by default the
        workbook has the texts, too.
    is_text : bool
        The displayed texts are not numbers, although the workbook has numbers.
    """

    heading: str
    words: Sequence[str] | pd.Series[Any]
    numbers: Mapping[str, tuple[str, Sequence[Any]]] | None = None
    is_text: bool = False


def table_of(columns: Sequence[Column], *, caption: str, note: str, fold: str = "") -> Table:
    """Return columns as a table, with its words and for a workbook; parameters as of `Table`."""
    # Use a list, because two groups may have the same name.
    whole = [
        (column.heading + suffix, *numbers)
        for column in columns
        for suffix, numbers in (column.numbers or {"": ("", list(column.words))}).items()
    ]
    return Table(
        caption=caption,
        columns=tuple(column.heading for column in columns),
        rows=tuple(zip(*(column.words for column in columns), strict=True)),
        numeric=tuple(column.numbers is not None and not column.is_text for column in columns),
        note=note,
        fold=fold,
        numbers={
            "columns": [heading for heading, _, _ in whole],
            "formats": [form for _, form, _ in whole],
            "rows": [list(row) for row in zip(*(cells for _, _, cells in whole), strict=True)],
        },
    )


def estimates_table(
    estimates: DisclosedEstimates, *, caption: str = "", unit: alt_text.Unit = "pct", note: str = ""
) -> Table:
    r"""Return estimates as a table.

    Parameters
    ----------
    estimates : DisclosedEstimates
        What to show, in this order.
    caption : str
        What the table shows (Danish); without it the question.
    unit : {'pct', 'antal'}
        Shares or counts.
    note : str
        More to say under the table, a Danish sentence.

    Returns
    -------
    Table
        One row an answer, in the order of the estimates; where it is suppressed, 'skjult'.

    Raises
    ------
    DisclosureError
        Anything but `DisclosedEstimates` is given.

    See Also
    --------
    bar_chart : The same as a picture.
    public_table : For numbers that are public.

    Examples
    --------
    >>> import borgerlib
    >>> people = borgerlib.load("Ærø")  # simulated citizens
    >>> shown = borgerlib.estimate_proportions(people, "tid", weight="weight").pipe(borgerlib.disclose)
    >>> shown.pipe(borgerlib.estimates_table).columns
    ('Svar', 'Andel', 'Statistisk usikkerhed (95\xa0pct.)', 'Antal, uvægtet', 'N')
    """
    require_disclosed(estimates, "estimates_table")
    caption = caption or alt_text.question_of(estimates)
    frame = estimates.frame
    columns = [Column("Svar", frame["label"].astype(str))]
    if frame["group_label"].nunique() > 1:
        columns.insert(0, Column("Gruppe", frame["group_label"].astype(str)))
    said = frame.apply(lambda row: alt_text.value_words(row, unit), axis=1)
    value = numbers_of(frame, "proportion" if unit == "pct" else "count", instead=said)
    columns.append(Column("Andel" if unit == "pct" else "Antal", said, {"": value}))
    if unit == "pct" and frame["ci_lower"].notna().any():
        ends = {": fra": numbers_of(frame, "ci_lower"), ": til": numbers_of(frame, "ci_upper")}
        heading = capitalise(alt_text.uncertainty(estimates.confidence))
        columns.append(Column(heading, frame.apply(alt_text.interval_words, axis=1), ends))
    if "total" in frame:
        ends = {": fra": numbers_of(frame, "total_lower"), ": til": numbers_of(frame, "total_upper")}
        totals = {"": numbers_of(frame, "total"), **ends}
        columns.append(Column("Anslået antal", frame.apply(_total, axis=1), totals))
    if unit == "pct" and frame["count"].notna().any():
        heading = "Antal, uvægtet" if _weighted(frame) else "Antal"
        withheld = alt_text.withheld_counts(estimates)
        counts = [
            alt_text.WITHHELD if no else _whole(count)
            for count, no in zip(frame["count"], withheld, strict=True)
        ]
        columns.append(Column(heading, counts, {"": numbers_of(frame, "count", instead=counts)}))
    if frame["n"].notna().any():
        sizes = [_whole(n) for n in frame["n"]]
        columns.append(Column("N", sizes, {"": numbers_of(frame, "n", instead=sizes)}))
    notes = frame["note"].astype(str).where(frame["note"].astype(str) != said, "")
    if (notes != "").any():
        columns.append(Column("Bemærkning", notes))
    hidden = alt_text.hidden_line(estimates) or alt_text.counts_line(estimates)
    note = alt_text.sentences([note, hidden, alt_text.source_line(estimates.source)])
    return table_of(columns, caption=alt_text.titled(caption, estimates), note=note)


def public_table(
    frame: pd.DataFrame,
    *,
    caption: str,
    columns: Mapping[str, str] | None = None,
    decimals: int = 0,
    note: str = "",
) -> Table:
    """Return a frame of public figures as a table; calling this declares that they are public.

    Parameters
    ----------
    frame : DataFrame
        One row a row of the table.
    caption : str
        What the table shows (Danish).
    columns : mapping of str to str, optional
        The frame's columns to show, in order, and their Danish headings; by default all, as they are called.
    decimals : int
        Decimals of numbers that are not whole.
    note : str
        Under the table.

    Returns
    -------
    Table
        One row a row of `frame`.

    Raises
    ------
    DataError
        The frame lacks a column.

    See Also
    --------
    estimates_table : For estimates.

    Examples
    --------
    >>> import borgerlib
    >>> table = borgerlib.public_table(
    ...     borgerlib.municipalities().head(1), caption="Kommuner", columns={"name": "Kommune"}
    ... )
    >>> table.rows
    (('København',),)
    """
    columns = {str(name): str(name) for name in frame} if columns is None else columns
    lacking = [column for column in columns if column not in frame.columns]
    if lacking:
        raise DataError(
            f"The table cannot be made: the frame lacks {', '.join(lacking)}.",
            hint=f"It has: {', '.join(map(str, frame.columns))}.",
        )
    shown = []
    for name, heading in columns.items():
        cells = list(frame[name])  # as plain Python numbers
        words = [_cell(value, decimals) for value in cells]
        known = [value if text else "" for value, text in zip(cells, words, strict=True)]
        shown.append(Column(heading, words, {"": ("", known)} if _is_number(frame[name]) else None))
    return table_of(shown, caption=caption, note=note)


def require_disclosed(estimates: object, caller: str) -> None:
    """Refuse anything that has not passed disclosure control (`DisclosureError` names what to call)."""
    if only_disclosed(estimates, caller).frame.empty:
        raise DataError(
            f"{caller} was given estimates without rows.",
            hint="Check the filter or the item that they were made from.",
        )


def _weighted(frame: pd.DataFrame) -> bool:
    """Return whether shares differ from unweighted ones by more than rounding to per cent or tenths."""
    apart = (frame["proportion"] - frame["count"] / frame["n"]).abs().astype(float)
    for digits in (3, 2):
        rounded = (frame["proportion"] - frame["proportion"].round(digits)).abs() < _EXACT
        apart = apart.mask(rounded & (apart <= 0.51 * 10.0**-digits), 0)
    return bool((apart[~frame["suppressed"].astype(bool)] > _EXACT).any())


def numbers_of(
    frame: pd.DataFrame, column: str, *, instead: Iterable[str] | None = None
) -> tuple[str, Sequence[Any]]:
    """Return a column of numbers and their format, with `instead` for hidden or missing numbers."""
    share = column in ("proportion", "ci_lower", "ci_upper")
    words = [""] * len(frame) if instead is None else instead
    missing = frame[column].isna() | (frame["suppressed"].astype(bool) & (column != "n"))
    cells = [
        word if no else round_half_up(float(number), 2 if share else 0)
        for number, no, word in zip(frame[column], missing, words, strict=True)
    ]
    return ("0%" if share else "#,##0"), cells


def _total(row: pd.Series) -> str:
    """Return how many people a row stands for, with the interval: '904 (742–1.088)'."""
    if pd.isna(row["total"]) or row["suppressed"]:
        return ""
    return f"{number(row['total'])} ({number(row['total_lower'])}–{number(row['total_upper'])})"


def _whole(value: Any) -> str:
    return "" if pd.isna(value) else number(float(value))


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _cell(value: Any, decimals: int) -> str:
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    if isinstance(value, bool | np.bool_):
        return "ja" if value else "nej"
    if isinstance(value, str):
        return value
    return number(float(value), 0 if float(value).is_integer() else decimals)
