"""Columns of a frame as level codes, and the cells in which several of them cross."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from borgerlib.errors import DataError, ParameterError, unknown_name

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]
Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")
Codes = npt.NDArray[np.integer]

_ROWS_NAMED = 5
LARGEST = 1e140


@dataclass(frozen=True)
class Levels:
    """A column as codes into its levels; -1 is a missing value."""

    codes: Codes
    values: pd.Index

    @property
    def size(self) -> int:
        """Number of levels."""
        return len(self.values)


@dataclass(frozen=True)
class Cells:
    """Rows by the cell in which they lie.

    Parameters
    ----------
    of_row : array of int
        The cell of each row.
    levels : array of int, one row a cell, one column a variable
        The level codes that make the cell.
    people : array
        Number of rows in each cell, 1 or more.
    """

    of_row: Ints
    levels: Ints
    people: Floats

    @property
    def size(self) -> int:
        """Number of cells that occur."""
        return len(self.levels)


def any_frame(function: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """Let a function of pandas frames take those of polars or Arrow, too (converted by narwhals)."""

    @wraps(function)
    def converted(*args: Asked.args, **settings: Asked.kwargs) -> Answer:
        given: Any = [_as_pandas(one) for one in args]
        named: Any = {name: _as_pandas(one) for name, one in settings.items()}
        return function(*given, **named)

    return converted


def _as_pandas(given: Any) -> Any:
    if type(given).__module__.partition(".")[0] not in ("polars", "pyarrow"):
        return given
    from narwhals import from_native

    native = from_native(given, eager_only=True, allow_series=True, pass_through=True)
    return given if native is given else native.to_pandas()


def check_frame(respondents: object) -> None:
    """Raise `DataError` unless given a pandas DataFrame."""
    if not isinstance(respondents, pd.DataFrame):
        package, kind = type(respondents).__module__.partition(".")[0], type(respondents).__name__
        raise DataError(
            f"The respondents are a {package} {kind}, not a pandas DataFrame.",
            hint="Give a frame of pandas or polars: pandas.DataFrame(…) of an array, .collect() a lazy one.",
        )


def check_respondents(respondents: pd.DataFrame) -> None:
    """Raise `DataError` unless given a frame with respondents in it."""
    check_frame(respondents)
    if len(respondents) == 0:
        raise DataError("There are no respondents.", hint="Check the file that was read, and the filter.")


def check_name(name: object) -> None:
    """Raise `ParameterError` where a column itself was given instead of its name."""
    if not isinstance(name, Hashable):
        raise ParameterError(
            f"A {type(name).__name__} was given where the name of a column belongs.",
            hint="Put it into the frame first: people.assign(name=…).",
        )


def column_of(frame: pd.DataFrame, name: Hashable, *, role: str) -> pd.Series:
    """Return one column, or raise `ParameterError` that offers the nearest names."""
    check_frame(frame)
    check_name(name)
    if name not in frame.columns:
        raise ParameterError(unknown_name(f"{role} column", str(name), [str(c) for c in frame.columns]))
    column = frame[name]
    if isinstance(column, pd.DataFrame):
        raise DataError(
            f"The respondents have {column.shape[1]} columns named '{name}'.",
            hint="Rename or drop the duplicates first.",
        )
    return column


def levels_of(column: pd.Series, *, ordered: bool = True) -> Levels:
    """Return codes and levels: a categorical's categories as they stand, other values sorted if `ordered`."""
    if str(column.dtype).startswith("dictionary"):  # Arrow's categories cannot be sorted
        column = column.astype(object)
    if isinstance(column.dtype, pd.CategoricalDtype):
        return Levels(column.cat.codes.to_numpy(), column.cat.categories)
    try:
        codes, values = pd.factorize(column, use_na_sentinel=True)
    except TypeError as error:
        raise DataError(
            f"Column '{column.name}' holds values that are no levels: {error}.",
            hint="A cell holds one value: of a multiple-choice item make one 0/1 column an option.",
        ) from error
    if not ordered:
        return Levels(codes, pd.Index(values))
    try:
        order = np.argsort(values)
    except TypeError:  # values of several types have no order: keep that of first appearance
        return Levels(codes, pd.Index(values))
    rank = np.empty(len(values) + 1, dtype=np.intp)
    rank[order] = np.arange(len(values))
    rank[-1] = -1
    return Levels(rank[codes], pd.Index(values[order]))


def cross(variables: Sequence[Levels]) -> Cells:
    """Cross variables into the cells that occur; a missing value is a level of its own, coded -1."""
    of_row = np.zeros(len(variables[0].codes), dtype=np.intp)
    for variable in variables:
        # Numbered anew with each variable, so that the keys of many variables do not overflow.
        of_row = pd.factorize(of_row * (variable.size + 1) + variable.codes + 1, sort=True)[0]
    people = sums(of_row, 0)
    row_of = np.empty(len(people), dtype=np.intp)
    row_of[of_row] = np.arange(len(of_row))  # any one row of each cell
    levels = np.column_stack([variable.codes[row_of] for variable in variables])
    return Cells(of_row, levels.astype(np.intp), people)


def sums(codes: Ints, size: int, values: Floats | None = None) -> Floats:
    """Sum values by code (count rows where there are none)."""
    return np.bincount(codes, weights=values, minlength=size).astype(np.float64, copy=False)


def rows_named(index: pd.Index, where: Mask) -> str:
    """Return the first labels of the rows where a condition holds, to point a person at them."""
    labels = [str(label) for label in index[where][:_ROWS_NAMED]]
    more = int(where.sum()) - len(labels)
    return ", ".join(labels) + (f" and {more} more" if more else "")


def counted(count: int, singular: str = "respondent") -> str:
    """Return '1 respondent', '3 respondents'."""
    return f"{count:,} {singular}" + ("" if count == 1 else "s")


def numeric_column(frame: pd.DataFrame, name: Hashable, *, role: str) -> Floats:
    """Return a column as float, missing as NaN; raise `DataError` where a value is no number."""
    column = column_of(frame, name, role=role)
    if not (pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype)):
        raise DataError(
            f"The {role} column '{name}' holds {column.dtype}, not numbers.",
            hint="Convert it with pandas.to_numeric first.",
        )
    return column.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)


def positive_column(frame: pd.DataFrame, name: Hashable, *, role: str, zero_allowed: bool = False) -> Floats:
    """Return a numeric column without missing, infinite or non-positive values, or raise `DataError`."""
    values = numeric_column(frame, name, role=role)
    problems = []
    for words, wrong in (
        ("no value", np.isnan(values)),
        ("an infinite value", np.isinf(values)),
        ("a negative value", values < 0),
        ("a value of zero", (values == 0) & (not zero_allowed)),
        ("a value too large to be squared", np.isfinite(values) & (values > LARGEST)),
        ("a value too small to be squared", (values > 0) & (values < 1 / LARGEST)),
    ):
        if wrong.any():
            problems.append(
                f"{counted(int(wrong.sum()))} with {words} (rows {rows_named(frame.index, wrong)})"
            )
    if problems:
        raise DataError(
            f"The {role} column '{name}' cannot be used.",
            problems=problems,
            hint="Every respondent needs a finite "
            + ("value of zero or more." if zero_allowed else "value above zero."),
        )
    return values
