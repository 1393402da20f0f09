"""Who answered, against who lives here.

Participation rates by group, how far apart they are, and what weighting could correct.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
import pandas as pd

from borgerlib.errors import MarginError, unknown_name
from borgerlib.statistics.estimation.intervals import check_confidence
from borgerlib.statistics.levels import any_frame, check_frame, column_of, levels_of


@any_frame
def participation_rates(
    respondents: pd.DataFrame,
    margins: Mapping[str, pd.Series],
    *,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return how large a part of each group took part.

    Parameters
    ----------
    respondents : DataFrame
        One row a person.
    margins : mapping of str to Series
        Column → people by level, as `borgerlib.population_margins` makes them.
    confidence : float
        Level of the score interval (Wilson, 1927), 0–1. Everybody was asked, so the rate itself is a fact;
        the interval says how far chance alone, in who found the time, could have moved it.

    Returns
    -------
    DataFrame
        One row a column × level, in the order of the margins. Columns: column, level, n (respondents),
        population (people), rate, ci_lower, ci_upper (shares 0–1), share_of_respondents,
        share_of_population (shares 0–1), representation (the one over the other: 1 is in proportion). People
        whose level is missing are counted nowhere.

    Raises
    ------
    ParameterError
        A confidence outside 0–1.
    MarginError
        A column is lacking, a level of the respondents is not in the margin, a group has nobody in it, or
        more answered than live there; all problems are listed at once.

    See Also
    --------
    representativeness : One number for all groups.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> people = pd.DataFrame({"koen": ["kvinde"] * 3 + ["mand"]})
    >>> borgerlib.participation_rates(people, {"koen": pd.Series({"kvinde": 10, "mand": 10})})[
    ...     ["level", "rate"]
    ... ].values.tolist()
    [['kvinde', 0.3], ['mand', 0.1]]
    """
    check_confidence(confidence)
    _check(respondents, margins)
    frames = []
    for column, margin in margins.items():
        n = _counts(respondents[column]).reindex(margin.index, fill_value=0)
        lower, upper = _score_interval(n, margin, confidence)
        frames.append(
            pd.DataFrame(
                {
                    "column": column,
                    "level": [str(level) for level in margin.index],
                    "n": n.to_numpy(),
                    "population": margin.to_numpy(),
                    "rate": (n / margin).to_numpy(),
                    "ci_lower": lower,
                    "ci_upper": upper,
                    "share_of_respondents": (n / n.sum()).to_numpy(),
                    "share_of_population": (margin / margin.sum()).to_numpy(),
                }
            )
        )
    rates = pd.concat(frames, ignore_index=True)
    return rates.assign(representation=rates["share_of_respondents"] / rates["share_of_population"])


