"""What may be told of a selection of respondents that a reader puts together, and changes, as they like.

A report hides small cells once, knowing all tables it prints. Here a reader may ask for any selection and
compare it with another that differs by a single person. So nothing exact is told: every number is rounded by
chance (`selections.random_rounding`), and whatever else is shown, intervals and marks of difference
too, is computed from the rounded numbers alone.

The step of a share is one of 1, 2, 4, 8 and 16 percentage points: the smallest within which one person's
answer, and `min_cell` people of mean weight, are lost. Steps that divide each other keep the roundings of two
selections aligned. A share is shown only where, whatever the chance was, more than `min_cell` people stand
behind it and behind its complement; that nobody chose an option is hidden as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from borgerlib.statistics.levels import Floats
from borgerlib.statistics.selections.cube import Cube, Words
from borgerlib.statistics.selections.random_rounding import Lottery, drawn, lottery_of, round_randomly

STEPS = (0.01, 0.02, 0.04, 0.08, 0.16)
"""Shares are rounded to multiples of one of these; selections that would need a coarser one are not shown."""

_QUIET = 0.2
# One person moves a share by at most their weight over the sum. Roundings stay ambiguous where that is less
# than the quiet zones of two neighbours together, 2 · 0.2 steps: a step of 2.5 such moves, and a margin.
_MOVES = 2.6
# And in what two neighbouring roundings have in common there must be room for a whole number of people.
_PEOPLE = 1.0


@dataclass(frozen=True)
class SelectionSize:
    """How many are meant, rounded.

    Parameters
    ----------
    n : int or None
        Respondents, to a multiple of the smallest cell; None where too few, and then nothing is known.
    people : float or None
        People they stand for.
    effective_n : int or None
        Kish's effective sample size, at most n.
    """

    n: int | None
    people: float | None
    effective_n: int | None


NOTHING = SelectionSize(None, None, None)


@dataclass(frozen=True)
class Grid:
    """How shares are rounded: to multiples of `step`, and shown where they stay `room` away from 0 and 1.

    Parameters
    ----------
    step : float
        One of `STEPS`.
    quiet : float
        Part of a step around each multiple within which nothing is left to chance.
    room : float
        The smallest cell, as a share, and as much as chance may have added or taken.
    """

    step: float
    quiet: float
    room: float

    def shown(self, rounded: Floats) -> npt.NDArray[np.bool_]:
        """Return which rounded shares may be shown."""
        return (rounded >= self.room - 1e-9) & (rounded <= 1 - self.room + 1e-9)


@dataclass(frozen=True)
class Guard:
    """Tells of selections what may be told; made by `guard_of`.

    Parameters
    ----------
    cube : Cube
    min_cell : int
        Smallest number of people behind a number.
    sensitive : frozenset of str
        Roles that are answers: that all of a group chose the same is not told either.
    exclusive : mapping of str to frozenset of str
        Role → levels that nobody has beside another of the role.
    lottery : Lottery
    """

    cube: Cube
    min_cell: int
    sensitive: frozenset[str]
    exclusive: Mapping[str, frozenset[str]]
    lottery: Lottery

    def size(self, levels: Mapping[str, Sequence[str]]) -> SelectionSize:
        """Return how many a selection means; `NOTHING` where that, or any share, would tell of too few.

        That is where the selection holds too few; or where too few, but somebody, would join it if one of
        its conditions were dropped; or nobody, and the condition is about an answer: then all others of
        them gave it. Raises `ParameterError` for unknown roles and levels.
        """
        selected = self.cube.select(levels)
        ticket = self.lottery.ticket(selected)
        n, weighted, squared = self.cube.total(selected)
        narrowing = [role for role, wanted in levels.items() if wanted]
        limits = self._limits(ticket, ["n", *narrowing])
        if n < limits[0]:
            return NOTHING
        for role, others, limit in zip(narrowing, self._without_each(levels), limits[1:], strict=True):
            joining = int(np.bitwise_count(others).sum(dtype=np.int64)) - n
            if joining < limit and (joining > 0 or role in self.sensitive):
                return NOTHING
        draws = drawn(ticket, ["size", "people", "effective"])
        largest = self._largest(selected) * self.min_cell
        respondents = self._rounded(n, self.min_cell, draws[0])
        people = self._rounded(weighted, largest, draws[1])
        effective = min(respondents, self._rounded(weighted**2 / squared, self.min_cell, draws[2]))
        # So near to the limit, what rounds to nothing is still somebody.
        return SelectionSize(
            int(max(respondents, self.min_cell)), max(people, largest), int(max(effective, self.min_cell))
        )

    def shares(
        self, levels: Mapping[str, Sequence[str]], roles: Sequence[str], size: SelectionSize
    ) -> dict[str, npt.NDArray[Any]]:
        """Return the share of each level of some roles, rounded.

        Parameters
        ----------
        levels : mapping of str to sequence of str
            The selection.
        roles : sequence of str
            What is asked.
        size : SelectionSize
            As `size` returned for the selection.

        Returns
        -------
        dict of str to array
            One element a role × level, in order: item (the role), proportion (multiples of `step`, 0–1;
            missing where suppressed), suppressed (bool), settled (bool: the selection itself says so, as
            where it is made of those who chose the option), step (share 0–1; missing where nothing is shown).
        """
        selected = self.cube.select(levels)
        ticket = self.lottery.ticket(selected)
        parts = [self._of_role(selected, ticket, levels, role, size) for role in roles]
        proportion, settled, step = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        return {
            "item": np.repeat(np.array(roles, dtype=object), [len(self.cube.roles[role]) for role in roles]),
            "proportion": proportion,
            "suppressed": np.isnan(proportion),
            "settled": settled,
            "step": step,
        }

    def _of_role(
        self,
        selected: Words,
        ticket: bytes,
        levels: Mapping[str, Sequence[str]],
        role: str,
        size: SelectionSize,
    ) -> tuple[Floats, npt.NDArray[np.bool_], Floats]:
        """Return rounded share, whether it is settled, and step, for each level of a role."""
        options = self.cube.roles[role]
        told = self.cube.arrays(selected, role)
        grid = None if size.n is None or not options else self._grid(told, selected)
        if grid is None:
            nothing = np.full(len(options), np.nan)
            return nothing, np.zeros(len(options), dtype=np.bool_), nothing
        draws = drawn(ticket, [f"{role}={option}" for option in options])
        rounded = round_randomly(told["proportion"], grid.step, draws, quiet=grid.quiet).round(2)
        by_choice = _by_choice(options, levels.get(role, ()), self.exclusive.get(role, frozenset()))
        settled = ~np.isnan(by_choice)
        proportion = np.where(settled, by_choice, np.where(grid.shown(rounded), rounded, np.nan))
        return proportion, settled, np.full(len(options), grid.step)

    def _grid(self, told: Mapping[str, Floats], selected: Words) -> Grid | None:
        n, weighted = int(told["n"].min()), float(told["n_weighted"].min())
        return grid_for(n, weighted, self._largest(selected), min_cell=self.min_cell)

    def _largest(self, selected: Words) -> float:
        """Return the largest weight that one of the selected has."""
        return float(self.cube.weight[selected != 0].max(initial=0.0))

    def _without_each(self, levels: Mapping[str, Sequence[str]]) -> list[Words]:
        """Return whom the selection would hold without each of its conditions, in their order."""
        each = [self.cube.select({role: wanted}) for role, wanted in levels.items() if wanted]
        everybody = self.cube.select({})
        before = list(accumulate(each[:-1], np.bitwise_and, initial=everybody))
        after = list(accumulate(each[:0:-1], np.bitwise_and, initial=everybody))[::-1]
        return [one & other for one, other in zip(before, after, strict=True)] if each else []

    def _limits(self, ticket: bytes, asked: Sequence[str]) -> npt.NDArray[np.intp]:
        """Return a limit for each question, drawn from `min_cell` to twice as many less one.

        Crossing a limit that nobody knows tells nothing of a single person.
        """
        extra = drawn(ticket, [f"limit of {name}" for name in asked]) * self.min_cell
        return self.min_cell + extra.astype(np.intp)

    def _rounded(self, value: float, base: float, draw: float) -> float:
        return float(round_randomly(np.array(value), base, np.array(draw)))


def guard_of(
    cube: Cube, *, min_cell: int, sensitive: Iterable[str], exclusive: Mapping[str, Iterable[str]]
) -> Guard:
    """Return the guard of a cube; parameters as of `Guard`."""
    apart = {role: frozenset(levels) for role, levels in exclusive.items()}
    return Guard(cube, min_cell, frozenset(sensitive), apart, lottery_of(cube))


def grid_for(n: int, weighted: float, largest: float, *, min_cell: int) -> Grid | None:
    """Return how the shares of a selection are rounded; None where even the coarsest step is too fine.

    Parameters
    ----------
    n : int
        Respondents who answered.
    weighted : float
        Sum of their weights.
    largest : float
        The largest weight among them.
    min_cell : int
        Smallest number of people behind a number.
    """
    if n < min_cell or weighted <= 0:
        return None
    needed = max(_MOVES * largest / weighted, _PEOPLE * min_cell / n)
    step = next((step for step in STEPS if step >= needed), None)
    if step is None:
        return None
    # The finer the step could be, the less is left to chance.
    quiet = _QUIET + (0.5 - _QUIET) * max(0.0, 1 - 2 * needed / step)
    return Grid(step, quiet, min_cell * largest / weighted + (1 - quiet) * step)


def _by_choice(options: Sequence[str], wanted: Sequence[str], exclusive: frozenset[str]) -> Floats:
    """Return the shares that follow from how the selection is made; missing for the others.

    Who were chosen for one answer all gave it, and where answers exclude each other none gave another.
    """
    shares = np.full(len(options), np.nan)
    if not wanted:
        return shares
    only_exclusive = exclusive.issuperset(wanted)
    for position, option in enumerate(options):
        if option in wanted:
            shares[position] = 1.0 if len(wanted) == 1 else np.nan
        elif only_exclusive or option in exclusive:
            shares[position] = 0.0
    return shares
