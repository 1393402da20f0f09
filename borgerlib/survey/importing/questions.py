"""Find the questions of an export: group columns to questions, and guess kinds, options and roles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import pandas as pd

from borgerlib.said import Said, said
from borgerlib.survey.codebook.matching import (
    NOT_SELECTED,
    SELECTED,
    is_no_answer,
    is_other,
    is_unticked,
    normalise,
)
from borgerlib.survey.codebook.outside import HIGHEST, code_doubts, codes_outside, number_doubts
from borgerlib.survey.grid.values import parse_dates, parse_number
from borgerlib.survey.importing.pieces import pieces_of
from borgerlib.survey.importing.question import (
    PERSONAL,
    ImportedQuestion,
    asks_for_years,
    is_of_another,
    role_of,
    with_roles,
)
from borgerlib.survey.importing.texts import from_texts
from borgerlib.survey.mapping.choices import YES_AND_NO
from borgerlib.survey.mapping.seen import Seen, is_indicator, look, without_place
from borgerlib.survey.responses import PLATFORM, TEST_ANSWER, Export

_TYPED = 0.9
_DIFFERENT = 0.75
_LIST = 2
_REPEATED = 3
_CODES = re.compile(r"\d{1,2}(,\d{1,2})*")
_WEIGHT = re.compile(r"v(æ|ae)gt|weight|vikt|gewicht", re.IGNORECASE)
_ABOUT_ONE = 0.3
_MARKS = ({"0", "1"}, {"1"}, {"x"}, {"v"}, {"✓"}, {"✔"})
# Labels of a box that a person ticked or not; yes and no may answer a question of its own.
_TICK_WORDS = frozenset(
    ["valgt", "ikke valgt", "vald", "ej vald", "inte vald", "gewählt", "nicht gewählt", "selected",
     "not selected", "checked", "unchecked", "quoted", "not quoted", "nævnt", "ikke nævnt"]
)  # fmt: skip
_MANY = 10


def questions(export: Export) -> list[ImportedQuestion]:
    """Return the questions of an export in its order; the platform's own columns are left out."""
    tries = export.problems.loc[export.problems["rule"] == TEST_ANSWER, "row"]
    export = replace(export, frame=export.frame[~export.frame.index.isin(tries)])
    seen = [look(export, column) for column in export.columns if column.role != PLATFORM]
    found: list[ImportedQuestion] = []
    for members in _groups(seen):
        for question in _together(members):
            if found and _is_next_choice(export.frame, found[-1], question):
                question = _with_choice(found.pop(), question)
            found.append(question)
    return list(_told_once(list(with_roles(found))))


def _told_once(found: Sequence[ImportedQuestion]) -> Iterator[ImportedQuestion]:
    """Yield questions; a doubt that all rows of a grid share is asked once, at its first row."""
    keys = [
        (question.text.rpartition(" [")[0], *map(_without_count, question.doubts))
        if question.doubts and question.text.endswith("]")
        else ()
        for question in found
    ]
    rows, told = Counter(filter(None, keys)), set[tuple[str, ...]]()
    for key, question in zip(keys, found, strict=True):
        if key in told:
            yield replace(question, doubts=())
        elif rows[key] > 1:
            told.add(key)
            yield question.doubting(said("rows_alike", count=rows[key] - 1))
        else:
            yield question


def _without_count(doubt: Said) -> str:
    return str(said(doubt.kind, **{**doubt.values, "count": 0}) if "count" in doubt.values else doubt)


def _is_next_choice(frame: pd.DataFrame, before: ImportedQuestion, question: ImportedQuestion) -> bool:
    """Return whether a column is the next choice from the same options: nobody chooses one twice."""
    text = without_place(question.text)
    one_asked = question.kind in ("single", "text") and (before.ranked or before.kind == "single")
    if not one_asked or text == question.text or text != without_place(before.text):
        return False
    column = frame[question.columns[0]].dropna()
    enough = before.ranked or len(column) >= _MANY
    if not enough or 2 * int(column.isin(list(before.options)).sum()) < max(len(column), 1):
        return False
    return not any((frame.loc[column.index, name] == column).any() for name in before.columns)


def _with_choice(before: ImportedQuestion, question: ImportedQuestion) -> ImportedQuestion:
    options = Counter(before.options)
    options.update(question.options)
    return replace(
        before,
        text=without_place(before.text),
        kind="multiple",
        columns=(*before.columns, *question.columns),
        options=dict(options),
        doubts=(said("column_a_choice"),),
        ranked=True,
    )


