"""Repairs: what cleaning changes in cells, one function per rule, frame → frame.

A repair does not write the log: `clean` compares the frame before and after, so every change is logged.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from borgerlib.personal import MASK, mask_contact, mask_cpr_column
from borgerlib.survey.cleaning.violations import contact_columns, is_text
from borgerlib.survey.codebook.model import Codebook, Item
from borgerlib.survey.grid.values import parse_dates, parse_numbers
from borgerlib.survey.responses import dtype_of

ID_COLUMN = "svar_id"
ROW_ID = "raekke-"
"""How an id begins that is made up of the row, where the export has none."""
CONSENT_GIVEN = "ja"

Frame = pd.DataFrame
Column = pd.Series


def id_column(codebook: Codebook) -> str:
    """Return the column of the respondent's id: the item's, or `ID_COLUMN` if the codebook has no such item.

    If an item without the role has that name, it is an ordinary question, and the ids get another column.
    """
    if item := codebook.with_role("id"):
        return item.id
    return ID_COLUMN if ID_COLUMN not in {item.id for item in codebook} else f"{ID_COLUMN}_raekke"


def strip_whitespace(frame: Frame) -> Frame:
    """Strip spaces and line breaks around text; an empty text becomes missing."""
    stripped: dict[str, Column] = {}
    for name in frame.columns:
        if not is_text(frame[name]):
            continue
        stripped |= _rewritten(frame[name].astype("object"), lambda text: text.strip() or None)
    return frame.assign(**stripped)


def _rewritten(column: Column, rewrite: Callable[[str], str | None]) -> dict[str, Column]:
    """Return the column by its name with each distinct text rewritten; empty if no text changes."""
    texts = [text for text in column.dropna().unique().tolist() if isinstance(text, str)]
    new = {text: after for text in texts if (after := rewrite(text)) != text}
    return {str(column.name): column.replace(new)} if new else {}


def mask_cpr_numbers(frame: Frame) -> Frame:
    """Mask CPR numbers in every column of text."""
    texts = {name: frame[name] for name in frame.columns if is_text(frame[name])}
    masked = {name: mask_cpr_column(_plain(column)) for name, column in texts.items()}
    return frame.assign(
        **{name: column for name, column in masked.items() if not column.equals(_plain(texts[name]))}
    )


def mask_contact_in_text(frame: Frame, codebook: Codebook) -> Frame:
    """Mask e-mail addresses and telephone numbers in answers in the respondents' own words."""
    masked: dict[str, Column] = {}
    for item in codebook:
        if item.kind != "text" or item.role not in ("free_text", ""):
            continue
        for name in _present(item, frame):
            masked |= _rewritten(frame[name], mask_contact)
    return frame.assign(**masked)


def type_answers(frame: Frame, codebook: Codebook, kinds: tuple[str, ...]) -> Frame:
    """Convert the answers of items of some kinds to their type; what does not fit becomes missing.

    Single items become categorical, the columns of multiple items 0/1, numbers finite, dates timestamps.
    """
    return frame.assign(
        **{
            name: _typed(frame[name], item)
            for item in codebook
            if item.kind in kinds
            for name in _present(item, frame)
        }
    )


def _typed(column: Column, item: Item) -> Column:
    if item.kind == "single":
        scale = dtype_of(item)
        # The reader may have converted it already.
        if column.dtype == scale and list(column.cat.categories) == list(scale.categories):
            return column
        values = column.astype("object")
        return values.where(values.isin(scale.categories)).astype(scale)
    if item.kind == "date":
        is_typed = pd.api.types.is_datetime64_any_dtype(column)
        return column if is_typed else parse_dates(_plain(column))
    if item.kind == "text":
        return _plain(column).astype("string")
    number = parse_numbers(_plain(column)) if is_text(column) else column.astype("Float64")
    number = number.where(number.abs() < np.inf)
    return number if item.kind == "number" else number.where(number.isin([0, 1])).astype("Int8")


def fill_partial_multiple(frame: Frame, codebook: Codebook) -> Frame:
    """Set an empty cell to 'not chosen' if the same respondent filled another cell of the question.

    An option whose cells are all empty was not offered, and stays missing.
    """
    return _by_multiple_item(
        frame,
        codebook,
        lambda ticks, _: np.where(np.isnan(ticks) & _answered(ticks) & _offered(ticks), 0, ticks),
    )


def resolve_exclusive(frame: Frame, codebook: Codebook) -> Frame:
    """Clear 'none of these' and 'don't know' if other options are chosen: the positive choices count.

    If nothing positive is chosen, but several options that each exclude all others, 'none of these' takes
    precedence over 'don't know'; if several are still left, the question counts as unanswered.
    """

    def resolve(ticks: np.ndarray, item: Item) -> np.ndarray:
        exclusive = np.array([option.stands_alone for option in item.options])
        opinion = np.array([not option.missing for option in item.options])
        chosen = ticks == 1
        positive = (chosen & ~exclusive).any(axis=1, keepdims=True)
        resolved = np.where(positive & exclusive & chosen, 0, ticks)
        several = (resolved == 1) & exclusive
        several &= several.sum(axis=1, keepdims=True) > 1
        has_opinion = (several & opinion).any(axis=1, keepdims=True)
        resolved = np.where(several & has_opinion & ~opinion, 0, resolved)
        undecided = ((resolved == 1) & exclusive).sum(axis=1, keepdims=True) > 1
        return np.where(undecided, np.nan, resolved)

    return _by_multiple_item(frame, codebook, resolve)


