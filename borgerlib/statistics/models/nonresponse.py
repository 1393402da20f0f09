"""What the shares would be if those who chose an option had answered more readily than others.

Weights that meet margins mend what the margins explain, and nothing else: an interest survey is answered by
the interested. Nothing in the answers tells how much, so the shares are worked out under assumptions that are
named, and beside them stand the bounds that need none (Manski 1989).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from numbers import Real

import numpy as np
import pandas as pd

from borgerlib.errors import ConvergenceError, MarginError, ParameterError
from borgerlib.statistics.estimation.answers import answers_to
from borgerlib.statistics.estimation.proportions import estimate_proportions
from borgerlib.statistics.levels import Floats, Mask, any_frame, column_of, positive_column
from borgerlib.statistics.weighting.adjustment import WeightingResult
from borgerlib.statistics.weighting.weight import rake

_STEPS = 200
_TOLERANCE = 1e-8


@any_frame
def nonresponse_range(
    respondents: pd.DataFrame,
    item: str | Sequence[str],
    *,
    margins: Mapping[str, pd.Series],
    odds: Sequence[float] = (1, 1.5, 2, 3),
    weight: str | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Estimate shares under response that depends on the answer itself.

    Parameters
    ----------
    respondents : DataFrame
        One row a person who answered.
    item : str or sequence of str
        As for `estimate_proportions`.
    margins : mapping
        Column → counts of people in the population by level, as for `rake`: the weights meet them under
        every assumption.
    odds : sequence of float
        Odds of answering of those who chose the option, against those of others who are alike in the
        margins. 1: as likely; 2: twice as readily.
    weight : str, optional
        Column of weights to begin with; they are raked to the margins.
    confidence : float
        Level of the intervals, 0–1.

    Returns
    -------
    DataFrame
        One row an option × odds. Columns: option, odds, n (respondents who answered the item), count
        (who chose the option), proportion, standard_error, ci_lower, ci_upper (shares 0–1; sampling alone,
        the assumption taken for true; rather too wide, for what the margins explain and how many have
        answered are not taken off), lower_bound and upper_bound (the share if all who did not answer the item
        would have chosen otherwise, or the option), item.

    Raises
    ------
    ParameterError
        Odds that are not above zero; unknown columns.
    MarginError
        The population is smaller than the respondents.

    See Also
    --------
    estimate_proportions : The shares if nonresponse does not depend on the answer.

    Notes
    -----
    With w = 1/π the weight of a person who did not choose the option, odds of answering r times as high give
    1 + (w − 1)/r to one who did. The weights w are those with which both together meet the margins.
    Assumptions of this kind: Rubin (1977), Little & Rubin (2019, ch. 15).

    Examples
    --------
    >>> import borgerlib
    >>> people = borgerlib.load("Ærø")  # simulated citizens
    >>> margins = borgerlib.population_margins("Ærø", by={"koen": "sex"})
    >>> shares = borgerlib.nonresponse_range(
    ...     people[people["koen"].isin(["kvinde", "mand"])], "tid", margins=margins, odds=(1, 2)
    ... )
    >>> shares[["option", "odds", "proportion"]].round(2).head(2).values.tolist()
    [['ingen_tid', 1.0, 0.16], ['ingen_tid', 2.0, 0.1]]
    """
    given = list(odds) if isinstance(odds, Iterable) else [odds]
    ratios = np.array([ratio if isinstance(ratio, Real) else np.nan for ratio in given], dtype=np.float64)
    if len(ratios) == 0 or not (np.isfinite(ratios) & (ratios > 0)).all():
        raise ParameterError(f"odds={given} is not legal.", hint="Give numbers above 0, as (1, 1.5, 2, 3).")
    answers = answers_to(respondents, item)
    frame = pd.DataFrame({column: column_of(respondents, column, role="margin") for column in margins})
    frame["_weight"] = (
        1.0 if weight is None else positive_column(respondents, weight, role="weight", zero_allowed=True)
    )
    rows = []
    for option, (answered, chose) in zip(answers.options, answers, strict=True):
        # Who left the item out has not answered it, and is one of those who are weighted for.
        people, chosen = frame[answered].assign(_chose=chose[answered].astype(float)), chose[answered]
        weights = rake(people, margins, base_weight="_weight").weights.to_numpy()
        population = float(weights.sum())
        if population < len(people):
            raise MarginError(
                f"The margins count {population:,.0f} people, and {len(people):,} answered.",
                hint="Give counts of people, not shares: what is not answered depends on how many there are.",
            )
        rate, lowest = len(people) / population, chosen.sum() / population
        for ratio in ratios:
            # Given weights: raked ones take residuals about unweighted means, from which these are far.
            people["_weight"] = _raked(people, margins, weights, chosen, float(ratio)).weights
            found = estimate_proportions(people, ["_chose"], weight="_weight", confidence=confidence).iloc[0]
            bounds = {"lower_bound": lowest, "upper_bound": lowest + 1 - rate}
            rows.append({"option": option, "odds": float(ratio), **found.drop(["item", "option"]), **bounds})
    return pd.DataFrame(rows).drop(columns="n_weighted").assign(item=answers.item)


def _raked(
    people: pd.DataFrame, margins: Mapping[str, pd.Series], weights: Floats, chose: Mask, ratio: float
) -> WeightingResult:
    """Return weights that meet the margins, those of who chose being lower by the odds."""
    others = np.maximum(weights, 1.0)  # what each would weigh if they had not chosen the option
    for _ in range(_STEPS):
        base = np.where(chose, 1 + (others - 1) / ratio, others)
        raked = rake(people.assign(_base=base), margins, base_weight="_base")
        factor = raked.weights.to_numpy() / base
        if np.abs(factor - 1).max() < _TOLERANCE:
            return raked
        others = np.maximum(others * factor, 1.0)
    raise ConvergenceError(
        f"No weights meet the margins at odds of {ratio:g}.",
        hint="In some group nearly everybody answered, or all who did chose the option: take lower odds, or "
        "merge levels.",
    )
