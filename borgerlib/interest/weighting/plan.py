"""From respondents and population counts to weights, and what ``weighting.json`` holds of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from borgerlib.errors import ConvergenceError, DataError, MarginError, to_prepare
from borgerlib.interest.weighting.levels import (
    OWN_FILE,
    Margin,
    empty_levels,
    merge,
    merge_sparse_neighbours,
    target_of,
    unusable,
    what_to_look_at,
)
from borgerlib.interest.weighting.margins import PopulationCounts, population_counts
from borgerlib.interest.weighting.rules import WEIGHT, WeightingRules
from borgerlib.said import said
from borgerlib.statistics.weighting.adjustment import WeightingResult
from borgerlib.statistics.weighting.weight import rake
from borgerlib.survey.codebook.model import Codebook

NO_COUNT = "uden befolkningstal"


@dataclass(frozen=True)
class Weighting:
    """Weights, and the decisions that led to them.

    Parameters
    ----------
    result : WeightingResult
        Weights with the respondents' index; they sum to the population.
    margins : DataFrame
        One row a margin's level. Columns: column, level (`NO_COUNT` for those without a population count), n
        (respondents), target, before, after (people).
    targets : tuple of Margin
    cap : float
        The cap that the weights keep, as a multiple of the mean weight; 0 where they keep none.
    largest : float
        The largest weight, as a multiple of the mean weight.
    population_date : str
        Day on which the people were counted (ISO 8601).
    population_source : str
    warnings : tuple of str
        What somebody should look at.
    """

    result: WeightingResult
    margins: pd.DataFrame
    targets: tuple[Margin, ...]
    cap: float
    largest: float
    population_date: str
    population_source: str
    warnings: tuple[str, ...]


def weigh(
    respondents: pd.DataFrame,
    codebook: Codebook,
    municipality: str,
    *,
    rules: WeightingRules,
    districts: Sequence[Path] = (),
    min_age: int = 15,
    survey_date: date | None = None,
) -> Weighting:
    """Weight the respondents of a municipality to its population.

    Parameters
    ----------
    respondents : DataFrame
        One row a person, clean, with the column `aldersgruppe` (`add_age_bands`).
    codebook : Codebook
        Its roles tell which columns are sex and area.
    municipality : str
        Name or code.
    rules : WeightingRules
    districts : sequence of Path
        The municipality's own counts of people by area or kind of area; the heading names the item.
    min_age : int
        Youngest age that could take part.
    survey_date : date, optional
        When the survey was made; population counted long before brings a warning.

    Raises
    ------
    MarginError
        There is nothing to weight by, a level has people but no respondents and no rule merges it, a cap that
        was asked for cannot be met, or no weights meet the margins.
    DataError
        A file of district counts cannot be used.
    CodebookError
        The options of the sex item are not those that the population is counted by.

    Notes
    -----
    Raking (Deming & Stephan 1940). People without a level that the population is counted by (no answer, or a
    sex other than the register's two) are neither left out nor imputed: they form a level of their own, which
    keeps its share among the respondents, and the others are weighted to the population's distribution.
    """
    people = population_counts(
        respondents,
        codebook,
        municipality,
        rules=rules,
        districts=districts,
        min_age=min_age,
        survey_date=survey_date,
    )
    targets = _targets(respondents, codebook, people, rules)
    notes = [*people.notes]
    notes += [said("merge_unused", role=role) for role in rules.merge if role not in people.by_role]
    for target in targets:
        notes += what_to_look_at(target, respondents, rules.fewest)
    frame, margins = rakeable(respondents, targets)
    result, cap = _rake(frame, margins, rules, notes)
    named = zip(result.margins["column"], result.margins["level"], strict=True)
    table = result.margins.assign(n=[int((frame[column] == level).sum()) for column, level in named])
    table = table[["column", "level", "n", "target", "before", "after"]]
    largest = float(result.weights.max() / result.weights.mean())
    return Weighting(result, table, targets, cap, largest, people.reference_date, people.source, tuple(notes))


def unweighted(respondents: pd.DataFrame) -> Weighting:
    """Return a weighting in which everybody counts once: results then hold only for those who answered."""
    weights = pd.Series(1.0, index=respondents.index)
    margins = pd.DataFrame(columns=["column", "level", "target", "before", "after"])
    result = WeightingResult(weights, margins, 1.0, float(len(weights)), 0)
    return Weighting(result, margins.assign(n=[]), (), 0.0, 1.0, "", "", (said("unweighted"),))


def rakeable(
    respondents: pd.DataFrame, targets: Sequence[Margin]
) -> tuple[pd.DataFrame, dict[str, pd.Series]]:
    """Return levels and margins that `rake` accepts: people without a level get one, with their own share."""
    levels, margins = {}, {}
    for target in targets:
        found = target.levels(respondents)
        share = float(found.isna().mean())
        levels[target.column] = found.fillna(NO_COUNT).astype("category")
        known = target.counts * (1 - share)
        unknown = pd.Series({NO_COUNT: share * target.counts.sum()} if share else {}, dtype=float)
        margins[target.column] = pd.concat([known, unknown])
    return pd.DataFrame(levels, index=respondents.index), margins


def summary_of(weighting: Weighting) -> dict[str, Any]:
    """Return the content of ``weighting.json`` for a weighting: no individual weights."""
    result = weighting.result
    return {
        "population_date": weighting.population_date,
        "population_source": weighting.population_source,
        "n": len(result.weights),
        "population": float(result.weights.sum()),
        "design_effect": result.design_effect,
        "effective_sample_size": result.effective_sample_size,
        "iterations": result.iterations,
        "cap": weighting.cap,
        "capped": bool(result.adjustment is not None and not result.adjustment.margins),
        "largest_weight": weighting.largest,
        "margins": weighting.margins.to_dict(orient="records"),
        "targets": [
            vars(target) | {"counts": target.counts.astype(float).to_dict()} for target in weighting.targets
        ],
        "warnings": list(weighting.warnings),
    }


def reweighted(respondents: pd.DataFrame, summary: Mapping[str, Any]) -> WeightingResult | None:
    """Return the weighting of respondents, recomputed from ``weighting.json``.

    None if they are not weighted.

    Raises
    ------
    DataError
        The recomputed weights differ from those of the respondents.
    """
    if not summary["targets"]:
        return None
    frame, margins = rakeable(respondents, targets_of(summary))
    result = rake(frame, margins, cap=summary["cap"] if summary["capped"] else None)
    if not np.allclose(result.weights, respondents[WEIGHT], rtol=1e-8, atol=0):
        name = respondents.attrs["municipality"]
        raise DataError(said("other_weights", name=name), hint=to_prepare(name))
    # Raking used merged levels; the respondents have the columns that these are built from.
    return replace(result, respondents=respondents[list(frame.columns)])


def targets_of(summary: Mapping[str, Any]) -> list[Margin]:
    """Return the margins that the respondents were weighted to, none where they are not weighted."""
    return [
        Margin(**{**record, "counts": pd.Series(record["counts"], name=record["column"])})
        for record in summary["targets"]
    ]


def _targets(
    respondents: pd.DataFrame, codebook: Codebook, people: PopulationCounts, rules: WeightingRules
) -> tuple[Margin, ...]:
    if not people.by_role:
        raise MarginError(said("nothing_to_weight_by"))
    targets, problems = [], []
    for role, counts in people.by_role.items():
        item = codebook.with_role(role) if role in ("area", "area_type") else None
        texts = {option.id: option.text for option in item.options} if item else {}
        target = merge(target_of(role, counts, respondents, texts), rules.merge.get(role, {}))
        found = unusable(target, respondents)
        if not found:
            if role == "age" and rules.merge_sparse_ages:
                target = merge_sparse_neighbours(target, respondents, rules.fewest)
            found = empty_levels(target, respondents)
        targets.append(target)
        problems += found
    if problems:
        raise MarginError(said("cannot_be_weighted"), problems=problems)
    return tuple(targets)


def _rake(
    frame: pd.DataFrame, margins: dict[str, pd.Series], rules: WeightingRules, notes: list[str]
) -> tuple[WeightingResult, float]:
    try:
        free = rake(frame, margins)
    except ConvergenceError as error:
        raise MarginError(
            said("no_common_weights"),
            problems=[error.message, *error.problems],
            hint=f"Some combination of levels has no respondents: merge levels or drop a margin. {OWN_FILE}",
        ) from error
    largest = float(free.weights.max() / free.weights.mean())
    if not rules.cap or largest <= rules.cap:
        return free, rules.cap
    try:
        return rake(frame, margins, cap=rules.cap), rules.cap
    except (MarginError, ConvergenceError) as error:
        if rules.insist_on_cap:
            raise
        # Ignore what a search that did not converge left unmet: the weights that are used meet it.
        why = " ".join(error.problems) if isinstance(error, MarginError) else ""
        notes.append(said("no_cap", cap=rules.cap, largest=round(largest, 1), problems=why))
        return free, 0.0