def representativeness(rates: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """Sum up, for each column, how evenly its groups took part and what weighting on it costs.

    Parameters
    ----------
    rates : DataFrame
        As `participation_rates` returns.
    confidence : float
        Level of the ratio's interval, 0–1.

    Returns
    -------
    DataFrame
        One row a column. Columns:

        - column, n (respondents), population (people), rate (share 0–1);
        - lowest, highest (levels with the lowest and the highest rate), ratio (the lowest rate over the
          highest: the score that the participation platform Go Vocal shows), ratio_lower, ratio_upper (its
          interval);
        - p_value (that the groups differ by chance alone: Pearson's chi-squared test);
        - dissimilarity (share of the respondents that would have to be of another group; Duncan and Duncan,
          1955);
        - design_effect, effective_n (of weighting to this margin alone; Kish, 1965), largest_weight (relative
          to the mean weight): what mending costs;
        - unreached (levels without a respondent): what no weight can mend; design_effect, effective_n and
          largest_weight are then missing.

    See Also
    --------
    participation_rates : What goes in.

    Notes
    -----
    The lowest and the highest of several rates differ even when all groups take part alike, so an interval
    for just that pair would be too narrow. The interval here holds for all pairs at once: each pair's ratio
    gets its log interval (Katz and others, 1978; a half added to each count where one is nought: Walter,
    1975) at the level that Bonferroni's inequality asks for, and the smallest lower and the smallest upper
    end bound the smallest ratio.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> people = pd.DataFrame({"koen": ["kvinde"] * 30 + ["mand"] * 10})
    >>> rates = borgerlib.participation_rates(people, {"koen": pd.Series({"kvinde": 100, "mand": 100})})
    >>> borgerlib.representativeness(rates).columns.tolist()[:3]
    ['column', 'n', 'population']
    """
    check_confidence(confidence)
    rows = [_summary(column, groups, confidence) for column, groups in rates.groupby("column", sort=False)]
    return pd.DataFrame(rows)


def _summary(column: object, groups: pd.DataFrame, confidence: float) -> dict[str, object]:
    lowest = groups.iloc[int(groups["rate"].argmin())]
    highest = groups.iloc[int(groups["rate"].argmax())]
    n, people = groups["n"].to_numpy(dtype=float), groups["population"].to_numpy(dtype=float)
    lower, upper = _ratio_interval(n, people, confidence)
    unreached = groups.loc[groups["n"] == 0, "level"].tolist()
    # Weighting to one margin alone is post-stratification: a person stands for population/n people.
    weights = people / n if not unreached else np.full(len(n), np.nan)
    design_effect = n.sum() * (n * weights**2).sum() / (n * weights).sum() ** 2
    apart = (groups["share_of_respondents"] - groups["share_of_population"]).abs()
    return {
        "column": column,
        "n": int(n.sum()),
        "population": int(people.sum()),
        "rate": n.sum() / people.sum(),
        "lowest": lowest["level"],
        "highest": highest["level"],
        "ratio": lowest["rate"] / highest["rate"] if n.sum() else np.nan,
        "ratio_lower": lower,
        "ratio_upper": upper,
        "p_value": _p_value(n, people),
        "dissimilarity": apart.sum() / 2 if n.sum() else np.nan,
        "design_effect": design_effect,
        "effective_n": n.sum() / design_effect,
        "largest_weight": weights.max() * n.sum() / people.sum(),
        "unreached": unreached,
    }


def _ratio_interval(n: np.ndarray, people: np.ndarray, confidence: float) -> tuple[float, float]:
    from statsmodels.stats.proportion import confint_proportions_2indep

    if len(n) < 2 or n.sum() == 0:
        return np.nan, np.nan
    pairs = list(itertools.combinations(zip(n, people, strict=True), 2))
    lower, upper = 1.0, 1.0
    for one, other in pairs:
        method = "log" if one[0] and other[0] else "log-adjusted"
        alpha = (1 - confidence) / len(pairs)
        low, high = confint_proportions_2indep(*one, *other, compare="ratio", method=method, alpha=alpha)
        # Either group may have the lower rate, so the pair bounds the ratio and its inverse.
        lower, upper = min(lower, low, 1 / high), min(upper, high, 1 / low)
    return float(lower), float(upper)


def _p_value(n: np.ndarray, people: np.ndarray) -> float:
    from scipy.stats import chi2_contingency

    table = np.array([n, people - n])
    if len(n) < 2 or not table.sum(axis=1).all():
        return float("nan")
    return float(chi2_contingency(table, correction=False).pvalue)


def _score_interval(n: pd.Series, margin: pd.Series, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    from statsmodels.stats.proportion import proportion_confint

    lower, upper = proportion_confint(n.to_numpy(), margin.to_numpy(), alpha=1 - confidence, method="wilson")
    # For counts of 0 and of all, the ends are exactly 0 and 1; the formula misses them by the last bit.
    return np.where(n == 0, 0.0, lower), np.where(n == margin, 1.0, upper)


def _counts(values: pd.Series) -> pd.Series:
    levels = levels_of(values, ordered=False)
    counts = pd.Series(np.bincount(levels.codes[levels.codes >= 0], minlength=levels.size), levels.values)
    return counts[counts > 0]


def _check(respondents: pd.DataFrame, margins: Mapping[str, pd.Series]) -> None:
    check_frame(respondents)
    problems = []
    for column, margin in margins.items():
        if column not in respondents.columns:
            problems.append(unknown_name("column", column, [str(name) for name in respondents.columns]))
            continue
        n = _counts(column_of(respondents, column, role="margin")).to_dict()
        problems += [
            f"'{column}': level '{level}' has {count} respondents but is not in the population's margin"
            for level, count in n.items()
            if level not in margin.index
        ]
        problems += [f"'{column}': nobody lives in group '{level}'" for level in margin.index[margin <= 0]]
        problems += [
            f"'{column}', '{level}': {n[level]} answered, but only {people} live there"
            for level, people in margin.items()
            if 0 < people < n.get(level, 0)
        ]
    if not margins:
        problems.append("no margin is given")
    if problems:
        raise MarginError(
            "Respondents and population do not fit together:",
            problems=problems,
            hint="Set answers that the population is not counted by to missing, or merge them by a rule.",
        )
