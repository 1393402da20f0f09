"""From a formula and respondents to the matrix that a model is fitted to."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from borgerlib.errors import DataError, ParameterError, unknown_name
from borgerlib.statistics.estimation.answers import column_named
from borgerlib.statistics.levels import Floats, Ints, Mask, column_of, counted, levels_of

# Signs that do not change what an outcome is.
_LOOSE = str.maketrans(dict.fromkeys(" `{}()'\""))
# A column of words with more levels than this is an open answer, not a grouping.
_MOST_LEVELS = 200


@dataclass(frozen=True)
class ModelFrame:
    """What a formula makes of the respondents.

    Parameters
    ----------
    rows : array of int
        The respondents who answered everything that the formula names (and are in the subpopulation).
    outcome : array
        One value a row.
    matrix : array, one row a respondent of `rows`, one column a coefficient
        The columns of the model.
    names : tuple of str
        Of the coefficients.
    terms : dict
        Term of the formula → positions of its coefficients.
    data : DataFrame
        The variables of `rows`, words as categoricals without the levels that nobody has.
    dropped : dict
        Variable → its levels that nobody in `rows` has.
    spec : formulaic.ModelSpec
        Makes the same columns of other data.
    """

    rows: Ints
    outcome: Floats
    matrix: Floats
    names: tuple[str, ...]
    terms: dict[str, list[int]]
    data: pd.DataFrame
    dropped: dict[str, list[Hashable]]
    spec: Any

    def matrix_of(self, data: pd.DataFrame) -> Floats:
        """Return the columns of the model for other data."""
        return np.asarray(self.spec.get_model_matrix(data, context={}), dtype=np.float64)


def model_frame(respondents: pd.DataFrame, formula: str, *, usable: Mask) -> ModelFrame:
    """Return the rows, outcome and matrix of a formula.

    Parameters
    ----------
    respondents : DataFrame
        One row a person.
    formula : str
        As ``borgermoede ~ alder + koen``, in the grammar of formulaic (Wilkinson & Rogers 1973).
    usable : array of bool
        Respondents who may be in the model (subpopulation, weight above zero).

    Raises
    ------
    ParameterError
        The formula cannot be read, or names a column that is not there.
    DataError
        A column cannot be used: open answers, all of one value, nobody with all variables.
    """
    parsed = _parsed(formula)
    variables = {name: column_named(respondents, name) for name in _variables(parsed)}
    unknown = [name for name, column in variables.items() if column not in respondents.columns]
    if unknown:
        raise ParameterError(
            f"The formula '{formula}' names what is not there.",
            problems=[unknown_name("column", name, map(str, respondents.columns)) for name in unknown],
            hint="Write names with other signs than letters, digits and _ in backquotes (`6-17 år`), and "
            "functions as numpy's: np.sqrt(alder).",
        )
    columns = {name: column_of(respondents, column, role="formula") for name, column in variables.items()}
    complete = usable & np.logical_and.reduce(
        [column.notna().to_numpy() for column in columns.values()] or [usable]
    )
    rows = np.flatnonzero(complete)
    if len(rows) == 0:
        raise DataError(
            f"Nobody has an answer to everything that '{formula}' names.",
            problems=[f"{name}: {counted(int(c.notna().sum()))} answered." for name, c in columns.items()],
            hint="Leave out a variable that few answered, or widen the subpopulation.",
        )
    data = pd.DataFrame(
        {name: _typed(column.iloc[rows], name) for name, column in columns.items()}
    ).reset_index(drop=True)
    dropped = {
        name: gone
        for name, column in columns.items()
        if isinstance(column.dtype, pd.CategoricalDtype)
        and (gone := [v for v in column.cat.categories if v not in set(data[name].unique())])
    }
    return _built(formula, parsed, rows, data, dropped)


def _parsed(formula: str) -> Any:
    from formulaic import Formula
    from formulaic.errors import FormulaicError

    try:
        parsed = Formula(formula)
    except (FormulaicError, SyntaxError) as error:
        raise ParameterError(
            f"The formula '{formula}' cannot be read: {str(error).splitlines()[0]}",
            hint="Write outcome ~ variable + variable, as 'borgermoede ~ alder + koen'.",
        ) from error
    if not hasattr(parsed, "lhs") or len(list(parsed.lhs)) != 1 or isinstance(parsed.rhs, tuple):
        raise ParameterError(
            f"The formula '{formula}' must have one outcome before the ~, and one part after it.",
            hint="Write outcome ~ variable + variable, as 'borgermoede ~ alder + koen'.",
        )
    left = [factor.expr for term in parsed.lhs for factor in term.factors]
    written = formula.partition("~")[0]
    if len(left) != 1 or left[0].isnumeric() or written.translate(_LOOSE) != left[0].translate(_LOOSE):
        raise ParameterError(
            f"The outcome of '{formula}' is not one column.",
            hint="Left of the ~ stands a column; arithmetic stands in braces: {1 - svar} ~ alder.",
        )
    return parsed


def _variables(parsed: Any) -> list[str]:
    """Return the columns that a formula names, those inside center(…), bs(…) and the like, too."""
    from formulaic.transforms import TRANSFORMS

    names = {str(name) for name in parsed.required_variables}
    for factor in (factor for side in (parsed.lhs, parsed.rhs) for term in side for factor in term.factors):
        if factor.eval_method.value == "lookup":
            names.add(factor.expr)
            continue
        try:
            tree = list(ast.walk(ast.parse(factor.expr, mode="eval")))
        except SyntaxError:  # names in backquotes, which the formula tells itself
            continue
        called = {id(node.func) for node in tree if isinstance(node, ast.Call)}
        found = [node for node in tree if isinstance(node, ast.Name) and id(node) not in called]
        names |= {node.id for node in found if node.id not in TRANSFORMS}
    return sorted(names)


def _typed(column: pd.Series, name: str) -> pd.Series:
    """Return numbers as float and everything else as a categorical of the levels that occur."""
    if pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype):
        values = column.to_numpy(dtype=np.float64)
        if not np.isfinite(values).all():
            raise DataError(f"Column '{name}' holds infinite values.", hint="Replace them by a number.")
        return pd.Series(values, index=column.index)
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        raise DataError(
            f"Column '{name}' holds dates.",
            hint="Make a number of it first, as the days since the first: (dato - dato.min()).dt.days.",
        )
    if not isinstance(column.dtype, pd.CategoricalDtype):
        levels_of(column, ordered=False)  # refuses what is no level
        column = column.astype(object).astype("category")
    column = column.cat.remove_unused_categories()
    if column.cat.categories.size > _MOST_LEVELS:
        raise DataError(
            f"Column '{name}' has {column.cat.categories.size:,} different texts: it is no grouping.",
            hint="Code the open answers first, or take a column with fewer levels.",
        )
    return column.cat.as_unordered()


def _built(
    formula: str, parsed: Any, rows: Ints, data: pd.DataFrame, dropped: dict[str, list[Hashable]]
) -> ModelFrame:
    from formulaic import model_matrix
    from formulaic.errors import DataMismatchWarning

    single = [name for name in data if (data[name] == data[name].iloc[0]).all()]
    if single:
        raise DataError(
            f"All {counted(len(rows))} in the model answered the same.",
            problems=[f"{name}: always '{data[name].iloc[0]}'." for name in single],
            hint="Leave the variable out: what does not vary explains nothing.",
        )
    try:
        with warnings.catch_warnings():
            # People of levels that the formula leaves out.
            warnings.simplefilter("error", DataMismatchWarning)
            made = model_matrix(parsed, data, context={}, na_action="raise")
        outcome, matrix = (np.asarray(side, dtype=np.float64) for side in (made.lhs, made.rhs))
    except Exception as error:  # a formula holds whatever Python code somebody wrote
        raise ParameterError(
            f"The formula '{formula}' cannot be worked out: {str(error).splitlines()[0]}",
            hint="Name columns, or make the column you need in the frame first.",
        ) from error
    if outcome.shape[1] != 1:
        raise DataError(
            f"The outcome of '{formula}' has several levels, so it is not one number a person.",
            problems=[f"Columns: {', '.join(map(str, made.lhs.columns))}."],
            hint="Make a column that is 1 for the answer you ask about and 0 for the others.",
        )
    spec = made.rhs.model_spec
    terms = {str(term): list(at) for term, at in spec.term_indices.items() if str(term) != "1"}
    names = tuple("Intercept" if str(c) == "Intercept" else str(c) for c in made.rhs.columns)
    empty = [name for name, column in zip(names, matrix.T, strict=True) if not column.any()]
    if empty or not names:
        raise ParameterError(
            f"The formula '{formula}' makes no column of the model, or one that is zero for everybody.",
            problems=[f"{name}: always zero." for name in empty],
            hint="Name variables in which people differ.",
        )
    if not (np.isfinite(matrix).all() and np.isfinite(outcome).all()):
        raise DataError(
            f"The formula '{formula}' makes no finite number of some answers.",
            hint="A logarithm needs numbers above 0: leave the others out with subpopulation=.",
        )
    return ModelFrame(rows, outcome[:, 0], matrix, names, terms, data, dropped, spec)
