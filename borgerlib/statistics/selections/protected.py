"""A protected copy as a cube, and who a selection of it means.

Who somebody is (age, sex, area) is in the copy as it is. A selection by answers cannot pick the people who
gave them, for the copy does not tell; it weights each person by what their copied answers say of whether they
are meant, with numbers that are right on average (the inverse of the randomisation) and may be negative.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce

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
class Parts:
    """Respondents in parts: the copied answers of those in one say the same of whether they are meant.

    Parameters
    ----------
    who : list of array of uint64
        The last is who is outside: together they are everybody.
    top : array, shape (parts,)
        What each counts in the sum of who chose an option.
    counted : array, shape (2, parts)
        What each counts in the sum of all meant, where they chose it in the copy, and where they did not.
    own_top : mapping of str to array, shape (parts,)
        Question → `top` of the answers to it that the selection is made by.
    """

    who: list[Words]
    top: Floats
    counted: Floats
    own_top: Mapping[str, Floats]


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

    def meant(self, levels: Mapping[str, Sequence[str]]) -> Meant:
        """Return who a selection means. Raises `ParameterError` for unknown roles and levels."""
        self.cube.check(levels)
        return Meant(self, {role: tuple(of) for role, of in levels.items() if of})

    @cached_property
    def totals(self) -> Floats:
        """The sums of each row of the cube, over everybody."""
        return self.cube.sums(self.cube.bits)

    @cached_property
    def _recent(self) -> dict[tuple[str, tuple[str, ...]], tuple[list[Words], Floats]]:
        return {}

    def who_gave(self, role: str, wanted: tuple[str, ...]) -> tuple[list[Words], Floats]:
        """Return sets of respondents, and what each set's answers say of whether they gave one of some."""
        # The next selection shares most of them.
        # Not 'lru_cache': it would hold the cube, and the cube it, long after a survey is prepared anew.
        if (role, wanted) not in self._recent:
            if len(self._recent) == _RECENT:
                del self._recent[next(iter(self._recent))]
            one_of = self._one_of_single if role in self.single else self._one_of_multiple
            asked = np.bitwise_or.reduce(self.cube.bits[np.unique(self.cube.answered[role])], axis=0)
            self._recent[role, wanted] = one_of(self.answers[role], self.cube.sets(role, wanted), asked)
        return self._recent[role, wanted]

    @staticmethod
    def _one_of_single(how: Randomised, rows: Words, asked: Words) -> tuple[list[Words], Floats]:
        chosen = np.bitwise_or.reduce(rows, axis=0)
        one, zero = how.corrected(np.array([1.0, 0.0]))
        return [chosen, asked & ~chosen], np.array([one + (len(rows) - 1) * zero, len(rows) * zero])

    @staticmethod
    def _one_of_multiple(how: Randomised, rows: Words, asked: Words) -> tuple[list[Words], Floats]:
        # How many each has chosen, as a binary number: a set a digit, to which row after row is added.
        digits = [np.zeros_like(asked) for _ in range(len(rows).bit_length())]
        for carried in rows:
            for place, digit in enumerate(digits):
                digits[place], carried = digit ^ carried, digit & carried
        by_count = []
        for count in range(len(rows) + 1):
            ones = (digit if count >> place & 1 else ~digit for place, digit in enumerate(digits))
            by_count.append(reduce(np.bitwise_and, ones, asked))
        said = np.array([how.count_is_in(count, len(rows)) for count in range(len(by_count))])
        # Who has several of the wanted ones in the copy is as good as certain to have chosen one: they count
        # as much in one set, which keeps their sum.
        sure = np.flatnonzero(np.abs(said - 1) < _SURE)
        sizes = np.array([np.bitwise_count(by_count[count]).sum(dtype=np.int64) for count in sure])
        found = [who for count, who in enumerate(by_count) if count not in sure]
        if not sizes.any():
            return found, np.delete(said, sure)
        together = reduce(np.bitwise_or, (by_count[count] for count in sure))
        return [*found, together], np.append(np.delete(said, sure), said[sure] @ sizes / sizes.sum())


