"""Finds the columns that could feed an item, and how well each fits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from borgerlib.survey.codebook.joined import joined_text
from borgerlib.survey.codebook.matching import matcher, normalise
from borgerlib.survey.codebook.model import Item
from borgerlib.survey.grid.values import parse_dates, parse_numbers
from borgerlib.survey.mapping.choices import said_otherwise
from borgerlib.survey.mapping.file import ItemMapping
from borgerlib.survey.mapping.seen import RELATED, SIMILAR, Seen, alike_texts, is_indicator, likeness

_ALIKE = 0.85
_NEARLY_ALL = 0.95
_MOSTLY = 0.9
_TIDY = 0.8
_MOST_OPTIONS = 60
_SEPARATORS = (";", ",", "|", " ", "\n")
_FREQUENT = 3
_FEW_ANSWERS = 10
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
    fits : bool
        False where a column has the item's text but not its answers: it is not used, only told.
    """

    entry: ItemMapping
    score: float
    sure: bool
    reason: str
    fits: bool = True


def candidates(item: Item, seen: Sequence[Seen]) -> Iterator[Candidate]:
    """Yield every way in which the columns could feed an item, in no order."""
    if item.kind == "multiple":
        yield from _indicator_candidates(item, seen)
        yield from _ranked_candidates(item, seen)
    for each in seen:
        if each.column.choice and is_indicator(each):
            continue
        if item.role and each.column.role == item.role:
            yield Candidate(ItemMapping(item.id, (each.column.name,)), 2.0, True, "the platform's own column")
        elif not each.column.role:
            found = _column_candidate(item, each)
            if found:
                yield found


def _column_candidate(item: Item, seen: Seen) -> Candidate | None:
    column = seen.column
    texts = [column.label, column.name]
    if column.choice:
        texts = [column.choice, f"{column.label} {column.choice}", column.name]
    alike = likeness(texts, item)
    if item.kind == "single":
        return _single_candidate(item, seen, alike)
    if item.kind == "multiple":
        return _joined_candidate(item, seen, alike)
    if alike < SIMILAR:
        return None
    reason = "its text" if alike >= _ALIKE else f"its text is only like '{item.text}'"
    entry = ItemMapping(item.id, (column.name,))
    if item.kind == "text" or not seen.total:
        return Candidate(entry, alike, alike >= _ALIKE, reason)
    return _typed_candidate(item, seen, Candidate(entry, alike, alike >= _ALIKE, reason))


def _typed_candidate(item: Item, seen: Seen, found: Candidate) -> Candidate | None:
    """Judge a number or date item by how many answers are numbers or dates: an untidy one costs itself."""
    values = pd.Series(list(seen.answers), dtype="string")
    counts = np.array(list(seen.answers.values()))
    parsed = parse_numbers(values) if item.kind == "number" else parse_dates(values)
    good = int(counts[parsed.notna()].sum())
    kind = {"number": "numbers", "date": "dates"}[item.kind]
    told = f"{good} of {seen.total} values are {kind}"
    if good * 2 <= seen.total:
        if found.score < _ALIKE:
            return None
        return replace(found, sure=False, fits=False, reason=f"'{seen.column.name}' has its text, but {told}")
    if not _is_plausible(item, parsed):
        return None
    tidy = seen.total - good <= max(1, (1 - _MOSTLY) * seen.total)
    reason = found.reason if good == seen.total else f"{found.reason}; {told}"
    share = good / seen.total
    return replace(found, sure=found.sure and tidy, score=found.score * share, reason=reason)


def _is_plausible(item: Item, numbers: pd.Series) -> bool:
    if item.role == "age":
        return bool(numbers.median() < 130)
    if item.role == "birth_year":
        return bool(numbers.median() > 1880)
    return True


def _single_candidate(item: Item, seen: Seen, alike: float) -> Candidate | None:
    if len(seen.answers) > _MOST_OPTIONS and alike < _ALIKE:
        return None
    options = matcher(item)
    strange = [text for text in seen.answers if options.match(text) is None]
    matched = 1 - sum(seen.answers[text] for text in strange) / seen.total if seen.total else 1.0
    guessed = (_guess(item, strange) or _by_number(item, seen, alike)) if strange else {}
    entry = ItemMapping(item.id, (seen.column.name,), values=guessed)
    score = (matched + alike) / 2
    if not seen.total:
        return Candidate(entry, score, True, "its text") if alike >= _ALIKE else None
    if guessed:
        found = matched + sum(seen.answers[text] for text in guessed if text in strange) / seen.total
        fits = found >= RELATED and alike >= RELATED
        reason = "some answers are guessed from their texts or numbers"
        return Candidate(entry, score, False, reason) if fits else None
    if matched < RELATED:
        reason = "its text fits, its answers are no options"
        return Candidate(entry, score, False, reason) if alike >= _ALIKE else None
    needed = RELATED if len(item.options) > 2 else _ALIKE
    known = {options.match(text) for text in seen.answers}
    doubt = reworded(item, {text: seen.answers[text] for text in strange}, known)
    once = max((seen.answers[text] for text in strange), default=0) < _FREQUENT
    tidy = (
        matched >= _NEARLY_ALL
        or item.catch_all is not None
        or (once and matched >= _TIDY and alike >= _ALIKE)
    )
    if doubt or not tidy:
        named = doubt or f"{len(strange)} different answers are no option"
        return Candidate(entry, score, False, named) if alike >= RELATED else None
    if alike >= needed:
        few = sum(seen.answers[text] for text in strange)
        kept = f"count as '{item.catch_all.text}'" if item.catch_all else "are no option"
        return Candidate(entry, score, True, "its text and its answers" + (f"; {few} {kept}" if few else ""))
    if len(item.options) > 2 and len(seen.answers) > 1:
        return Candidate(entry, score, False, "its answers fit, its text does not")
    return None


