"""Linear and integer programs, solved by HiGHS with warm starts (Huangfu & Hall 2018)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import scipy.sparse
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Solution:
    """An optimum: its value, the variables, the rows' dual prices and the variables' reduced costs."""

    value: float
    variables: Floats
    row_prices: Floats
    reduced_costs: Floats


def blocks(parts: Sequence[Sequence[Any]]) -> Any:
    """Return the sparse matrix of these blocks; None stands for zeros."""
    sparse = [[None if part is None else scipy.sparse.csc_matrix(part) for part in row] for row in parts]
    return scipy.sparse.bmat(sparse, format="csc")


class _SilentHighs(highspy.Highs):
    """HiGHS without its banner, which ``__init__`` prints before options can be set."""

    def __init__(self) -> None:
        super(highspy.Highs, self).__init__()
        self.setOptionValue("output_flag", False)


class Program:
    """A program that can be changed and solved again, starting from the last solution.

    Parameters
    ----------
    matrix : sparse matrix, rows x variables
    costs : ndarray
        The variables' costs.
    rows, variables : (lower, upper)
        Their bounds, as arrays.
    maximize : bool
        Maximise instead of minimise.
    integer : bool
        The variables are whole numbers; then there are no dual prices.
    """

    def __init__(
        self,
        matrix: Any,
        *,
        costs: Floats,
        rows: tuple[Floats, Floats],
        variables: tuple[Floats, Floats],
        maximize: bool = True,
        integer: bool = False,
    ) -> None:
        by_column = scipy.sparse.csc_matrix(matrix)
        model = highspy.HighsLp()
        model.num_row_, model.num_col_ = by_column.shape
        model.col_cost_ = costs
        model.row_lower_, model.row_upper_ = rows
        model.col_lower_, model.col_upper_ = variables
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_, model.a_matrix_.index_ = by_column.indptr, by_column.indices
        model.a_matrix_.value_ = by_column.data.astype(float)
        model.sense_ = highspy.ObjSense.kMaximize if maximize else highspy.ObjSense.kMinimize
        if integer:
            model.integrality_ = [highspy.HighsVarType.kInteger] * by_column.shape[1]
        self._highs: Any = _SilentHighs()
        # With one thread the answer is the same on every machine, and forked kernels can solve.
        for option, value in {"threads": 1, "mip_rel_gap": 0.0, "mip_abs_gap": 0.0}.items():
            self._highs.setOptionValue(option, value)
        self._highs.passModel(model)

    def solve(self) -> Solution | None:
        """Return an optimum, or None if the program is infeasible."""
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        found = self._highs.getSolution()
        return Solution(
            self._highs.getObjectiveValue(),
            np.array(found.col_value),
            np.array(found.row_dual),
            np.array(found.col_dual),
        )

    def set_costs(self, costs: Floats) -> None:
        """Give every variable a new cost."""
        self._highs.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)

    def set_variable(self, index: int, lower: float, upper: float) -> None:
        """Give a variable new bounds."""
        self._highs.changeColBounds(index, lower, upper)

    def set_row(self, index: int, lower: float, upper: float) -> None:
        """Give a row new bounds."""
        self._highs.changeRowBounds(index, lower, upper)

    def set_coefficient(self, row: int, variable: int, value: float) -> None:
        """Change one number of the matrix."""
        self._highs.changeCoeff(row, variable, value)

    def add_variable(self, rows: NDArray[np.int32], values: Floats) -> None:
        """Add a variable without cost, 0 or more."""
        self._highs.addCol(0.0, 0.0, highspy.kHighsInf, len(rows), rows, values)
