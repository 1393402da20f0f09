"""Find rows of a grid with totals, and judge how a text fits the answers of its column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import isclose
from typing import Literal

import pandas as pd

from borgerlib.survey.grid.values import parse_dates, parse_number

Row = Sequence[str]
SAMPLE = 200
FEW = 2
_TYPED = 0.9
_MOST_NOTES = 6
_SUMS = ("total", "i alt", "sum")
_SUBTOTALS = (*_SUMS, "ialt", "totalt", "delsum", "subtotal", "mellemsum", "delsumme", "delsumma")
_OF_AREAS = "|".join((*_SUBTOTALS, "gennemsnit", "antal", "procent", "average", "mean", "percent"))
# 'Bogense i alt', 'Område Nord: total', 'Sum for Bogense'.
_SUM_AT_END = re.compile(rf"(?:.*\W)?(?:{_OF_AREAS})\W*", re.IGNORECASE)
_SUM_LABEL = re.compile(rf"{_SUM_AT_END.pattern}|(?:{_OF_AREAS})\W.*", re.IGNORECASE)
_LONGEST_LABEL = 6
_SUMMED = 5
_TOTALS = (
    *_SUMS, "totalt", "ialt", "summa", "summe", "gesamt", "gennemsnit", "average", "mean", "antal svar",
    "antal", "procent", "percent", "n =", "n=", "eksporteret", "exported", "kilde", "source",
)  # fmt: skip


def subtotals(rows: Sequence[Row], data: Sequence[int]) -> set[int]:
    """Return the rows between the answers that contain sums, judged by their numbers, not by a word alone.

    A respondent may write 'I alt er jeg glad' and answer the rest with numbers, but others give these too.
    """
    labels = {at: place for at in data if (place := sum_label(rows[at])) is not None}
    others = [rows[at] for at in data if at not in labels]
    sample = others[:: max(1, len(others) // SAMPLE)]
    bare = {at for at, place in labels.items() if _is_bare(rows[at][place]) and filled(rows[at][:place]) == 0}
    # If there are few rows, or many of them have a word for a sum, the word is an answer.
    found = bare if len(data) > _SUMMED * len(bare) else set()
    for place in set(labels.values()):
        alike = [at for at, its in labels.items() if its == place]
        tallies = [_tally(rows[at], sample) for at in alike]
        strange, familiar = (sum(counts) for counts in zip(*tallies, strict=True))
        # One number after 'Nord i alt' is enough if the other rows answer more.
        alone = all(_is_alone(rows[at], place) for at in alike) and all(filled(row) > FEW for row in sample)
        if strange >= max(1 if alone else FEW, familiar) and len(others) > FEW * len(alike):
            found = found.union(alike)
    return found


def _is_bare(text: str) -> bool:
    return text.strip().casefold().rstrip(": ") in _SUBTOTALS


def _is_alone(row: Row, place: int) -> bool:
    """Return whether a row has one number, after a text that ends with a word for a sum."""
    return filled(row[place + 1 :]) == 1 and bool(_SUM_AT_END.fullmatch(row[place].strip()))


def sum_label(row: Row) -> int | None:
    """Return the position of a text that labels a sum, with only numbers after it.

    It is the row's first text, or 'I alt' after one more text: the area that is summed.
    """
    places = [place for place, text in enumerate(row) if text.strip()]
    words = [place for place in places[:FEW] if parse_number(row[place]) is None]
    if not words or words != places[: len(words)] or len(words) == len(places):
        return None
    label = row[words[-1]].strip()
    is_label = _SUM_LABEL.fullmatch(label) if len(words) == 1 else _is_bare(label)
    if not is_label or len(label.split()) > _LONGEST_LABEL:
        return None
    behind = places[len(words) :]
    return words[-1] if all(parse_number(row[place]) is not None for place in behind) else None


def _tally(row: Row, others: Sequence[Row]) -> tuple[int, int]:
    """Return how many numbers of a row nobody, and how many somebody, answered where answers are few."""
    strange = familiar = 0
    for place, text in enumerate(row):
        if parse_number(text) is None:
            continue
        answers = [answer for other in others if (answer := other[place].strip())]
        if 2 * len(set(answers)) <= len(answers):
            familiar += text.strip() in answers
            strange += text.strip() not in answers
    return strange, familiar


def fit(text: str, below: list[str]) -> Literal["", "answer", "breaks", "other"]:
    """Return how a text fits those below it: one of them, of another kind, or not among a few options."""
    text = text.strip()
    if not text or not below:
        return ""
    if sum(parse_number(other) is not None for other in below) >= _TYPED * len(below):
        return "answer" if parse_number(text) is not None else "breaks"
    if _dates(below) >= _TYPED:
        return "answer" if _dates([text]) else "breaks"
    different = set(below)
    if text in different:
        # The value of a ticked box may be the option's own text.
        return "" if different == {text} else "answer"
    return "other" if len(below) >= 8 and 2 * len(different) <= len(below) else ""


def _dates(texts: list[str]) -> float:
    some = texts[:20]
    if not any(letter.isdigit() for letter in some[0]):
        return 0.0
    return float(parse_dates(pd.Series(some, dtype="string")).notna().mean())


def before_totals(rows: Sequence[Row], numbers: Sequence[int], first: int) -> int:
    """Return the position after the last respondent."""
    end = len(rows)
    for at in range(len(rows) - 1, max(first, len(rows) - 1 - _MOST_NOTES), -1):
        if any(_answers_in_words(row, rows[first:end][-SAMPLE:]) for row in rows[at + 1 : end]):
            break
        if _is_total(rows, at, first, apart=end < len(rows) or numbers[at] - numbers[at - 1] > 1):
            end = at
    return end


def _answers_in_words(row: Row, others: Sequence[Row]) -> bool:
    """Return whether a row has a word that others also answered: the next area begins below an area's sum.

    A row with only a word and a number ('Mand: 300') is a part of the total above it.
    """
    return filled(row) > FEW and any(
        parse_number(text) is None and sum(other[place].strip() == text.strip() for other in others) >= FEW
        for place, text in enumerate(row)
        if text.strip()
    )


def _is_total(rows: Sequence[Row], at: int, first: int, *, apart: bool) -> bool:
    row = rows[at]
    place = next(place for place, text in enumerate(row) if text)
    text = row[place].strip().casefold()
    answers = [
        other[place].strip() for other in rows[first : min(at, first + SAMPLE)] if other[place].strip()
    ]
    how = fit(text, answers)
    foreign = how == "breaks" or not answers
    is_word = any(text == word or text.startswith((f"{word} ", f"{word}:")) for word in _TOTALS)
    few = filled(row) <= FEW < len(row) - 1
    if says_total(rows, at, first):
        return True
    if place and (_sums_up(rows, at, first) or _is_sum(rows, at, first)):
        return True
    if is_word and place == 0:
        return foreign or (few and how != "answer")
    return foreign and apart and few


def says_total(rows: Sequence[Row], at: int, first: int) -> bool:
    """Return whether a word for a total is in the first column, or in a row of only numbers."""
    texts = {place: text.strip().casefold() for place, text in enumerate(rows[at]) if text.strip()}
    words = [place for place, text in texts.items() if text.rstrip(": ") in _TOTALS]
    if not words or any(other[words[0]].strip().casefold() == texts[words[0]] for other in rows[first:at]):
        return False
    others = [text for place, text in texts.items() if place not in words]
    return words[0] == 0 or all(parse_number(text.rstrip(" %")) is not None for text in others)


def _sums_up(rows: Sequence[Row], at: int, first: int) -> bool:
    """Return whether a row has numbers that nobody answered, without the id that the rows above have."""
    others = rows[first:at][:SAMPLE]
    named = [other[0].strip() for other in others if any(other[1:]) and other[0].strip()]
    all_named = len(others) - _MOST_NOTES <= len(named) == len(set(named)) >= 8
    if not all_named or rows[at][0].strip():
        return False
    if any(text.strip() and parse_number(text) is None for text in rows[at]):
        return False
    strange, familiar = _tally(rows[at], others)
    return strange >= max(FEW, 2 * familiar)


def _is_sum(rows: Sequence[Row], at: int, first: int) -> bool:
    """Return whether each number of a row is the sum or count of those above it, and larger than each."""
    texts = {place: text for place, text in enumerate(rows[at]) if text.strip()}
    for place, text in texts.items():
        above = [number for row in rows[first:at] if (number := parse_number(row[place])) is not None]
        found = parse_number(text)
        if found is None or len(above) <= FEW or found <= max(above):
            return False
        if not isclose(found, sum(above), rel_tol=1e-6) and found != len(above):
            return False
    return bool(texts)


def filled(row: Row) -> int:
    """Return how many cells of a row are not blank."""
    return sum(bool(text) for text in row)