def _guess(item: Item, strange: Sequence[str]) -> dict[str, str]:
    """Return the options that strange answers are most like, where one is clearly the nearest."""
    guessed = {}
    for text in strange[:40]:
        ranked = sorted(
            ((alike_texts(normalise(text), normalise(option.text)), option.id) for option in item.options),
            reverse=True,
        )
        best, second = ranked[0], ranked[1] if len(ranked) > 1 else (0.0, "")
        if best[0] >= 0.75 and best[0] >= second[0] + 0.1:
            guessed[text] = best[1]
    return guessed


def _by_number(item: Item, seen: Seen, alike: float) -> dict[str, str]:
    """Take label numbers (1 for the first option) for options, where the question's text fits."""
    numbers = {str(at): option.id for at, option in enumerate(item.options, start=1)}
    if alike < SIMILAR or not seen.answers or not set(seen.answers) <= set(numbers):
        return {}
    return numbers


def reworded(item: Item, strange: Mapping[str, int], known: Iterable[str | None]) -> str:
    """Name frequent answers that are no option where some option never occurs; '' where there is no doubt."""
    frequent = {text: times for text, times in strange.items() if times >= _FREQUENT}
    used = set(known)
    never = [option for option in item.options if option.id not in used and option != item.catch_all]
    if not frequent or not never:
        return ""
    named = ", ".join(f"'{text[:40]}' ({times} times)" for text, times in list(frequent.items())[:4])
    return f"{named} is no option; {', '.join(repr(option.text) for option in never[:4])} never occurs"


def _joined_candidate(item: Item, seen: Seen, alike: float) -> Candidate | None:
    splits = [_split(item, seen, separator) for separator in _SEPARATORS]
    best = max(splits, key=lambda each: (each.several and each.share >= RELATED, each.share))
    if best.share < RELATED:
        return None
    entry = ItemMapping(item.id, (seen.column.name,), "joined", separator=best.separator)
    score = (best.share + alike) / 2
    strange = sum(best.strange.values())
    doubt = best.unclear or reworded(item, best.strange, best.known)
    if doubt:
        return Candidate(entry, score, False, doubt)
    if best.share < _NEARLY_ALL and item.catch_all is None:
        return Candidate(entry, score, False, f"{best.share:.0%} of the chosen texts are options")
    if alike < RELATED:
        return Candidate(entry, score, False, "its answers fit, its text does not")
    if not best.several and seen.total >= _FEW_ANSWERS and item.max_choices != 1:
        reason = "no answer holds several options: is this a column of one option, or of the first choice?"
        return Candidate(entry, score, False, reason)
    kept = f"count as '{item.catch_all.text}'" if item.catch_all else "are no option"
    reason = "its text and its answers" + (f"; {strange} {kept}" if strange else "")
    return Candidate(entry, score, True, reason)


@dataclass(frozen=True)
class _Split:
    """What a separator makes of a column: options, pieces that are none, whether a cell has several."""

    separator: str
    share: float
    several: bool
    known: frozenset[str]
    strange: Mapping[str, int]
    unclear: str


def _split(item: Item, seen: Seen, separator: str) -> _Split:
    parts = joined_text(item, separator)
    found: dict[str, int] = {}
    strange: dict[str, int] = {}
    several = False
    unclear = ""
    for text, count in seen.answers.items():
        reading = parts.read(text)
        several = several or len(reading.options) > 1
        unclear = unclear or (said_otherwise(item, reading) if reading.otherwise else "")
        for name in reading.options:
            found[name] = found.get(name, 0) + count
        for piece in reading.strange:
            strange[piece] = strange.get(piece, 0) + count
    known = sum(found.values())
    share = known / (known + sum(strange.values())) if known else 0.0
    return _Split(separator, share, several, frozenset(found), strange, unclear)


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
    sure = alike >= RELATED
    reason = f"{len(fitting)} columns hold its options"
    yield Candidate(entry, (1 + alike) / 2, sure, reason if sure else f"{reason}, but their texts do not fit")


def _indicator_candidates(item: Item, seen: Sequence[Seen]) -> Iterator[Candidate]:
    groups: dict[str, list[Seen]] = {}
    for found in seen:
        each = _parted(item, found)
        if not each.column.role and (is_indicator(each) or _is_other(item, each)):
            groups.setdefault(each.column.question, []).append(each)
    for question, members in groups.items():
        found = _indicator_candidate(item, question, members)
        if found:
            yield found


def _parted(item: Item, seen: Seen) -> Seen:
    """Part a column's text where the item's own ends, if an option follows: 'Emner? - Klima: byen'."""
    text, question = normalise(seen.column.text), normalise(item.text)
    if not text.startswith(question) or normalise(seen.column.question) == question:
        return seen
    choice = text[len(question) :].lstrip(" ?:-/|")
    if matcher(item).match(choice) is None:
        return seen
    return replace(seen, column=replace(seen.column, label=item.text, question=item.text, choice=choice))


def _is_other(item: Item, seen: Seen) -> bool:
    """Return whether a column holds what was written beside the catch-all option of an item."""
    if item.catch_all is None or not seen.column.choice:
        return False
    return matcher(item).match(seen.column.choice) == item.catch_all.id


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
    if not fed and alike >= RELATED:
        return _by_order(item, members, alike)
    share = len(fed) / len(item.options)
    if len(fed) < 2 or (share < 0.5 and alike < RELATED):
        return None
    whole = len(fed) == len(members) if question else True
    sure = whole and not guessed and (alike >= RELATED or share == 1.0)
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
