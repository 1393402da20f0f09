"""Flags for rows that look careless. They are marked for the analyst to judge, never dropped."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd

from borgerlib.survey.codebook.model import Codebook

STRAIGHT_LINING = "flag_straight_lining"
SPEEDING = "flag_speeding"
FLAGS = (STRAIGHT_LINING, SPEEDING)
# A third of the median is a strict limit: fast readers are rarely flagged.
SPEEDING_SHARE = 1 / 3
_FEWEST_OPTIONS = 4
_FEWEST_ITEMS = 3


def flag_rows(frame: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Return the flags of each row.

    Returns
    -------
    DataFrame
        Same index; `flag_straight_lining` (every option ticked in every answered multiple-choice question
        without a limit, or the same answer to all of three or more questions with one scale) and
        `flag_speeding` (finished in under a third of the median of the known times), both bool.
    """
    ticked_all = _ticks_everything(frame, codebook)
    same_all = _answers_all_the_same(frame, codebook)
    return pd.DataFrame(
        {STRAIGHT_LINING: ticked_all | same_all, SPEEDING: _speeding(frame, codebook)}, index=frame.index
    )


def _ticks_everything(frame: pd.DataFrame, codebook: Codebook) -> np.ndarray:
    answered = np.zeros(len(frame), dtype=bool)
    everything = np.ones(len(frame), dtype=bool)
    for item in codebook:
        options = zip(item.options, item.columns, strict=True) if item.kind == "multiple" else ()
        positive = [name for option, name in options if not option.stands_alone]
        if item.max_choices or not set(positive) <= set(frame.columns):
            continue
        # An option whose column is empty was not offered.
        positive = [name for name in positive if frame[name].notna().any()]
        if len(positive) < _FEWEST_OPTIONS:
            continue
        asked = frame[positive].notna().all(axis=1).to_numpy()
        all_ticked = (frame[positive] == 1).fillna(False).all(axis=1).to_numpy(dtype=bool)
        answered |= asked
        everything &= all_ticked | ~asked
    return answered & everything


def _answers_all_the_same(frame: pd.DataFrame, codebook: Codebook) -> np.ndarray:
    scales: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for item in codebook:
        if item.kind == "single" and item.ordered and item.id in frame:
            scales[tuple(option.id for option in item.options)].append(item.id)
    same = np.zeros(len(frame), dtype=bool)
    for names in scales.values():
        if len(names) < _FEWEST_ITEMS:
            continue
        codes = np.column_stack([pd.Categorical(frame[name]).codes for name in names])
        same |= (codes == codes[:, :1]).all(axis=1) & (codes[:, 0] >= 0)
    return same


def _speeding(frame: pd.DataFrame, codebook: Codebook) -> np.ndarray:
    started, submitted = codebook.with_role("started"), codebook.with_role("submitted")
    if started is None or submitted is None or not {started.id, submitted.id} <= set(frame.columns):
        return np.zeros(len(frame), dtype=bool)
    seconds = (frame[submitted.id] - frame[started.id]).dt.total_seconds()
    return np.asarray(seconds < SPEEDING_SHARE * seconds.median())
