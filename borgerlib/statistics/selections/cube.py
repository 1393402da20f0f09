"""Weighted counts of any selection of respondents, from one bit per respondent and level.

A dashboard asks the same questions of ever new selections: women of 60–69 in two districts who chose climate
or nature. There are too many combinations to store the answers to all of them, because several topics may be
chosen. So the cube stores who is in each level as a row of bits. A selection is then a few bitwise
operations, and its counts are counts of bits.

Respondents are sorted by their weight, and each weight begins at a new word of 64 bits. Each word thus has
one weight, and the sums of weights and of their squares follow exactly from the counts of bits. Weights that
come from margins take few values, so the gaps cost little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import chain
from operator import or_
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from borgerlib.errors import ParameterError, unknown_name
from borgerlib.statistics.estimation.answers import answers_to
from borgerlib.statistics.levels import Floats, Ints, Mask, positive_column

Words = npt.NDArray[np.uint64]
_BITS = 64
_SPARSE = 0.5  # share of words with members below which the others are skipped


@dataclass(frozen=True)
class Cube:
    """Who is in each level of each role, as bits; made by `build_cube`.

    Parameters
    ----------
    roles : mapping of str to tuple of str
        The levels of each role, in order.
    bits : array of uint64, shape (rows, words)
        The distinct sets of respondents: in a level, or asked for it. Row 0 is everybody.
    weight : array, shape (words,)
        The weight that the respondents of a word share.
    rows : array of int, shape (levels, 2)
        For each level of all roles the row of `bits` with who was asked for it, and who is in it.
    """

    roles: Mapping[str, tuple[str, ...]]
    bits: Words
    weight: Floats
    rows: Ints

    @cached_property
    def row(self) -> Mapping[tuple[str, str], Ints]:
        """Role and level → their part of `rows`."""
        names = [(role, level) for role, levels in self.roles.items() for level in levels]
        return dict(zip(names, self.rows, strict=True))

    def chose(self, role: str, level: str) -> Words:
        """Return who is in a level of a role."""
        found: Words = self.bits[self.row[role, level][1]]
        return found

    def select(
        self, levels: Mapping[str, Sequence[str]], chose: Callable[[str, str], Words] | None = None
    ) -> Words:
        """Return the respondents who are in one of the levels of each role, as bits.

        Parameters
        ----------
        levels : mapping of str to sequence of str
            Role → levels, as `check` lets pass. A role without levels does not restrict.
        chose : callable, optional
            Role, level → who is to count as being in it, instead of who is.
        """
        selected: Words = self.bits[0]
        for role, wanted in levels.items():
            if wanted:
                selected = selected & reduce(or_, ((chose or self.chose)(role, level) for level in wanted))
        return selected

    def sums(self, sets: Iterable[Words]) -> Floats:
        """Return one row a set of respondents: how many, the sum of their weights, and of the squares."""
        return self.joint_sums(sets, [0])[:, 0]

    def joint_sums(self, sets: Iterable[Words], rows: Sequence[int] | Ints) -> Floats:
        """Return the same of those of each set who are also in each row of `bits`, shape (sets, rows, 3)."""
        found = []
        for members in sets:
            # Skip the words without members, unless they are so few that skipping takes longer than counting.
            some: Any = np.flatnonzero(members != 0)
            some = some if len(some) < _SPARSE * len(members) else slice(None)
            within, weight = members[some], self.weight[some]
            first = np.append(0, np.flatnonzero(weight[1:] != weight[:-1]) + 1)[: len(weight)]
            # One row after the other stays within the processor's cache; all at once takes ten times as long.
            counts = [
                np.add.reduceat(np.bitwise_count(self.bits[row][some] & within), first, dtype=np.uint32)
                for row in rows
            ]
            each = weight[first]
            found.append(np.array(counts) @ np.column_stack([np.ones_like(each), each, each**2]))
        return np.array(found).reshape(-1, len(rows), 3)

    def check(self, levels: Mapping[str, Sequence[str]]) -> None:
        """Refuse (`ParameterError`) roles and levels that there are none of; all are listed."""
        problems = [
            unknown_name(f"level of {role}", level, self.roles[role])
            if role in self.roles
            else unknown_name("role", role, list(self.roles))
            for role, wanted in levels.items()
            for level in wanted
            if (role, level) not in self.row
        ]
        if problems:
            raise ParameterError(
                "The respondents cannot be selected like that:", problems=list(dict.fromkeys(problems))
            )


def build_cube(
    respondents: pd.DataFrame, roles: Mapping[str, str | Sequence[str]], *, weight: str = "weight"
) -> Cube:
    """Arrange respondents so that any selection of them is counted at once.

    Parameters
    ----------
    respondents : DataFrame
        One row a person.
    roles : mapping of str to item
        What to select by and to count: role → item, as `borgerlib.estimate_proportions` takes it (a column,
        the 0/1 columns of a multiple-choice item, or the part before ``__`` in their names).
    weight : str
        Column of weights.

    Raises
    ------
    ParameterError
        Unknown column.
    DataError
        There are no respondents, or a weight is missing, negative or infinite.
    """
    answers = {role: answers_to(respondents, item) for role, item in roles.items()}
    weights, group, counts = np.unique(
        positive_column(respondents, weight, role="weight", zero_allowed=True),
        return_inverse=True,
        return_counts=True,
    )
    words = -(-counts // _BITS)
    # Within a weight, sort people by how many levels they are in, so that whoever counts alike in a selection
    # shares words with few others, and most words can be skipped.
    how_many = [np.sum([values == 1 for values in one.multiple], axis=0) for one in answers.values()]
    order = np.lexsort([*(of for of in reversed(how_many) if np.max(of) > 1), group])
    gap = np.cumsum(words) * _BITS - words * _BITS - (np.cumsum(counts) - counts)
    position = np.empty(len(respondents), dtype=np.intp)
    position[order] = np.arange(len(respondents)) + gap[group[order]]

    def packed(members: Mask) -> bytes:
        spread = np.zeros(words.sum() * _BITS, dtype=np.bool_)
        spread[position[members]] = True
        return np.packbits(spread).tobytes()

    everybody = np.ones(len(respondents), dtype=np.bool_)
    sets = chain([everybody], chain.from_iterable(chain.from_iterable(answers.values())))
    # A set is stored once however many levels share it.
    row, distinct = pd.factorize(np.array([packed(of) for of in sets], dtype=object))
    bits = np.frombuffer(b"".join(distinct), dtype=np.uint64).reshape(len(distinct), -1)
    levels = {role: tuple(map(str, one.options)) for role, one in answers.items()}
    return Cube(levels, bits, np.repeat(weights, words), row[1:].reshape(-1, 2))
