"""A protected copy of the answers as a cube, and who is meant by a selection of it.

Who somebody is (age, sex, area) is in the copy as it is. A selection by answers cannot pick the people who
gave them, because the copy does not hold the true answers. Instead, each person is weighted by what their
copied answers say of whether they are meant. These weights are right on average (the inverse of the
randomisation) and may be negative.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from math import prod
from operator import or_

import numpy as np

from borgerlib.statistics.levels import Floats
from borgerlib.statistics.selections.cube import Cube, Words
from borgerlib.statistics.selections.randomised import SMALLEST_SELECTION, Randomised

SMALLEST_EFFECTIVE = 20.0
_ROUNDED_TO = 10
_SURE = 0.05  # answers that say 'one' to within this are put together
_RECENT = 4  # results kept of `who_gave`


@dataclass(frozen=True)
class Part:
    """Respondents of whom the copy says the same. The parts of a selection are together everybody.

    Parameters
    ----------
    who : array of uint64
        The respondents, as bits.
    certain : array of three
        How much each of them counts, apart from `by_answer`: in the sum of who chose an option, and in the
        sum of all who are meant, if they chose the option in the copy and if they did not.
    by_answer : mapping of str to float
        Question → the factor that the copied answers to it contribute to all three.
    """

    who: Words
    certain: Floats
    by_answer: Mapping[str, float]

    def counts(self, *, but: str | None = None) -> Floats:
        """Return `certain` times the factors of all questions except `but`."""
        return self.certain * prod(factor for role, factor in self.by_answer.items() if role != but)


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
    exclusive : mapping of str to frozenset of str
        Role → options that nobody chooses together with another of the role.
    rules : mapping of str to mapping
        Role → level made of copied answers → the levels of other roles that say the same of the true ones.
    """

    cube: Cube
    answers: Mapping[str, Randomised]
    made_of: Mapping[str, frozenset[str]]
    exclusive: Mapping[str, frozenset[str]]
    rules: Mapping[str, Mapping[str, Mapping[str, Sequence[str]]]] = field(default_factory=dict)

    def meant(self, levels: Mapping[str, Sequence[str]]) -> Meant:
        """Return who a selection means. Raises `ParameterError` for unknown roles and levels."""
        self.cube.check(levels)
        wanted = {role: tuple(of) for role, of in levels.items() if of}
        for role, (first, *others) in [*wanted.items()]:
            rule = self.rules.get(role, {}).get(first)
            # Several rules at once, or two conditions on one question, are no selection by levels.
            if rule and not others and rule.keys().isdisjoint(wanted):
                del wanted[role]
                wanted |= {asked: tuple(of) for asked, of in rule.items()}
        return Meant(self, wanted)

    def single(self, role: str) -> bool:
        """Whether everybody gives one answer."""
        return self.exclusive.get(role, frozenset()).issuperset(self.cube.roles[role])

    @cached_property
    def totals(self) -> Floats:
        """The sums of each row of the cube, over everybody."""
        return self.cube.sums(self.cube.bits)

    @cached_property
    def _recent(self) -> dict[tuple[str, tuple[str, ...]], list[tuple[Words, float]]]:
        return {}

    def who_gave(self, role: str, wanted: tuple[str, ...]) -> list[tuple[Words, float]]:
        """Return sets of respondents, and what their answers say of whether they gave one of the wanted ones.

        The last results are kept: the next selection needs most of them again.
        """
        # Not 'lru_cache': it would hold the cube, and the cube it, long after a survey is prepared anew.
        if (role, wanted) not in self._recent:
            if len(self._recent) == _RECENT:
                del self._recent[next(iter(self._recent))]
            self._recent[role, wanted] = self._who_gave(role, wanted)
        return self._recent[role, wanted]

    def _who_gave(self, role: str, wanted: tuple[str, ...]) -> list[tuple[Words, float]]:
        cube = self.cube
        asked = np.bitwise_or.reduce(cube.bits[list({cube.row[role, of][0] for of in cube.roles[role]})])
        # Who chose exactly 0, 1, … of the wanted options in the copy.
        exactly, nobody = [asked], np.zeros_like(asked)
        for option in wanted:
            chose = cube.chose(role, option)
            pairs = zip([*exactly, nobody], [nobody, *exactly], strict=True)
            exactly = [(same & ~chose) | (one_less & chose) for same, one_less in pairs]
        counts = cube.sums(exactly)[:, 0]
        said = self.answers[role].said(len(wanted), single=self.single(role))
        # Whoever chose several of the wanted options in the copy has almost certainly chosen one in truth:
        # put them all into one set, in which each counts as much as they do on average. That keeps their sum.
        there = counts > 0
        sure = there & (np.abs(said - 1) < _SURE)
        parts = [(exactly[k], said[k]) for k in np.flatnonzero(there & ~sure)]
        if sure.any():
            together = reduce(or_, (exactly[k] for k in np.flatnonzero(sure)))
            parts.append((together, np.average(said[sure], weights=counts[sure])))
        return parts


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
        value = np.array([part.counts()[1] for part in self.parts])
        sums = self.protected.cube.sums(part.who for part in self.parts)
        n, people, squared = np.einsum("kp,pk->k", [value, value, value**2], sums).tolist()
        if n < SMALLEST_SELECTION or people <= 0 or people**2 < SMALLEST_EFFECTIVE * squared:
            return SelectionSize(None, None, None)
        respondents = _in_tens(n)
        return SelectionSize(respondents, people, min(respondents, _in_tens(people**2 / squared)))

    @cached_property
    def sources(self) -> frozenset[str]:
        """The questions that the selection's segments are made of."""
        return frozenset().union(*(self.protected.made_of.get(role, ()) for role in self.levels))

    def wanted(self, role: str) -> tuple[str, ...]:
        """Return the answers to a question that people are meant by; none to one of `sources`."""
        # Next to a segment that is made of it, an answer picks whoever gave it in the copy.
        return () if role in self.sources else self.levels.get(role, ())

    def settles(self, role: str, option: str) -> bool:
        """Whether the selection is made of an option, so that its share is no finding."""
        return role in self.sources or option in self.wanted(role)

    @cached_property
    def parts(self) -> list[Part]:
        """Respondents by what the copy says of whether they are meant."""
        return self._parted([Part(self.protected.cube.select(self._certain), np.ones(3), {})])

    def blurs(self, role: str) -> bool:
        """Whether people may be meant because the copy has a wrong answer of theirs to a multiple choice."""
        return role in self.sources and not self.protected.single(role)

    def parts_for(self, asked: str, option: str) -> list[Part]:
        """Return the parts for an option of a question."""
        if not self.blurs(asked):
            return self.parts
        had, had_not = (self._selected_given(asked, option, chosen) for chosen in (True, False))
        how = self.protected.answers[asked]
        return self._parted(
            [
                Part(had & had_not, np.ones(3), {}),
                Part(had & ~had_not, np.array([how.keep, 1, 0]), {}),
                Part(~had & had_not, np.array([how.other, 0, 1]), {}),
            ]
        )

    @cached_property
    def _certain(self) -> dict[str, tuple[str, ...]]:
        chance = self.protected.answers.keys() - self.sources
        return {role: of for role, of in self.levels.items() if role not in chance}

    def _parted(self, parts: list[Part]) -> list[Part]:
        """Return the parts of who is meant by what is certain, split by their answers, and of all others."""
        for role in [role for role in self.levels if role not in self._certain]:
            gave = self.protected.who_gave(role, self.wanted(role))
            parts = [
                Part(part.who & who, part.certain, {**part.by_answer, role: factor})
                for part in parts
                for who, factor in gave
            ]
        outside = self.protected.cube.bits[0] & ~reduce(or_, (part.who for part in parts))
        return [part for part in [*parts, Part(outside, np.zeros(3), {})] if part.who.any()]

    def _selected_given(self, asked: str, option: str, chosen: bool) -> Words:
        """Return who would be selected, had all chosen an option in the copy, or none of them."""
        cube = self.protected.cube

        def chose(role: str, level: str) -> Words:
            if (role, level) == (asked, option):
                return cube.bits[0] if chosen else np.zeros_like(cube.bits[0])
            given = f"{role} given {asked}={option}:{chosen:d}"
            return cube.chose(given if given in cube.roles else role, level)

        return cube.select(self._certain, chose)


def _in_tens(number: float) -> int:
    return round(number / _ROUNDED_TO) * _ROUNDED_TO
