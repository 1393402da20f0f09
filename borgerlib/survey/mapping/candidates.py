"""Finds the columns that could feed an item, and how well each fits."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

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
from borgerlib.survey.grid.values import parse_dates, parse_numbers
from borgerlib.survey.mapping.file import ItemMapping
from borgerlib.survey.responses import Column, Export

_ALIKE = 0.85
_SIMILAR = 0.7
_RELATED = 0.55
_NEARLY_ALL = 0.95
_MOST_VALUES = 400
_MOST_OPTIONS = 60
_SEPARATORS = (";", ",", "|")
_NUMBERING = re.compile(r"^(?:(?:spørgsmål|sp|spm|q)\.? ?)?\d+[a-z]?[.:) ]+ *(?=\D)", re.IGNORECASE)
_ORDER_CODE = re.compile(r"(?:SQ|A|AO)0*(\d+)\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Candidate:
    """One way to feed an item.

    Parameters
    ----------
    entry : ItemMapping
    score : float
        How well texts and answers fit: 1 when both are the codebook's own; more for a platform's own column.
    sure : bool
        Good enough to be used without a person looking.
    reason : str
        What it rests on, or what is in doubt.
    """

    entry: ItemMapping
    score: float
    sure: bool
    reason: str


@dataclass(frozen=True)
class Seen:
    """A column and its different answers (texts, not codes) with their counts, the most frequent first."""

    column: Column
    answers: Mapping[str, int]

    @property
    def total(self) -> int:
        """Number of answers."""
        return sum(self.answers.values())


def look(export: Export, column: Column) -> Seen:
    """Count the different answers of a column, codes put into words where the export has labels."""
    answers: dict[str, int] = {}
    for value, count in export.frame[column.name].value_counts().head(_MOST_VALUES).items():
        text = column.labels.get(str(value), str(value))
        answers[text] = answers.get(text, 0) + int(count)
    return Seen(column, answers)


def likeness(texts: Iterable[str], item: Item) -> float:
    """Return how much the most alike of some texts is like the item's text, aliases or id (0–1)."""
    wanted = [normalise(text) for text in (item.text, *item.aliases, item.id)]
    found = [normalise(_NUMBERING.sub("", text)) for text in texts if text]
    return max((_alike(one, other) for one in found for other in wanted), default=0.0)


def _alike(one: str, other: str) -> float:
    if one == other:
        return 1.0
    words, others = set(one.split()), set(other.split())
    common = len(words & others)
    shorter = min(len(words), len(others))
    if not shorter:
        return 0.0
    # A heading of one word inside a long question is a hint ('Køn' in 'Hvad er dit køn?'), no more.
    contained = 0.7 * common / shorter if common * 2 >= shorter else 0.0
    pairs = difflib.SequenceMatcher(None, one, other)
    if pairs.real_quick_ratio() < _RELATED or pairs.quick_ratio() < _RELATED:
        return contained
    ratio = pairs.ratio()
    # Two short words share many letters by chance.
    if max(len(words), len(others)) == 1 and ratio < _SIMILAR:
        return contained
    return max(contained, ratio)


def candidates(item: Item, seen: Sequence[Seen]) -> Iterator[Candidate]:
    """Yield every way in which the columns could feed an item, in no order."""
    if item.kind == "multiple":
        yield from _indicator_candidates(item, seen)
        yield from _ranked_candidates(item, seen)
    for each in seen:
        if each.column.choice:
            continue
        if item.role and each.column.role == item.role:
            yield Candidate(ItemMapping(item.id, (each.column.name,)), 2.0, True, "the platform's own column")
        elif not each.column.role:
            found = _column_candidate(item, each)
            if found:
                yield found


def _column_candidate(item: Item, seen: Seen) -> Candidate | None:
    alike = likeness((seen.column.label, seen.column.name), item)
    if item.kind == "single":
        return _single_candidate(item, seen, alike)
    if item.kind == "multiple":
        return _joined_candidate(item, seen, alike)
    entry = ItemMapping(item.id, (seen.column.name,))
    if alike < _SIMILAR or not _holds(item, seen):
        return None
    reason = "its text" if alike >= _ALIKE else f"its text is only like '{item.text}'"
    return Candidate(entry, alike, alike >= _ALIKE, reason)


def _holds(item: Item, seen: Seen) -> bool:
    """Return whether a column can hold a number, date or text item."""
    values = pd.Series(list(seen.answers), dtype="string")
    if values.empty or item.kind == "text":
        return True
    parsed = parse_numbers(values) if item.kind == "number" else parse_dates(values)
    if parsed.notna().mean() < _NEARLY_ALL:
        return False
    if item.role == "age":
        return bool(parsed.median() < 130)
    if item.role == "birth_year":
        return bool(parsed.median() > 1880)
    return True


def _single_candidate(item: Item, seen: Seen, alike: float) -> Candidate | None:
    if len(seen.answers) > _MOST_OPTIONS and alike < _ALIKE:
        return None
    options = matcher(item)
    strange = [text for text in seen.answers if options.match(text) is None]
    matched = 1 - sum(seen.answers[text] for text in strange) / seen.total if seen.total else 1.0
    guessed = _guess(item, strange) or _by_number(item, seen, alike)
    entry = ItemMapping(item.id, (seen.column.name,), values=guessed)
    score = (matched + alike) / 2
    if not seen.total:
        return Candidate(entry, score, True, "its text") if alike >= _ALIKE else None
    if guessed:
        found = matched + sum(seen.answers[text] for text in guessed if text in strange) / seen.total
        fits = found >= _RELATED and alike >= _RELATED
        reason = "some answers are guessed from their texts or numbers"
        return Candidate(entry, score, False, reason) if fits else None
    if matched < _RELATED:
        reason = "its text fits, its answers are no options"
        return Candidate(entry, score, False, reason) if alike >= _ALIKE else None
    needed = _RELATED if len(item.options) > 2 else _ALIKE
    if matched < _NEARLY_ALL:
        named = f"{len(strange)} different answers are no option"
        return Candidate(entry, score, False, named) if alike >= _RELATED else None
    if alike >= needed:
        return Candidate(entry, score, True, "its text and its answers")
    if len(item.options) > 2 and len(seen.answers) > 1:
        return Candidate(entry, score, False, "its answers fit, its text does not")
    return None


