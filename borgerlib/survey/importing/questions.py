"""What an export seems to ask: columns put together to questions; kinds, options and roles guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from borgerlib.said import Said, said
from borgerlib.survey.codebook.matching import NOT_SELECTED, SELECTED, normalise
from borgerlib.survey.grid.values import parse_dates, parse_number
from borgerlib.survey.importing.pieces import SEPARATORS, pieces_of
from borgerlib.survey.importing.question import Question, with_roles
from borgerlib.survey.mapping.choices import YES_AND_NO
from borgerlib.survey.mapping.seen import Seen, is_indicator, look
from borgerlib.survey.responses import PLATFORM, Export

_MOST_OPTIONS = 60
_TYPED = 0.9
_DIFFERENT = 0.75
_LIST = 2
_REPEATED = 3
_LONGEST_OPTION = 120
_HIGHEST = 10
# What surveys write for no answer, where no scale goes so far.
_OUTSIDE = frozenset(
    map(float, (*range(-9, 0), -99, -98, -97, 7, 8, 9, 66, 77, 88, *range(96, 100), *range(996, 1000)))
)


def questions(export: Export) -> list[Question]:
    """Return what an export seems to ask, in its order; the platform's own columns are left out."""
    seen = [look(export, column) for column in export.columns if column.role != PLATFORM]
    found: list[Question] = []
    for members in _groups(seen):
        found += _together(members) if len(members) > 1 else [_alone(members[0])]
    return list(with_roles(found))


def _groups(seen: Sequence[Seen]) -> list[list[Seen]]:
    """Return the columns of each question: those that the file puts together, and ticks in a row.

    What was written beside an option may stand between the options; a choice that is there already begins
    another question of the same words.
    """
    groups: list[list[Seen]] = []
    by_question: dict[str, list[Seen]] = {}
    for each in seen:
        question = each.column.question
        group = by_question.get(question, [])
        if group and each.column.choice not in [one.column.choice for one in group]:
            group.append(each)
        elif groups and not question and _is_own_tick(each) and _is_own_tick(groups[-1][-1]):
            groups[-1].append(each)
        else:
            groups.append([each])
            if question:
                by_question[question] = groups[-1]
    return groups


def _is_own_tick(seen: Seen) -> bool:
    """Return whether a column is an option without its question: its own heading, or 0 and 1 alone."""
    column, held = seen.column, set(map(normalise, seen.answers))
    ticks = held == {normalise(column.label)} or (held == {"0", "1"} and "?" not in column.label)
    return ticks and not (column.question or column.role or column.labels)


def _together(members: Sequence[Seen]) -> list[Question]:
    ticks = [each for each in members if is_indicator(each)]
    if 2 * len(ticks) < len(members):
        # A grid: each row is a question with the same answers.
        return [_alone(each, text=f"{each.column.label} [{each.column.choice}]") for each in members]
    options = {each.column.choice or each.column.label: _ticked(each) for each in members}
    own = members[0].column.question
    text = members[0].column.label if own else members[0].column.name
    doubts = () if own else (said("question_untold"),)
    if members[0].column.labels is YES_AND_NO:
        doubts = (*doubts, said("ones_and_twos", columns=[each.column.name for each in members]))
    others = [each.column.name for each in members if each not in ticks]
    if others:
        doubts = (*doubts, said("texts_beside", columns=others))
    return [Question(text, "multiple", tuple(each.column.name for each in members), options, doubts)]


def _ticked(seen: Seen) -> int:
    return sum(count for text, count in seen.answers.items() if normalise(text) not in NOT_SELECTED)


def _alone(seen: Seen, *, text: str = "") -> Question:
    column = seen.column
    repeats = len(seen.answers) < _DIFFERENT * seen.total
    asked = Question(text or column.label, "text", (column.name,), role=column.role, repeats=repeats)
    if column.role in ("started", "submitted"):
        return replace(asked, kind="date")
    if column.role:
        return asked
    if not seen.total:
        return replace(asked, doubts=(said("nobody_answered"),))
    if column.labels:
        return _labelled(asked, seen)
    values = pd.Series(list(seen.answers), dtype="string")
    counts = pd.Series(list(seen.answers.values()))
    if counts[[parse_number(text) is not None for text in values]].sum() >= _TYPED * seen.total:
        return _number(asked, seen)
    if counts[parse_dates(values).notna()].sum() >= _TYPED * seen.total:
        return replace(asked, kind="date")
    return _joined(asked, seen) or _single(asked, seen)