def _groups(seen: Sequence[Seen]) -> list[list[Seen]]:
    """Return the columns of each question: those that the file groups, and adjacent columns of ticks.

    A text that belongs to an option may be between the options; a choice that is repeated begins another
    question with the same words.
    """
    groups: list[list[Seen]] = []
    by_question: dict[str, list[Seen]] = {}
    for each in seen:
        question = each.column.question
        group = by_question.get(question, [])
        if group and each.column.choice not in [one.column.choice for one in group]:
            group.append(each)
        elif groups and not question and _goes_on(groups[-1], each):
            groups[-1].append(each)
        else:
            groups.append([each])
            if question:
                by_question[question] = groups[-1]
    return groups


def _goes_on(group: Sequence[Seen], seen: Seen) -> bool:
    """Return whether a column is a further option of adjacent ticks, or the text that belongs to 'Andet'."""
    own_words = len(group) >= _LIST and is_other(seen.column.label) and not seen.column.role
    return _is_own_tick(group[-1]) and (own_words or _is_own_tick(seen))


def _is_own_tick(seen: Seen) -> bool:
    """Return whether a column is an option without its question: its own heading, 0 and 1, or 'Valgt'."""
    column, held = seen.column, {normalise(text) for text in seen.answers if not is_unticked(text)}
    if column.labels:
        ticks = {normalise(text) for text in column.labels.values()} | held <= _TICK_WORDS
    else:
        ticks = held == {normalise(column.label)} or (held in _MARKS and "?" not in column.label)
    return ticks and not (column.question or column.role)


def _together(members: Sequence[Seen]) -> list[ImportedQuestion]:
    if len(members) == 1:
        return [_row(members[0]) if is_other(members[0].column.choice) else _alone(members[0])]
    ticks = [each for each in members if is_indicator(each)]
    if parts := _of_different_kinds(members, ticks):
        return parts
    if 2 * len(ticks) < len(members):
        # A grid: each row is a question, and all have the same answers.
        return [_row(each) for each in members]
    words = [each for each in members if each not in ticks and _is_beside(each, ticks)]
    members = [each for each in members if each not in words]
    options = {each.column.choice or each.column.label: _ticked(each) for each in members}
    own = members[0].column.question
    text = members[0].column.label if own else members[0].column.name
    doubts = () if own else (said("question_untold"),)
    if members[0].column.labels is YES_AND_NO:
        doubts = (*doubts, said("ones_and_twos", columns=[each.column.name for each in members]))
    passed = Counter({text: n for each in ticks for text, n in each.answers.items() if is_unticked(text)})
    if any(normalise(text) in NOT_SELECTED for each in ticks for text in each.answers):
        doubts = (*doubts, *code_doubts(passed))
    texts = {
        each.column.name: is_other(each.column.choice or each.column.label)
        for each in members
        if each not in ticks
    }
    if beside := [name for name, is_own in texts.items() if not is_own]:
        doubts = (*doubts, said("texts_beside", columns=beside))
    columns = tuple(each.column.name for each in members)
    asked = ImportedQuestion(text, "multiple", columns, options, doubts, own_words=any(texts.values()))
    return [asked, *map(_row, words)]


def _row(seen: Seen) -> ImportedQuestion:
    return _alone(seen, text=f"{seen.column.label} [{seen.column.choice}]")


def _of_different_kinds(members: Sequence[Seen], ticks: Sequence[Seen]) -> list[ImportedQuestion]:
    """Return the questions under a heading that is not a question: 'Baggrund' above 'Køn' and 'Alder'.

    They share no answers, and several of them ask for personal data.
    """
    held = [set(each.answers) for each in members if each.answers]
    apart = len(held) > 1 and len(set().union(*held)) == sum(map(len, held))
    yes_and_no = len(ticks) == 1 and len(ticks[0].answers) > 1
    if not apart or not (yes_and_no or 2 * len(ticks) < len(members)):
        return []
    parts = [_alone(each, text=each.column.choice) for each in members]
    telling = [part for part in parts if role_of(part) in PERSONAL]
    of_oneself = len(telling) > 1 and not is_of_another(members[0].column.label)
    return parts if of_oneself else []


def _is_beside(seen: Seen, ticks: Sequence[Seen]) -> bool:
    """Return whether a column is the text that belongs to an option with a box: 'Andet - tekst'."""
    options = tuple(each.column.choice for each in ticks if each.column.choice)
    words = not any(normalise(text) in SELECTED | NOT_SELECTED for text in seen.answers)
    return words and seen.column.choice.startswith(options)


def _ticked(seen: Seen) -> int:
    return sum(
        count
        for text, count in seen.answers.items()
        if normalise(text) not in NOT_SELECTED and not is_unticked(text)
    )