@dataclass(frozen=True)
class Meant:
    """Who a selection means in a protected copy; made by `ProtectedCube.meant`.

    Parameters
    ----------
    protected : ProtectedCube
    levels : mapping of str to tuple of str
        Role → levels, of the roles that select.
    """

    protected: ProtectedCube
    levels: Mapping[str, tuple[str, ...]]

    @cached_property
    def size(self) -> SelectionSize:
        """How many are meant."""
        value = self.parts.counted[0]
        powers = np.stack([value, value, value**2], axis=1)
        n, people, squared = (powers * self.protected.cube.sums(self.parts.who)).sum(axis=0).tolist()
        if n < SMALLEST_SELECTION or people <= 0 or people**2 < SMALLEST_EFFECTIVE * squared:
            return SelectionSize(None, None, None)
        respondents = _in_tens(n)
        return SelectionSize(respondents, people, min(respondents, _in_tens(people**2 / squared)))

    @cached_property
    def sources(self) -> frozenset[str]:
        """The questions that the selection's segments are made of."""
        return frozenset().union(*(self.protected.made_of.get(role, ()) for role in self.levels))

    @cached_property
    def parts(self) -> Parts:
        """Who is meant, and how much each counts."""
        return self._parted([self.protected.cube.select(self._certain)], np.ones((3, 1)))

    def parts_for(self, asked: str, option: str) -> Parts:
        """Return the parts for an option of one of `sources`."""
        if asked in self.protected.single:
            return self.parts
        had, had_not = (self._selected_given(asked, option, value) for value in (1, 0))
        how = self.protected.answers[asked]
        counted = np.array([[1.0, how.keep, how.other], [1.0, 1.0, 0.0], [1.0, 0.0, 1.0]])
        return self._parted([had & had_not, had & ~had_not, ~had & had_not], counted)

    @cached_property
    def _certain(self) -> dict[str, tuple[str, ...]]:
        # Beside a segment that is made of it, an answer picks whoever gave it in the copy, as that does.
        chance = self.protected.answers.keys() - self.sources
        return {role: of for role, of in self.levels.items() if role not in chance}

    def _parted(self, who: list[Words], counted: Floats) -> Parts:
        """Return sets of respondents by what their answers say; of `counted` the first row is their top."""
        said: dict[str, Floats] = {}
        for role in self.levels.keys() - self._certain.keys():
            sets, values = self.protected.who_gave(role, self.levels[role])
            who = [those & of for those in who for of in sets]
            counted = counted.repeat(len(sets), axis=-1)
            said = {asked: of.repeat(len(sets)) for asked, of in said.items()}
            said[role] = np.resize(values, len(who))
        there = np.flatnonzero([those.any() for those in who])
        outside = self.protected.cube.bits[0] & ~reduce(np.bitwise_or, who)

        def times(value: Floats, but: str = "") -> Floats:
            for asked, of in said.items():
                value = value if asked == but else value * of
            return np.append(value[..., there], np.zeros_like(value[..., :1]), axis=-1)

        own_top = {asked: times(counted[0], asked) for asked in said}
        return Parts(
            [*(who[part] for part in there), outside], times(counted[0]), times(counted[1:]), own_top
        )

    def _selected_given(self, asked: str, option: str, value: int) -> Words:
        """Return who would be selected, had all chosen an option in the copy (1), or none of them (0)."""
        cube, levels = self.protected.cube, dict[str, Sequence[str]]()
        for role, of in self._certain.items():
            if role == asked and option in of and value:
                continue
            if asked in self.protected.made_of.get(role, ()):
                given = f"{role} given {asked}={option}:{value}"
                role = given if given in cube.roles else role
            levels[role] = [level for level in of if role != asked or level != option]
            if not levels[role]:
                return np.zeros_like(cube.bits[0])
        return cube.select(levels)


def _in_tens(number: float) -> int:
    return round(number / _ROUNDED_TO) * _ROUNDED_TO
