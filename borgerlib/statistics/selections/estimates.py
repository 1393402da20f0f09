"""Estimates of any selection of respondents, computed from a protected copy of their answers.

A reader of a dashboard asks for one selection after another. What is computed from a copy in which every
answer was left to chance (`borgerlib.statistics.selections.randomised`) tells no more than the copy itself,
by however many selections, so nothing needs to be rounded or hidden. Shares are corrected for the chance, and
its variance is part of every interval and test.

Who somebody is (age, sex, area) is in the copy as it is. A selection by answers cannot pick the people who
gave them, for the copy does not tell; it weights each person by what their copied answers say of whether they
are meant, with numbers that are right on average (the inverse of the randomisation) and may be negative.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, ndtr
from statsmodels.stats.multitest import fdrcorrection

from borgerlib.statistics.levels import Floats
from borgerlib.statistics.selections.cube import Cube, Words
from borgerlib.statistics.selections.randomised import SMALLEST_SELECTION, Randomised

_SMALLEST_EFFECTIVE = 20.0
_SMALLEST_EXPECTED = 5.0
_ROUNDED_TO = 10


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
class _Part:
    """Respondents whose copied answers say the same of whether they are meant.

    `top` is what each counts in the sum of who chose an option; `chose` and `others` are what each counts in
    the sum of all meant, where they chose it in the copy and where they did not.
    """

    who: Words
    top: float
    chose: float
    others: float

    def narrowed(self, who: Words, value: float, *, only_below: bool) -> _Part:
        top = self.top if only_below else self.top * value
        return _Part(self.who & who, top, self.chose * value, self.others * value)


@dataclass(frozen=True)
class ProtectedCube:
    """A protected copy, ready to be asked; made by `protected_cube`.

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
        n, people, squared = self._added(self._parts(levels)).tolist()
        if n < SMALLEST_SELECTION or people <= 0 or people**2 < _SMALLEST_EFFECTIVE * squared:
            return SelectionSize(None, None, None)
        respondents = _in_tens(n)
        return SelectionSize(respondents, people, min(respondents, _in_tens(people**2 / squared)))

    def estimates(
        self,
        levels: Mapping[str, Sequence[str]],
        roles: Sequence[str],
        *,
        confidence: float,
        false_discovery_rate: float,
    ) -> dict[str, npt.NDArray[Any]]:
        """Estimate the share of each option of some answers among a selection.

        Parameters
        ----------
        levels : mapping of str to sequence of str
            The selection: role → levels.
        roles : sequence of str
            What is asked; roles of `answers`.
        confidence : float
            Level of the intervals, between 0 and 1.
        false_discovery_rate : float
            Of the directions other than 0, as many as this share may be false (Benjamini & Hochberg 1995);
            each role is a family of tests.

        Returns
        -------
        dict of str to array
            One element a role × option, in order: proportion, ci_lower, ci_upper (shares 0–1; missing where
            nothing can be said), suppressed (bool), settled (bool: the selection itself says so), bound (''
            or, where chance took the corrected share below 0 or above 1, 'under' or 'over': only an end of
            the interval is known; never of a single choice, whose shares sum to 1), direction (1, -1: more,
            less than the rest beyond chance; 0: neither; missing where not tested).

        Notes
        -----
        With z the copied answer, p and q the chances that it is the true one and each other, the corrected
        answer (z − q)/(p − q) is right on average. Share: ratio of two weighted sums of such numbers. Its
        variance, and that of the difference to the rest, is that of the linearised ratio (N/(N−1) · Σu²),
        in which randomisation and sampling both are. Interval: Clopper & Pearson for the share in the copy,
        with the sample size that the variance is worth (Korn & Graubard 1998), corrected.
        """
        shown = self.size(levels).n is not None
        found = [
            self._of_role(levels, role, confidence, false_discovery_rate)
            if shown
            else _nothing(len(self.cube.roles[role]))
            for role in roles
        ]
        return {name: np.concatenate([of[name] for of in found]) for name in found[0]} if found else {}

    @cached_property
    def _everybody(self) -> dict[str, tuple[Floats, Floats]]:
        """Role → sums of who chose each option, and of who answered."""
        rows = self.cube.bits
        return {
            role: (
                self.cube.sums(rows[self.cube.chosen[role]]),
                self.cube.sums(rows[self.cube.answered[role]]),
            )
            for role in self.answers
        }

    def _of_role(
        self, levels: Mapping[str, Sequence[str]], role: str, confidence: float, rate: float
    ) -> dict[str, npt.NDArray[Any]]:
        options, wanted = self.cube.roles[role], levels.get(role, ())
        parts, made_of_it = self._parts(levels), role in self._sources(levels)
        settled = _by_choice(options, () if made_of_it else wanted, self.exclusive.get(role, frozenset()))
        rows = []
        for place, option in enumerate(options):
            own = made_of_it or option in wanted
            of_option = self._parts(levels, role, option) if own else parts
            rows.append(self._of_option(of_option, role, place, testable=not own))
        share, variance, n, effective, z = np.array(rows).T
        shown = (n >= SMALLEST_SELECTION) & (effective >= _SMALLEST_EFFECTIVE)
        # How a single choice that a segment is made of is spread in it, the copy cannot say.
        shown &= not (made_of_it and role in self.single)
        by_choice = ~np.isnan(settled) & shown
        share = np.where(by_choice, settled, share)
        known = shown & ~by_choice
        lower, upper = _interval(share, variance, effective, self.answers[role], confidence)
        whole = role in self.single and bool(shown.all())
        proportion = _summing_to_one(share) if whole else np.clip(share, 0, 1)
        ends = known & ~whole
        bound = np.where(ends & (share < 0), "under", np.where(ends & (share > 1), "over", ""))
        return {
            "proportion": np.where(shown, proportion, np.nan),
            "ci_lower": np.where(known, lower, np.nan),
            "ci_upper": np.where(known, upper, np.nan),
            "bound": bound,
            "direction": np.where(known, _directions(z, rate), np.nan),
            "suppressed": ~shown,
            "settled": by_choice,
        }

    def _of_option(
        self, parts: Sequence[_Part], role: str, place: int, *, testable: bool
    ) -> tuple[float, float, float, float, float]:
        """Return share, variance, base, effective base, and the difference to the rest in standard errors."""
        cube = self.cube
        chosen, asked = cube.bits[cube.chosen[role][place]], cube.bits[cube.answered[role][place]]
        ones = cube.sums(part.who & chosen for part in parts)
        zeros = cube.sums(part.who & asked for part in parts) - ones
        top, chose, others = np.array([(part.top, part.chose, part.others) for part in parts]).T
        one, zero = self.answers[role].corrected(np.array([1.0, 0.0]))
        base, weighted, _ = chose @ ones + others @ zeros
        squared = chose**2 @ ones[:, 2] + others**2 @ zeros[:, 2]
        if weighted <= 0:
            return np.nan, np.nan, base, 0.0, np.nan
        total = top @ (one * ones[:, 1] + zero * zeros[:, 1])
        share, effective = total / weighted, weighted**2 / squared
        scale = cube.size / (cube.size - 1)
        if_one, if_zero = (top * one - share * chose) / weighted, (top * zero - share * others) / weighted
        variance = scale * (if_one**2 @ ones[:, 2] + if_zero**2 @ zeros[:, 2])
        all_ones, all_asked = (sums[place] for sums in self._everybody[role])
        rest, rest_effective = all_asked[1] - weighted, all_asked[1] ** 2 / all_asked[2] - effective
        if not testable or rest <= 0 or rest_effective <= 0:
            return share, variance, base, effective, np.nan
        all_zeros = all_asked - all_ones
        rest_share = (one * all_ones[1] + zero * all_zeros[1] - total) / rest
        pooled = np.clip((total + rest_share * rest) / (weighted + rest), 0, 1)
        in_copy = self.answers[role].expected(pooled)
        if min(in_copy, 1 - in_copy) * min(effective, rest_effective) < _SMALLEST_EXPECTED:
            return share, variance, base, effective, np.nan
        # Whoever counts t among those meant counts 1 - t in the rest, so that both share their chance.
        if_one -= ((1 - top) * one - rest_share * (1 - chose)) / rest
        if_zero -= ((1 - top) * zero - rest_share * (1 - others)) / rest
        outside = [(one - rest_share) / rest, (zero - rest_share) / rest]
        spread = if_one**2 @ ones[:, 2] + if_zero**2 @ zeros[:, 2]
        spread += outside[0] ** 2 * (all_ones[2] - ones[:, 2].sum())
        spread += outside[1] ** 2 * (all_zeros[2] - zeros[:, 2].sum())
        return share, variance, base, effective, (share - rest_share) / np.sqrt(scale * spread)

    def _sources(self, levels: Mapping[str, Sequence[str]]) -> frozenset[str]:
        """Return the questions that the selection's segments are made of."""
        return frozenset().union(*(self.made_of.get(role, ()) for role, of in levels.items() if of))

    def _parts(self, levels: Mapping[str, Sequence[str]], asked: str = "", option: str = "") -> list[_Part]:
        """Return who is meant, and how much each counts: for an option that the selection is about."""
        narrowing = {role: of for role, of in levels.items() if of}
        self.cube.check(narrowing)
        sources = self._sources(narrowing)
        # Beside a segment that is made of it, an answer picks whoever gave it in the copy, as that does.
        certain = {role: of for role, of in narrowing.items() if role not in self.answers or role in sources}
        parts = [_Part(self.cube.select(certain), 1.0, 1.0, 1.0)]
        if asked in sources and asked not in self.single:
            had, had_not = (self._selected_given(certain, asked, option, value) for value in (1, 0))
            how = self.answers[asked]
            parts = [
                _Part(had & had_not, 1.0, 1.0, 1.0),
                _Part(had & ~had_not, how.keep, 1.0, 0.0),
                _Part(~had & had_not, how.other, 0.0, 1.0),
            ]
        for role in narrowing.keys() - certain.keys():
            only_below = role == asked and option in narrowing[role]
            parts = [
                part.narrowed(who, value, only_below=only_below)
                for part in parts
                for who, value in self._who_is_in(role, narrowing[role])
            ]
        return [part for part in parts if part.who.any()] or parts[:1]

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

    def _who_is_in(self, role: str, wanted: Sequence[str]) -> list[tuple[Words, float]]:
        """Return sets of respondents, and what each set's answers say of whether they chose one of some."""
        how, cube = self.answers[role], self.cube
        places = [cube.roles[role].index(level) for level in wanted]
        rows = cube.bits[cube.chosen[role][places]]
        asked = np.bitwise_or.reduce(cube.bits[np.unique(cube.answered[role])], axis=0)
        if role in self.single:
            chosen = np.bitwise_or.reduce(rows, axis=0)
            one, zero = how.corrected(np.array([1.0, 0.0]))
            return [(chosen, one + (len(places) - 1) * zero), (asked & ~chosen, len(places) * zero)]
        by_count = [asked]
        for row in rows:
            stay, move = [who & ~row for who in by_count], [who & row for who in by_count]
            by_count = [stay[0], *(a | b for a, b in zip(stay[1:], move[:-1], strict=True)), move[-1]]
        alike: dict[float, Words] = {}
        for count, who in enumerate(by_count):
            # Who has three or more of the wanted ones in the copy is as good as certain to have chosen one.
            value = round(how.count_is_in(count, len(places)), 2)
            alike[value] = alike[value] | who if value in alike else who
        return [(who, value) for value, who in alike.items()]

    def _added(self, parts: Sequence[_Part]) -> Floats:
        """Return how many are meant, the sum of their weights, and that of the squares."""
        sums, value = self.cube.sums(part.who for part in parts), np.array([part.chose for part in parts])
        added: Floats = np.array([value @ sums[:, 0], value @ sums[:, 1], value**2 @ sums[:, 2]])
        return added