def _alone(seen: Seen, *, text: str = "") -> ImportedQuestion:
    column = seen.column
    repeats = len(seen.answers) < _DIFFERENT * seen.total
    lasting = column.name if column.lasting_name == column.name else ""
    asked = ImportedQuestion(
        text or column.label, "text", (column.name,), role=column.role, repeats=repeats, heading=lasting
    )
    if column.role in ("started", "submitted"):
        return replace(asked, kind="date")
    if column.role:
        return asked
    if not seen.total:
        return replace(asked, doubts=(said("nobody_answered"),))
    if column.labels:
        return _labelled(asked, seen)
    if _are_joined_codes(seen.answers):
        found = pieces_of(seen.answers, ",").options
        doubts = (said("few_small_numbers"),)
        return replace(asked, kind="multiple", options=found, separator=",", doubts=doubts)
    values = pd.Series(list(seen.answers), dtype="string")
    counts = pd.Series(list(seen.answers.values()))
    numbers = counts[[parse_number(text) is not None for text in values]].sum()
    if numbers >= _TYPED * seen.total:
        return _number(asked, seen)
    if counts[parse_dates(values).notna()].sum() >= _TYPED * seen.total:
        return replace(asked, kind="date")
    chosen = from_texts(asked, seen)
    of_number = chosen.kind == "text" or (chosen.kind == "single" and asks_for_years(asked))
    return _number(asked, seen) if of_number and 2 * numbers > seen.total else chosen


def _are_joined_codes(answers: Mapping[str, int]) -> bool:
    """Return whether cells are small codes joined by commas, in ascending order: not decimals."""
    cells = [[int(piece) for piece in text.split(",")] for text in answers if _CODES.fullmatch(text)]
    several = [cell for cell in cells if len(cell) > 1]
    if len(cells) < len(answers) or len(several) < _LIST or any(0 in cell for cell in cells):
        return False
    ascending = all(one < other for cell in several for one, other in pairwise(cell))
    return ascending and len({cell[-1] for cell in several}) >= _LIST


def _may_be_codes(answers: Mapping[str, int]) -> bool:
    """Return whether '2,3' and '12,1' may be two codes: numbers after the comma also begin answers."""
    cells = [text.split(",") for text in answers if _CODES.fullmatch(text)]
    before, after = {cell[0] for cell in cells}, {cell[1] for cell in cells if len(cell) > 1}
    once = all(len(set(cell)) == len(cell) for cell in cells)
    return once and len(after) > _LIST and after <= before


def _labelled(asked: ImportedQuestion, seen: Seen) -> ImportedQuestion:
    texts = [text for text in dict.fromkeys(seen.column.labels.values()) if not is_no_answer(text)]
    unlabelled = [text for text in seen.answers if text not in texts]
    if sum(seen.answers[text] for text in unlabelled) * 2 > seen.total:
        return replace(asked, kind="number", doubts=(said("numbers_with_texts"),))
    options = {text: seen.answers.get(text, 0) for text in [*texts, *unlabelled]}
    declared = frozenset(
        text for code, text in seen.column.labels.items() if seen.column.declared_missing(code)
    )
    doubts = (said("codes_without_text", count=len(unlabelled)),) if unlabelled else ()
    return replace(asked, kind="single", options=options, doubts=doubts, declared=declared)


def _number(asked: ImportedQuestion, seen: Seen) -> ImportedQuestion:
    strange = sum(count for text, count in seen.answers.items() if parse_number(text) is None)
    if strange:
        asked = asked.doubting(said("no_numbers", count=strange, total=seen.total))
    outside = codes_outside(seen.answers)
    codes = {parse_number(text) for text in seen.answers if text not in outside}
    small = len(codes) <= 11 and all(
        code is None or (code == int(code) and 0 <= code <= HIGHEST) for code in codes
    )
    if small and seen.total >= _REPEATED * len(codes):
        asked = asked.doubting(said("few_small_numbers"))
    if _may_be_codes(seen.answers):
        asked = asked.doubting(said("codes_or_decimals"))
    if _are_weights(asked.text, seen.answers):
        asked = asked.doubting(said("weights"))
    return replace(asked, kind="number").doubting(*code_doubts(outside), *number_doubts(seen.answers))


def _are_weights(text: str, answers: Mapping[str, int]) -> bool:
    """Return whether a column is called a weight, and its mean is about 1."""
    numbers = [(number, count) for text, count in answers.items() if (number := parse_number(text))]
    mean = sum(number * count for number, count in numbers) / max(sum(count for _, count in numbers), 1)
    return bool(_WEIGHT.search(text)) and abs(mean - 1) < _ABOUT_ONE
