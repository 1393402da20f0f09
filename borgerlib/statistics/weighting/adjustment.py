"""The result of adjusting weights, and the residuals that its variance needs.

Weights that meet known population counts make estimates more precise, but only as far as the margins explain
the answer: the variance is that of the answers' residuals from the margins (Deville & Särndal 1992). Rows in
one cell have the same margins, so residuals are fitted on cells, never on rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from borgerlib.errors import DataError, ParameterError
from borgerlib.statistics.levels import (
    Floats,
    Ints,
    check_respondents,
    column_of,
    counted,
    levels_of,
    rows_named,
    sums,
)

# Number of sweeps over the margins in R's survey package (svyrecvar) for the residuals of a raked design.
_RAKING_SWEEPS = 10
_RANK_TOLERANCE = 1e-10


@dataclass(frozen=True)
class Adjustment:
    """How weights were adjusted: the input of the variance.

    Parameters
    ----------
    cells : array of int
        The cell of each respondent.
    rows : array, one row a cell, one column a known total, or None
        What a respondent of the cell adds to each total; None where every cell has a total of its own
        (post-stratification).
    targets : array
        The known totals.
    base_weight : array or None
        The weights before the adjustment; None where everyone weighed the same.
    margins : tuple of array of int
        The level of each cell in each raked margin; empty unless raked.
    """

    cells: Ints
    rows: Floats | None
    targets: Floats
    base_weight: Floats | None
    margins: tuple[Ints, ...] = ()

    @property
    def size(self) -> int:
        """Number of cells."""
        return len(self.targets) if self.rows is None else len(self.rows)

    def take(self, order: Ints) -> Adjustment:
        """Return the same adjustment for respondents in another order."""
        base = None if self.base_weight is None else self.base_weight[order]
        return replace(self, cells=self.cells[order], base_weight=base)


class Residuals:
    """The fit of an estimate's influence on the margins of an adjustment, cell by cell.

    Raked margins are swept in turn without weights, as in R's `survey`; post-stratified cells are fitted by
    their mean and other calibrations by a regression, both weighted with the base weight.
    """

    def __init__(self, adjustment: Adjustment) -> None:
        self.cells = adjustment.cells
        self.size = adjustment.size
        self.weight = None if adjustment.margins else adjustment.base_weight
        self._cell_weight = sums(self.cells, self.size, self.weight)
        self._margins = adjustment.margins
        if self._margins:
            self._memberships = [np.eye(levels.max() + 1)[levels] for levels in self._margins]
            self._stacked = np.hstack(self._memberships)
            self._crossed = self._stacked.T @ (self._stacked * self._cell_weight[:, None])
        self._basis: Floats | None = None
        if adjustment.rows is not None and not self._margins:
            from scipy.linalg import orth

            self._root = np.sqrt(self._cell_weight)
            weighted = adjustment.rows * self._root[:, None]
            length = np.linalg.norm(weighted, axis=0)
            self._basis = orth(weighted / np.where(length > 0, length, 1.0), rcond=_RANK_TOLERANCE)

    def fit(self, totals: Floats) -> Floats:
        """Return fitted influence (row × cell) from its weighted totals (row × cell)."""
        if self._margins:
            return self._sweep(totals)
        if self._basis is None:
            return totals / self._cell_weight
        return ((totals / self._root) @ self._basis) @ self._basis.T / self._root

    def _sweep(self, totals: Floats) -> Floats:
        """Fit each margin's levels in turn to the residual of the others; columns are all margins' levels."""
        by_level = totals @ self._stacked
        count = np.diagonal(self._crossed)
        effects = np.zeros_like(by_level)
        for _ in range(_RAKING_SWEEPS):
            start = 0
            for membership in self._memberships:
                own = slice(start, start + membership.shape[1])
                effects[:, own] += (by_level[:, own] - effects @ self._crossed[:, own]) / count[own]
                start = own.stop
        return effects @ self._stacked.T


@dataclass(frozen=True)
class WeightingResult:
    """Adjusted weights and what there is to know about them.

    Parameters
    ----------
    weights : Series
        One weight a respondent, with the respondents' index; they sum to the population.
    margins : DataFrame
        One row a known total. Columns: column, level (None for a total of a numeric column), target (the
        known total), before (with the base weights, scaled to the same population), after (with `weights`).
    design_effect : float
        Kish's (1965) factor by which unequal weights inflate a variance, 1 or more.
    effective_sample_size : float
        Respondents of equal weight that would be worth as much.
    iterations : int
        Sweeps over the margins, or Newton steps.
    adjustment : Adjustment or None
        What the residual variance needs (`raked_to=`); None where no margin was met.
    respondents : DataFrame or None
        The columns that were weighted by, so that the weights know whose they are.

    See Also
    --------
    rake : Makes one.
    estimate_proportions : Takes it as ``raked_to``.

    Notes
    -----
    In R: the object that ``rake`` or ``calibrate`` returns.

    Examples
    --------
    >>> import borgerlib
    >>> weighting = borgerlib.load_weighting("Ærø")
    >>> round(weighting.design_effect, 2), round(weighting.effective_sample_size)
    (1.25, 689)
    """

    weights: pd.Series = field(repr=False)
    margins: pd.DataFrame = field(repr=False)
    design_effect: float
    effective_sample_size: float
    iterations: int
    adjustment: Adjustment | None = field(default=None, repr=False)
    respondents: pd.DataFrame | None = field(default=None, repr=False, compare=False)

    def of(self, respondents: pd.DataFrame) -> tuple[Floats, Adjustment | None]:
        """Return weights and adjustment in the order of these respondents, who must be those weighted.

        Raises
        ------
        ParameterError
            They are others, or stand in another order than their index says: a column that was weighted by
            differs.
        """
        check_respondents(respondents)
        index, weighted = respondents.index, self.weights.index
        order = np.arange(len(weighted))
        if not index.equals(weighted):
            found = weighted.get_indexer(index) if weighted.is_unique and index.is_unique else order[:0]
            if len(found) == len(weighted) and (found >= 0).all():
                order = found
            # Without an index (polars, a file read again) the columns show whether they are the same people.
            elif self.respondents is None or not index.equals(pd.RangeIndex(len(weighted))):
                raise ParameterError(
                    f"The weighting is of {counted(len(weighted))}, and those are not the {len(index):,} "
                    "given here.",
                    hint="Give all respondents that were weighted, and single out groups with by=.",
                )
        if self.respondents is not None:
            _check_same(respondents, self.respondents.iloc[order].set_axis(index))
        adjustment = None if self.adjustment is None else self.adjustment.take(order)
        return self.weights.to_numpy(dtype=np.float64)[order], adjustment


def design_effect(weights: pd.Series | Floats) -> float:
    """Return the factor by which unequal weights inflate the variance of a mean.

    Parameters
    ----------
    weights : Series or array
        One weight a respondent.

    Returns
    -------
    float
        1 + CV² of the weights (Kish 1965), 1 or more.

    See Also
    --------
    effective_sample_size : What it leaves of the sample.

    Notes
    -----
    In R: ``1 + CV²`` of the weights.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> round(borgerlib.design_effect(pd.Series([1.0, 1.0, 2.0])), 3)
    1.125
    """
    values = _usable(weights)
    return float(len(values) * np.dot(values, values) / values.sum() ** 2)


def effective_sample_size(weights: pd.Series | Floats) -> float:
    """Return how many respondents of equal weight would be worth as much: (Σw)² / Σw² (Kish 1965).

    Parameters
    ----------
    weights : Series or array
        One weight a respondent.

    Returns
    -------
    float
        Respondents, at most as many as there are weights.

    See Also
    --------
    design_effect : n divided by it.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> round(borgerlib.effective_sample_size(pd.Series([1.0, 1.0, 2.0])), 3)
    2.667
    """
    values = _usable(weights)
    return float(values.sum() ** 2 / np.dot(values, values))


def _usable(weights: pd.Series | Floats) -> Floats:
    try:
        values = np.asarray(weights, dtype=np.float64)
    except (TypeError, ValueError):
        values = np.full(1, np.nan)
    with np.errstate(over="ignore"):
        total = np.dot(values, values) if values.ndim == 1 else np.nan  # not finite if any value is not
    if not (np.isfinite(total) and total > 0 and values.min() >= 0):
        raise DataError(
            "Weights must be finite numbers, none of them negative, with a sum above zero.",
            hint="Drop respondents without a weight, or weight again.",
        )
    return values


def _check_same(given: pd.DataFrame, weighted: pd.DataFrame) -> None:
    for column in weighted.columns:
        if column not in given.columns or weighted[column].equals(given[column]):
            continue
        now, then = (column_of(frame, column, role="weighting").astype(object) for frame in (given, weighted))
        differs = ((now != then) & ~(now.isna() & then.isna())).to_numpy(dtype=bool)
        if differs.any() and not _merged(now, then):
            raise ParameterError(
                f"The weighting is of other respondents: column '{column}' differs for "
                f"{counted(int(differs.sum()))} (rows {rows_named(given.index, differs)}).",
                hint="Keep the index when rows are sorted or read again: by it the weights find their "
                "respondents. After a change of the column, weight again.",
            )


def _merged(given: pd.Series, weighted: pd.Series) -> bool:
    """Whether the levels used for weighting are those given, with some of them merged or renamed."""
    now, then = levels_of(given, ordered=False), levels_of(weighted, ordered=False)
    pairs = np.unique([now.codes, then.codes], axis=1).T.tolist()
    kept = then.values.get_indexer(now.values)
    # A level that both have must map to itself: anything else means shuffled levels.
    same = all(new < 0 or kept[new] in (-1, old) for new, old in pairs)
    return same and len(pairs) == len({new for new, _ in pairs}) <= len(given) / 2