def clear_nothing_ticked(frame: Frame, codebook: Codebook) -> Frame:
    """Count a question as unanswered if nothing is ticked although it offered 'none of these'."""

    def clear(ticks: np.ndarray, item: Item) -> np.ndarray:
        none = np.array([option.stands_alone for option in item.options])
        offers_none = bool((none & _offered(ticks)).any())
        nothing = _answered(ticks) & ~(ticks == 1).any(axis=1, keepdims=True)
        return np.where(nothing & offers_none, np.nan, ticks)

    return _by_multiple_item(frame, codebook, clear)


def clear_too_many_choices(frame: Frame, codebook: Codebook) -> Frame:
    """Count a question as unanswered if more options are chosen than allowed: it is unclear which count."""

    def clear(ticks: np.ndarray, item: Item) -> np.ndarray:
        too_many = (ticks == 1).sum(axis=1, keepdims=True) > (item.max_choices or len(item.options))
        return np.where(too_many, np.nan, ticks)

    return _by_multiple_item(frame, codebook, clear)


def clear_reversed_times(frame: Frame, codebook: Codebook) -> Frame:
    """Clear the time of starting if it is after the time of submitting."""
    started, submitted = codebook.with_role("started"), codebook.with_role("submitted")
    if started is None or submitted is None or not {started.id, submitted.id} <= set(frame.columns):
        return frame
    return frame.assign(**{started.id: frame[started.id].mask(frame[started.id] > frame[submitted.id])})


def drop_contact_without_consent(frame: Frame, codebook: Codebook) -> Frame:
    """Clear the contact details of respondents who did not consent to be contacted."""
    consent = codebook.with_role("consent")
    present = [name for name in contact_columns(codebook) if name in frame]
    given = pd.Series(False, index=frame.index)
    if consent is not None and consent.id in frame:
        given = (frame[consent.id].astype("string") == CONSENT_GIVEN).fillna(False).astype(bool)
    return frame.assign(**{name: frame[name].where(given) for name in present})


def replace_personal_id(frame: Frame, codebook: Codebook) -> Frame:
    """Replace an id that is an e-mail address, or was a CPR number, with the row's number."""
    name = id_column(codebook)
    if name not in frame:
        return frame
    text = frame[name].astype("string")
    personal = text.str.contains("@", regex=False) | text.str.contains(MASK, regex=False)
    return _numbered(frame, name, personal.fillna(False).astype(bool))


def fill_missing_id(frame: Frame, codebook: Codebook) -> Frame:
    """Give a row without id the row's number as id."""
    name = id_column(codebook)
    if name not in frame:
        frame = frame.assign(**{name: pd.Series(pd.NA, index=frame.index, dtype="string")})
    return _numbered(frame, name, frame[name].isna())


def _numbered(frame: Frame, name: str, rows: Column) -> Frame:
    taken = set(frame.loc[~rows, name])
    fresh = {}
    for label in frame.index[rows]:
        candidate = f"{ROW_ID}{label}"
        while candidate in taken:
            candidate += "-b"
        taken.add(candidate)
        fresh[label] = candidate
    new = pd.Series(fresh, index=frame.index[rows], dtype="string")
    return frame.assign(**{name: frame[name].astype("string").mask(rows, new.reindex(frame.index))})


def _by_multiple_item(
    frame: Frame, codebook: Codebook, repair: Callable[[np.ndarray, Item], np.ndarray]
) -> Frame:
    repaired = {}
    for item in codebook:
        if item.kind != "multiple" or len(names := _present(item, frame)) < len(item.columns):
            continue
        ticks = frame[names].to_numpy(dtype=float, na_value=np.nan)
        after = repair(ticks, item)
        for column in np.flatnonzero(~((ticks == after) | (np.isnan(ticks) & np.isnan(after))).all(axis=0)):
            repaired[names[column]] = pd.Series(after[:, column], index=frame.index).astype("Int8")
    return frame.assign(**repaired)


def _answered(ticks: np.ndarray) -> np.ndarray:
    return np.asarray((~np.isnan(ticks)).any(axis=1, keepdims=True))


def _offered(ticks: np.ndarray) -> np.ndarray:
    return np.asarray((~np.isnan(ticks)).any(axis=0))


def _present(item: Item, frame: Frame) -> list[str]:
    return [name for name in item.columns if name in frame]


def _plain(column: Column) -> Column:
    return column.astype("object") if isinstance(column.dtype, pd.CategoricalDtype) else column
