"""Weighted counts of any selection of respondents, from one bit a respondent and level.

A dashboard asks the same questions of ever new selections: women of 60–69 in two districts who chose climate
or nature. Storing the answer to every combination is out of the question where several topics may be chosen,
so the cube stores who is in each level as a row of bits. A selection is then a few bitwise operations, and
its counts are counts of bits.

Respondents are ordered by their weight, and those of one weight begin at a new word of 64 bits. Each word
thus has one weight, and the sums of weights and of their squares follow from the counts of bits, exactly.
Weights that come from margins take few values, so little is lost to the gaps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt
import pandas as pd

from borgerlib.errors import DataError, ParameterError, unknown_name
from borgerlib.statistics.estimation.answers import answers_to
from borgerlib.statistics.levels import Floats, Ints, Mask, numeric_column

Words = npt.NDArray[np.uint64]
_BITS = 64


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
    size : int
        Number of respondents.
    """

    roles: Mapping[str, tuple[str, ...]]
    bits: Words
    weight: Floats
    rows: Ints
    size: int

    @property
    def answered(self) -> Mapping[str, Ints]:
        """For each role the rows of `bits` with who was asked for its levels."""
        return self._by_role[0]

    @property
    def chosen(self) -> Mapping[str, Ints]:
        """For each role the rows of `bits` with who is in its levels."""
        return self._by_role[1]

    @cached_property
    def _by_role(self) -> list[dict[str, Ints]]:
        ends = np.cumsum([len(levels) for levels in self.roles.values()])[:-1]
        return [dict(zip(self.roles, np.split(of, ends), strict=True)) for of in self.rows.T]

    def select(self, levels: Mapping[str, Sequence[str]]) -> Words:
        """Return the respondents who are in one of the levels of each role, as bits.

        Parameters
        ----------
        levels : mapping of str to sequence of str
            Role → levels. A role without levels does not restrict.

        Raises
        ------
        ParameterError
            There is no such role or level.
        """
        self.check(levels)
        selected: Words = self.bits[0].copy()
        for role, wanted in levels.items():
            if wanted:
                np.bitwise_and(selected, np.bitwise_or.reduce(self.sets(role, wanted), axis=0), out=selected)
        return selected

    def sets(self, role: str, wanted: Sequence[str]) -> Words:
        """Return the respondents in each of some levels of a role, a row a level."""
        return self.bits[self.chosen[role][[self.roles[role].index(level) for level in wanted]]]

    def sums(self, sets: Iterable[Words]) -> Floats:
        """Return one row a set of respondents: how many, the sum of their weights, and that of the squares.

        One set after the other stays within the processor's cache; all at once takes ten times as long.
        """
        first, powers = self._weights
        counts = [np.add.reduceat(np.bitwise_count(of), first, dtype=np.uint32) for of in sets]
        sums: Floats = np.array(counts, dtype=np.float64).reshape(-1, len(first)) @ powers
        return sums

    @cached_property
    def _weights(self) -> tuple[Ints, Floats]:
        """The first word of each weight, and one row a weight: 1, the weight, its square."""
        first = np.flatnonzero(np.diff(self.weight, prepend=-1.0))
        weight = self.weight[first]
        return first, np.stack([np.ones_like(weight), weight, weight**2], axis=1)

    def check(self, levels: Mapping[str, Sequence[str]]) -> None:
        """Refuse (`ParameterError`) roles and levels that there are none of; all are listed."""
        problems = [unknown_name("role", role, list(self.roles)) for role in levels if role not in self.roles]
        problems += [
            unknown_name(f"level of {role}", level, self.roles[role])
            for role, wanted in levels.items()
            if role in self.roles
            for level in wanted
            if level not in self.roles[role]
        ]
        if problems:
            raise ParameterError("The respondents cannot be selected like that:", problems=problems)


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
    weights = _weights(respondents, weight)
    position, of_word = _places(weights)
    answers = {role: answers_to(respondents, item) for role, item in roles.items()}
    members = (of for one in answers.values() for asked_and_chose in one for of in asked_and_chose)
    everybody = np.ones(len(weights), dtype=np.bool_)
    packed = [_packed(of, position, of_word).tobytes() for of in chain([everybody], members)]
    # A set is stored once however many levels share it.
    row, distinct = pd.factorize(np.array(packed, dtype=object))
    bits = np.frombuffer(b"".join(distinct), dtype=np.uint64).reshape(len(distinct), -1)
    levels = {role: tuple(map(str, one.options)) for role, one in answers.items()}
    return Cube(levels, bits, of_word, row[1:].reshape(-1, 2), len(respondents))


def _weights(respondents: pd.DataFrame, weight: str) -> Floats:
    if respondents.empty:
        raise DataError(
            "There are no respondents to arrange.", hint="Check the filter that they came through."
        )
    weights = numeric_column(respondents, weight, role="weight")
    wrong = ~np.isfinite(weights) | (weights < 0)
    if wrong.any():
        raise DataError(
            f"Column '{weight}' holds {int(wrong.sum())} weights that are missing, negative or infinite.",
            hint="Run 'borger prepare' again, or leave these respondents out before weighting.",
        )
    return weights


def _places(weights: Floats) -> tuple[Ints, Floats]:
    """Return each respondent's bit, and the weight of each word: no word holds two weights."""
    distinct, group, counts = np.unique(weights, return_inverse=True, return_counts=True)
    words = -(-counts // _BITS)
    first_bit = np.concatenate([[0], np.cumsum(words)[:-1]]) * _BITS
    order = np.argsort(group, kind="stable")
    rank = np.arange(len(weights)) - np.repeat(np.cumsum(counts) - counts, counts)
    position = np.empty(len(weights), dtype=np.intp)
    position[order] = first_bit[group[order]] + rank
    return position, np.repeat(distinct, words)


def _packed(members: Mask, position: Ints, of_word: Floats) -> Words:
    spread = np.zeros(len(of_word) * _BITS, dtype=np.bool_)
    spread[position[members]] = True
    return np.packbits(spread).view(np.uint64)
