"""Find the table in a grid: titles above it, heading rows, rows of respondents, totals below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from borgerlib.said import said
from borgerlib.survey.grid.totals import (
    FEW,
    SAMPLE,
    Row,
    before_totals,
    filled,
    fit,
    says_total,
    subtotals,
    sum_label,
)
from borgerlib.survey.grid.values import parse_number

MOST_HEADINGS = 3
_MOST_TITLES = 12
# What SurveyMonkey writes below a question that has no choices, in the language of the survey.
RESPONSE = {"response", "open-ended response", "svar", "åbent svar", "antwort", "offene antwort"}
_OWN_CODES = {"submitdate", "lastpage", "startlanguage"}


@dataclass(frozen=True)
class Place:
    """The parts of a table, as positions in the grid's list of rows.

    Parameters
    ----------
    names : int
        The row that names the columns; -1 if there is none.
    headings : tuple of int
        All heading rows, in the order of the file.
    data : tuple of int
        The respondents' rows.
    notes : tuple of str
        What was skipped, for a person to check.
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
        Number of heading rows (0 to 3), if known; by default judged by the answers below.
    """
    start = _after_titles(rows)
    count = _headings(rows, start) if heading_rows is None else heading_rows
    first = min(start + count, len(rows))
    headings = tuple(range(start, first))
    names = _naming_row(rows, headings)
    end = before_totals(rows, numbers, first)
    notes = []
    # A total may be above the answers: it is then judged as if it were below.
    above = first + 1 < end and says_total([*rows[first + 1 : end], rows[first]], end - first - 1, 0)
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
    again = {at for at in body if rows[at] == named}
    # A second table in the sheet may have its own title.
    titles = {
        at - 1 for at in again if filled(rows[at - 1]) == 1 and parse_number("".join(rows[at - 1])) is None
    }
    data = tuple(at for at in body if at not in again | titles)
    if again:
        notes.append(said("headings_repeated", count=len(again)))
    if between := subtotals(rows, data):
        data = tuple(at for at in data if at not in between)
        notes.append(said("subtotals", count=len(between), row=numbers[min(between)]))
    return Place(names, headings, data, tuple(notes))


def is_answer_row(rows: Sequence[Row], at: int) -> bool:
    """Return whether a row of headings contains answers instead: several of its texts recur below it."""
    fits = [fit(text, _below(rows, at, place)) for place, text in enumerate(rows[at])]
    return fits.count("answer") >= FEW and not {"breaks", "other"} & {*fits}


def _after_titles(rows: Sequence[Row]) -> int:
    """Return the position of the first row that is not a title: a title has one or two texts."""
    for at in range(min(_MOST_TITLES, len(rows) - 2)):
        widest = max(filled(row) for row in rows[at + 1 : at + 6])
        if filled(rows[at]) > FEW or widest <= max(FEW, 2 * filled(rows[at]) - 1):
            return at
        following = next(place for place in range(at + 1, len(rows)) if filled(rows[place]) > FEW)
        if not _heads(rows, following, widest) and not _is_title(rows, at):
            return at
    return 0 if len(rows) <= FEW else min(_MOST_TITLES, len(rows) - 2)


def _is_title(rows: Sequence[Row], at: int) -> bool:
    """Return whether a row has one text, in the first column, above a row of texts that all differ."""
    below = [text.strip() for text in rows[at + 1] if text.strip()]
    alone = filled(rows[at]) == 1 and bool(rows[at][0])
    words = len(set(below)) == len(below) > FEW and all(parse_number(text) is None for text in below)
    return alone and words and not is_answer_row(rows, at + 1)


def _heads(rows: Sequence[Row], at: int, widest: int) -> bool:
    """Return whether a row (with the one below it) has texts of another kind than the columns below."""
    texts = [text for text in rows[at] if text]
    covered = sum(any(pair) for pair in zip(rows[at], rows[min(at + 1, len(rows) - 1)], strict=True))
    # The rows below may be headings too: the answers begin after them.
    answers = min(at + MOST_HEADINGS - 1, len(rows) - 2)
    fits = [fit(text, _below(rows, answers, place)) for place, text in enumerate(rows[at])]
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
    """Return whether two rows with nothing below them are both headings: a file without respondents."""
    pairs = [(above.strip(), below.strip()) for above, below in zip(first, second, strict=True)]
    named = any(below and not above and parse_number(below) is None for above, below in pairs)
    again = [above for above, below in pairs if above and _run_together(above) == _run_together(below)]
    return named or len(again) >= FEW or bool({below.casefold() for _, below in pairs} & RESPONSE)


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
    texts = [text for text in row if text]
    return bool(texts) and 2 * sum('"ImportId"' in text for text in texts) > len(texts)


def _is_second_heading(rows: Sequence[Row], start: int) -> bool:
    """Return whether the second row is a heading too: its texts are not answers, but of another kind.

    One untidy cell does not make a heading row, nor does a respondent who ticked everything: either two cells
    are of another kind than all cells below them, or the row names each column without a unique name above.
    """
    first, second = rows[start], rows[start + 1]
    if sum_label(second) is not None:
        return False
    times = Counter(text.strip() for text in first)
    fits = [fit(text, _below(rows, start + 1, place)) for place, text in enumerate(second)]
    if "answer" in fits:
        return False
    breaks, others = fits.count("breaks"), fits.count("other")
    responses = sum(text.strip().casefold() in RESPONSE for text in second)
    if responses >= FEW or (breaks and (breaks + others >= FEW or responses)):
        return True
    used = [place for place in range(len(first)) if second[place] or any(_below(rows, start + 1, place))]
    blank = [place for place in used if not first[place].strip()]
    repeated = [place for place in used if times[first[place].strip()] > 1 and second[place].strip()]
    named = [second[place].strip() for place in {*blank, *repeated}]
    different = len(set(named))
    # A box and the text beside it may both be headed 'Andet'.
    some_again = different > FEW and len(named) - different <= max(1, len(named) // 5)
    if not named or not all(named) or not (different == len(named) or some_again):
        return False
    # One blank heading is enough if the row is also empty where every row below has an answer.
    lacks = sum(not second[place] and _always(rows, start + 1, place) for place in used)
    return len(named) + lacks > FEW or len(named) >= FEW


def _always(rows: Sequence[Row], at: int, place: int) -> bool:
    below = rows[at + 1 : at + 1 + SAMPLE]
    return all(row[place].strip() for row in below if filled(row) > FEW)


def _below(rows: Sequence[Row], at: int, place: int) -> list[str]:
    return [row[place].strip() for row in rows[at + 1 : at + 1 + SAMPLE] if row[place].strip()]
