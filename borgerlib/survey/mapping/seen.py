"""A column's answers, how alike its texts are to an item's, and what speaks for feeding the item from it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from borgerlib.survey.codebook.matching import NOT_SELECTED, SELECTED, is_no_answer, is_unticked, normalise
from borgerlib.survey.codebook.model import Item
from borgerlib.survey.mapping.choices import label_of
from borgerlib.survey.mapping.file import ItemMapping
from borgerlib.survey.responses import Column, Export

RELATED, SIMILAR, ALIKE = 0.55, 0.7, 0.85
NEARLY_ALL = 0.95
FREQUENT = 3
OTHER_TEXT = "its answers fit, its text does not"
_MOST_VALUES = 400
_NEARLY_ALL = 0.9
_FEWEST = 5
_NAME = 2
_NUMBERING = re.compile(r"^(?:(?:spørgsmål|sp|spm|q)\.? ?)?\d+[a-z]?[.:) ]+ *(?=\D)", re.IGNORECASE)

_PLACE = re.compile(
    r"\b(\d{1,2}|første|anden|andet|andre|tredje|fjerde|femte|first|second|third|första|andra|erste|zweite|dritte)"
    r"\b\.?[: ]*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Seen:
    """A column and its distinct answers (texts, not codes) with their counts, the most frequent first.

    Values that the platform marks as no answer ('N/A') are left out.
    """

    column: Column
    answers: Mapping[str, int]

    @property
    def total(self) -> int:
        """Number of answers."""
        return sum(self.answers.values())


def look(export: Export, column: Column) -> Seen:
    """Count the distinct answers of a column, with labels instead of codes if the export has labels."""
    answers: dict[str, int] = {}
    for value, count in islice(export.counts(column.name).items(), _MOST_VALUES):
        text = label_of(value, column.labels)
        unnamed = column.declared_missing(value) and text == value
        if not unnamed and not is_no_answer(text):
            answers[text] = answers.get(text, 0) + count
    return Seen(column, answers)


def likeness(texts: Iterable[str], item: Item) -> float:
    """Return the highest similarity of some texts to the item's text, aliases or id (0–1)."""
    wanted = _wordings(item)
    return max((alike_texts(one, other) for one in _worded(texts) for other in wanted), default=0.0)


def _wordings(item: Item) -> list[str]:
    """Return what may head an item's column: its text in either language, its aliases and its id."""
    return [normalise(text) for text in (item.text, item.text_en, *item.aliases, item.id) if text]


def _worded(texts: Iterable[str]) -> list[str]:
    """Return texts unchanged, and without the number of the question: '2. prioritet'."""
    both = (normalise(each) for text in texts if text for each in (text, unnumbered(text)))
    return list(dict.fromkeys(both))


def unnumbered(text: str) -> str:
    """Return 'Hvor bor du?' of '3. Hvor bor du?'; any other text as it is."""
    return _NUMBERING.sub("", text)


def without_place(text: str) -> str:
    """Return 'Prioritet' of '2. prioritet' and 'Prioritet 2'; a text that is only a number is unchanged."""
    bare = _PLACE.sub("", text, count=1).strip()
    return bare[:1].upper() + bare[1:] or text


def asks(texts: Iterable[str], item: Item) -> bool:
    """Return whether a text is certainly the item's question: its words or name, or nearly so.

    A short name inside a longer question is only a hint: 'Tid' in 'Hvor meget tid bruger din ægtefælle?'. For
    sex it is enough, because no other question has these options.
    """
    if item.role == "sex":
        return likeness(texts, item) >= RELATED
    wanted = _wordings(item)
    return any(
        alike_texts(one, other) >= SIMILAR
        and (len(other.split()) > _NAME or len(one.split()) <= len(other.split()))
        for one in _worded(texts)
        for other in wanted
    )


def alike_texts(one: str, other: str) -> float:
    """Return the similarity of two normalised texts (0–1)."""
    if one == other:
        return 1.0
    words, others = set(one.split()), set(other.split())
    common = len(words & others)
    shorter = min(len(words), len(others))
    if not shorter:
        return 0.0
    # A heading of one word inside a long question is only a hint ('Køn' in 'Hvad er dit køn?').
    contained = 0.7 * common / shorter if common * 2 >= shorter else 0.0
    pairs = difflib.SequenceMatcher(None, one, other)
    if pairs.real_quick_ratio() < RELATED or pairs.quick_ratio() < RELATED:
        return contained
    ratio = pairs.ratio()
    # Two short words share many letters by chance.
    if max(len(words), len(others)) == 1 and ratio < SIMILAR:
        return contained
    return max(contained, ratio)


def is_indicator(seen: Seen) -> bool:
    """Return whether a column contains only ticks: 0/1, yes or no, or the text of its own option."""
    own = {normalise(seen.column.choice), normalise(seen.column.label), normalise(seen.column.name)} - {""}
    held = [normalise(text) for text in seen.answers if not is_unticked(text)]
    return all(text in SELECTED | NOT_SELECTED | own for text in held)


def is_ranking(cells: Iterable[tuple[Sequence[str], int]]) -> bool:
    """Return whether nearly everybody has all options, in different orders: ranked rather than chosen.

    `cells` are the options of each distinct answer, and how many gave it.
    """
    cells = list(cells)
    everything = {option for options, _ in cells for option in options}
    full = [(tuple(options), count) for options, count in cells if set(options) == everything]
    orders = {options for options, _ in full}
    total = sum(count for _, count in cells)
    all_have = total >= _FEWEST and sum(count for _, count in full) >= _NEARLY_ALL * total
    return all_have and len(everything) > 1 and len(orders) > 1


@dataclass(frozen=True)
class Candidate:
    """One way to feed an item.

    Parameters
    ----------
    entry : ItemMapping
    score : float
        How well texts and answers fit: 1 if both are the codebook's own; more for a platform's own column.
    sure : bool
        Good enough to be used without a check by a person.
    reason : str
        The reason for it, or what is in doubt.
    fits : bool
        False if a column has the item's text but not its answers: it is not used, only reported.
    """

    entry: ItemMapping
    score: float
    sure: bool
    reason: str
    fits: bool = True


def guess(item: Item, strange: Sequence[str]) -> dict[str, str]:
    """Return the option most similar to each unknown answer, if one is clearly the nearest."""
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


def reworded(item: Item, strange: Mapping[str, int], known: Iterable[str | None]) -> str:
    """Name frequent unknown answers if some option never occurs; '' if there is no doubt."""
    frequent = {text: times for text, times in strange.items() if times >= FREQUENT}
    used = set(known)
    never = [option for option in item.options if option.id not in used and option != item.catch_all]
    if not frequent or not never:
        return ""
    named = ", ".join(f"'{text[:40]}' ({times} times)" for text, times in list(frequent.items())[:4])
    return f"{named} is no option; {', '.join(repr(option.text) for option in never[:4])} never occurs"
