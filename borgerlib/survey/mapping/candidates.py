"""Find the columns that could feed an item, and judge how well each fits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from borgerlib.said import said
from borgerlib.survey.codebook.matching import OptionMatcher, is_unwilling, matcher, other_or_refusal
from borgerlib.survey.codebook.model import Item
from borgerlib.survey.grid.values import parse_dates, parse_numbers, parse_years
from borgerlib.survey.mapping.file import ItemMapping
from borgerlib.survey.mapping.multiple import indicator_candidates, joined_candidate, ranked_candidates
from borgerlib.survey.mapping.seen import (
    ALIKE,
    FREQUENT,
    NEARLY_ALL,
    OTHER_TEXT,
    RELATED,
    SIMILAR,
    Candidate,
    Seen,
    asks,
    guess,
    is_indicator,
    likeness,
    reworded,
)

_MOSTLY = 0.9
_TIDY = 0.8
_MOST_OPTIONS = 60


def candidates(item: Item, seen: Sequence[Seen]) -> Iterator[Candidate]:
    """Yield every way in which the columns could feed an item, in no particular order."""
    if item.kind == "multiple":
        yield from indicator_candidates(item, seen)
        yield from ranked_candidates(item, seen)
    for each in seen:
        choice = each.column.choice
        if choice and is_indicator(each) and (item.kind != "single" or likeness((choice,), item) < ALIKE):
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
        texts = [column.choice, f"{column.label} {column.choice}", column.lasting_name, column.name]
    alike = likeness(texts, item)
    if item.kind == "single":
        return _single_candidate(item, seen, alike, asked=asks(texts, item))
    if item.kind == "multiple":
        return joined_candidate(item, seen, alike, asked=asks(texts, item))
    if alike < SIMILAR:
        return None
    reason = "its text" if alike >= ALIKE else f"its text is only like '{item.text}'"
    entry = ItemMapping(item.id, (column.name,))
    if item.kind == "text" or not seen.total:
        return Candidate(entry, alike, alike >= ALIKE, reason)
    return _typed_candidate(item, seen, Candidate(entry, alike, alike >= ALIKE, reason))


def _typed_candidate(item: Item, seen: Seen, found: Candidate) -> Candidate | None:
    """Judge a candidate for a number or date item by how many answers are numbers or dates."""
    values = pd.Series(list(seen.answers), dtype="string")
    counts = np.array(list(seen.answers.values()))
    parse = (
        parse_years
        if item.role == "birth_year"
        else {"number": parse_numbers, "date": parse_dates}[item.kind]
    )
    parsed = parse(values)
    good = int(counts[parsed.notna()].sum())
    kind = {"number": "numbers", "date": "dates"}[item.kind]
    counted = said("values_are", count=good, total=seen.total, kind=kind)
    if good * 2 <= seen.total:
        if found.score < ALIKE:
            return None
        doubt = said("text_but_values", column=seen.column.name, values=counted)
        return replace(found, sure=False, fits=False, reason=doubt)
    if not _is_plausible(item, parsed):
        short = item.role == "birth_year" and found.score >= ALIKE
        doubt = said("short_years", column=seen.column.name)
        return replace(found, sure=False, fits=False, reason=doubt) if short else None
    tidy = seen.total - good <= max(1, (1 - _MOSTLY) * seen.total)
    reason = (
        found.reason if good == seen.total else said("text_and_values", text=found.reason, values=counted)
    )
    share = good / seen.total
    return replace(found, sure=found.sure and tidy, score=found.score * share, reason=reason)


def _is_plausible(item: Item, numbers: pd.Series) -> bool:
    if item.role == "age":
        # Lower medians are codes of age bands.
        return bool(10 <= numbers.median() < 130)
    if item.role == "birth_year":
        return bool(numbers.median() > 1880)
    return True


def _single_candidate(item: Item, seen: Seen, alike: float, *, asked: bool) -> Candidate | None:
    if len(seen.answers) > _MOST_OPTIONS and alike < ALIKE:
        return None
    options = matcher(item)
    strange = [text for text in seen.answers if options.match(text) is None]
    absent = tuple(text for text in strange if is_unwilling(text))
    if absent:
        rest = {text: times for text, times in seen.answers.items() if text not in absent}
        willing = _single_candidate(item, Seen(seen.column, rest), alike, asked=asked)
        return willing and _without_refusals(willing, absent, options, seen)
    matched = 1 - sum(seen.answers[text] for text in strange) / seen.total if seen.total else 1.0
    guessed = (guess(item, strange) or _by_number(item, seen, alike)) if strange else {}
    entry = ItemMapping(item.id, (seen.column.name,), values=guessed)
    score = (matched + alike) / 2
    if not seen.total:
        return Candidate(entry, score, True, "its text") if alike >= ALIKE else None
    if guessed:
        found = matched + sum(seen.answers[text] for text in guessed if text in strange) / seen.total
        fits = found >= RELATED and alike >= RELATED
        reason = "some answers are guessed from their texts or numbers"
        return Candidate(entry, score, False, reason) if fits else None
    if matched < RELATED:
        reason = "its text fits, its answers are no options"
        return Candidate(entry, score, False, reason) if alike >= ALIKE else None
    known = {options.match(text) for text in seen.answers}
    doubt = reworded(item, {text: seen.answers[text] for text in strange}, known)
    once = max((seen.answers[text] for text in strange), default=0) < FREQUENT
    tidy = (
        matched >= NEARLY_ALL or item.catch_all is not None or (once and matched >= _TIDY and alike >= ALIKE)
    )
    if doubt or not tidy:
        named = doubt or f"{len(strange)} different answers are no option"
        return Candidate(entry, score, False, named) if alike >= RELATED else None
    if alike >= ALIKE or (asked and len(item.options) > 2):
        few = sum(seen.answers[text] for text in strange)
        kept = f"count as '{item.catch_all.text}'" if item.catch_all else "are no option"
        return Candidate(entry, score, True, "its text and its answers" + (f"; {few} {kept}" if few else ""))
    if len(item.options) > 2 and len(seen.answers) > 1:
        return Candidate(entry, score, False, OTHER_TEXT)
    # Many questions are answered by yes or no: only a text like the item's makes it this one.
    alike_only = f"its text is only like '{item.text}'"
    return Candidate(entry, score, False, alike_only) if alike >= SIMILAR else None


def _without_refusals(
    found: Candidate, absent: tuple[str, ...], options: OptionMatcher, seen: Seen
) -> Candidate:
    """Propose refusals as no answer; unsure if one may also be 'Andet'."""
    named = ", ".join(f"'{text}' ({seen.answers[text]} times)" for text in absent)
    doubtful = {option for text in absent if (option := options.match(other_or_refusal(text)))}
    either = f"; or is it the option '{doubtful.pop()}'?" if (unsure := bool(doubtful)) else ""
    return replace(
        found,
        entry=replace(found.entry, missing=absent),
        sure=found.sure and not unsure,
        reason=f"{found.reason}; {named} taken for no answer{either}",
    )


def _by_number(item: Item, seen: Seen, alike: float) -> dict[str, str]:
    """Take numbers (1 for the first option) for options, if the question's text fits."""
    numbers = {str(at): option.id for at, option in enumerate(item.options, start=1)}
    if alike < SIMILAR or not seen.answers or not set(seen.answers) <= set(numbers):
        return {}
    return numbers
