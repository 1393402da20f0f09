"""Weight respondents so that they stand for the people who live here: rake, post-stratify, trim."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from borgerlib.errors import ParameterError
from borgerlib.statistics.levels import (
    Floats,
    any_frame,
    column_of,
    cross,
    levels_of,
    positive_column,
    sums,
)
from borgerlib.statistics.weighting.adjustment import (
    Adjustment,
    WeightingResult,
    design_effect,
    effective_sample_size,
)
from borgerlib.statistics.weighting.calibration import weighting_result
from borgerlib.statistics.weighting.capping import legal_cap, rake_capped, spread_excess
from borgerlib.statistics.weighting.margin_checks import Name, check_margins
from borgerlib.statistics.weighting.solver import Raking, solve


@any_frame
def rake(
    respondents: pd.DataFrame,
    margins: Mapping[str, pd.Series | Mapping[Any, float]],
    *,
    base_weight: str | None = None,
    cap: float | None = None,
) -> WeightingResult:
    """Weight respondents to several population margins at once.

    Parameters
    ----------
    respondents : DataFrame
        One row a person.
    margins : mapping of column to Series, or to mapping
        Population counts by level of each column; all with the same total.
    base_weight : str, optional
        Column of weights to start from; it may vary freely between respondents.
    cap : float, optional
        Largest weight, as a multiple of the mean weight. Weights are then the nearest to raked ones that
        meet margins and cap together.

    Returns
    -------
    WeightingResult
        Weights sum to the population.

    Raises
    ------
    MarginError
        Margins and respondents do not fit (all problems at once), or the cap cannot be met.
    ConvergenceError
        No weights meet all the margins: some combination of levels has no respondents.
    DataError
        No respondents, or a base weight that is missing or not positive.

    See Also
    --------
    post_stratify : Where the cells' counts are known.
    calibrate : Where totals of numbers are known.
    trim : Caps weights.

    Notes
    -----
    The weights of iterative proportional fitting (Deming & Stephan 1940), found by Newton's method on the
    cells in which the margins cross; with a cap, truncated raking (Deville & Särndal 1992). The same weights
    as ``rake`` and ``calibrate`` of R's ``survey`` package.

    In R: ``rake``.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> people = pd.DataFrame({"koen": ["kvinde", "kvinde", "mand"]})
    >>> borgerlib.rake(people, {"koen": {"kvinde": 52, "mand": 48}}).weights.tolist()
    [26.0, 26.0, 48.0]
    """
    if not (isinstance(margins, Mapping) and margins):
        raise ParameterError("No margins to rake to.", hint="Give a mapping: {column: counts by level}.")
    counts = {
        name: pd.Series(dict(margin)) if isinstance(margin, Mapping) else margin
        for name, margin in margins.items()
    }
    checked = check_margins(respondents, counts)
    base, known = _base_weights(respondents, base_weight), _known(respondents, counts, base_weight)
    rows, targets = checked.rows, np.concatenate(checked.targets)
    adjustment = Adjustment(checked.cells.of_row, rows, targets, base, tuple(checked.cells.levels.T))
    of_row, start = checked.cells.of_row, np.ones(len(respondents)) if base is None else base
    if cap is not None:
        scaled = start * (checked.total / start.sum())
        return rake_capped(known, adjustment, checked.names, scaled, cap)
    cell_base = sums(of_row, checked.cells.size, start)
    scale = checked.total / cell_base.sum()
    mass, names, message = cell_base * scale, checked.names, "No positive weights meet all the margins."
    hint = "Some combination of levels has no respondents. Merge levels or drop a margin."
    ratio, steps = solve(rows, mass, targets, Raking(), names=names, message=message, hint=hint)
    return weighting_result(known, start * scale * ratio[of_row], adjustment, names, steps)


@any_frame
def post_stratify(
    respondents: pd.DataFrame, cells: pd.Series, *, base_weight: str | None = None
) -> WeightingResult:
    """Weight respondents so that every cell of one or several columns meets its population count.

    Parameters
    ----------
    respondents : DataFrame
        One row a person.
    cells : Series
        Population counts; the names of its index (one or several levels) are the columns.
    base_weight : str, optional
        Column of weights to start from.

    Returns
    -------
    WeightingResult

    Raises
    ------
    MarginError
        Cells and respondents do not fit; all problems at once.

    See Also
    --------
    rake : Where only margins are known.

    Notes
    -----
    Holt & Smith (1979). The same weights as ``postStratify`` of R's ``survey`` package.

    In R: ``postStratify``.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> people = pd.DataFrame({"koen": ["kvinde", "kvinde", "mand"]})
    >>> borgerlib.post_stratify(
    ...     people, pd.Series({"kvinde": 52, "mand": 48}).rename_axis("koen")
    ... ).weights.tolist()
    [26.0, 26.0, 48.0]
    """
    if not isinstance(cells, pd.Series) or any(name is None for name in cells.index.names):
        raise ParameterError(
            "The index of the population counts must name the columns.",
            hint="For example cells.rename_axis(['sex', 'age_band']).",
        )
    columns: list[Any] = list(cells.index.names)
    if len(columns) == 1:
        checked = check_margins(respondents, {columns[0]: cells})
    else:
        label = " × ".join(map(str, columns))
        keys = _combined([column_of(respondents, c, role="post-stratification") for c in columns])
        checked = check_margins(
            pd.DataFrame({label: keys}, index=respondents.index),
            {label: cells.set_axis(pd.Index(cells.index.to_list(), tupleize_cols=False))},
        )
    base = _base_weights(respondents, base_weight)
    of_row, position = checked.cells.of_row, checked.cells.levels[:, 0]
    adjustment = Adjustment(position[of_row], None, checked.targets[0], base)
    total = sums(adjustment.cells, adjustment.size, base)
    weights = (adjustment.targets / total)[adjustment.cells]
    if base is not None:
        weights *= base
    known = _known(respondents, columns, base_weight)
    return weighting_result(known, weights, adjustment, checked.names, 1)


@any_frame
def trim(respondents: pd.DataFrame, weights: WeightingResult | str, *, cap: float) -> WeightingResult:
    """Cut off large weights.

    Parameters
    ----------
    respondents : DataFrame
        One row a person; the rows that were weighted.
    weights : WeightingResult or str
        A weighting, whose margins are then met again (trimmed and re-raked until both hold), or a column of
        weights, whose excess is then spread evenly over the other respondents.
    cap : float
        Largest weight, as a multiple of the mean weight.

    Returns
    -------
    WeightingResult
        The weights have the same sum as before.

    Raises
    ------
    MarginError
        The margins cannot be met under the cap.

    See Also
    --------
    rake : Has a cap of its own.

    Notes
    -----
    With margins the nearest weights are found exactly, as truncated raking (Deville & Särndal 1992); of a
    column as ``trimWeights(strict = TRUE)`` of R's ``survey`` package.

    In R: ``trimWeights``.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> people = pd.DataFrame({"w": [1.0, 1.0, 4.0]})
    >>> borgerlib.trim(people, "w", cap=1.5).weights.tolist()
    [1.5, 1.5, 3.0]
    """
    if isinstance(weights, WeightingResult):
        start, adjustment = weights.of(respondents)
        if adjustment is None:
            raise ParameterError("The weighting meets no margins: give its weights as a column.")
        names: list[Name] = list(zip(weights.margins["column"], weights.margins["level"], strict=True))
        known = respondents[[name for name in weights.margins["column"].unique() if name in respondents]]
        return rake_capped(known, adjustment, names, start, cap)
    start = positive_column(respondents, weights, role="weight")
    trimmed, rounds = spread_excess(start, legal_cap(cap) * float(start.mean()))
    return WeightingResult(
        weights=pd.Series(trimmed, index=respondents.index, name="weight"),
        margins=pd.DataFrame(columns=["column", "level", "target", "before", "after"]),
        design_effect=design_effect(trimmed),
        effective_sample_size=effective_sample_size(trimmed),
        iterations=rounds,
    )


def _base_weights(respondents: pd.DataFrame, base_weight: str | None) -> Floats | None:
    if base_weight is None:
        return None
    return positive_column(respondents, base_weight, role="base weight")


def _known(respondents: pd.DataFrame, columns: Iterable[Hashable], base_weight: str | None) -> pd.DataFrame:
    """Return the columns by which the weights know whose they are."""
    return respondents[[*columns, *([] if base_weight is None else [base_weight])]]


def _combined(keys: list[pd.Series]) -> pd.Categorical:
    """Return one categorical whose categories are tuples of the columns' values, missing where any is."""
    raw = [levels_of(key, ordered=False) for key in keys]
    cells = cross(raw)
    complete = (cells.levels >= 0).all(axis=1)
    code = np.where(complete, np.cumsum(complete) - 1, -1)
    values = [level.values[cells.levels[complete, number]] for number, level in enumerate(raw)]
    tuples = pd.Index(list(zip(*values, strict=True)), tupleize_cols=False)
    return pd.Categorical.from_codes(code[cells.of_row], categories=tuples)