def _guess(item: Item, strange: Sequence[str]) -> dict[str, str]:
    """Return the options that strange answers are most like, where one is clearly the nearest."""
    guessed = {}
    for text in strange[:40]:
        ranked = sorted(
            ((_alike(normalise(text), normalise(option.text)), option.id) for option in item.options),
            reverse=True,
        )
        best, second = ranked[0], ranked[1] if len(ranked) > 1 else (0.0, "")
        if best[0] >= 0.75 and best[0] >= second[0] + 0.1:
            guessed[text] = best[1]
    return guessed


def _by_number(item: Item, seen: Seen, alike: float) -> dict[str, str]:
    """Take label numbers (1 for the first option) for options, where the question's text fits."""
    numbers = {str(at): option.id for at, option in enumerate(item.options, start=1)}
    if alike < _SIMILAR or not seen.answers or not set(seen.answers) <= set(numbers):
        return {}
    return numbers


def _joined_candidate(item: Item, seen: Seen, alike: float) -> Candidate | None:
    best = None
    for separator in _SEPARATORS:
        parts = joined_text(item, separator)
        split = {text: parts.split(text) for text in seen.answers}
        known = sum(len(split[text][0]) * count for text, count in seen.answers.items())
        strange = sum(len(split[text][1]) * count for text, count in seen.answers.items())
        share = known / (known + strange) if known + strange else 0.0
        if best is None or share > best[0]:
            best = (share, separator)
    if best is None or best[0] < _RELATED:
        return None
    share, separator = best
    entry = ItemMapping(item.id, (seen.column.name,), "joined", separator=separator)
    sure = share >= _NEARLY_ALL and alike >= _RELATED
    reason = "its text and its answers" if sure else f"{share:.0%} of the chosen texts are options"
    return Candidate(entry, (share + alike) / 2, sure, reason)


def _ranked_candidates(item: Item, seen: Sequence[Seen]) -> Iterator[Candidate]:
    """Propose the columns 'first priority', 'second priority', … of one question."""
    options = matcher(item)
    fitting = []
    for each in seen:
        known = sum(count for text, count in each.answers.items() if options.match(text) is not None)
        if len(each.answers) > 1 and known >= _NEARLY_ALL * each.total and known:
            label = each.column.label if not each.column.choice else each.column.question
            fitting.append((each, likeness((label, each.column.name), item)))
    if len(fitting) < 2:
        return
    alike = min(score for _, score in fitting)
    entry = ItemMapping(item.id, tuple(each.column.name for each, _ in fitting), "ranked")
    sure = alike >= _RELATED
    reason = f"{len(fitting)} columns hold its options"
    yield Candidate(entry, (1 + alike) / 2, sure, reason if sure else f"{reason}, but their texts do not fit")


def _indicator_candidates(item: Item, seen: Sequence[Seen]) -> Iterator[Candidate]:
    groups: dict[str, list[Seen]] = {}
    for each in seen:
        if not each.column.role and _is_indicator(each):
            groups.setdefault(each.column.question, []).append(each)
    for question, members in groups.items():
        found = _indicator_candidate(item, question, members)
        if found:
            yield found


def _is_indicator(seen: Seen) -> bool:
    own = {normalise(seen.column.choice), normalise(seen.column.label)}
    return all(normalise(text) in SELECTED | NOT_SELECTED | NOT_ASKED | own for text in seen.answers)


def _indicator_candidate(item: Item, question: str, members: Sequence[Seen]) -> Candidate | None:
    options = matcher(item)
    fed: dict[str, str] = {}
    guessed = False
    for each in members:
        choice = each.column.choice or each.column.label
        option = options.match(choice)
        if option is None and question:
            option = _guess(item, [choice]).get(choice)
            guessed = guessed or option is not None
        if option is not None and option not in fed.values():
            fed[each.column.name] = option
    label = members[0].column.label if question else ""
    alike = likeness((label, question), item)
    if not fed and alike >= _RELATED:
        return _by_order(item, members, alike)
    share = len(fed) / len(item.options)
    if len(fed) < 2 or (share < 0.5 and alike < _RELATED):
        return None
    whole = len(fed) == len(members) if question else True
    sure = whole and not guessed and (alike >= _RELATED or share == 1.0)
    entry = ItemMapping(item.id, tuple(fed), "indicators", options=fed)
    left_out = len(members) - len(fed)
    reason = f"{len(fed)} of {len(item.options)} options have a column"
    if not sure:
        reason += ", some by likeness" if guessed else ""
        reason += f"; {left_out} columns of the question are no option" if question and left_out else ""
    return Candidate(entry, (share + max(alike, share)) / 2, sure, reason)


def _by_order(item: Item, members: Sequence[Seen], alike: float) -> Candidate | None:
    """Take numbered subquestions (SQ001, SQ002, …) for the options in the questionnaire's order."""
    if len(members) != len(item.options) or not all(
        _ORDER_CODE.match(each.column.choice) for each in members
    ):
        return None
    fed = {each.column.name: option.id for each, option in zip(members, item.options, strict=True)}
    entry = ItemMapping(item.id, tuple(fed), "indicators", options=fed)
    return Candidate(entry, alike / 2, False, "options are guessed from the order of the columns")
