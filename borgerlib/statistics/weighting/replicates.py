"""Replicate weights: resampling, for the standard error of any weighted statistic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Unpack, get_args

import numpy as np
import pandas as pd

from borgerlib.errors import DataError, ParameterError, check_known
from borgerlib.statistics.estimation.intervals import check_confidence, mean_interval
from borgerlib.statistics.estimation.sample_design import Design, SampleDesign, sample_design
from borgerlib.statistics.levels import Floats, Ints, any_frame

Kind = Literal["jackknife", "bootstrap"]
Statistic = Callable[[pd.Series], float | Sequence[float] | pd.Series]


@dataclass(frozen=True, eq=False)
class Replicates:
    """A sample's weights, and what they would be had it been drawn otherwise; made by `replicate_weights`.

    Attributes
    ----------
    weights : Series
        The sample's own, one a respondent.
    scales : array
        What each replicate's squared deviation counts.
    degrees : int
        Degrees of freedom of the intervals.

    See Also
    --------
    replicate_weights : Makes them.

    Notes
    -----
    In R: ``svrepdesign`` and ``withReplicates``.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> people = pd.DataFrame({"alder": [20, 30, 40, 50]})
    >>> drawn = borgerlib.replicate_weights(people)
    >>> mean = drawn.estimate(lambda weight: (weight * people["alder"]).sum() / weight.sum())
    >>> mean[["estimate", "standard_error"]].round(2).values.tolist()
    [[35.0, 6.45]]
    """

    weights: pd.Series
    scales: Floats
    degrees: int
    _factor: Callable[[int], Floats] = field(repr=False)

    def estimate(self, statistic: Statistic, *, confidence: float = 0.95) -> pd.DataFrame:
        """Estimate whatever a function makes of weights, with its error.

        Parameters
        ----------
        statistic : callable
            Weights (a Series by respondent) → a number, several, or a Series of named ones. It may rake the
            weights first, so that the error counts what margins explain.
        confidence : float
            Level of the intervals, 0–1.

        Returns
        -------
        DataFrame
            One row a number, named as in the Series. Columns: estimate, standard_error, ci_lower, ci_upper
            (t interval).

        Raises
        ------
        DataError
            A replicate gives no number, or lacks a name that the whole sample gave.
        ParameterError
            The statistic gives no numbers, or not as many each time.
        """
        check_confidence(confidence)
        whole = statistic(self.weights)
        estimate = _numbers(whole, whole)
        drawn = np.array(
            [_numbers(statistic(self.weights * self._factor(r)), whole) for r in range(len(self.scales))]
        )
        if not np.isfinite(drawn).all():
            raise DataError(
                f"{int((~np.isfinite(drawn)).any(axis=1).sum())} of {len(drawn)} replicates give no number.",
                hint="Merge groups that a single sampling unit makes up.",
            )
        # Deviations are from the replicates' mean, R's default, not from the full-sample estimate.
        counts = self.scales > 0
        spread = drawn - (drawn[counts].mean(axis=0) if counts.any() else whole)
        error = np.sqrt(self.scales @ spread**2)
        lower, upper = mean_interval(estimate, error, np.full(len(error), float(self.degrees)), confidence)
        columns = {"estimate": estimate, "standard_error": error, "ci_lower": lower, "ci_upper": upper}
        return pd.DataFrame(columns, index=whole.index if isinstance(whole, pd.Series) else None)


def _numbers(given: float | Sequence[float] | pd.Series, whole: object) -> Floats:
    """Return a statistic's numbers in the order of the whole sample's: by name if they have names."""
    try:
        if isinstance(given, pd.Series) and isinstance(whole, pd.Series):
            given = given.reindex(whole.index)
        numbers = np.atleast_1d(np.asarray(given, dtype=np.float64))
    except (TypeError, ValueError):
        numbers = np.empty((0, 0))
    if numbers.ndim != 1 or len(numbers) != np.size(whole):  # type: ignore[arg-type]
        raise ParameterError(
            "The statistic does not give a number, or equally many, of each set of weights.",
            hint="Let it return a number, a list, or a Series in which each name stands once.",
        )
    return numbers


@any_frame
def replicate_weights(
    respondents: pd.DataFrame,
    *,
    kind: Kind = "jackknife",
    replicates: int = 500,
    seed: int = 1,
    **design: Unpack[Design],
) -> Replicates:
    """Return a sample's replicate weights, for numbers that no formula gives an error.

    Parameters
    ----------
    respondents : DataFrame
        One row a person, the whole sample.
    kind : {'jackknife', 'bootstrap'}
        Each sampling unit left out in turn; or, in each stratum and at each stage, one unit fewer than there
        are drawn with replacement, `replicates` times.
    replicates, seed : int
        Of the bootstrap.
    **design
        weight, strata, cluster, population_size, lonely_psu: see `estimate_proportions`. The jackknife knows
        one stage.

    Returns
    -------
    Replicates
        ``replicates.estimate(statistic)`` gives estimates with errors.

    Raises
    ------
    ParameterError
        An unknown kind, a jackknife of several stages, fewer than 2 replicates, raked_to.
    DataError
        See `estimate_proportions`.

    See Also
    --------
    Replicates : What it returns.
    estimate_quantiles : An error by formula.

    Notes
    -----
    Jackknife: Wolter (2007), ch. 4. Bootstrap: Rao & Wu (1988) with n − 1 units, the adjustments drawn in by
    √(1 − f) where a share f was drawn, and by √(f(1 − f₂)) at a second stage, so that their variance is that
    of each stage (Beaumont & Patak 2012). Where stages together could make a weight negative, adjustments are
    divided by the largest sum, and squared deviations count that squared. In R:
    ``as.svrepdesign(type = "JK1")``, ``"JKn"`` with strata, ``"subbootstrap"``.

    Examples
    --------
    >>> import borgerlib
    >>> people = borgerlib.load("Ærø").head(200)  # simulated citizens
    >>> drawn = borgerlib.replicate_weights(people, kind="bootstrap", weight="weight", replicates=50)
    >>> len(drawn.scales), drawn.degrees
    (50, 49)
    """
    check_known("kind", kind, get_args(Kind))
    if kind == "bootstrap" and not (isinstance(replicates, (int, np.integer)) and replicates >= 2):
        raise ParameterError(f"replicates is {replicates!r}; give a whole number of two or more.")
    if design.get("raked_to") is not None:
        raise ParameterError(
            "Replicate weights are to be raked one by one.", hint="Give weight=, and rake in the statistic."
        )
    sample = sample_design(respondents, **design)
    weights = pd.Series(sample.weight, index=respondents.index, name="weight")
    unit = np.arange(sample.size) if sample.psu is None else sample.psu
    free = len(sample.psu_stratum) - sample.strata
    count = sample.psu_count[sample.psu_stratum]
    if kind == "bootstrap":
        rng, stages = np.random.default_rng(seed), [sample]
        while (later := stages[-1].within) is not None:
            stages.append(later)
        drawn = [_drawn(stage, replicates, rng) for stage in stages]
        widest = max(1.0, float(np.sum([reach for _, _, reach in drawn], axis=0).max()))
        scales = np.full(replicates, widest**2 / (replicates - 1))
        return Replicates(
            weights,
            scales,
            min(replicates - 1, free),
            lambda r: 1 + np.sum([moved[r][of_row] for moved, of_row, _ in drawn], axis=0) / widest,
        )
    if sample.within is not None:
        raise ParameterError(
            "A jackknife leaves out units of one stage, and two were drawn.", hint="Take kind='bootstrap'."
        )

    def without(left_out: int) -> Floats:
        stratum = sample.psu_stratum == sample.psu_stratum[left_out]
        factor = np.where(stratum & (count > 1), count / np.maximum(count - 1, 1), 1.0)
        factor[left_out] = 0.0 if count[left_out] > 1 else 1.0
        return factor[unit]

    # The design's scale is n/(n−1) times the finite population correction.
    scales = sample.scale[sample.psu_stratum] * ((count - 1) / count) ** 2
    return Replicates(weights, scales, free, without)


def _drawn(stage: SampleDesign, replicates: int, rng: np.random.Generator) -> tuple[Floats, Ints, Floats]:
    """Return the change of units' weights in each replicate, each row's unit, and its largest decrease."""
    moved = np.zeros((replicates, len(stage.psu_stratum)))
    with np.errstate(invalid="ignore"):
        reach = np.sqrt(stage.scale * (stage.psu_count - 1) / stage.psu_count)
    for stratum in np.flatnonzero((stage.psu_count > 1) & (reach > 0)):
        units = np.flatnonzero(stage.psu_stratum == stratum)
        equal = np.full(len(units), 1 / len(units))
        times = rng.multinomial(len(units) - 1, equal, size=replicates)
        moved[:, units] = reach[stratum] * (len(units) / (len(units) - 1) * times - 1)
    unit = np.arange(stage.size) if stage.psu is None else stage.psu
    return moved, unit, np.nan_to_num(reach)[stage.stratum]
