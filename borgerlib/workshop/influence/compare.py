"""Maps beside one another: a group's from two days, or those of several municipalities."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from borgerlib.workshop.influence.placements import WHEN, InfluenceMap
from borgerlib.workshop.influence.potential import Standing, standings

_Key = tuple[str, str, str, int]


@dataclass(frozen=True)
class Compared:
    """An element in several maps.

    Parameters
    ----------
    question : (str, str)
        Whose influence, and on what.
    label : str
    today, wished : tuple of float or None
        Influence (0–10) in each map; None where it is not placed.
    """

    question: tuple[str, str]
    label: str
    today: tuple[float | None, ...]
    wished: tuple[float | None, ...]

    @property
    def median(self) -> float | None:
        """The median of today's influence over the maps that have it; None where none has."""
        known = self._known
        return statistics.median(known) if known else None

    @property
    def spread(self) -> tuple[float, float] | None:
        """The lowest and the highest of them; None where none has it."""
        known = self._known
        return (min(known), max(known)) if known else None

    @property
    def change(self) -> float | None:
        """How much today's influence has changed from the first map to the last; None where one lacks it."""
        first, last = self.today[0], self.today[-1]
        return None if first is None or last is None else last - first

    @property
    def maps(self) -> tuple[int, ...]:
        """Which of the maps have it."""
        values = zip(self.today, self.wished, strict=True)
        return tuple(at for at, known in enumerate(values) if known != (None, None))

    @property
    def _known(self) -> list[float]:
        return [value for value in self.today if value is not None]


def compared(maps: Sequence[InfluenceMap]) -> tuple[Compared, ...]:
    """Return the elements that any of the maps has placed, by question, in the order in which they are met.

    What is compared is the same to those who placed it: the words of role, area and element are alike. Of
    two elements in one map that are called the same, the first is compared with the first.
    """
    found: dict[_Key, list[tuple[InfluenceMap, Standing] | None]] = {}
    for at, state in enumerate(maps):
        for asked in state.asked:
            alike: Counter[str] = Counter()
            for one in standings(asked):
                label = one.element.label.casefold()
                alike[label] += 1
                if one.influence:
                    role, area = map(str.casefold, asked.labels)
                    key = (role, area, label, alike[label])
                    found.setdefault(key, [None] * len(maps))[at] = (asked, one)
    order = list(dict.fromkeys(key[:2] for key in found))
    by_question = sorted(found, key=lambda key: order.index(key[:2]))
    return tuple(_compared(key, found[key]) for key in by_question)


def shared(rows: Iterable[Compared]) -> bool:
    """Return whether any question is asked in more than one map."""
    by_question: dict[tuple[str, str], set[int]] = {}
    for one in rows:
        by_question.setdefault(one.question, set()).update(one.maps)
    return any(len(maps) > 1 for maps in by_question.values())


def _compared(key: _Key, maps: Sequence[tuple[InfluenceMap, Standing] | None]) -> Compared:
    state, first = next(one for one in maps if one is not None)
    label = first.element.label if key[3] == 1 else f"{first.element.label} ({key[3]})"
    today, wished = (
        tuple(None if one is None else one[1].influence.get(when) for one in maps) for when in WHEN
    )
    return Compared(state.labels, label, today, wished)
