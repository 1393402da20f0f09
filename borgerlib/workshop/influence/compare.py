"""Maps beside one another: a group's from two days, or those of several municipalities."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from borgerlib.workshop.influence.placements import InfluenceMap
from borgerlib.workshop.influence.potential import Standing, standings


@dataclass(frozen=True)
class Compared:
    """An element in several maps.

    Parameters
    ----------
    label : str
    today, wished : tuple of float or None
        Influence (0–10) in each map; None where it is not placed.
    """

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
    def _known(self) -> list[float]:
        return [value for value in self.today if value is not None]


def compared(maps: Sequence[InfluenceMap]) -> tuple[Compared, ...]:
    """Return the elements that any of the maps has placed, in the order in which they are met.

    Elements of ours are known by their id, a group's own by their name.
    """
    found: dict[str, str] = {}
    by_map: list[dict[str, Standing]] = []
    for state in maps:
        placed = {_key(state, one): one for one in standings(state) if one.influence}
        by_map.append(placed)
        for key, one in placed.items():
            found.setdefault(key, one.element.label)
    return tuple(
        Compared(
            label,
            *(tuple(_value(placed.get(key), when) for placed in by_map) for when in ("today", "wished")),
        )
        for key, label in found.items()
    )


def _key(state: InfluenceMap, one: Standing) -> str:
    ours = {element.id for element in state.offered.element}
    return one.element.id if one.element.id in ours else one.element.label.casefold()


def _value(one: Standing | None, when: str) -> float | None:
    return None if one is None else one.influence.get(when)