def _in_tens(number: float) -> int:
    return round(number / _ROUNDED_TO) * _ROUNDED_TO


def _nothing(options: int) -> dict[str, npt.NDArray[Any]]:
    missing = np.full(options, np.nan)
    return {
        "proportion": missing,
        "ci_lower": missing,
        "ci_upper": missing,
        "bound": np.full(options, ""),
        "direction": missing,
        "suppressed": np.ones(options, dtype=np.bool_),
        "settled": np.zeros(options, dtype=np.bool_),
    }


def _interval(
    share: Floats, variance: Floats, effective: Floats, how: Randomised, confidence: float
) -> tuple[Floats, Floats]:
    """Return the ends of the intervals of corrected shares."""
    tail, in_copy = (1 - confidence) / 2, how.expected(np.clip(share, 0, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = in_copy * (1 - in_copy) / ((how.keep - how.other) ** 2 * variance)
    n = np.where(np.isfinite(worth), worth, effective)
    lower = betaincinv(in_copy * n, (1 - in_copy) * n + 1, tail)
    upper = betaincinv(in_copy * n + 1, (1 - in_copy) * n, 1 - tail)
    ends = [np.clip(how.corrected(np.asarray(end, dtype=np.float64)), 0, 1) for end in (lower, upper)]
    return ends[0], ends[1]


def _directions(z: Floats, rate: float) -> Floats:
    found, tested = np.full(len(z), np.nan), ~np.isnan(z)
    if tested.any():
        beyond, _ = fdrcorrection(2 * ndtr(-np.abs(z[tested])), alpha=rate)
        found[tested] = np.where(beyond, np.sign(z[tested]), 0.0)
    return found


def _summing_to_one(share: Floats) -> Floats:
    """Return shares in whole percent, none below 0, that sum to 1: the largest remainders are rounded up."""
    kept = np.clip(share, 0, None)
    percent = 100 * kept / kept.sum()
    whole = np.floor(percent + 1e-9)
    left = round(100 - whole.sum())
    whole[np.argsort(whole - percent, kind="stable")[:left]] += 1
    shares: Floats = whole / 100
    return shares


def _by_choice(options: Sequence[str], wanted: Sequence[str], exclusive: frozenset[str]) -> Floats:
    """Return the shares that follow from how the selection is made; missing for the others.

    Who were chosen for one answer all gave it, and where answers exclude each other none gave another.
    """
    shares = np.full(len(options), np.nan)
    only_exclusive = exclusive.issuperset(wanted)
    for place, option in enumerate(options if wanted else ()):
        if option in wanted:
            shares[place] = 1.0 if len(wanted) == 1 else np.nan
        elif only_exclusive or option in exclusive:
            shares[place] = 0.0
    return shares
