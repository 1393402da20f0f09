"""A copy of the respondents with randomised answers, without free text and without identities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from borgerlib.interest.protected.draws import draws
from borgerlib.interest.weighting.ages import band_column
from borgerlib.interest.weighting.rules import WEIGHT
from borgerlib.statistics.levels import Floats
from borgerlib.statistics.selections.randomised import (
    LOWEST_CHANCE,
    SMALLEST_SELECTION,
    Randomised,
    legal_chance,
    randomise,
    randomised,
    randomised_once_more,
)
from borgerlib.survey.cleaning.ages import age_column
from borgerlib.survey.codebook.model import Codebook, Item

WHO = ("age", "age_group", "sex", "area_type", "area")
_LEFT_OUT = ("consent",)


def protected_copy(
    respondents: pd.DataFrame,
    codebook: Codebook,
    key: bytes,
    *,
    chance: float,
    targets: Sequence[Mapping[str, Any]] = (),
) -> pd.DataFrame:
    """Return the protected copy of a survey.

    Parameters
    ----------
    respondents : DataFrame
        One row a person, as `borgerlib.load` returns.
    codebook : Codebook
        What was asked.
    key : bytes
        The survey's secret. With the same key and the same chance, a person whose answers to a question are
        the same gets the same copied answers to it each time the copy is made (`draws`).
    chance : float
        As `borgerlib.statistics.selections.randomised.randomised`.
    targets : sequence of mapping
        The margins of the weighting, as ``weighting.json`` holds them: they say which areas there are.

    Returns
    -------
    DataFrame
        One row a person, without id. Age, age band, sex, area and weight are unchanged; an area is kept only
        if the population is counted by it or `SMALLEST_SELECTION` respondents named it, because other areas
        are free text. Each answer to a single or multiple item is randomised; missing answers stay missing.
    """
    chance = legal_chance(chance)
    who = [
        item
        for item in codebook
        if item.role in WHO and item.kind in ("single", "text") and item.id in respondents
    ]
    asked = [
        item
        for item in codebook
        if item.options
        and item not in who
        and item.role not in _LEFT_OUT
        and set(item.columns) <= {*respondents}
    ]
    columns = {
        name: respondents[name]
        for name in (age_column(codebook), band_column(codebook), WEIGHT)
        if name in respondents
    }
    columns |= {item.id: _places(respondents[item.id], item, targets) for item in who}
    rounds = [(key, partial(randomised, LOWEST_CHANCE))]
    if chance != LOWEST_CHANCE:
        # From that copy, by draws of its own: with the same ones, or from the answers, two copies tell more.
        rounds.append((key + repr(chance).encode(), partial(randomised_once_more, chance)))
    for secret, how in rounds:
        numbers = draws(respondents, codebook, asked, secret)
        for item in asked:
            for column in item.columns:
                answers = columns.get(column, respondents[column])
                columns[column] = _copied(answers, item, numbers[column], how(_options(item)))
    return pd.DataFrame({name: values.array for name, values in columns.items()})


def _places(values: pd.Series, item: Item, targets: Sequence[Mapping[str, Any]]) -> pd.Series:
    if item.options:
        return values
    level_of = next((target["level_of"] for target in targets if target["column"] == item.id), None)
    if level_of is not None:
        return values.astype(object).map(level_of).astype("category")
    often = values.value_counts().loc[lambda times: times >= SMALLEST_SELECTION]
    return values.astype(object).where(values.isin(often.index)).astype("category")


def _options(item: Item) -> int:
    return 2 if item.kind == "multiple" else len(item.options)


def _copied(answers: pd.Series, item: Item, numbers: Floats, how: Randomised) -> pd.Series:
    if item.kind == "multiple":
        codes = answers.astype("Int8").fillna(-1).to_numpy(dtype=np.int8)
        copied = pd.Series(randomise(codes, numbers, how, 2), dtype="Int8")
        return copied.mask(copied < 0)
    # In the order of their names: that of the codebook can be another when a survey is prepared again.
    options = pd.CategoricalDtype(sorted(option.id for option in item.options))
    codes = pd.Categorical(answers.astype(object), dtype=options).codes
    copied_codes: Any = randomise(codes, numbers, how, _options(item))
    randomised_answers = pd.Categorical.from_codes(copied_codes, dtype=options)
    return pd.Series(randomised_answers.set_categories([option.id for option in item.options]))
