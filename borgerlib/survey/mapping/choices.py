"""Codes the choices of one item: which option of a single item, which options of a multiple one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from borgerlib.survey.codebook.matching import (
    NOT_ASKED,
    NOT_SELECTED,
    SELECTED,
    joined_text,
    matcher,
    normalise,
)
from borgerlib.survey.codebook.model import Item
from borgerlib.survey.mapping.file import ItemMapping
from borgerlib.survey.responses import Export, problem_frame

UNKNOWN = -2

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Coded:
    """One item as coded.

    Parameters
    ----------
    columns : dict
        Column of the respondents frame → its values.
    problems : list of DataFrame
        See `Responses`.
    answers, recognised : int
        Values that were not blank, and how many of them were understood.
    """

    columns: dict[str, Any]
    problems: list[pd.DataFrame]
    answers: int
    recognised: int


def single_choice(item: Item, entry: ItemMapping, export: Export) -> Coded:
    """Code a single item; every value that is no option is missing and recorded."""
    column = entry.columns[0]
    picked = _option_places(item, entry, column, export)
    problems = _unknown(export, column, item, picked, "unknown_option")
    answers = int((picked != -1).sum())
    values = categorical(item, np.where(picked == UNKNOWN, -1, picked))
    return Coded({item.id: values}, [problems], answers, answers - len(problems))


def categorical(item: Item, places: Places) -> pd.Categorical[str]:
    """Return places of options (-1 for none) as the item's Categorical."""
    ids = pd.Index([option.id for option in item.options])
    return pd.Categorical.from_codes(places, categories=ids, ordered=item.ordered)


def _option_places(item: Item, entry: ItemMapping, column: str, export: Export) -> Places:
    """Return for each row the place of its option, -1 where blank, `UNKNOWN` where it is no option."""
    options = matcher(item, entry.values)
    given = {normalise(value) for value in entry.values}
    labels = export.column(column).labels
    places = {option.id: at for at, option in enumerate(item.options)}
    codes, different = pd.factorize(export.frame[column])
    found = []
    for text in different:
        # A code means what its label says, unless the mapping says otherwise: '2' may be an option's id too.
        meaning = text if normalise(text) in given else labels.get(text, text)
        found.append(places.get(options.match(meaning) or "", UNKNOWN))
    return np.array([*found, -1], dtype=np.int64)[codes]


def _unknown(export: Export, column: str, item: Item, picked: Places, rule: str) -> pd.DataFrame:
    wrong = picked == UNKNOWN
    values = export.frame[column][wrong]
    labels = export.column(column).labels
    shown = [f"{value} ({labels[value]})" if value in labels else value for value in values]
    return problem_frame(list(values.index), item.id, shown, rule)


def ranked_choices(item: Item, entry: ItemMapping, export: Export) -> Coded:
    """Code a multiple item from one column a choice; the rank is not kept."""
    chosen = np.zeros((len(export.frame), len(item.options)), dtype=np.int8)
    problems = []
    answers = 0
    for column in entry.columns:
        picked = _option_places(item, entry, column, export)
        rows = np.flatnonzero(picked >= 0)
        chosen[rows, picked[rows]] = 1
        problems.append(_unknown(export, column, item, picked, "unknown_selection"))
        answers += int((picked != -1).sum())
    wrong = sum(len(frame) for frame in problems)
    return Coded(_choices(item, chosen, _any(chosen)), problems, answers, answers - wrong)


def joined_choices(item: Item, entry: ItemMapping, export: Export) -> Coded:
    """Code a multiple item from one cell with the chosen texts."""
    column = export.frame[entry.columns[0]]
    parts = joined_text(item, entry.separator, entry.values)
    places = {option.id: at for at, option in enumerate(item.options)}
    codes, different = pd.factorize(column)
    lookup = np.zeros((len(different) + 1, len(item.options)), dtype=np.int8)
    unknown: dict[int, list[str]] = {}
    pieces = np.zeros(len(different) + 1, dtype=np.int64)
    for at, text in enumerate(different):
        chosen, strange = parts.split(text)
        lookup[at, [places[option] for option in chosen]] = 1
        pieces[at] = len(chosen) + len(strange)
        if strange:
            unknown[at] = strange
    chosen_by_row = lookup[codes]
    problems, wrong = _strange_pieces(item, column, codes, unknown)
    answers = int(pieces[codes].sum())
    return Coded(_choices(item, chosen_by_row, _any(chosen_by_row)), [problems], answers, answers - wrong)


def _strange_pieces(
    item: Item, column: pd.Series, codes: Places, unknown: dict[int, list[str]]
) -> tuple[pd.DataFrame, int]:
    numbers = column.index.to_numpy()
    rows: list[int] = []
    values: list[str] = []
    for place in np.flatnonzero(np.isin(codes, list(unknown))):
        strange = unknown[int(codes[place])]
        rows += [int(numbers[place])] * len(strange)
        values += strange
    return problem_frame(rows, item.id, values, "unknown_selection"), len(rows)


def indicated_choices(item: Item, entry: ItemMapping, export: Export) -> Coded:
    """Code a multiple item from one 0/1 column an option."""
    picked = np.full((len(export.frame), len(item.options)), -1, dtype=np.int64)
    offered = np.zeros(len(item.options), dtype=bool)
    places = {option.id: at for at, option in enumerate(item.options)}
    problems = []
    answers = 0
    for column, option in entry.options.items():
        place = places[option]
        offered[place] = True
        values = _selections(column, item.options[place].text, export)
        picked[:, place] = values
        answers += int((values != -1).sum())
        problems.append(_unknown(export, column, item, values, "unknown_selection"))
    known = picked >= 0
    ticked = picked == 1
    # With an option for 'nothing of this' no tick at all is no answer; without one it may be the answer.
    has_none = any(option.exclusive for option in item.options)
    answered = _any(ticked) if has_none else _any(known)
    wrong = sum(len(frame) for frame in problems)
    columns = _choices(item, ticked.astype(np.int8), answered, offered)
    return Coded(columns, problems, answers, answers - wrong)


def _selections(column: str, text: str, export: Export) -> Places:
    """Return for each row 1 ticked, 0 not ticked, -1 blank or not asked, `UNKNOWN` neither."""
    labels = export.column(column).labels
    choices = {normalise(text), normalise(column), normalise(export.column(column).choice)} - {""}
    codes, different = pd.factorize(export.frame[column])
    found = [_selection(normalise(labels.get(value, value)), choices) for value in different]
    return np.array([*found, -1], dtype=np.int64)[codes]


def _selection(value: str, choices: set[str]) -> int:
    if value in SELECTED or value in choices:
        return 1
    if value in NOT_SELECTED:
        return 0
    return -1 if value in NOT_ASKED else UNKNOWN


def _any(flags: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    return np.asarray(flags.any(axis=1), dtype=np.bool_)


def _choices(
    item: Item,
    chosen: npt.NDArray[np.int8],
    answered: npt.NDArray[np.bool_],
    offered: npt.NDArray[np.bool_] | None = None,
) -> dict[str, Any]:
    """Return the 0/1 columns: missing where nothing was answered, and for options that were not offered."""
    columns = {}
    for at, name in enumerate(item.columns):
        missing = ~answered if offered is None or offered[at] else np.ones(len(answered), dtype=bool)
        columns[name] = pd.arrays.IntegerArray(chosen[:, at].copy(), missing.copy())
    return columns
