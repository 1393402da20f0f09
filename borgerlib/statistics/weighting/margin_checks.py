"""Check that population margins and respondents fit together, and report all problems at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from borgerlib.errors import MarginError, unknown_name
from borgerlib.statistics.levels import (
    Cells,
    Floats,
    Levels,
    check_respondents,
    column_of,
    counted,
    cross,
    levels_of,
    rows_named,
    sums,
)
from borgerlib.statistics.weighting.adjustment import Adjustment

# The name of a known total: its column and level (None for a numeric column).
Name = tuple[str, object]

_ROUNDING = 1e-11


@dataclass(frozen=True)
class CheckedMargins:
    """Respondents and margins that fit.

    Parameters
    ----------
    cells : Cells
        Where the margins cross; level codes are positions in `targets`.
    targets : list of array
        Population counts of each margin, levels without people left out.
    names : list of (column, level)
        What the targets are called, in the same order.
    total : float
        The population.
    """

    cells: Cells
    targets: list[Floats]
    names: list[Name]
    total: float

    @property
    def rows(self) -> Floats:
        """What one respondent of each cell adds to each target: 1 where the cell has its level, else 0."""
        parts = [np.eye(len(of))[self.cells.levels[:, at]] for at, of in enumerate(self.targets)]
        return np.hstack([np.empty((self.cells.size, 0)), *parts])


def check_margins(
    respondents: pd.DataFrame,
    margins: Mapping[str, pd.Series],
    *,
    extra_problems: Sequence[str] = (),
) -> CheckedMargins:
    """Return respondents and margins as cells and targets, or raise `MarginError` with every problem."""
    check_respondents(respondents)
    problems = [*_malformed(respondents, margins)]
    if problems:
        raise _unfit([*problems, *extra_problems])
    raw = [levels_of(column_of(respondents, name, role="margin"), ordered=False) for name in margins]
    if not raw:
        if extra_problems:
            raise _unfit(extra_problems)
        everyone = cross([Levels(np.zeros(len(respondents), dtype=np.intp), pd.RangeIndex(1))])
        return CheckedMargins(everyone, [], [], 0.0)
    cells = cross(raw)
    targets, names, codes = [], [], []
    for number, (name, margin) in enumerate(margins.items()):
        by_level = sums(cells.levels[:, number] + 1, raw[number].size + 1, cells.people)
        problems += _missing(respondents, name, int(by_level[0]))
        problems += _level_problems(name, margin, raw[number], by_level[1:])
        kept = margin[margin.to_numpy(dtype=float) > 0]
        position = {level: code for code, level in enumerate(kept.index)}
        renumber = np.array([position.get(level, -1) for level in raw[number].values] + [-1], dtype=np.intp)
        codes.append(renumber[cells.levels[:, number]])
        targets.append(kept.to_numpy(dtype=np.float64))
        names += [(name, level) for level in kept.index]
    problems += _total_problems(margins)
    if problems or extra_problems:
        raise _unfit([*problems, *extra_problems])
    checked = Cells(cells.of_row, np.column_stack(codes), cells.people)
    return CheckedMargins(checked, targets, names, float(targets[0].sum()))


def named(name: Name) -> str:
    """Return the name of a known total for messages."""
    column, level = name
    return f"Column '{column}'" + ("" if level is None else f", level '{level}'")


def margins_frame(names: Sequence[Name], adjustment: Adjustment, weights: Floats) -> pd.DataFrame:
    """Return known totals next to the totals of the base weights and of the adjusted weights."""
    base = sums(adjustment.cells, adjustment.size, adjustment.base_weight)
    final = sums(adjustment.cells, adjustment.size, weights)
    before, after = (base, final) if adjustment.rows is None else (base, final) @ adjustment.rows
    return pd.DataFrame(
        {
            "column": [name for name, _ in names],
            "level": pd.Series([level for _, level in names], dtype=object),
            "target": adjustment.targets,
            "before": before * (final.sum() / base.sum()),
            "after": after,
        }
    )


def _unfit(problems: Sequence[str]) -> MarginError:
    return MarginError(
        "The population counts and the respondents do not fit together.",
        problems=problems,
        hint="Mend the counts or the respondents; merge levels that have no respondents into a neighbour. "
        "Respondents whom no count covers keep their share if the margin has a level for them with that "
        "share of its total.",
    )


def _malformed(respondents: pd.DataFrame, margins: Mapping[str, pd.Series]) -> list[str]:
    problems = []
    for name, margin in margins.items():
        if name not in respondents.columns:
            problems.append(unknown_name("margin column", str(name), [str(c) for c in respondents.columns]))
        if not isinstance(margin, pd.Series):
            problems.append(
                f"Column '{name}': the margin is a {type(margin).__name__}, not a Series by level."
            )
            continue
        if margin.index.nlevels > 1:
            problems.append(
                f"Column '{name}': the margin is of {margin.index.nlevels} columns; give one of each, or "
                "call post_stratify."
            )
            continue
        if not pd.api.types.is_numeric_dtype(margin.dtype):
            problems.append(f"Column '{name}': the counts are {margin.dtype}, not numbers.")
            continue
        counts = margin.to_numpy(dtype=np.float64, na_value=np.nan)
        for words, wrong in (
            ("no count", np.isnan(counts)),
            ("an infinite count", np.isinf(counts)),
            ("a negative count", counts < 0),
            ("more than one count", margin.index.duplicated()),
        ):
            problems += [
                f"Column '{name}', level '{level}': {words}." for level in margin.index[wrong].unique()
            ]
        if margin.index.hasnans:
            problems.append(f"Column '{name}': a level of the margin has no name.")
        if not counts.sum() > 0 and not np.isnan(counts).any():
            problems.append(f"Column '{name}': the margin counts nobody.")
    return problems


def _missing(respondents: pd.DataFrame, name: str, count: int) -> list[str]:
    if not count:
        return []
    where = respondents[name].isna().to_numpy()
    return [
        f"Column '{name}': {counted(count)} without a value (rows {rows_named(respondents.index, where)})."
    ]


def _level_problems(name: str, margin: pd.Series, raw: Levels, people: Floats) -> list[str]:
    target = dict(zip(margin.index, margin.to_numpy(dtype=float), strict=True))
    seen = {level: int(count) for level, count in zip(raw.values, people, strict=True) if count}
    as_text = {str(level): level for level in target}
    problems = []
    for level, count in seen.items():
        if level not in target:
            lacks = f"{counted(count)}, but the margin does not have the level."
            if (twin := as_text.get(str(level))) is not None:
                lacks += f" (It has '{twin}' as {type(twin).__name__}; here it is {type(level).__name__}.)"
            problems.append(f"Column '{name}', level '{level}': {lacks}")
        elif target[level] == 0:
            problems.append(
                f"Column '{name}', level '{level}': the population count is 0 but there "
                f"{'is' if count == 1 else 'are'} {counted(count)}."
            )
    for level, count_of_level in target.items():
        if count_of_level > 0 and level not in seen:
            problems.append(
                f"Column '{name}', level '{level}': {count_of_level:,.10g} in the population, no respondent."
            )
    return problems


def _total_problems(margins: Mapping[str, pd.Series]) -> list[str]:
    totals = {name: float(margin.sum()) for name, margin in margins.items()}
    first = next(iter(totals.values()))
    if all(abs(total - first) <= _ROUNDING * first for total in totals.values()):
        return []
    listed = ", ".join(f"'{name}' {total:,.12g}" for name, total in totals.items())
    return [f"The totals of the margins disagree: {listed}."]
