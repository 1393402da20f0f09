"""Do people who code open answers agree? Krippendorff's alpha, with its interval and by group."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from borgerlib.errors import DataError, ParameterError
from borgerlib.statistics.estimation.intervals import check_confidence
from borgerlib.statistics.levels import Floats, any_frame, column_of, levels_of, rows_named

_DRAWN = 2000
_RELIABLE, _TENTATIVE = 0.8, 2 / 3
_KEYS = ("answer", "coder", "code")


@any_frame
def coding_agreement(
    codings: pd.DataFrame, *, by: str | None = None, confidence: float = 0.95, seed: int = 1
) -> pd.DataFrame:
    """Return how far coders agree, on each code and on the answers as a whole.

    Parameters
    ----------
    codings : DataFrame
        One row an answer × coder × code. Columns: answer, coder, code (missing where a coder gave an answer
        none), and that of `by`. Who coded an answer has a row of it.
    by : str, optional
        A column of what the answers are divided by (who wrote them, or how): a coding that works for all
        together may fail for some.
    confidence : float
        Level of the intervals, 0–1.
    seed : int
        Of the answers drawn anew.

    Returns
    -------
    DataFrame
        One row a group × code, all answers together first (the column of `by` is '' there), and in each group
        all codes together first (code ''): answers count as alike where exactly the same codes were given.
        Columns: that of `by`, code, n (answers that two or more coded), alpha (1: agreement, 0: chance),
        ci_lower, ci_upper, reliable ('yes', 'tentative', 'no': the lower end lies at 0.8, at 2/3, or below).
        alpha is missing where nobody gave the code, or everybody did.

    Raises
    ------
    ParameterError
        A column is missing.
    DataError
        No answer has two coders; a row without answer or coder; an answer lies in two groups.

    See Also
    --------
    rao_scott_test : Whether two answers go together.

    Notes
    -----
    Krippendorff (2019), ch. 12, nominal data, any number of coders, gaps allowed. The interval is the
    percentile bootstrap over answers; the limits 0.8 and 2/3 are his. In R: ``irr::kripp.alpha``.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> codings = pd.DataFrame({"answer": [1, 1, 2, 2, 3, 3], "coder": list("ababab")})
    >>> codings["code"] = ["natur", "natur", "skole", "skole", "natur", "skole"]
    >>> borgerlib.coding_agreement(codings)[["code", "n", "alpha"]].round(2).values.tolist()
    [['', 3, 0.44], ['natur', 3, 0.44], ['skole', 3, 0.44]]
    """
    check_confidence(confidence)
    codes_of = {
        name: levels_of(column_of(codings, name, role="coding")).codes
        for name in (*_KEYS, *([by] if by else []))
    }
    for name in ("answer", "coder"):
        if (missing := codes_of[name] < 0).any():
            rows = rows_named(codings.index, missing)
            raise DataError(
                f"The column '{name}' of the codings is missing in rows {rows}.",
                hint="Each row tells which answer was coded, and by whom: fill it in, or leave the row out.",
            )
    if by in _KEYS:
        raise ParameterError(f"by='{by}' is what is coded, not what answers are divided by.")
    codings = codings.assign(code=codings["code"].convert_dtypes().astype("string"))  # 1.0 is the code 1
    # Empty where a coder gave no code.
    by_coder: Any = codings.groupby(["answer", "coder"], sort=False, observed=True)["code"]
    sets = by_coder.agg(lambda codes: frozenset(codes.dropna()))
    coded = sets.groupby(level="answer").transform("size") > 1
    if not coded.any():
        raise DataError(
            "No answer was coded by two people, so agreement cannot be told.",
            hint="Have a random part of the answers coded twice, neither coder seeing the other's codes.",
        )
    sets = sets[coded]
    groups = {"": sets}
    if by is not None:
        of_answer = codings.dropna(subset=[by]).groupby("answer")[by].agg(["nunique", "first"])
        if (of_answer["nunique"] > 1).any():
            where = ", ".join(map(str, of_answer.index[of_answer["nunique"] > 1][:5]))
            raise DataError(f"Answers lie in two groups of '{by}': {where}.", hint="Give each answer one.")
        level = sets.index.get_level_values("answer").map(of_answer["first"].to_dict())
        groups |= {str(name): sets[level == name] for name in pd.unique(level.dropna())}
    codes = sorted({code for one in sets for code in one})
    table = []
    for group, own in groups.items():
        for code in ["", *codes]:
            values = own if code == "" else own.map(lambda one, code=code: code in one)
            alpha, lower, upper = _alpha(values, confidence, seed)
            reliable = "yes" if lower >= _RELIABLE else "tentative" if lower >= _TENTATIVE else "no"
            table.append(
                (group, code, own.index.get_level_values("answer").nunique(), alpha, lower, upper, reliable)
            )
    frame = pd.DataFrame(table, columns=["group", "code", "n", "alpha", "ci_lower", "ci_upper", "reliable"])
    frame["reliable"] = frame["reliable"].where(frame["alpha"].notna(), "")
    return frame.rename(columns={"group": by}) if by else frame.drop(columns="group")


def _alpha(values: pd.Series, confidence: float, seed: int) -> tuple[float, float, float]:
    """Return alpha and the ends of its interval."""
    kinds, _ = pd.factorize(values)
    answers, _ = pd.factorize(values.index.get_level_values("answer"))
    counts = np.zeros((answers.max() + 1, kinds.max() + 1))
    np.add.at(counts, (answers, kinds), 1)
    each = np.ones((1, len(counts)))
    drawn = np.random.default_rng(seed).multinomial(len(counts), each[0] / len(counts), size=_DRAWN)
    alpha = float(_of_weights(counts, each)[0])
    again = _of_weights(counts, drawn.astype(np.float64))
    again = again[np.isfinite(again)]
    if not np.isfinite(alpha) or not len(again):
        return float("nan"), float("nan"), float("nan")
    lower, upper = np.quantile(again, [(1 - confidence) / 2, (1 + confidence) / 2])
    return alpha, float(lower), float(upper)


def _of_weights(counts: Floats, weight: Floats) -> Floats:
    """Return alpha where each answer stands as often as its weight says (one row of weights, one alpha)."""
    coders = counts.sum(axis=1)
    # Pairs within an answer that differ, each answer's coders counting as often as they are.
    apart = (coders**2 - (counts**2).sum(axis=1)) / (coders - 1)
    totals = weight @ counts
    pairable = totals.sum(axis=1)
    by_chance = (pairable**2 - (totals**2).sum(axis=1)) / (pairable - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        result: Floats = np.where(by_chance > 0, 1 - (weight @ apart) / by_chance, np.nan)
    return result
