"""The answers to an item, whichever columns hold them; the domains of respondents; tables of both."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from borgerlib.errors import DataError, ParameterError, unknown_name
from borgerlib.statistics.estimation.sample_design import Design, SampleDesign
from borgerlib.statistics.estimation.variance import Domains
from borgerlib.statistics.levels import (
    Ints,
    Levels,
    Mask,
    check_name,
    check_respondents,
    column_of,
    cross,
    levels_of,
    numeric_column,
    rows_named,
)
from borgerlib.survey.codebook.labels import codebook_of
from borgerlib.survey.codebook.model import ROLES, Item

_MULTIPLE = "__"


@dataclass(frozen=True)
class ItemAnswers:
    """Who answered an item, and who chose which option.

    Parameters
    ----------
    item : str
        Its id.
    options : list
        In the order to be shown.
    single : Levels or None
        Codes of a single-choice item.
    multiple : list of array
        One array an option of a multiple-choice item: 1 chosen, 0 not, -1 no answer.
    """

    item: str
    options: list[Hashable]
    single: Levels | None
    multiple: list[npt.NDArray[np.int8]]

    def __iter__(self) -> Iterator[tuple[Mask, Mask]]:
        """Yield for each option who answered, and who chose it."""
        if self.single is not None:
            answered = self.single.codes >= 0
            for code in range(self.single.size):
                yield answered, self.single.codes == code
        for values in self.multiple:
            yield values >= 0, values == 1


def answers_to(respondents: pd.DataFrame, item: str | Sequence[str]) -> ItemAnswers:
    """Return the answers to an item.

    Parameters
    ----------
    respondents : DataFrame
        One row a person.
    item : str or sequence of str
        A column, whose values are the options (all categories of a categorical); the 0/1 columns of a
        multiple-choice item; the part before ``__`` of the names of such columns; or the role that the
        codebook gives one of these ('topics').

    Raises
    ------
    ParameterError
        No such column.
    DataError
        A multiple-choice column holds other values than 0 and 1; nobody answered and the options are
        unknown.
    """
    check_respondents(respondents)
    if isinstance(item, Sequence | pd.Index) and not isinstance(item, str):
        columns: list[Any] = list(item)
        if not columns:
            raise ParameterError("item names no column.")
        if len(set(map(str, columns))) < len(columns):
            raise ParameterError("item names a column twice.", hint="Name each column once.")
        stems = {str(column).split(_MULTIPLE)[0] for column in columns}
        name = stems.pop() if len(stems) == 1 else ", ".join(map(str, columns))
        chosen = [_zero_one(respondents, column, several=len(columns) > 1) for column in columns]
        stem = f"{name}{_MULTIPLE}"
        if name and all(str(column).startswith(stem) for column in columns):
            # Drop the stem, so that naming an item by its stem or by its columns gives the same options.
            columns = [str(column).removeprefix(stem) for column in columns]
        return ItemAnswers(name, columns, None, chosen)
    item = column_named(respondents, item)
    if item in respondents.columns:
        levels = levels_of(column_of(respondents, item, role="item"))
        if levels.size == 0:
            raise DataError(f"Nobody answered '{item}', and its options are not known.")
        return ItemAnswers(str(item), list(levels.values), levels, [])
    stem = f"{item}{_MULTIPLE}"
    found = [c for c in respondents.columns if isinstance(c, str) and c.startswith(stem)]
    if not found:
        known = dict.fromkeys(str(column).split(_MULTIPLE)[0] for column in respondents.columns)
        raise ParameterError(unknown_name("item", str(item), known))
    options: list[Hashable] = [column.removeprefix(stem) for column in found]
    return ItemAnswers(str(item), options, None, [_zero_one(respondents, column) for column in found])


def gave(respondents: pd.DataFrame, item: Item, members: Sequence[str]) -> pd.Series:
    """Return 1 for people who gave one of the answers `members`, 0 for others, missing without an answer."""
    if item.kind == "multiple":
        chosen = [column_of(respondents, f"{item.id}__{one}", role="answer") for one in members]
        return pd.concat(chosen, axis=1).max(axis=1).astype("Float64")
    given = column_of(respondents, item.id, role="answer")
    known = given.isin([option.id for option in item.options])
    if given.notna().any() and not known.any():
        raise DataError(
            f"No answer in the column '{item.id}' is an option of the codebook (the first: "
            f"'{given.dropna().iloc[0]}').",
            hint=f"The column holds the ids of options, as text: {', '.join(o.id for o in item.options)}.",
        )
    return given.isin(members).astype("Float64").where(given.notna())


def column_named(respondents: pd.DataFrame, name: Any) -> Any:
    """Return the column, or stem of columns, with the role `name` in the codebook; else the name itself."""
    check_name(name)
    if not isinstance(name, str) or name not in ROLES or name in respondents.columns:
        return name
    codebook = codebook_of(respondents.attrs)
    item = None if codebook is None else codebook.with_role(name)
    return name if item is None else item.id


def _zero_one(respondents: pd.DataFrame, column: str, *, several: bool = False) -> npt.NDArray[np.int8]:
    kind = column_of(respondents, column, role="item").dtype
    if several and not (pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_bool_dtype(kind)):
        raise DataError(
            f"Column '{column}' holds {kind}, not numbers; a list of columns is one multiple-choice item.",
            hint="Give the 0/1 columns of its options. For several questions call once for each, and put "
            "together what is returned: pandas.concat.",
        )
    values = numeric_column(respondents, column, role="item")
    missing = np.isnan(values)
    values[missing] = -1
    known = values.astype(np.int8)
    other = (known != values) | (known < 0) & ~missing | (known > 1)
    if other.any():
        raise DataError(
            f"Column '{column}' holds other values than 0 and 1 "
            f"(rows {rows_named(respondents.index, other)}).",
            hint="A column of a multiple-choice item says 1 for chosen, 0 for not; no answer is missing.",
        )
    return known


@dataclass(frozen=True)
class DomainCodes:
    """Respondents by domain.

    Parameters
    ----------
    codes : array of int
        Domain of each respondent; -1 where a `by` column is missing.
    frame : DataFrame
        One row a domain that occurs, in order; the `by` columns, typed as in the respondents.
    """

    codes: Ints
    frame: pd.DataFrame

    @property
    def size(self) -> int:
        """Number of domains."""
        return len(self.frame)


def domains_of(
    respondents: pd.DataFrame, by: str | Sequence[str] | None, *, reserved: Sequence[str]
) -> DomainCodes:
    """Return the domains that the `by` columns define; one of all respondents if there are no columns.

    Raises
    ------
    ParameterError
        An unknown column, or one that has the name of a column of the result (`reserved`).
    """
    columns: list[Any] = [] if by is None else [by]
    if isinstance(by, Sequence | pd.Index) and not isinstance(by, str):
        columns = list(by)
    columns = [column_named(respondents, column) for column in columns]
    if not columns:
        return DomainCodes(np.zeros(len(respondents), dtype=np.intp), pd.DataFrame(index=pd.RangeIndex(1)))
    taken = [column for column in columns if column in reserved]
    if taken or any(columns.count(column) > 1 for column in columns):
        raise ParameterError(
            f"by={columns} is not legal: "
            + (f"'{taken[0]}' is a column of the result." if taken else "a column is named twice."),
            hint="Rename the column first." if taken else "Name each column once.",
        )
    levels = [levels_of(column_of(respondents, column, role="by")) for column in columns]
    cells = cross(levels)
    complete = (cells.levels >= 0).all(axis=1)
    codes = np.where(complete, np.cumsum(complete) - 1, -1)[cells.of_row]
    kept = cells.levels[complete]
    frame = pd.DataFrame(
        {
            column: _values(respondents[column], level, kept[:, number])
            for number, (column, level) in enumerate(zip(columns, levels, strict=True))
        }
    )
    return DomainCodes(codes, frame)


def _values(column: pd.Series, levels: Levels, codes: Ints) -> pd.Series:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return pd.Series(pd.Categorical.from_codes(codes, dtype=column.dtype))
    return pd.Series(levels.values.take(codes))


def bases(
    design: SampleDesign, domains: DomainCodes, answers: ItemAnswers
) -> Iterator[tuple[Domains, Ints, Mask]]:
    """Yield for each option its base by domain, the rows in that base, and who of all chose the option.

    Options with the same base share it.
    """
    previous: Mask = np.empty(0, dtype=np.bool_)
    for answered, chosen in answers:
        if not np.array_equal(answered, previous):
            rows = np.flatnonzero(answered & (domains.codes >= 0))
            base = Domains(design, rows, domains.codes[rows], domains.size)
            previous = answered
        yield base, rows, chosen


def by_option(domains: pd.DataFrame, answers: ItemAnswers) -> pd.DataFrame:
    """Return one row a domain × option, the options of a domain in consecutive rows."""
    frame = domains.loc[domains.index.repeat(len(answers.options))].reset_index(drop=True)
    return frame.assign(item=answers.item, option=pd.Series(answers.options * len(domains)))


def known_of(
    estimates: pd.DataFrame,
    respondents: pd.DataFrame,
    design: Design,
    confidence: float,
) -> pd.DataFrame:
    """Return estimates with ``attrs`` on their respondents and method.

    Those of the respondents, and confidence (0–1), weighted (bool), raked_by (columns of the margins).
    """
    raked_to = design.get("raked_to")
    weighted = raked_to is not None or (
        design.get("weight") is not None and respondents.attrs.get("weighted", True)
    )
    raked_by = [] if raked_to is None else [str(name) for name in dict.fromkeys(raked_to.margins["column"])]
    known: dict[Hashable, Any] = {"confidence": float(confidence), "weighted": weighted, "raked_by": raked_by}
    estimates.attrs = {**respondents.attrs, **known}
    return estimates
