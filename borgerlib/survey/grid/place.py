"""Where in a grid the table stands: titles above, heading rows, rows of respondents, totals below."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import isclose
from typing import Literal

import pandas as pd

from borgerlib.said import said
from borgerlib.survey.grid.values import parse_dates, parse_number

Row = Sequence[str]
MOST_HEADINGS = 3
_SAMPLE = 200
_MOST_TITLES = 12
_MOST_NOTES = 6
_FEW = 2
_TYPED = 0.9
# What SurveyMonkey writes below a question that has no choices, in the language of the survey.
RESPONSE = {"response", "open-ended response", "svar", "åbent svar", "antwort", "offene antwort"}
_OWN_CODES = {"submitdate", "lastpage", "startlanguage"}
_SUMS = ("total", "i alt", "sum")
_SUBTOTALS = (*_SUMS, "ialt", "totalt", "delsum", "subtotal", "mellemsum", "delsumme", "delsumma")
# 'Bogense i alt', 'Område Nord: total', 'Sum for Bogense'.
_SUM_LABEL = re.compile("(?:.*\\W)?(?:{0})\\W*|(?:{0})\\W.*".format("|".join(_SUBTOTALS)), re.IGNORECASE)
_LONGEST_LABEL = 6
_SUMMED = 5
_TOTALS = (
    *_SUMS, "totalt", "ialt", "summa", "summe", "gesamt", "gennemsnit", "average", "mean", "antal svar",
    "antal", "procent", "percent", "n =", "n=", "eksporteret", "exported", "kilde", "source",
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Rows of a grid, as places in its list of rows.

    Parameters
    ----------
    names : int
        The row that names the columns; -1 where none does.
    headings : tuple of int
        All heading rows, in the order of the file.
    data : tuple of int
        The respondents' rows.
    notes : tuple of str
        What was passed over, for a person to check.
    """

    names: int
    headings: tuple[int, ...]
    data: tuple[int, ...]
    notes: tuple[str, ...]


def find_table(rows: Sequence[Row], numbers: Sequence[int], *, heading_rows: int | None = None) -> Place:
    """Find the table in the rows of a grid (blank ones left out).

    Parameters
    ----------
    rows : sequence of sequence of str
    numbers : sequence of int
        The rows' numbers in the file, for the notes.
    heading_rows : int, optional
        How many rows head the columns (0 to 3), where somebody knows; by default judged by the answers below.
    """
    start = _after_titles(rows)
    count = _headings(rows, start) if heading_rows is None else heading_rows
    first = min(start + count, len(rows))
    headings = tuple(range(start, first))
    names = _naming_row(rows, headings)
    end = _before_totals(rows, numbers, first)
    notes = []
    # A total may stand above the answers: it is judged as if it stood below.
    above = first + 1 < end and _says_total([*rows[first + 1 : end], rows[first]], end - first - 1, 0)
    if above:
        notes.append(said("total_above", row=numbers[first]))
    if start:
        notes.append(said("titles_passed", count=start, row=numbers[start]))
    if count > 1 and len(headings) == count:
        notes.append(said("heading_rows", first=numbers[start], last=numbers[first - 1]))
    if end < len(rows):
        notes.append(said("rows_below_passed", count=len(rows) - end, row=numbers[end]))
    named = rows[names] if headings else None
    body = range(first + above, end)
    data = tuple(at for at in body if rows[at] != named)
    if repeated := len(body) - len(data):
        notes.append(said("headings_repeated", count=repeated))
    between = _subtotals(rows, data)
    # Of few rows, or where many hold one, a word for a sum is somebody's answer.
    if between and len(data) > _SUMMED * len(between):
        data = tuple(at for at in data if at not in between)
        notes.append(said("subtotals", count=len(between), row=numbers[min(between)]))
    return Place(names, headings, data, tuple(notes))


