"""Codes the choices of one item: which option of a single item, which options of a multiple one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from borgerlib.survey.codebook.joined import Reading, joined_text
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
from borgerlib.survey.responses import Column, Export, dtype_of, problem_frame

UNKNOWN = -2
_PASSED = -3
YES_AND_NO: Mapping[str, str] = MappingProxyType({"1": "Ja", "2": "Nej"})
_ONE_AND_TWO = list(YES_AND_NO)
_LIST = 2
_WRONG = ("unknown_option", "unknown_selection")

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
    unclear : tuple of str
        What stands for different options as well, and nothing tells which.
    """

    columns: dict[str, Any]
    problems: list[pd.DataFrame]
    answers: int
    recognised: int
    unclear: tuple[str, ...] = ()


def single_choice(item: Item, entry: ItemMapping, export: Export) -> Coded:
    """Code a single item; every value that is no option is missing and recorded.

    An answer in own words counts as the catch-all option, where there is one. Of several columns the first
    that holds an answer counts; another answer in a later one is recorded.
    """
    picked = np.full(len(export.frame), -1, dtype=np.int64)
    problems = []
    answers = 0
    for column in entry.columns:
        found = _option_places(item, entry, column, export)
        answers += int((found != -1).sum())
        found, strange = _no_option(item, column, export, found, "unknown_option")
        twice = (picked >= 0) & (found >= 0) & (found != picked)
        problems += [strange, _listed(export, column, item, twice, "two_answers")]
        picked = np.where(picked == -1, found, picked)
    values = pd.Categorical.from_codes(np.where(picked == UNKNOWN, -1, picked), dtype=dtype_of(item))
    return _coded({item.id: values}, problems, answers)


def _coded(
    columns: dict[str, Any], problems: list[pd.DataFrame], answers: int, unclear: tuple[str, ...] = ()
) -> Coded:
    wrong = sum(int(frame["rule"].isin(_WRONG).sum()) for frame in problems if len(frame))
    return Coded(columns, problems, answers, answers - wrong, unclear)


def _no_option(
    item: Item, column: str, export: Export, picked: Places, rule: str
) -> tuple[Places, pd.DataFrame]:
    """Record what is no option; where there is a catch-all option, it counts as that, in own words."""
    strange = picked == UNKNOWN
    if item.catch_all is None:
        return picked, _listed(export, column, item, strange, rule)
    place = [option.id for option in item.options].index(item.catch_all.id)
    return np.where(strange, place, picked), _listed(export, column, item, strange, "written_in")


def _option_places(item: Item, entry: ItemMapping, column: str, export: Export) -> Places:
    """Return for each row the place of its option, -1 where blank, `UNKNOWN` where it is no option."""
    options = matcher(item, entry.values)
    given = {normalise(value) for value in entry.values}
    labels = export.column(column).labels
    places = {option.id: at for at, option in enumerate(item.options)}
    absent = no_answers(entry, export.column(column), known=lambda text: options.match(text) is not None)

    def place(text: str) -> int:
        # A code means what its label says, unless the mapping says otherwise: '2' may be an option's id too.
        meaning = text if normalise(text) in given else label_of(text, labels)
        return -1 if absent(text) else places.get(options.match(meaning) or "", UNKNOWN)

    return _by_text(export, column, place)


def _by_text(export: Export, column: str, code: Callable[[str], int]) -> Places:
    """Return the code of each row's text, -1 where blank; each different text is looked at once."""
    codes, different = pd.factorize(export.frame[column])
    return np.array([*map(code, different), -1], dtype=np.int64)[codes]


def label_of(value: str, labels: Mapping[str, str]) -> str:
    """Return what a code stands for ('2' and '2.0' alike), or the value itself."""
    if value in labels or not labels:
        return labels.get(value, value)
    return labels.get(value.partition(".")[0] if value.endswith(".0") else value, value)


def no_answers(
    entry: ItemMapping, column: Column, *, known: Callable[[str], bool] = lambda _: False
) -> Callable[[str], bool]:
    """Return the test of whether a value is no answer.

    It is where the mapping says so; or where the platform marks it so (N/A, user-missing in SPSS) or somebody
    will not answer, unless it is an option of the codebook ('Ved ikke').
    """
    said = {normalise(text) for text in entry.missing}
    plain = not (said or column.labels or column.missing)

    def is_absent(value: str) -> bool:
        if plain:
            return (is_no_answer(value) or is_unwilling(value)) and not known(value)
        if said and {normalise(value), normalise(label_of(value, column.labels))} & said:
            return True
        text = label_of(value, column.labels)
        named = is_no_answer(value) or is_no_answer(text) or is_unwilling(text)
        marked = named or column.declared_missing(value)
        return marked and not known(text)

    return is_absent


def _listed(export: Export, column: str, item: Item, wrong: npt.NDArray[np.bool_], rule: str) -> pd.DataFrame:
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
        answers += int((picked != -1).sum())
        picked, strange = _no_option(item, column, export, picked, "unknown_selection")
        problems.append(strange)
        rows = np.flatnonzero(picked >= 0)
        chosen[rows, picked[rows]] = 1
    return _coded(_choices(item, chosen, _any(chosen)), problems, answers)


