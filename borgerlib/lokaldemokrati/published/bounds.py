"""How the answers to two questions combine if the report shows only each of them: bounds, not guesses.

With margins alone the bounds of a cell are Fréchet's: at least the overlap that the margins force, at most
the smaller of them. If some cells are known too, a linear program finds the bounds; its constraints are those
of a transport problem, so its solutions are whole numbers (Fréchet, M. (1951): Sur les tableaux de
corrélation dont les marges sont données; Dobra, A. & Fienberg, S. E. (2000): Bounds for cell entries in
contingency tables given marginal totals and decomposable graphs).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from borgerlib.errors import DataError, NotIdentifiedError
from borgerlib.lokaldemokrati.published.counts import divided_table
from borgerlib.lokaldemokrati.published.identification import identify
from borgerlib.lokaldemokrati.published.numbers import is_open, load_published
from borgerlib.statistics.exact.counts import is_whole
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import LEADERS, Item

Margin = Mapping[str, int]
Cell = tuple[str, str]
_WHOLE = "give a whole number of at least 0"


class CrossTableError(NotIdentifiedError):
    """Several cross tables fit the published numbers; `bounds` says how far each cell can go.

    Parameters
    ----------
    message, hint : str
        As every error of this package.
    bounds : DataFrame
        One row a cell: row, column, lower, upper (respondents), lower_share, upper_share (0–1).
    """

    def __init__(self, message: str, *, hint: str, bounds: pd.DataFrame) -> None:
        super().__init__(message, hint=hint)
        self.bounds = bounds


def bounds(rows: Margin, columns: Margin, *, known: Mapping[Cell, int] | None = None) -> pd.DataFrame:
    """Return the smallest and largest count possible in every cell of a table, given its margins.

    Parameters
    ----------
    rows, columns : mapping of str to int
        The margins: respondents by option of the one and of the other question. Their totals agree.
    known : mapping of (row, column) to int, optional
        Cells that are known.

    Returns
    -------
    DataFrame
        One row a cell: row, column, lower, upper (respondents), lower_share, upper_share (of all, 0–1).

    Raises
    ------
    DataError
        Margins are empty, negative or disagree; a known cell is not in the table; no table fits them all.

    See Also
    --------
    cross_table : The same from published items.

    Examples
    --------
    >>> import borgerlib
    >>> borgerlib.bounds({"ja": 45, "nej": 33}, {"stor": 50, "lille": 28})[["lower", "upper"]].values.tolist()
    [[17, 45], [0, 28], [5, 33], [0, 28]]
    """
    known = dict(known or {})
    _check(rows, columns, known)
    total = sum(rows.values())
    cells = [(row, column) for row in rows for column in columns]
    if known:
        limits = _programmed(rows, columns, known, cells)
    else:
        limits = [_frechet(rows[row], columns[column], total) for row, column in cells]
    return _frame(cells, limits, total)


def cross_table(row_item: str, column_item: str) -> pd.DataFrame:
    """Return the table of two questions of the report of 2021, where the published numbers determine it.

    The counts chosen by `identify` stand for the published percentages, and whoever answered a question put
    to all is taken to have answered those before it.

    Parameters
    ----------
    row_item, column_item : str
        Ids of the codebook. Options of a multiple-choice item overlap; of an item known only by a net the
        table shows the net.

    Returns
    -------
    DataFrame
        Counts of respondents: rows and columns are option (or net) ids.

    Raises
    ------
    CodebookError
        There is no such item.
    NotIdentifiedError
        Several tables fit. The error's ``bounds`` holds one row a cell: row, column, lower, upper
        (respondents), lower_share, upper_share (of those who can stand in the table, 0–1).

    See Also
    --------
    bounds : From any two margins.

    Examples
    --------
    >>> import borgerlib
    >>> borgerlib.cross_table("udsagn_eksperimentere", "strategi").shape
    (4, 2)
    """
    codebook = load_codebook(LEADERS)
    row, column = codebook.item(row_item), codebook.item(column_item)
    shown = _shown(row.id, column.id)
    if shown is not None:
        return shown.copy()
    order = [item.id for item in codebook]
    cells = _bounds_of_items(row, column, codebook.meta["respondents"], order)
    is_open = cells["lower"] != cells["upper"]
    if not is_open.any():
        table = cells.pivot(index="row", columns="column", values="lower")
        table = table.loc[list(cells["row"].unique()), list(cells["column"].unique())]
        return table.rename_axis(index=row.id, columns=column.id)
    raise CrossTableError(
        f"The published numbers do not determine how '{row.id}' and '{column.id}' go together: "
        f"{is_open.sum()} of {len(cells)} cells can have several values.",
        hint="The error's 'bounds' gives the smallest and largest value of each cell; where you know more, "
        "call borgerlib.bounds(rows, columns, known=…) with the margins and the cells that you know.",
        bounds=cells,
    )


def _shown(row_item: str, column_item: str) -> pd.DataFrame | None:
    table, turned = divided_table(column_item, row_item), divided_table(row_item, column_item)
    return turned.T if table is None and turned is not None else table


def _bounds_of_items(row: Item, column: Item, respondents: int, order: Sequence[str]) -> pd.DataFrame:
    turned = order.index(row.id) > order.index(column.id)
    earlier, later = (column, row) if turned else (row, column)
    first, second = identify(earlier.id), identify(later.id)
    # People who answered the later question also answered earlier ones put to all: those are the respondents.
    total = respondents if earlier.base or is_open(earlier, load_published()) else first.n
    cells, limits = [], []
    for a, count_a in first.counts.items():
        for b, count_b in second.counts.items():
            cells.append((b, a) if turned else (a, b))
            limits.append(_limits(earlier, later, (a, count_a), (b, count_b), total))
    frame = _frame(cells, limits, total)
    return frame.sort_values(
        "row", key=lambda ids: ids.map(list(identify(row.id).counts).index), kind="stable"
    )


def _limits(
    earlier: Item, later: Item, a: tuple[str, int], b: tuple[str, int], total: int
) -> tuple[int, int]:
    same_item = earlier.id == later.id
    if later.base == f"{earlier.id}.{a[0]}" or (same_item and a[0] == b[0]):
        return b[1], b[1]
    # Options of a single choice exclude each other, and so do follow-up questions to different options.
    if earlier.kind == "single" and (same_item or later.base.startswith(f"{earlier.id}.")):
        return 0, 0
    return _frechet(a[1], b[1], total)


def _frechet(row: int, column: int, total: int) -> tuple[int, int]:
    return max(0, row + column - total), min(row, column)


def _frame(cells: Sequence[Cell], limits: Sequence[tuple[int, int]], total: int) -> pd.DataFrame:
    rows = [(*cell, *ends) for cell, ends in zip(cells, limits, strict=True)]
    frame = pd.DataFrame(rows, columns=["row", "column", "lower", "upper"])
    return frame.assign(lower_share=frame["lower"] / total, upper_share=frame["upper"] / total)


def _programmed(
    rows: Margin, columns: Margin, known: Mapping[Cell, int], cells: Sequence[Cell]
) -> list[tuple[int, int]]:
    from scipy.optimize import linprog

    margins = [[row == of_row for row, _ in cells] for of_row in rows]
    margins += [[column == of_column for _, column in cells] for of_column in columns]
    equalities = np.array(margins, dtype=float)
    totals = [*rows.values(), *columns.values()]
    ranges = [(known[cell], known[cell]) if cell in known else (0, None) for cell in cells]
    limits = []
    for position in range(len(cells)):
        goal = np.zeros(len(cells))
        goal[position] = 1
        ends = []
        for sign in (1, -1):
            found = linprog(sign * goal, A_eq=equalities, b_eq=totals, bounds=ranges, method="highs")
            if not found.success:
                raise DataError(
                    "No table has these margins and these known cells.",
                    hint="Check that the known cells of a row or column do not exceed its margin.",
                )
            ends.append(round(sign * float(found.fun or 0)))
        limits.append((ends[0], ends[1]))
    return limits


def _check(rows: Margin, columns: Margin, known: Mapping[Cell, int]) -> None:
    problems = []
    for name, margin in (("rows", rows), ("columns", columns)):
        if not margin or not sum(margin.values()):
            problems.append(f"the margin of the {name} has nobody in it")
        problems += [
            f"the margin of the {name} has {count!r} at '{option}'; {_WHOLE}"
            for option, count in margin.items()
            if not (is_whole(count) and count >= 0)
        ]
    if not problems and sum(rows.values()) != sum(columns.values()):
        problems.append(f"the rows sum to {sum(rows.values())} and the columns to {sum(columns.values())}")
    for (row, column), count in known.items():
        if row not in rows or column not in columns:
            problems.append(f"the known cell ('{row}', '{column}') is not in the table")
        elif not (is_whole(count) and count >= 0):
            problems.append(f"the known cell ('{row}', '{column}') is {count!r}; {_WHOLE}")
    if problems:
        raise DataError("The table cannot be bounded:", problems=problems)
