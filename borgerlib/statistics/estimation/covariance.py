"""Covariance of estimates, for contrasts and tests; see `variance` for means alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from borgerlib.statistics.estimation.sample_design import SampleDesign
from borgerlib.statistics.levels import Floats, Ints, Levels, cross, sums
from borgerlib.statistics.weighting.adjustment import Residuals


def covariance(design: SampleDesign, rows: Ints, influence: Floats, group: Ints | None = None) -> Floats:
    """Return the covariance matrix of estimates, from what respondents contribute to them.

    Parameters
    ----------
    design : SampleDesign
        Of all respondents.
    rows : array of int
        The respondents with influence; all others have none.
    influence : array, one row a group, one column an estimate
        Influence per unit of weight.
    group : array of int, optional
        Group of each of `rows`; respondents of a group have the same influence, which saves memory. By
        default everybody is a group.
    """
    later = 0.0 if design.within is None else covariance(design.within, rows, influence, group)
    nobody = len(influence)  # a last group, without influence, for respondents outside the base
    group_of = np.full(design.size, nobody, dtype=np.intp)
    group_of[rows] = np.arange(len(rows)) if group is None else group
    whole = group is None and len(rows) == design.size
    if not whole:
        influence = np.vstack([influence, np.zeros(influence.shape[1])])
    cell, fitted = np.zeros(design.size, dtype=np.intp), np.zeros((1, influence.shape[1]))
    if design.residuals is not None:
        cell, fitted = design.residuals.cells, _fitted(design.residuals, group_of, influence)
    if design.psu is not None:
        return later + _between_clusters(design, rows, group_of, influence, cell, fitted)
    stratum, weight, squared = design.stratum, design.weight, design.weight**2
    if group is not None:
        sizes = (design.strata, len(fitted), len(influence))
        codes = zip((stratum, cell, group_of), sizes, strict=True)
        kinds = cross([Levels(code, pd.RangeIndex(size)) for code, size in codes])
        stratum, cell, group_of = kinds.levels.T
        weight, squared = (sums(kinds.of_row, kinds.size, of) for of in (weight, squared))
    scores = influence if whole else influence[group_of]  # avoid copying a million rows
    if design.residuals is not None:
        scores = scores - fitted[cell]
    scaled = scores * np.sqrt(squared * design.scale[stratum])[:, None]
    return later + _centred(design, rows, scaled, stratum, _total(stratum, weight, scores, design.strata))


def _fitted(residuals: Residuals, group_of: Ints, influence: Floats) -> Floats:
    """Return the influence that the margins explain (cell × estimate)."""
    weight = np.ones(len(group_of)) if residuals.weight is None else residuals.weight
    totals = weighted_counts(residuals.cells, group_of, weight, (residuals.size, len(influence))) @ influence
    return residuals.fit(np.ascontiguousarray(totals.T)).T


def _between_clusters(
    design: SampleDesign, rows: Ints, group_of: Ints, influence: Floats, cells: Ints, fitted: Floats
) -> Floats:
    psu, units = design.psu, len(design.psu_stratum)
    assert psu is not None
    scores = weighted_counts(psu, group_of, design.weight, (units, len(influence))) @ influence
    scores -= weighted_counts(psu, cells, design.weight, (units, len(fitted))) @ fitted
    scaled = scores * np.sqrt(design.scale)[design.psu_stratum, None]
    total = _total(design.psu_stratum, np.ones(units), scores, design.strata)
    return _centred(design, rows, scaled, design.psu_stratum, total)


def _total(stratum: Ints, weight: Floats, scores: Floats, strata: int) -> Any:
    return weighted_counts(stratum, np.arange(len(weight)), weight, (strata, len(weight))) @ scores


def weighted_counts(row: Ints, column: Ints, weight: Floats, shape: tuple[int, int]) -> Any:
    """Return sums of weights by row and column, as a sparse matrix."""
    from scipy.sparse import csr_array

    return csr_array((weight, (row, column)), shape=shape)


def _centred(design: SampleDesign, rows: Ints, scaled: Floats, stratum: Ints, total: Floats) -> Floats:
    """Return the sum of squares about the strata's means, from scaled scores and the strata's totals."""
    mean = total * np.sqrt(design.scale * design.centring)[:, None]
    if design.averaged.any():
        present = np.isin(np.arange(design.strata), design.stratum[rows])
        root = np.sqrt(design.averaging(present[:, None]))
        scaled, mean = scaled * root[stratum], mean * root
    return scaled.T @ scaled - mean.T @ mean


def degrees_of_freedom(design: SampleDesign, rows: Ints) -> int:
    """Return primary sampling units minus strata among some respondents."""
    used = rows[design.weight[rows] > 0]
    units = len(used) if design.psu is None else len(np.unique(design.psu[used]))
    return units - len(np.unique(design.stratum[used]))