def joined_choices(item: Item, entry: ItemMapping, export: Export) -> Coded:
    """Code a multiple item from one cell with the chosen texts, or several such cells."""
    parts = joined_text(item, entry.separator, entry.values)
    ids = [option.id for option in item.options]
    chosen = np.zeros((len(export.frame), len(ids)), dtype=np.int8)
    problems = []
    answers = 0
    unclear: Counter[str] = Counter()
    for name in entry.columns:
        column = export.frame[name]
        absent = no_answers(entry, export.column(name), known=lambda text: not parts.read(text).strange)
        codes, different = pd.factorize(column)
        lookup = np.zeros((len(different) + 1, len(ids)), dtype=np.int8)
        unknown: dict[int, list[str]] = {}
        pieces = np.zeros(len(different) + 1, dtype=np.int64)
        for at, text in enumerate(different):
            reading = Reading() if absent(text) else parts.read(text)
            if reading.otherwise:
                unclear[said_otherwise(item, reading)] += int((codes == at).sum())
            strange = [piece for piece in reading.strange if not absent(piece)]
            lookup[at, [ids.index(option) for option in reading.options]] = 1
            pieces[at] = len(reading.options) + len(strange)
            if strange:
                unknown[at] = strange
                if item.catch_all is not None:
                    lookup[at, ids.index(item.catch_all.id)] = 1
        chosen |= lookup[codes]
        rule = "written_in" if item.catch_all is not None else "unknown_selection"
        problems.append(_strange_pieces(item, column, codes, unknown, rule))
        answers += int(pieces[codes].sum())
    doubts = tuple(f"{said} ({times} times)" for said, times in unclear.items())
    return _coded(_choices(item, chosen, _any(chosen)), problems, answers, doubts)


def said_otherwise(item: Item, reading: Reading) -> str:
    """Return in words between which options a cell leaves the choice."""
    one = [name for name in reading.options if name not in reading.otherwise]
    other = [name for name in reading.otherwise if name not in reading.options]
    texts = [" and ".join(f"'{item.option(name).text}'" for name in names) for names in (one, other)]
    return f"{texts[0]} may be {texts[1]}" if all(texts) else f"{texts[0] or texts[1]} may be chosen or not"


def _strange_pieces(
    item: Item, column: pd.Series, codes: Places, unknown: dict[int, list[str]], rule: str
) -> pd.DataFrame:
    numbers = column.index.to_numpy()
    rows: list[int] = []
    values: list[str] = []
    for place in np.flatnonzero(np.isin(codes, list(unknown))):
        strange = unknown[int(codes[place])]
        rows += [int(numbers[place])] * len(strange)
        values += strange
    return problem_frame(rows, item.id, values, rule)


def indicated_choices(item: Item, entry: ItemMapping, export: Export) -> Coded:
    """Code a multiple item from one 0/1 column an option.

    Where a no is written out, whoever has a mark of no answer in some boxes (-1, 'Ubesvaret') and answered
    others has not answered the question: all options of an item share one base.
    """
    picked = np.full((len(export.frame), len(item.options)), -1, dtype=np.int64)
    marked: list[tuple[int, str, npt.NDArray[np.bool_]]] = []
    offered = np.zeros(len(item.options), dtype=bool)
    places = {option.id: at for at, option in enumerate(item.options)}
    problems = []
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
        # The platform's column for 'Andet' holds what was written there.
        own_words = item.catch_all == item.options[place]
        rule = "written_in" if own_words else "unknown_selection"
        problems.append(_listed(export, column, item, values == UNKNOWN, rule))
        if own_words:
            values = np.where(values == UNKNOWN, 1, values)
        else:
            marked.append((place, column, values == _PASSED))
        # Of several columns for an option, a tick in one is a tick.
        picked[:, place] = np.maximum(picked[:, place], values)
    known = picked >= 0
    ticked = picked == 1
    if (picked == 0).any():
        # Where a no is written out, a column that holds nothing at all is of an option that was not offered;
        # unless it is for own words, which nobody needs to have written.
        offered &= _any((picked != -1).T) | [option == item.catch_all for option in item.options]
    else:
        marked = []
    # With an option for 'nothing of this' no tick at all is no answer; without one it may be the answer.
    has_none = any(item.options[place].stands_alone for place in np.flatnonzero(offered))
    answered = _any(ticked) if has_none else _any(known)
    for place, column, marks in marked:
        passed = marks & ~known[:, place] & _any(known)
        written = export.frame[column][passed]
        problems.append(problem_frame(list(written.index), item.columns[place], list(written), "passed_over"))
        answered &= ~passed
    return _coded(_choices(item, ticked.astype(np.int8), answered, offered), problems, answers)


def says_yes_and_no(frame: pd.DataFrame) -> bool:
    """Return whether boxes hold 1 for yes and 2 for no, as SPSS has it, rather than first and second choices.

    Whoever was asked then has one of the two in every box, and somebody has the same in all.
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
    """Return for each row 1 ticked, 0 not ticked, -1 blank, `_PASSED` a mark of no answer, `UNKNOWN` none."""
    choices = {normalise(text), normalise(known.name), normalise(known.choice)} - {""}
    absent = no_answers(entry, known)

    def selection(value: str) -> int:
        text = normalise(label_of(value, known.labels))
        if absent(value) or is_unticked(text):
            return _PASSED
        return 1 if text in SELECTED or text in choices else 0 if text in NOT_SELECTED else UNKNOWN

    return _by_text(export, known.name, selection)


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
