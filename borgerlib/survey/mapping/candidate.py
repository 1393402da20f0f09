"""One way to feed an item from columns, and what makes it doubtful."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from borgerlib.survey.codebook.matching import normalise
from borgerlib.survey.codebook.model import Item
from borgerlib.survey.mapping.file import ItemMapping
from borgerlib.survey.mapping.seen import alike_texts

ALIKE = 0.85
NEARLY_ALL = 0.95
FREQUENT = 3
OTHER_TEXT = "its answers fit, its text does not"


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