def _subtotals(rows: Sequence[Row], data: Sequence[int]) -> set[int]:
    """Return the rows between the answers that hold sums: what they hold says so, not the word alone.

    Somebody may write 'I alt er jeg glad' and answer all else by numbers; her numbers are those of others.
    """
    labels = {at: place for at in data if (place := _sum_label(rows[at])) is not None}
    others = [rows[at] for at in data if at not in labels]
    sample = others[:: max(1, len(others) // _SAMPLE)]
    found = {at for at, place in labels.items() if not any(rows[at][:place]) and _is_bare(rows[at][place])}
    for place in set(labels.values()):
        alike = [at for at, its in labels.items() if its == place]
        tallies = [_tally(rows[at], sample) for at in alike]
        strange, familiar = (sum(counts) for counts in zip(*tallies, strict=True))
        if strange >= max(_FEW, familiar):
            found.update(alike)
    return found


def _is_bare(label: str) -> bool:
    return label.strip().casefold().rstrip(": ") in _SUBTOTALS


def _sum_label(row: Row) -> int | None:
    """Return the place of the label of a sum in a row that holds numbers beside it, and no other text."""
    line = "\n".join(row).casefold()
    if not any(word in line for word in _SUBTOTALS):
        return None
    texts = {place: text.strip() for place, text in enumerate(row) if text.strip()}
    words = [place for place, text in texts.items() if parse_number(text) is None]
    if len(words) != 1 or len(texts) < _FEW:
        return None
    label = texts[words[0]]
    return words[0] if len(label.split()) <= _LONGEST_LABEL and _SUM_LABEL.fullmatch(label) else None


def _tally(row: Row, others: Sequence[Row]) -> tuple[int, int]:
    """Return how many numbers of a row are nobody's answer, and how many are somebody's, where few differ."""
    strange = familiar = 0
    for place, text in enumerate(row):
        if parse_number(text) is None:
            continue
        answers = [answer for other in others if (answer := other[place].strip())]
        if 2 * len(set(answers)) <= len(answers):
            familiar += text.strip() in answers
            strange += text.strip() not in answers
    return strange, familiar


def is_answer_row(rows: Sequence[Row], at: int) -> bool:
    """Return whether a row that should head the columns holds answers instead: several recur below it."""
    fits = [_fit(text, _below(rows, at, place)) for place, text in enumerate(rows[at])]
    return fits.count("answer") >= _FEW and not any(fit in ("breaks", "other") for fit in fits)


def _after_titles(rows: Sequence[Row]) -> int:
    """Return the place of the first row that is no title: a title has a text or two, the table has more."""
    for at in range(min(_MOST_TITLES, len(rows) - 2)):
        widest = max(_filled(row) for row in rows[at + 1 : at + 6])
        if _filled(rows[at]) > _FEW or widest <= max(_FEW, 2 * _filled(rows[at]) - 1):
            return at
        following = next(place for place in range(at + 1, len(rows)) if _filled(rows[place]) > _FEW)
        if not _heads(rows, following, widest) and not _is_title(rows, at):
            return at
    return 0 if len(rows) <= _FEW else min(_MOST_TITLES, len(rows) - 2)


def _is_title(rows: Sequence[Row], at: int) -> bool:
    """Return whether one text in the first column stands over a row of texts that all differ."""
    below = [text.strip() for text in rows[at + 1] if text.strip()]
    alone = _filled(rows[at]) == 1 and bool(rows[at][0])
    words = len(set(below)) == len(below) > _FEW and all(parse_number(text) is None for text in below)
    return alone and words and not is_answer_row(rows, at + 1)


def _heads(rows: Sequence[Row], at: int, widest: int) -> bool:
    """Return whether a row (with the one below it) heads columns of another kind than its texts."""
    texts = [text for text in rows[at] if text]
    covered = sum(any(pair) for pair in zip(rows[at], rows[min(at + 1, len(rows) - 1)], strict=True))
    # The rows below may head columns too: the answers begin after them.
    answers = min(at + MOST_HEADINGS - 1, len(rows) - 2)
    fits = [_fit(text, _below(rows, answers, place)) for place, text in enumerate(rows[at])]
    distinct = len(set(texts)) * 5 >= len(texts) * 4 and covered * 5 >= widest * 4
    return distinct and "answer" not in fits and ("breaks" in fits or "other" in fits)


def _headings(rows: Sequence[Row], start: int) -> int:
    for count in range(MOST_HEADINGS, 1, -1):
        if start + count <= len(rows) and _is_import_row(rows[start + count - 1]):
            return count
    if start + 1 >= len(rows):
        return 1
    if {text.strip().casefold() for text in rows[start + 1]} >= _OWN_CODES:
        return 2
    if start + 2 == len(rows):
        return 2 if _heads_nobody(rows[start], rows[start + 1]) else 1
    return 2 if _is_second_heading(rows, start) else 1


def _heads_nobody(first: Row, second: Row) -> bool:
    """Return whether two rows with nothing below them both head columns: a file without respondents."""
    pairs = [(above.strip(), below.strip()) for above, below in zip(first, second, strict=True)]
    named = any(below and not above and parse_number(below) is None for above, below in pairs)
    again = [above for above, below in pairs if above and _run_together(above) == _run_together(below)]
    return named or len(again) >= _FEW or bool({below.casefold() for _, below in pairs} & RESPONSE)


def _run_together(text: str) -> str:
    return "".join(text.split()).casefold()


def _naming_row(rows: Sequence[Row], headings: tuple[int, ...]) -> int:
    if not headings:
        return -1
    for at in headings:
        if {text.strip().casefold() for text in rows[at]} >= _OWN_CODES:
            return at
    return headings[0]


def _is_import_row(row: Row) -> bool:
    filled = [text for text in row if text]
    return bool(filled) and 2 * sum('"ImportId"' in text for text in filled) > len(filled)


def _is_second_heading(rows: Sequence[Row], start: int) -> bool:
    """Return whether the second row heads columns too: no answer of its column, but a text of another kind.

    One untidy cell does not make a heading row, nor does a respondent who ticked everything: either two cells
    are of another kind than all below them, or the row names each column that the first leaves without a name
    of its own.
    """
    first, second = rows[start], rows[start + 1]
    if _sum_label(second) is not None:
        return False
    times = Counter(text.strip() for text in first)
    fits = [_fit(text, _below(rows, start + 1, place)) for place, text in enumerate(second)]
    if "answer" in fits:
        return False
    breaks, others = fits.count("breaks"), fits.count("other")
    responses = sum(text.strip().casefold() in RESPONSE for text in second)
    if responses >= _FEW or (breaks and (breaks + others >= _FEW or responses)):
        return True
    used = [place for place in range(len(first)) if second[place] or any(_below(rows, start + 1, place))]
    blank = [place for place in used if not first[place].strip()]
    repeated = [place for place in used if times[first[place].strip()] > 1 and second[place].strip()]
    named = [second[place].strip() for place in {*blank, *repeated}]
    if not named or not all(named) or len(set(named)) < len(named):
        return False
    # One blank heading is enough where the row also lacks what everybody below it has.
    lacks = sum(not second[place] and _always(rows, start + 1, place) for place in used)
    return len(named) + lacks > _FEW or len(named) >= _FEW


def _always(rows: Sequence[Row], at: int, place: int) -> bool:
    below = rows[at + 1 : at + 1 + _SAMPLE]
    return all(row[place].strip() for row in below if _filled(row) > _FEW)


def _below(rows: Sequence[Row], at: int, place: int) -> list[str]:
    return [row[place].strip() for row in rows[at + 1 : at + 1 + _SAMPLE] if row[place].strip()]


def _fit(text: str, below: list[str]) -> Literal["", "answer", "breaks", "other"]:
    """Return how a text fits those below it: as one of them, of another kind, or as none of few texts."""
    text = text.strip()
    if not text or not below:
        return ""
    if sum(parse_number(other) is not None for other in below) >= _TYPED * len(below):
        return "answer" if parse_number(text) is not None else "breaks"
    if _dates(below) >= _TYPED:
        return "answer" if _dates([text]) else "breaks"
    different = set(below)
    if text in different:
        # A tick may be written as the option's own text.
        return "" if different == {text} else "answer"
    return "other" if len(below) >= 8 and 2 * len(different) <= len(below) else ""


def _dates(texts: list[str]) -> float:
    some = texts[:20]
    if not any(letter.isdigit() for letter in some[0]):
        return 0.0
    return float(parse_dates(pd.Series(some, dtype="string")).notna().mean())


def _before_totals(rows: Sequence[Row], numbers: Sequence[int], first: int) -> int:
    """Return the place after the last respondent."""
    end = len(rows)
    for at in range(len(rows) - 1, max(first, len(rows) - 1 - _MOST_NOTES), -1):
        if any(_answers_in_words(row, rows[first:end][-_SAMPLE:]) for row in rows[at + 1 : end]):
            break
        if _is_total(rows, at, first, apart=end < len(rows) or numbers[at] - numbers[at - 1] > 1):
            end = at
    return end


def _answers_in_words(row: Row, others: Sequence[Row]) -> bool:
    """Return whether a row holds a word that others answered too: below a sum of an area stands the next."""
    return any(
        parse_number(text) is None and sum(other[place].strip() == text.strip() for other in others) >= _FEW
        for place, text in enumerate(row)
        if text.strip()
    )


def _is_total(rows: Sequence[Row], at: int, first: int, *, apart: bool) -> bool:
    row = rows[at]
    place = next(place for place, text in enumerate(row) if text)
    text = row[place].strip().casefold()
    answers = [
        other[place].strip() for other in rows[first : min(at, first + _SAMPLE)] if other[place].strip()
    ]
    fit = _fit(text, answers)
    foreign = fit == "breaks" or not answers
    is_word = any(text == word or text.startswith((f"{word} ", f"{word}:")) for word in _TOTALS)
    few = _filled(row) <= _FEW < len(row) - 1
    if _says_total(rows, at, first):
        return True
    if place and (_sums_up(rows, at, first) or _is_sum(rows, at, first)):
        return True
    if is_word and place == 0:
        return foreign or (few and fit != "answer")
    return foreign and apart and few


def _says_total(rows: Sequence[Row], at: int, first: int) -> bool:
    """Return whether the first column holds a word for a total, or another one does beside numbers alone."""
    texts = {place: text.strip().casefold() for place, text in enumerate(rows[at]) if text.strip()}
    words = [place for place, text in texts.items() if text.rstrip(": ") in _TOTALS]
    if not words or any(other[words[0]].strip().casefold() == texts[words[0]] for other in rows[first:at]):
        return False
    others = [text for place, text in texts.items() if place not in words]
    return words[0] == 0 or all(parse_number(text.rstrip(" %")) is not None for text in others)


def _sums_up(rows: Sequence[Row], at: int, first: int) -> bool:
    """Return whether numbers stand without the id that the rows above have, and are nobody's answers."""
    others = rows[first:at][:_SAMPLE]
    named = [other[0].strip() for other in others if any(other[1:]) and other[0].strip()]
    all_named = len(others) - _MOST_NOTES <= len(named) == len(set(named)) >= 8
    if not all_named or rows[at][0].strip():
        return False
    if any(text.strip() and parse_number(text) is None for text in rows[at]):
        return False
    strange, familiar = _tally(rows[at], others)
    return strange >= max(_FEW, 2 * familiar)


def _is_sum(rows: Sequence[Row], at: int, first: int) -> bool:
    """Return whether each number of a row is the sum or the count of those above it, and larger than any."""
    texts = {place: text for place, text in enumerate(rows[at]) if text.strip()}
    for place, text in texts.items():
        above = [number for row in rows[first:at] if (number := parse_number(row[place])) is not None]
        found = parse_number(text)
        if found is None or len(above) <= _FEW or found <= max(above):
            return False
        if not isclose(found, sum(above), rel_tol=1e-6) and found != len(above):
            return False
    return bool(texts)


def _filled(row: Row) -> int:
    return sum(bool(text) for text in row)
