"""How respondents were drawn and weighted: the input of every standard error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypedDict, Unpack, get_args

import numpy as np
import pandas as pd

from borgerlib.errors import DataError, ParameterError, check_known
from borgerlib.statistics.levels import (
    Floats,
    Ints,
    Levels,
    Mask,
    check_respondents,
    column_of,
    counted,
    cross,
    levels_of,
    positive_column,
    rows_named,
    sums,
)
from borgerlib.statistics.weighting.adjustment import Adjustment, Residuals, WeightingResult

LonelyPsu = Literal["fail", "certainty", "remove", "adjust", "average"]
LONELY = get_args(LonelyPsu)


class Design(TypedDict, total=False):
    """The arguments of every estimate on how respondents were drawn and weighted."""

    weight: str | None
    strata: str | list[str | None] | None
    cluster: str | list[str] | None
    population_size: str | list[str] | None
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
        Factor of a stratum's squared total to subtract: 1/n; 0 if units vary about the whole sample's mean.
    averaged : array of bool
        Strata whose variance is assumed to be the average of the others'.
    unit : array of int
        Unit of the stage before in which each stratum lies; 0 in the first stage.
    residuals : Residuals or None
        The margins that the weights meet.
    in_doubt : array of bool
        Whether anybody of a respondent's stratum was not drawn: a complete count has no sampling error.
    within : SampleDesign or None
        The next stage: units drawn within these, which are its strata, or within strata of these. Its `scale`
        holds what share of these was drawn.
    """

    weight: Floats
    stratum: Ints
    psu: Ints | None
    psu_stratum: Ints
    psu_count: Floats
    scale: Floats
    centring: Floats
    averaged: Mask
    unit: Ints
    residuals: Residuals | None
    in_doubt: Mask
    within: SampleDesign | None

    @property
    def size(self) -> int:
        """Number of respondents."""
        return len(self.weight)

    @property
    def strata(self) -> int:
        """Number of strata."""
        return len(self.psu_count)

    def averaging(self, present: Mask) -> Floats:
        """Return the factor on each stratum's variance that adds the `averaged` strata, as R's `survey`."""
        present = present | (self.residuals is not None)
        in_unit, known = np.zeros((2, self.unit.max() + 1, present.shape[1]))
        np.add.at(in_unit, self.unit, present)
        np.add.at(known, self.unit, present & ~self.averaged[:, None])
        with np.errstate(divide="ignore", invalid="ignore"):
            # A unit without known strata is assumed to vary as the others on average; R gives no result.
            whole = (in_unit > 0).sum(axis=0) / (known > 0).sum(axis=0)
            factor: Floats = (np.where(known > 0, in_unit / known, 0.0) * whole)[self.unit]
        return factor


def sample_design(respondents: pd.DataFrame, **design: Unpack[Design]) -> SampleDesign:
    """Read the sampling design from columns of the respondents, or raise an error on what is wrong.

    Raises
    ------
    DataError
        No respondents; a missing or negative weight; a respondent without stratum or cluster; a cluster in
        two strata; a stratum with a single sampling unit (it shows no variation, so no variance can be
        estimated) that is not the whole stratum; a population smaller than its sample.
    ParameterError
        Unknown columns, arguments or lonely_psu, a weighting of other respondents, or strata, clusters and
        population sizes that are not of the same stages.
    """
    check_respondents(respondents)
    for name in design:
        check_known("argument", name, Design.__annotations__)
    lonely_psu = design.get("lonely_psu", "fail")
    check_known("lonely_psu", lonely_psu, LONELY)
    adjustment, weights = _weights(respondents, design.get("weight"), design.get("raked_to"))
    strata = _by_stage(design.get("strata"))
    clusters, sizes = (
        [name for name in _by_stage(of) if name is not None]
        for of in (design.get("cluster"), design.get("population_size"))
    )
    if sizes and max(len(sizes), len(clusters)) > 1 and len(sizes) - len(clusters) not in (0, 1):
        raise ParameterError(
            f"cluster names {len(clusters)} stages and population_size {len(sizes)}.",
            hint="Name for each stage how many units there are to draw: cluster=['village'], "
            "population_size=['villages', 'people'] where people were drawn in villages.",
        )
    if len(strata) > max(len(sizes), 1):
        raise ParameterError(
            f"strata names {len(strata)} stages and population_size {len(sizes)}.",
            hint="A later stage counts where population_size says how many there are to draw in it: "
            "strata=['area', 'sex'], cluster=['village'], population_size=['villages', 'people'].",
        )
    drawn = _Drawn(respondents, weights, None if adjustment is None else Residuals(adjustment), lonely_psu)
    return _stage(drawn, strata, clusters, sizes)


def _by_stage(given: str | Sequence[str | None] | None) -> list[str | None]:
    return [given] if isinstance(given, str) or not isinstance(given, Sequence) else list(given)


class _Drawn(NamedTuple):
    """The data that all stages share."""

    respondents: pd.DataFrame
    weight: Floats
    residuals: Residuals | None
    lonely_psu: LonelyPsu


