"""A protected copy as a cube, and who a selection of it means.

Who somebody is (age, sex, area) is in the copy as it is. A selection by answers cannot pick the people who
gave them, for the copy does not tell; it weights each person by what their copied answers say of whether they
are meant, with numbers that are right on average (the inverse of the randomisation) and may be negative.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from borgerlib.statistics.levels import Floats
from borgerlib.statistics.selections.cube import Cube, Words
from borgerlib.statistics.selections.randomised import SMALLEST_SELECTION, Randomised

SMALLEST_EFFECTIVE = 20.0
_ROUNDED_TO = 10
_SURE = 0.05
_RECENT = 4


@dataclass(frozen=True)
class SelectionSize:
    """How many are meant.

    Parameters
    ----------
    n : int or None
        Respondents, in tens; None where too few.
    people : float or None
        People they stand for.
    effective_n : int or None
        Kish's effective sample size, in tens, at most n.
    """

    n: int | None
    people: float | None
    effective_n: int | None


@dataclass(frozen=True)
class Part:
    """Respondents whose copied answers say the same of whether they are meant.

    `top` is what each counts in the sum of who chose an option; `chose` and `others` are what each counts in
    the sum of all meant, where they chose it in the copy and where they did not.
    """

    who: Words
    top: float
    chose: float
    others: float

    def narrowed(self, who: Words, value: float, *, only_below: bool) -> Part:
        """Return those of a set, each counting a value times as much: in `top` too, unless `only_below`."""
        top = self.top if only_below else self.top * value
        return Part(self.who & who, top, self.chose * value, self.others * value)

    def opposite(self) -> Part:
        """Return them as they count among those who are not meant."""
        return Part(self.who, 1 - self.top, 1 - self.chose, 1 - self.others)


@dataclass(frozen=True)
class ProtectedCube:
    """A protected copy, ready to be asked; made by `borgerlib.interest.filters.cube.open_filter_cube`.

    Parameters
    ----------
    cube : Cube
        Of the copy. For each role r of `made_of` and option o of a question q that it is made of, the roles
        'r given q=o:1' and 'r given q=o:0' hold who would be in which level of r, had they chosen the option
        in the copy, and had they not.
    answers : mapping of str to Randomised
        The roles that are answers; the others say who somebody is, or are made of copied answers.
    made_of : mapping of str to frozenset of str
        Roles that are made of copied answers, and of which.
    single : frozenset of str
        Answers of which everybody gives one.
    exclusive : mapping of str to frozenset of str
        Role → options that nobody chooses beside another of the role.
    """

    cube: Cube
    answers: Mapping[str, Randomised]
    made_of: Mapping[str, frozenset[str]]
    single: frozenset[str]
    exclusive: Mapping[str, frozenset[str]]

    def size(self, levels: Mapping[str, Sequence[str]]) -> SelectionSize:
        """Return how many a selection means. Raises `ParameterError` for unknown roles and levels."""
        n, people, squared = self._added(self.parts(levels)).tolist()
        if n < SMALLEST_SELECTION or people <= 0 or people**2 < SMALLEST_EFFECTIVE * squared:
            return SelectionSize(None, None, None)
        respondents = _in_tens(n)
        return SelectionSize(respondents, people, min(respondents, _in_tens(people**2 / squared)))

    @cached_property
    def totals(self) -> Floats:
        """The sums of each row of the cube, over everybody."""
        return self.cube.sums(self.cube.bits)

    def sources(self, levels: Mapping[str, Sequence[str]]) -> frozenset[str]:
        """Return the questions that the selection's segments are made of."""
        return frozenset().union(*(self.made_of.get(role, ()) for role, of in levels.items() if of))

    def parts(self, levels: Mapping[str, Sequence[str]], asked: str = "", option: str = "") -> list[Part]:
        """Return who is meant, and how much each counts: for an option that the selection is about.

        The last part is who is outside: together the parts are everybody.
        """
        narrowing = {role: of for role, of in levels.items() if of}
        self.cube.check(narrowing)
        sources = self.sources(narrowing)
        # Beside a segment that is made of it, an answer picks whoever gave it in the copy, as that does.
        certain = {role: of for role, of in narrowing.items() if role not in self.answers or role in sources}
        parts = [Part(self.cube.select(certain), 1.0, 1.0, 1.0)]
        if asked in sources and asked not in self.single:
            had, had_not = (self._selected_given(certain, asked, option, value) for value in (1, 0))
            how = self.answers[asked]
            parts = [
                Part(had & had_not, 1.0, 1.0, 1.0),
                Part(had & ~had_not, how.keep, 1.0, 0.0),
                Part(~had & had_not, how.other, 0.0, 1.0),
            ]
        for role in narrowing.keys() - certain.keys():
            only_below = role == asked and option in narrowing[role]
            found = self._who_is_in(role, tuple(narrowing[role]))
            parts = [
                part.narrowed(who, value, only_below=only_below) for part in parts for who, value in found
            ]
        inside = np.bitwise_or.reduce([part.who for part in parts], axis=0)
        outside = Part(self.cube.bits[0] & ~inside, 0.0, 0.0, 0.0)
        return [*(part for part in parts if part.who.any()), outside]

    def _selected_given(
        self, certain: Mapping[str, Sequence[str]], asked: str, option: str, value: int
    ) -> Words:
        """Return who would be selected, had all chosen an option in the copy (1), or none of them (0)."""
        levels = {}
        for role, of in certain.items():
            if role == asked and option in of and value:
                continue
            if asked in self.made_of.get(role, ()):
                given = f"{role} given {asked}={option}:{value}"
                role = given if given in self.cube.roles else role
            levels[role] = [level for level in of if role != asked or level != option]
            if not levels[role]:
                return np.zeros_like(self.cube.bits[0])
        return self.cube.select(levels)

    @cached_property
    def _recent(self) -> dict[tuple[str, tuple[str, ...]], list[tuple[Words, float]]]:
        return {}

    def _who_is_in(self, role: str, wanted: tuple[str, ...]) -> list[tuple[Words, float]]:
        # A selection asks for the same sets once for each chart, and the next one shares most of them.
        # Not 'lru_cache': it would hold the cube, and the cube it, long after a survey is prepared anew.
        if (role, wanted) not in self._recent:
            if len(self._recent) == _RECENT:
                del self._recent[next(iter(self._recent))]
            self._recent[role, wanted] = self._found_in(role, wanted)
        return self._recent[role, wanted]

    def _found_in(self, role: str, wanted: tuple[str, ...]) -> list[tuple[Words, float]]:
        """Return sets of respondents, and what each set's answers say of whether they chose one of some."""
        how, cube = self.answers[role], self.cube
        wanted_at = [cube.roles[role].index(level) for level in wanted]
        rows = cube.bits[cube.chosen[role][wanted_at]]
        asked = np.bitwise_or.reduce(cube.bits[np.unique(cube.answered[role])], axis=0)
        if role in self.single:
            chosen = np.bitwise_or.reduce(rows, axis=0)
            one, zero = how.corrected(np.array([1.0, 0.0]))
            return [(chosen, one + (len(wanted_at) - 1) * zero), (asked & ~chosen, len(wanted_at) * zero)]
        by_count = [asked]
        for row in rows:
            stay, move = [who & ~row for who in by_count], [who & row for who in by_count]
            by_count = [stay[0], *(a | b for a, b in zip(stay[1:], move[:-1], strict=True)), move[-1]]
        values = [how.count_is_in(count, len(wanted_at)) for count in range(len(by_count))]
        # Who has several of the wanted ones in the copy is as good as certain to have chosen one: they count
        # as much in one part, which keeps their sum.
        sure = [count for count, value in enumerate(values) if abs(value - 1) < _SURE]
        sizes = [int(np.bitwise_count(by_count[count]).sum(dtype=np.int64)) for count in sure]
        found = [(who, values[count]) for count, who in enumerate(by_count) if count not in sure]
        if sum(sizes):
            mean = sum(values[count] * size for count, size in zip(sure, sizes, strict=True)) / sum(sizes)
            found.append((np.bitwise_or.reduce([by_count[count] for count in sure], axis=0), mean))
        return found

    def _added(self, parts: Sequence[Part]) -> Floats:
        """Return how many are meant, the sum of their weights, and that of the squares."""
        sums, value = self.cube.sums(part.who for part in parts), np.array([part.chose for part in parts])
        added: Floats = np.array([value @ sums[:, 0], value @ sums[:, 1], value**2 @ sums[:, 2]])
        return added


def _in_tens(number: float) -> int:
    return round(number / _ROUNDED_TO) * _ROUNDED_TO
