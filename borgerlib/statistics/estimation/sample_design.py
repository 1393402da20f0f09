"""How respondents were drawn and weighted, as every standard error needs to know it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypedDict, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from borgerlib.errors import DataError, ParameterError, unknown_name
from borgerlib.statistics.levels import (
    Floats,
    Levels,
    check_respondents,
    column_of,
    counted,
    levels_of,
    positive_column,
    rows_named,
    sums,
)
from borgerlib.statistics.weighting.adjustment import Adjustment, Residuals, WeightingResult

LonelyPsu = Literal["fail", "certainty", "remove", "adjust", "average"]
LONELY = get_args(LonelyPsu)


class Design(TypedDict, total=False):
    """What every estimate may be told of how respondents were drawn and weighted."""

    weight: str | None
    strata: str | None
    cluster: str | None
    population_size: str | None
    raked_to: WeightingResult | None
    lonely_psu: LonelyPsu


@dataclass(frozen=True)
class SampleDesign:
    """Weights, strata and primary sampling units of the respondents.

    Parameters
    ----------
    weight : array
        One a respondent.
    stratum : array of int
        Of each respondent.
    psu : array of int or None
        Primary sampling unit of each respondent; None where every respondent was drawn alone.
    psu_stratum : array of int
        Stratum of each primary sampling unit.
    psu_count : array
        Primary sampling units in each stratum, of the whole sample: a domain does not change it.
    scale : array
        Variance factor of each stratum: n/(n−1), times the finite population correction.
    centring : array
        What part of a stratum's squared total is taken off: 1/n; 0 where units vary about the whole's mean.
    averaged : array of bool
        Strata whose variance is taken to be the average of the others'.
    residuals : Residuals or None
        The margins that the weights meet.
    """

    weight: Floats
    stratum: npt.NDArray[np.intp]
    psu: npt.NDArray[np.intp] | None
    psu_stratum: npt.NDArray[np.intp]
    psu_count: Floats
    scale: Floats
    centring: Floats
    averaged: npt.NDArray[np.bool_]
    residuals: Residuals | None

    @property
    def size(self) -> int:
        """Number of respondents."""
        return len(self.weight)

    @property
    def strata(self) -> int:
        """Number of strata."""
        return len(self.psu_count)

    def averaging(self, present: npt.NDArray[np.bool_]) -> Floats:
        """Return by what the variance grows for averaged strata among those present (stratum × domain)."""
        if self.residuals is not None:
            present = np.ones_like(present)
        with np.errstate(divide="ignore", invalid="ignore"):
            factor: Floats = present.sum(axis=0) / (present & ~self.averaged[:, None]).sum(axis=0)
        return factor


def sample_design(
    respondents: pd.DataFrame,
    *,
    weight: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    population_size: str | None = None,
    raked_to: WeightingResult | None = None,
    lonely_psu: LonelyPsu = "fail",
) -> SampleDesign:
    """Read the sampling design from columns of the respondents, or raise what is wrong with it.

    Raises
    ------
    DataError
        No respondents; a missing or negative weight; a respondent without stratum or cluster; a cluster in
        two strata; a stratum with a single sampling unit (it shows no variation, so no variance can be
        estimated) that is not the whole stratum; a population smaller than its sample.
    ParameterError
        Unknown columns or lonely_psu, or a weighting of other respondents.
    """
    check_respondents(respondents)
    if lonely_psu not in LONELY:
        raise ParameterError(unknown_name("lonely_psu", str(lonely_psu), LONELY))
    adjustment, weights = _weights(respondents, weight, raked_to)
    by_stratum = _grouping(respondents, strata, role="stratum")
    stratum = by_stratum.codes.astype(np.intp)
    psu, psu_stratum = None, stratum
    if cluster is not None:
        by_cluster = _grouping(respondents, cluster, role="cluster")
        psu = by_cluster.codes.astype(np.intp)
        psu_stratum = _stratum_of_cluster(by_cluster, stratum, by_stratum, cluster)
    count = sums(psu_stratum, by_stratum.size)
    population = _population(respondents, population_size, stratum, by_stratum, count)
    alone = (count == 1) & (population > 1) & (strata is not None or cluster is not None)
    if alone.any() and lonely_psu == "fail":
        what = "respondent" if cluster is None else "cluster"
        raise DataError(
            f"No variance can be estimated where a stratum has a single {what}.",
            problems=[
                f"Stratum '{by_stratum.values[code]}': one {what}." for code in np.flatnonzero(alone).tolist()
            ],
            hint="Merge the stratum into a neighbour, give population_size where everyone was drawn, or say "
            f"what to take its variance for: lonely_psu={', '.join(map(repr, LONELY[1:]))}.",
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        correction = np.where(np.isinf(population), 1.0, (population - count) / population)
        scale = np.where(correction == 0, 0.0, correction * count / (count - 1))
    if alone.any():
        scale[alone] = correction[alone] if lonely_psu == "adjust" else 0.0
    return SampleDesign(
        weights,
        stratum,
        psu,
        psu_stratum,
        count,
        np.where(np.isfinite(scale), scale, np.nan),  # a single respondent shows no variation
        np.where(alone & (lonely_psu == "adjust"), 0.0, 1 / count),
        alone & (lonely_psu == "average"),
        None if adjustment is None else Residuals(adjustment),
    )


def _weights(
    respondents: pd.DataFrame, weight: str | None, raked_to: WeightingResult | None
) -> tuple[Adjustment | None, Floats]:
    if weight is not None:
        given = positive_column(respondents, weight, role="weight", zero_allowed=True)
        if not given.any():
            raise DataError(f"The weight column '{weight}' is zero for every respondent.")
    if raked_to is None:
        return None, np.ones(len(respondents)) if weight is None else given
    if not isinstance(raked_to, WeightingResult):
        raise ParameterError(
            f"raked_to is a {type(raked_to).__name__}; give what rake, calibrate or post_stratify returned.",
            hint="A column of weights goes into weight=.",
        )
    weights, adjustment = raked_to.of(respondents)
    if weight is not None and not np.allclose(
        given / given.sum(), weights / weights.sum(), rtol=1e-6, atol=0
    ):
        raise ParameterError(
            f"The weight column '{weight}' does not hold the weights of raked_to.",
            hint="Leave weight out: raked_to brings its own weights.",
        )
    return adjustment, weights


def _grouping(respondents: pd.DataFrame, column: str | None, *, role: str) -> Levels:
    if column is None:
        return Levels(np.zeros(len(respondents), dtype=np.intp), pd.Index(["all"]))
    found = levels_of(column_of(respondents, column, role=role), ordered=False)
    missing = found.codes < 0
    if missing.any():
        raise DataError(
            f"Column '{column}': {counted(int(missing.sum()))} without a {role} "
            f"(rows {rows_named(respondents.index, missing)}).",
            hint=f"Every respondent needs a {role}: also those outside the domain of an estimate.",
        )
    occurs = np.bincount(found.codes, minlength=found.size) > 0
    if occurs.all():
        return found
    return Levels((np.cumsum(occurs) - 1)[found.codes], found.values[occurs])


def _stratum_of_cluster(
    clusters: Levels, stratum: npt.NDArray[np.intp], strata: Levels, column: str
) -> npt.NDArray[np.intp]:
    of_cluster = np.zeros(clusters.size, dtype=np.intp)
    of_cluster[clusters.codes] = stratum
    astray = np.unique(clusters.codes[of_cluster[clusters.codes] != stratum])
    if len(astray):
        raise DataError(
            f"Column '{column}': a cluster must lie in one stratum.",
            problems=[
                f"Cluster '{clusters.values[code]}' lies in the strata "
                + ", ".join(
                    f"'{strata.values[s]}'" for s in np.unique(stratum[clusters.codes == code]).tolist()
                )
                + "."
                for code in astray.tolist()
            ],
            hint="Give clusters of different strata different names.",
        )
    return of_cluster


def _population(
    respondents: pd.DataFrame,
    column: str | None,
    stratum: npt.NDArray[np.intp],
    strata: Levels,
    count: Floats,
) -> Floats:
    if column is None:
        return np.full(strata.size, np.inf)
    values = positive_column(respondents, column, role="population size")
    population = np.zeros(strata.size)
    population[stratum] = values
    problems = [
        f"Stratum '{strata.values[code]}': the population size varies between respondents."
        for code in np.unique(stratum[population[stratum] != values]).tolist()
    ]
    problems += [
        f"Stratum '{strata.values[code]}': {count[code]:,.0f} drawn from {population[code]:,.10g}."
        for code in np.flatnonzero(population < count).tolist()
    ]
    if problems:
        raise DataError(
            f"The population size column '{column}' cannot be used.",
            problems=problems,
            hint="Give how many units (people, or clusters where cluster= is given) there are to draw in the "
            "respondent's stratum.",
        )
    return population