class _Units(NamedTuple):
    """Units of a stage, and what share of each was drawn in that stage and those before it."""

    levels: Levels
    share: Floats


def _stage(
    drawn: _Drawn,
    strata: list[str | None],
    clusters: list[str],
    sizes: list[str],
    inside: _Units | None = None,
) -> SampleDesign:
    """Return the design of a stage, whose units were drawn `inside` those of the last, and of later stages.

    With several stages, the variance is the sum over stages (Särndal, Swensson & Wretman 1992, 4.3).
    """
    own = strata[0] if strata else None
    by_stratum, share, unit = _strata(drawn.respondents, own, inside)
    within = "stratum" if inside is None or own is not None else "cluster"
    alone_counts = inside is not None or own is not None or bool(clusters)
    stratum = by_stratum.codes.astype(np.intp)
    psu, psu_stratum, what = None, stratum, "respondent"
    if clusters:
        by_cluster, what = _grouping(drawn.respondents, clusters[0], role="cluster"), "cluster"
        if inside is not None:
            # Units of the next stage may have the same name in different clusters.
            nested = cross([by_stratum, by_cluster])
            by_cluster = Levels(nested.of_row, pd.RangeIndex(nested.size))
        psu = by_cluster.codes.astype(np.intp)
        psu_stratum = _stratum_of_cluster(by_cluster, stratum, by_stratum, clusters[0])
    count = sums(psu_stratum, by_stratum.size)
    column = sizes[0] if sizes else None
    population = _population(drawn.respondents, column, stratum, by_stratum, count, within)
    alone = (count == 1) & (population > 1) & alone_counts
    lonely_psu = drawn.lonely_psu
    if alone.any() and lonely_psu == "fail":
        raise DataError(
            f"No variance can be estimated where a {within} has a single {what}.",
            problems=[
                f"{within.capitalize()} '{by_stratum.values[code]}': one {what}."
                for code in np.flatnonzero(alone).tolist()
            ],
            hint=f"Merge the {within} into a neighbour, give population_size where everyone was drawn, or "
            f"say what to take its variance for: lonely_psu={', '.join(map(repr, LONELY[1:]))}.",
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        correction = np.where(np.isinf(population), 1.0, (population - count) / population)
        scale = np.where(correction == 0, 0.0, share * correction * count / (count - 1))
    if alone.any():
        scale[alone] = (share * correction)[alone] if lonely_psu == "adjust" else 0.0
    in_doubt, later = (correction > 0)[stratum], None
    if psu is not None and len(sizes) > 1:
        units = _Units(by_cluster, (share * count / population)[psu_stratum])
        later = _stage(drawn, strata[1:], clusters[1:], sizes[1:], units)
        in_doubt = in_doubt | later.in_doubt
    return SampleDesign(
        drawn.weight,
        stratum,
        psu,
        psu_stratum,
        count,
        np.where(np.isfinite(scale), scale, np.nan),  # a single respondent shows no variation
        np.where(alone & (lonely_psu == "adjust"), 0.0, 1 / count),
        alone & (lonely_psu == "average"),
        unit,
        drawn.residuals,
        in_doubt,
        later,
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


def _strata(
    respondents: pd.DataFrame, column: str | None, inside: _Units | None
) -> tuple[Levels, Floats, Ints]:
    """Return a stage's strata, what share of each was drawn before, and the unit in which it lies."""
    if inside is None:
        found = _grouping(respondents, column, role="stratum")
        return found, np.ones(found.size), np.zeros(found.size, dtype=np.intp)
    if column is None:
        return inside.levels, inside.share, np.arange(inside.levels.size)
    own = _grouping(respondents, column, role="stratum")
    crossed = cross([inside.levels, own])
    units = crossed.levels[:, 0]
    names = [f"{inside.levels.values[unit]}, {own.values[of]}" for unit, of in crossed.levels]
    return Levels(crossed.of_row, pd.Index(names)), inside.share[units], units


def _stratum_of_cluster(clusters: Levels, stratum: Ints, strata: Levels, column: str) -> Ints:
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
    respondents: pd.DataFrame, column: str | None, stratum: Ints, strata: Levels, count: Floats, within: str
) -> Floats:
    if column is None:
        return np.full(strata.size, np.inf)
    values = positive_column(respondents, column, role="population size")
    population = np.zeros(strata.size)
    population[stratum] = values
    problems = [
        f"{within.capitalize()} '{strata.values[code]}': the population size varies between respondents."
        for code in np.unique(stratum[population[stratum] != values]).tolist()
    ]
    problems += [
        f"{within.capitalize()} '{strata.values[code]}': "
        f"{count[code]:,.0f} drawn from {population[code]:,.10g}."
        for code in np.flatnonzero(population < count).tolist()
    ]
    if problems:
        raise DataError(
            f"The population size column '{column}' cannot be used.",
            problems=problems,
            hint="Give how many units (people, or clusters where cluster= is given) there are to draw in the "
            f"respondent's {within}.",
        )
    return population
