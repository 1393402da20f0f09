"""Code the choices of one item: the option of a single item, the options of a multiple item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from borgerlib.survey.codebook.joined import SEPARATORS, Reading, joined_text
from borgerlib.survey.codebook.matching import (
    NOT_SELECTED,
    SELECTED,
    is_no_answer,
    is_unticked,
    is_unwilling,
    matcher,
    normalise,
)
from borgerlib.survey.codebook.model import Item
from borgerlib.survey.mapping.file import ItemMapping
from borgerlib.survey.responses import Column, Export, Problem, dtype_of, problems_of

UNKNOWN = -2
_PASSED = -3
YES_AND_NO: Mapping[str, str] = MappingProxyType({"1": "Ja", "2": "Nej"})
_ONE_AND_TWO = list(YES_AND_NO)
_LIST = 2
_WRONG = ("unknown_option", "unknown_selection")

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Coded:
    """One coded item.

    Parameters
    ----------
    columns : dict
        Column of the respondents frame → its values.
    problems : list of Problem
    answers, recognised : int
        Values that were not blank, and how many of them were understood.
    unclear : tuple of str
        Ambiguous cells, which may stand for different options.
    """

    columns: dict[str, Any]
    problems: list[Problem]
    answers: int
    recognised: int
    unclear: tuple[str, ...] = ()


def single_choice(item: Item, entry: ItemMapping, export: Export) -> Coded:
    """Code a single item; a value that is not an option becomes missing and is recorded.

    An answer in own words counts as the catch-all option, if there is one. With several columns the first
    answer counts, and a different answer in a later column is recorded.
    """
    places = _places(item)
    otherwise = places[item.catch_all.id] if item.catch_all else UNKNOWN
    picked = np.full(len(export.frame), -1, dtype=np.int64)
    problems: list[Problem] = []
    answers = 0
    for column in entry.columns:
        cells, readings = _read(item, entry, column, export)
        # The last reading is that of a blank cell: -1.
        of_cell = [
            places[each.options[0]] if each.options else otherwise if each.strange else -1
            for each in readings
        ]
        found = np.array(of_cell, dtype=np.int64)[cells]
        answers += int((found != -1).sum())
        twice = (picked >= 0) & (found >= 0) & (found != picked)
        problems += _strange(item, export, cells, readings, "unknown_option")
        problems += _listed(export, column, item, twice, "two_answers")
        picked = np.where(picked == -1, found, picked)
    values = pd.Categorical.from_codes(np.where(picked == UNKNOWN, -1, picked), dtype=dtype_of(item))
    return _coded({item.id: values}, problems, answers)


def several_choices(item: Item, entry: ItemMapping, export: Export) -> Coded:
    """Code a multiple item whose cells contain options: all chosen ones, or one per column.

    Unknown texts are left out and recorded, or count as the catch-all option. Ranks are not kept.
    """
    places = _places(item)
    chosen = np.zeros((len(export.frame), len(places)), dtype=np.int8)
    problems: list[Problem] = []
    answers = 0
    unclear: Counter[str] = Counter()
    for name in entry.columns:
        cells, readings = _read(item, entry, name, export)
        ticks = np.zeros((len(readings), len(places)), dtype=np.int8)
        for at, reading in enumerate(readings):
            ticks[at, [places[option] for option in reading.options]] = 1
            if reading.strange and item.catch_all:
                ticks[at, places[item.catch_all.id]] = 1
            if reading.otherwise:
                unclear[said_otherwise(item, reading)] += int((cells == at).sum())
        chosen |= ticks[cells]
        answers += int(np.array([len(each.options) + len(each.strange) for each in readings])[cells].sum())
        problems += _strange(item, export, cells, readings, "unknown_selection")
    doubts = tuple(f"{said} ({times} times)" for said, times in unclear.items())
    offered = np.ones(len(places), dtype=bool)
    return _coded(_choices(item, chosen, _any(chosen), offered), problems, answers, doubts)


def _coded(
    columns: dict[str, Any], problems: list[Problem], answers: int, unclear: tuple[str, ...] = ()
) -> Coded:
    wrong = sum(each.rule in _WRONG for each in problems)
    return Coded(columns, problems, answers, answers - wrong, unclear)


def _places(item: Item) -> dict[str, int]:
    return {option.id: at for at, option in enumerate(item.options)}


def _read(item: Item, entry: ItemMapping, name: str, export: Export) -> tuple[Places, list[Reading]]:
    """Return each row's number of its distinct cell, and these cells' readings; the last is blank."""
    read = (_joined if entry.layout == "joined" else _whole)(item, entry, export.column(name))
    cells, different = pd.factorize(export.frame[name])
    return cells, [*map(read, different), Reading()]


def _whole(item: Item, entry: ItemMapping, column: Column) -> Callable[[str], Reading]:
    """Return a function that reads a cell with one option."""
    options = matcher(item, entry.values)
    given = {normalise(value) for value in entry.values}
    absent = no_answers(entry, column, known=lambda text: options.match(text) is not None)

    def read(text: str) -> Reading:
        if absent(text):
            return Reading()
        # A code means what its label says, unless the mapping says otherwise: '2' may be an option's id too.
        meaning = text if normalise(text) in given else label_of(text, column.labels)
        option = options.match(meaning)
        return Reading((option,)) if option else Reading(strange=(shown(text, column),))

    return read


def _joined(item: Item, entry: ItemMapping, column: Column) -> Callable[[str], Reading]:
    """Return a function that reads a cell with the texts of all chosen options."""
    parts = joined_text(item, entry.separator, entry.values)
    others = [joined_text(item, sign, entry.values) for sign in SEPARATORS]
    absent = no_answers(entry, column, known=lambda text: not parts.read(text).strange)

    def read(text: str) -> Reading:
        if absent(text):
            return Reading()
        reading = parts.read(text)
        options, strange = list(reading.options), []
        for piece in reading.strange:
            # Answers may be joined in several ways: by the platform, and by who typed some of them in.
            ways = (other.read(piece) for other in others)
            apart = next((way for way in ways if not (way.strange or way.otherwise)), None)
            if apart:
                options += apart.options
            elif not absent(piece):
                strange.append(piece)
        return replace(reading, options=tuple(dict.fromkeys(options)), strange=tuple(strange))

    return read


def _strange(
    item: Item, export: Export, cells: Places, readings: list[Reading], rule: str
) -> Iterator[Problem]:
    """Yield values that are not an option, as own words if there is an option for these."""
    rule = "written_in" if item.catch_all else rule
    wrong = np.array([bool(each.strange) for each in readings])[cells]
    for row, cell in zip(export.frame.index[wrong], cells[wrong], strict=True):
        yield from (Problem(row, item.id, piece, rule) for piece in readings[cell].strange)


def label_of(value: str, labels: Mapping[str, str]) -> str:
    """Return the label of a code ('2' and '2.0' are the same), or the value itself."""
    if value in labels or not labels:
        return labels.get(value, value)
    return labels.get(value.partition(".")[0] if value.endswith(".0") else value, value)


def no_answers(
    entry: ItemMapping, column: Column, *, known: Callable[[str], bool] = lambda _: False
) -> Callable[[str], bool]:
    """Return a function that tests whether a value means no answer.

    It does if the mapping says so; or if the platform marks it (N/A, user-missing in SPSS) or it is a
    refusal, unless it is an option of the codebook ('Ved ikke').
    """
    said = {normalise(text) for text in entry.missing}

    def is_absent(value: str) -> bool:
        text = label_of(value, column.labels)
        if said and {normalise(value), normalise(text)} & said:
            return True
        named = is_no_answer(value) or is_no_answer(text) or is_unwilling(text)
        marked = named or column.declared_missing(value)
        return marked and not known(text)

    return is_absent


def _listed(export: Export, name: str, item: Item, wrong: npt.NDArray[np.bool_], rule: str) -> list[Problem]:
    values, column = export.frame[name][wrong], export.column(name)
    return problems_of(values.map(partial(shown, column=column)), item.id, rule)


def shown(value: str, column: Column) -> str:
    """Return a value for the log: a code with its label."""
    return f"{value} ({column.labels[value]})" if value in column.labels else value


def said_otherwise(item: Item, reading: Reading) -> str:
    """Return in words which options an ambiguous cell may stand for."""
    one = [name for name in reading.options if name not in reading.otherwise]
    other = [name for name in reading.otherwise if name not in reading.options]
    texts = [" and ".join(f"'{item.option(name).text}'" for name in names) for names in (one, other)]
    return f"{texts[0]} may be {texts[1]}" if all(texts) else f"{texts[0] or texts[1]} may be chosen or not"


def indicated_choices(item: Item, entry: ItemMapping, export: Export) -> Coded:
    """Code a multiple item from a 0/1 column for each option.

    If boxes that are not ticked have a value, a respondent with a mark for no answer in some boxes (-1,
    'Ubesvaret') and answers in others has not answered the question: all options of an item share one base.
    """
    picked = np.full((len(export.frame), len(item.options)), -1, dtype=np.int64)
    marked: list[tuple[int, str, npt.NDArray[np.bool_]]] = []
    offered = np.zeros(len(item.options), dtype=bool)
    places = _places(item)
    problems: list[Problem] = []
    answers = 0
    coded = len(entry.columns) > 1 and says_yes_and_no(export.frame[list(entry.columns)])
    for column, option in entry.options.items():
        place = places[option]
        offered[place] = True
        labels = export.column(column).labels or (YES_AND_NO if coded else {})
        values = _selections(
            replace(export.column(column), labels=labels), item.options[place].text, entry, export
        )
        answers += int((~np.isin(values, (-1, _PASSED))).sum())
        # The platform's column for 'Andet' contains the respondent's text.
        own_words = item.catch_all == item.options[place]
        rule = "written_in" if own_words else "unknown_selection"
        problems += _listed(export, column, item, values == UNKNOWN, rule)
        if own_words:
            values = np.where(values == UNKNOWN, 1, values)
        else:
            marked.append((place, column, values == _PASSED))
        # If an option has several columns, a tick in one of them is enough.
        picked[:, place] = np.maximum(picked[:, place], values)
    known = picked >= 0
    ticked = picked == 1
    if (picked == 0).any():
        # If boxes that are not ticked have a value, an empty column is an option that was not offered; unless
        # it is for own words, which may be empty because nobody wrote any.
        offered &= _any((picked != -1).T) | [option == item.catch_all for option in item.options]
    else:
        marked = []
    # If there is an option 'none of these', no tick at all means no answer; otherwise it may be the answer.
    has_none = any(item.options[place].stands_alone for place in np.flatnonzero(offered))
    answered = _any(ticked) if has_none else _any(known)
    for place, column, marks in marked:
        passed = marks & ~known[:, place] & _any(known)
        problems += problems_of(export.frame[column][passed], item.columns[place], "passed_over")
        answered &= ~passed
    return _coded(_choices(item, ticked.astype(np.int8), answered, offered), problems, answers)


def says_yes_and_no(frame: pd.DataFrame) -> bool:
    """Return whether boxes contain 1 for yes and 2 for no, as in SPSS, rather than first and second choices.

    In that case everybody who was asked has 1 or 2 in every box, and somebody has the same number in all.
    """
    if not frame.iloc[:, 0].dropna().head(1).isin(_ONE_AND_TWO).all():
        return False
    asked = frame.dropna(how="all")
    if len(asked) < _LIST or not frame.isin(_ONE_AND_TWO).where(frame.notna(), True).all(axis=None):
        return False
    whole = asked.dropna()
    alike = whole.eq(whole.iloc[:, 0], axis=0).all(axis=1)
    return 10 * len(whole) >= 9 * len(asked) and bool(alike.any()) and bool((whole == "2").any(axis=None))


def _selections(known: Column, text: str, entry: ItemMapping, export: Export) -> Places:
    """Return for each row 1 (ticked), 0 (not), -1 (blank), `_PASSED` (marked no answer) or `UNKNOWN`."""
    choices = {normalise(text), normalise(known.name), normalise(known.choice)} - {""}
    absent = no_answers(entry, known)

    def selection(value: str) -> int:
        text = normalise(label_of(value, known.labels))
        if absent(value) or is_unticked(text):
            return _PASSED
        return 1 if text in SELECTED or text in choices else 0 if text in NOT_SELECTED else UNKNOWN

    codes, different = pd.factorize(export.frame[known.name])
    return np.array([*map(selection, different), -1], dtype=np.int64)[codes]


def _any(flags: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    return np.asarray(flags.any(axis=1), dtype=np.bool_)


def _choices(
    item: Item,
    chosen: npt.NDArray[np.int8],
    answered: npt.NDArray[np.bool_],
    offered: npt.NDArray[np.bool_],
) -> dict[str, Any]:
    """Return the 0/1 columns: missing if nothing was answered, and for options that were not offered."""
    return {
        name: pd.arrays.IntegerArray(chosen[:, at].copy(), ~(answered & offered[at]))
        for at, name in enumerate(item.columns)
    }