def _labelled(asked: Question, seen: Seen) -> Question:
    texts = list(dict.fromkeys(seen.column.labels.values()))
    known = {normalise(text) for text in texts}
    if known <= SELECTED | NOT_SELECTED and len(texts) == _LIST and asked.text == seen.column.name:
        return replace(asked, kind="single", options={text: seen.answers.get(text, 0) for text in texts})
    unlabelled = [text for text in seen.answers if text not in texts]
    if sum(seen.answers[text] for text in unlabelled) * 2 > seen.total:
        return replace(asked, kind="number", doubts=(said("numbers_with_texts"),))
    options = {text: seen.answers.get(text, 0) for text in [*texts, *unlabelled]}
    declared = frozenset(
        text for code, text in seen.column.labels.items() if seen.column.declared_missing(code)
    )
    doubts = (said("codes_without_text", count=len(unlabelled)),) if unlabelled else ()
    return replace(asked, kind="single", options=options, doubts=doubts, declared=declared)


def _number(asked: Question, seen: Seen) -> Question:
    strange = sum(count for text, count in seen.answers.items() if parse_number(text) is None)
    doubts = (said("no_numbers", count=strange, total=seen.total),) if strange else ()
    outside = _outside(seen.answers)
    codes = {parse_number(text) for text in seen.answers if text not in outside}
    small = len(codes) <= 11 and all(
        code is None or (code == int(code) and 0 <= code <= _HIGHEST) for code in codes
    )
    if small and seen.total >= _REPEATED * len(codes):
        doubts = (*doubts, said("few_small_numbers"))
    doubts = (*doubts, *_outside_told(outside))
    return replace(asked, kind="number", doubts=doubts)


def _outside(answers: Mapping[str, int]) -> dict[str, int]:
    """Return the usual codes of no answer that stand off a scale within 0 to 10, with their counts."""
    numbers = {text: code for text in answers if (code := parse_number(text)) is not None}
    codes = set(numbers.values())
    scale = codes - _OUTSIDE
    while scale and (following := max(scale) + 1) in codes:
        scale.add(following)
    if len(scale) < _LIST or not all(code == int(code) and 0 <= code <= _HIGHEST for code in scale):
        return {}
    far = {code for code in _OUTSIDE - scale if code < 0 or code > max(scale)}
    return {text: answers[text] for text, code in numbers.items() if code in far}


def _outside_told(outside: Mapping[str, int]) -> tuple[Said, ...]:
    told = [said("times", text=text, count=count) for text, count in outside.items()]
    return (said("codes_outside", codes=told),) if told else ()


def _joined(asked: Question, seen: Seen) -> Question | None:
    """Return a multiple question where cells hold several of few texts."""
    for sign in SEPARATORS:
        found = pieces_of(seen.answers, sign)
        options = found.options
        if not found.joined or found.is_one_option or not _are_options(options):
            continue
        if sum(options.values()) >= _REPEATED * len(options):
            doubts = tuple(found.doubts())
            return replace(asked, kind="multiple", options=options, doubts=doubts, separator=sign)
    return None


def _single(asked: Question, seen: Seen) -> Question:
    """Return a single choice where answers recur, a text where they do not."""
    often = {text: count for text, count in seen.answers.items() if count >= _REPEATED}
    rare = seen.total - sum(often.values())
    own_words = len(seen.answers) - len(often) >= _REPEATED
    if own_words and len(often) >= _LIST and rare * 4 <= seen.total and _are_options(often):
        doubts = (said("own_words_left_out", count=rare),)
        return replace(asked, kind="single", options=often, doubts=doubts, own_words=True)
    few = len(seen.answers) <= max(_LIST, seen.total // _REPEATED)
    if few and _are_options(seen.answers):
        told = _outside_told(_outside(seen.answers))
        return replace(asked, kind="single", options=dict(seen.answers), doubts=told)
    return asked


def _are_options(answers: Mapping[str, int]) -> bool:
    return len(answers) <= _MOST_OPTIONS and max(map(len, answers)) <= _LONGEST_OPTION
