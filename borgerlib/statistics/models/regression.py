"""Regression of survey answers: coefficients by statsmodels, standard errors by the sampling design.

The standard errors are those of Binder (1983): a respondent's influence on the coefficients is
(X'WX)⁻¹ x (y − μ), and its totals over primary sampling units vary as any total of the sample does. Results
equal those of ``svyglm`` in R's `survey` package.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Unpack

import numpy as np
import pandas as pd

from borgerlib.errors import ParameterError, unknown_name
from borgerlib.statistics.estimation.covariance import covariance, degrees_of_freedom
from borgerlib.statistics.estimation.intervals import check_confidence
from borgerlib.statistics.estimation.sample_design import Design, SampleDesign, sample_design
from borgerlib.statistics.levels import Mask, any_frame, counted
from borgerlib.statistics.models import margins
from borgerlib.statistics.models.fitting import Family, fit
from borgerlib.statistics.models.formula import ModelFrame, model_frame

_ROUNDING = 1e-12


@any_frame
def regress(
    respondents: pd.DataFrame,
    formula: str,
    *,
    family: Family = "gaussian",
    subpopulation: pd.Series | None = None,
    **design: Unpack[Design],
) -> Regression:
    """Fit a regression model to a survey sample.

    Parameters
    ----------
    respondents : DataFrame
        One row a person, the whole sample.
    formula : str
        Outcome and variables, as ``"borgermoede ~ alder + koen"``; interactions with ``*`` and ``:``. Words
        become a column a level, beside the first. Names with other signs than letters, digits and _ stand in
        backquotes.
    family : {'gaussian', 'binomial', 'poisson'}
        Linear, logistic (the outcome is 0 or 1) or log-linear model of counts.
    subpopulation : Series of bool, optional
        The respondents whom the model is about, by their index. The others still count in the design, which
        dropping their rows would falsify.
    **design
        weight, strata, cluster, population_size, raked_to, lonely_psu: see `estimate_proportions`.

    Returns
    -------
    Regression
        With statsmodels' names: ``params``, ``bse``, ``tvalues``, ``pvalues``, ``conf_int()``, ``summary()``.

    Raises
    ------
    ParameterError
        A formula that cannot be read; unknown names; columns that are made of each other.
    DataError
        A column that cannot be used; nobody with all variables; an outcome that a variable tells perfectly.
    ConvergenceError
        No maximum was found.

    See Also
    --------
    Regression : What it returns.
    estimate_difference : Without other variables.

    Notes
    -----
    Who lacks a variable is outside the base. Degrees of freedom are primary sampling units minus strata plus
    one minus the coefficients, as ``svyglm``.

    In R: ``svyglm``.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> people = pd.DataFrame({"moede": [0, 1, 0, 1, 1, 0, 1, 1], "alder": [20, 34, 41, 48, 55, 61, 70, 82]})
    >>> borgerlib.regress(people, "moede ~ alder", family="binomial").params.round(3).to_dict()
    {'Intercept': -2.352, 'alder': 0.058}
    """
    sample = sample_design(respondents, **design)
    usable = (sample.weight > 0) & _members(respondents, subpopulation)
    frame = model_frame(respondents, formula, usable=usable)
    params, fitted, bread = fit(frame, sample.weight[frame.rows], family)
    influence = frame.matrix * (frame.outcome - fitted)[:, None] @ bread
    return Regression(
        formula=formula,
        family=family,
        params=pd.Series(params, frame.names, name="coefficient"),
        covariance=pd.DataFrame(covariance(sample, frame.rows, influence), frame.names, frame.names),
        df_resid=float(degrees_of_freedom(sample, frame.rows) + 1 - len(frame.names)),
        nobs=len(frame.rows),
        notes=_notes(frame, len(respondents)),
        _frame=frame,
        _design=sample,
    )


def _members(respondents: pd.DataFrame, subpopulation: pd.Series | None) -> Mask:
    if subpopulation is None:
        return np.ones(len(respondents), dtype=np.bool_)
    if (
        not isinstance(subpopulation, pd.Series)
        or not subpopulation.index.equals(respondents.index)
        or pd.api.types.infer_dtype(subpopulation, skipna=True) != "boolean"
    ):
        raise ParameterError(
            "subpopulation is no Series of True and False with the respondents' index.",
            hint="Make it from the same frame: subpopulation=respondents['alder'] == '15-24'.",
        )
    return subpopulation.fillna(False).to_numpy(dtype=np.bool_)


def _notes(frame: ModelFrame, people: int) -> tuple[str, ...]:
    notes = [
        f"{name}: nobody in the model has {', '.join(repr(str(level)) for level in levels)}."
        for name, levels in frame.dropped.items()
    ]
    if len(frame.rows) < people:
        notes.append(f"{counted(people - len(frame.rows))} outside the model, or without all variables.")
    return tuple(notes)


@dataclass(frozen=True, eq=False)
class Regression:
    """A fitted model, with the names of statsmodels' results.

    Attributes
    ----------
    formula, family : str
        As asked for.
    params : Series
        The coefficients, by name: of 'binomial' differences in log odds, of 'poisson' in log counts.
    covariance : DataFrame
        Of the coefficients, by the sampling design.
    df_resid : float
        Degrees of freedom of tests and intervals.
    nobs : int
        Respondents in the model.
    notes : tuple of str
        Levels that nobody has, and who is outside the model.

    See Also
    --------
    regress : Makes one.

    Notes
    -----
    In R: the result of ``svyglm`` with ``confint``, ``regTermTest`` and ``svypredmeans``.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> people = pd.DataFrame({"moede": [0, 1, 0, 1, 1, 0, 1, 1], "by": list("aabbabab")})
    >>> model = borgerlib.regress(people, "moede ~ by")
    >>> model.adjusted_shares("by")[["by", "adjusted"]].round(2).values.tolist()
    [['a', 0.75], ['b', 0.5]]
    """

    formula: str
    family: Family
    params: pd.Series
    covariance: pd.DataFrame = field(repr=False)
    df_resid: float
    nobs: int
    notes: tuple[str, ...] = field(repr=False)
    _frame: ModelFrame = field(repr=False)
    _design: SampleDesign = field(repr=False)

    @property
    def bse(self) -> pd.Series:
        """Return the standard errors, by coefficient; missing where nothing varies about one."""
        errors = np.sqrt(np.diagonal(self.covariance.to_numpy()))
        found = pd.Series(errors, self.params.index, name="standard_error")
        if self._design.residuals is not None or not self._design.in_doubt.any():
            return found
        # All of a group answered the same number: what is left is rounding, and no certainty.
        return found.where(found > _ROUNDING * self.params.abs())

    @property
    def tvalues(self) -> pd.Series:
        """Return coefficients divided by their standard errors."""
        return (self.params / self.bse).rename("t")

    @property
    def pvalues(self) -> pd.Series:
        """Return two-sided p-values of the hypothesis that a coefficient is zero (t distribution)."""
        from scipy import stats

        p = 2 * stats.t.sf(self.tvalues.abs(), self.df_resid) if self.df_resid > 0 else np.nan
        return pd.Series(p, self.params.index, name="p_value")

    def conf_int(self, *, confidence: float = 0.95) -> pd.DataFrame:
        """Return t intervals: one row a coefficient, columns ci_lower and ci_upper."""
        from scipy import stats

        check_confidence(confidence)
        reach = stats.t.ppf((1 + confidence) / 2, self.df_resid) if self.df_resid > 0 else np.nan
        half = reach * self.bse
        return pd.DataFrame({"ci_lower": self.params - half, "ci_upper": self.params + half})

    def summary(self, *, confidence: float = 0.95) -> Any:
        """Return the model as statsmodels prints one: coefficients, errors, tests, intervals and notes."""
        from statsmodels.iolib.summary import Summary
        from statsmodels.iolib.table import SimpleTable

        interval = self.conf_int(confidence=confidence)
        columns = [self.params, self.bse, self.tvalues, self.pvalues, *(interval[c] for c in interval)]
        rows = [
            [f"{value:.4f}" if number != 3 else f"{value:.3f}" for number, value in enumerate(row)]
            for row in zip(*columns, strict=True)
        ]
        tail = (1 - confidence) / 2
        table = SimpleTable(
            rows,
            headers=["coef", "std err", "t", "P>|t|", f"[{tail:.3f}", f"{1 - tail:.3f}]"],
            stubs=list(self.params.index),
            title=f"{self.formula}  ({self.family}, {counted(self.nobs)}, {self.df_resid:g} df)",
        )
        made = Summary()
        made.tables.append(table)
        made.add_extra_txt(["Standard errors by the sampling design (Binder 1983).", *self.notes])
        return made

    def test_term(self, term: str) -> pd.Series:
        """Test the hypothesis that all coefficients of a term (``alder`` or ``alder:koen``) are zero.

        Returns f_statistic (Wald's, divided by its degrees of freedom), df1, df2 and p_value, as
        ``regTermTest`` of R's `survey` package; missing where the design has fewer sampling units than
        coefficients. A term that the model does not have is a `ParameterError`.
        """
        from scipy import stats

        at = {name.replace(" ", ""): at for name, at in self._frame.terms.items()}.get(term.replace(" ", ""))
        if at is None:
            raise ParameterError(unknown_name("term", term, self._frame.terms))
        values, covariance = self.params.to_numpy()[at], self.covariance.to_numpy()[np.ix_(at, at)]
        # Without a sampling unit a coefficient, some combination of them does not vary at all.
        is_known = np.linalg.matrix_rank(covariance, hermitian=True) == len(at)
        statistic = float(values @ np.linalg.solve(covariance, values)) / len(at) if is_known else np.nan
        p = stats.f.sf(statistic, len(at), self.df_resid) if self.df_resid > 0 else np.nan
        found = {"f_statistic": statistic, "df1": len(at), "df2": self.df_resid, "p_value": float(p)}
        return pd.Series(found, name=term)

    def adjusted_shares(self, variable: str, *, confidence: float = 0.95) -> pd.DataFrame:
        """Return what each level would answer, others held equal. See `models.margins.adjusted_means`."""
        return margins.adjusted_means(self, variable, confidence=confidence)

    def adjusted_differences(
        self, variable: str, *, reference: object = None, confidence: float = 0.95
    ) -> pd.DataFrame:
        """Return differences between levels, others held equal. See `models.margins.adjusted_differences`."""
        return margins.adjusted_differences(self, variable, reference=reference, confidence=confidence)
