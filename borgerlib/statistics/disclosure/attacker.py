"""The attacker's linear program: what a reader can work out about the numbers that were suppressed.

It knows nothing of how they were chosen. It takes what is shown, and what everybody knows of the questions
and the groups, and asks of every suppressed number how small and how large it could be (Hundepool et al.,
2012, ch. 4).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from borgerlib.errors import DisclosureError
from borgerlib.statistics.disclosure.columns import KEYS
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.statistics.disclosure.hiding.confidentiality import ItemTable
from borgerlib.statistics.disclosure.tables import ShownItem, read_items
from borgerlib.statistics.levels import Floats

_FAR = 1e7  # more respondents than any survey has
_BLOCKS = 40  # questions put to the solver at once: a call costs more than a question


def feasible_ranges(estimates: pd.DataFrame, disclosed: DisclosedEstimates) -> pd.DataFrame:
    """Return how small and how large each suppressed number could be for a reader of what is shown.

    The reader sees every count and n that is shown, knows which groups make up all respondents and whether
    any are left out, and knows how many options a respondent could choose.

    Parameters
    ----------
    estimates : DataFrame
        What `disclose` was given.
    disclosed : DisclosedEstimates
        What it returned.

    Returns
    -------
    DataFrame
        One row a suppressed count, and one a suppressed n (its option is ''). Columns: item, option, group,
        lower, upper.

    Raises
    ------
    DisclosureError
        The two do not belong together.

    See Also
    --------
    disclose : What is checked.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> frame = pd.DataFrame(
    ...     {
    ...         "item": "tid",
    ...         "option": ["a", "b", "c", "d"],
    ...         "label": list("ABCD"),
    ...         "group": "",
    ...         "group_label": "",
    ...         "n": 40,
    ...         "count": [2, 3, 15, 20],
    ...         "proportion": [0.05, 0.075, 0.375, 0.5],
    ...         "ci_lower": 0.0,
    ...         "ci_upper": 1.0,
    ...     }
    ... )
    >>> shown = borgerlib.disclose(frame, base="borgere", source="Svar")
    >>> borgerlib.feasible_ranges(frame, shown)[["option", "lower", "upper"]].head(2).values.tolist()
    [['a', 0.0, 5.0], ['b', 0.0, 5.0]]
    """
    truth, shown = estimates.reset_index(drop=True), disclosed.frame.reset_index(drop=True)
    if not truth[KEYS].astype(str).equals(shown[KEYS].astype(str)):
        raise DisclosureError(
            "The estimates are not those that were disclosed: their rows differ.",
            hint="Pass the very frame that disclose() was given, and what it returned.",
        )
    found = [_ranges_of_item(item, shown) for item in read_items(truth)]
    return pd.concat([pd.DataFrame(columns=[*KEYS, "lower", "upper"]), *found], ignore_index=True)


def _ranges_of_item(item: ShownItem, shown: pd.DataFrame) -> pd.DataFrame:
    rows = shown.iloc[item.rows]
    system = _System(item.table)
    counts, n = system.cells[item.option, item.group], system.cells[-1, item.group]
    known = np.full(system.cells.size, np.nan)
    known[counts], known[n] = rows["count"].astype(float), rows["n"].astype(float)
    no_count = rows["suppressed"].to_numpy(dtype=bool)
    no_n = (rows["n"].isna() & ~rows["group"].duplicated()).to_numpy(dtype=bool)
    lower, upper = system.ranges(known, np.concatenate([counts[no_count], n[no_n]]))
    named = pd.concat([rows[no_count], rows[no_n].assign(option="")])[KEYS]
    return named.assign(lower=lower, upper=upper)


class _System:
    """Everything that holds between the numbers of an item.

    The numbers stand in `cells`: a line for each option and a last one for n; a column for each group and one
    for the respondents outside each domain.
    """

    def __init__(self, table: ItemTable) -> None:
        options, groups = table.counts.shape
        extra = 0 if table.total is None else len(table.domains)
        self.cells = np.arange((options + 1) * (groups + extra)).reshape(options + 1, groups + extra)
        self.absent = np.zeros(self.cells.size, dtype=bool)
        self._equal: list[Floats] = []
        self._at_most: list[Floats] = []
        for column in self.cells.T.tolist():
            self._add_answers(table, column[:-1], column[-1])
        if table.total is not None:
            for number, domain in enumerate(table.domains):
                self._add_domain(table, list(domain.groups), groups + number, table.total)

    def _add_answers(self, table: ItemTable, counts: list[int], n: int) -> None:
        if table.choices != 1:
            for count in counts:
                self._at_most.append(self._row([count], [n]))
        if table.choices:
            self._equal.append(self._row(counts, [n] * table.choices))
        elif table.at_least_one:
            self._at_most.append(self._row([n], counts))

    def _add_domain(self, table: ItemTable, groups: list[int], outside: int, total: int) -> None:
        for line in self.cells.tolist():
            parts = [line[group] for group in (*groups, outside)]
            self._equal.append(self._row(parts, [line[total]]))
        # Whether anybody is outside the groups is taken as known.
        self.absent[self.cells[:, outside]] = table.n[groups].sum() == table.n[total]

    def _row(self, plus: list[int], minus: list[int]) -> Floats:
        row = np.zeros(self.cells.size)
        np.add.at(row, plus, 1.0)
        np.add.at(row, minus, -1.0)
        return row

    def ranges(self, known: Floats, wanted: NDArray[np.int64]) -> Floats:
        """Return the least and the greatest value of each of the `wanted` numbers, given the `known` ones."""
        known = np.where(self.absent, 0.0, known)
        free = np.flatnonzero(np.isnan(known))
        ends = [
            self._solve(
                free, np.nan_to_num(known), np.searchsorted(free, wanted[first : first + _BLOCKS]), sign
            )
            for sign in (1.0, -1.0)
            for first in range(0, len(wanted), _BLOCKS)
        ]
        return np.concatenate([np.empty(0), *ends]).reshape(2, -1)

    def _solve(self, free: NDArray[np.int64], fixed: Floats, at: NDArray[np.int64], sign: float) -> Floats:
        """Return the ends of the numbers `at` (among the `free` ones), each in a block of its own."""
        from scipy import optimize, sparse

        objective = np.zeros((at.size, free.size))
        objective[np.arange(at.size), at] = sign
        blocks = sparse.eye_array(at.size)
        constraints = []
        for rows, least in ((self._equal, 0.0), (self._at_most, -np.inf)):
            matrix = np.array(rows).reshape(-1, fixed.size)
            matrix = matrix[matrix[:, free].any(axis=1)]
            most = np.tile(-matrix @ fixed, at.size)
            constraints.append(
                optimize.LinearConstraint(sparse.kron(blocks, matrix[:, free]).tocsr(), most + least, most)
            )
        result = optimize.milp(objective.ravel(), bounds=optimize.Bounds(0, _FAR), constraints=constraints)
        if result.x is None:
            raise DisclosureError("What is shown contradicts itself: no counts at all fit it.")
        return np.asarray(result.x.reshape(at.size, free.size)[np.arange(at.size), at])
