"""Randomised response after the fact: a copy of answers that tells little of any one of them.

Each answer in the copy is the true one, or another by chance (Warner 1965; as a protection of microdata:
Gouweleeuw, Kooiman, Willenborg & de Wolf 1998). The true answer is `(1 - chance) / chance` times as likely as
any other: 9 times at a chance of 0.1. Whoever sees the copy, and whatever is computed from it, learns no more
of one answer of one person than that factor on its odds. An option of a multiple-choice question is an answer
of its own: chosen or not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np
import numpy.typing as npt

from borgerlib.errors import ParameterError
from borgerlib.statistics.levels import Floats, Ints

LOWEST_CHANCE, HIGHEST_CHANCE = 0.1, 0.3
SMALLEST_SELECTION = 30
"""Of fewer respondents a protected copy says too little to be shown."""

_BYTES = 4


@dataclass(frozen=True)
class Randomised:
    """How answers among some options were randomised.

    Parameters
    ----------
    keep, other : float or array
        Chances that the copy holds the true answer, and each of the others.
    """

    keep: float | Floats
    other: float | Floats

    def corrected(self, share: Floats) -> Floats:
        """Return what a share in the copy says of the true share: without bias, and below 0 at times."""
        return (share - self.other) / (self.keep - self.other)

    def expected(self, share: Floats) -> Floats:
        """Return the share in the copy that a true share leads to."""
        return self.other + (self.keep - self.other) * share

    def said(self, wanted: int, *, single: bool) -> Floats:
        """Return what the copy says of whether somebody gave one of some answers.

        They gave so many of the `wanted` ones in the copy: 0, 1, …, all. On average it is 1 where they truly
        gave one or more, and 0 where they gave none.
        """
        gave = np.arange(wanted + 1.0)
        one, none = self.corrected(np.array([1.0, 0.0])).tolist()
        if single:
            said: Floats = gave * one + (wanted - gave) * none
        else:
            said = 1 - (1 - one) ** gave * (1 - none) ** (wanted - gave)
        return said


def randomised(chance: float, options: int) -> Randomised:
    """Return how answers are randomised: the true one is (1 - chance)/chance times as likely as any other.

    Parameters
    ----------
    chance : float
        Between `LOWEST_CHANCE`, the default, and `HIGHEST_CHANCE`.
    options : int
        Number of options that an answer is one of: 2 for chosen or not.

    Raises
    ------
    ParameterError
        The chance would protect too little, or leave nothing to see.
    """
    chance = legal_chance(chance)
    every = 1 - chance + (options - 1) * chance
    return Randomised((1 - chance) / every, chance / every)


def legal_chance(chance: float) -> float:
    """Return a chance as a plain float, which files can hold; `ParameterError` if it is not legal."""
    if not isinstance(chance, Real) or not LOWEST_CHANCE <= float(chance) <= HIGHEST_CHANCE:
        raise ParameterError(
            f"chance is {chance!r}; it must lie between {LOWEST_CHANCE} and {HIGHEST_CHANCE}.",
            hint=f"Leave it out for the default, {LOWEST_CHANCE}.",
        )
    return float(chance)


def randomised_once_more(chance: float, options: int) -> Randomised:
    """Return how answers randomised by the lowest chance are randomised again, to be so by another.

    Copies of several chances then tell no more than that of the lowest, from which they are made.
    """
    lowest, wanted = randomised(LOWEST_CHANCE, options), randomised(chance, options)
    left = (wanted.keep - wanted.other) / (lowest.keep - lowest.other)
    return Randomised(left + (1 - left) / options, (1 - left) / options)


def secret_numbers(key: bytes, questions: Sequence[str], asked: Ints, people: Sequence[bytes]) -> Floats:
    """Return a number between 0 and 1 for each person, which follows from a key, a question and the person.

    The same get the same numbers in every run and in whatever order, so that a survey prepared again gives
    the same copy; nobody without the key can work them out (BLAKE2b, keyed).

    Parameters
    ----------
    key : bytes
        At most 64.
    questions : sequence of str
    asked : array of int
        Which of them each person is asked; -1 for the last.
    people : sequence of bytes
        What each is called.
    """
    begun = [
        hashlib.blake2b(question.encode() + b"\0", key=key, digest_size=_BYTES) for question in questions
    ]
    digests = []
    for question, person in zip(asked.tolist(), people, strict=True):
        drawn = begun[question].copy()
        drawn.update(person)
        digests.append(drawn.digest())
    return np.frombuffer(b"".join(digests), dtype=">u4") / 2.0 ** (8 * _BYTES)


def randomise(answers: npt.NDArray[np.integer], numbers: Floats, how: Randomised, options: int) -> Ints:
    """Return the answers of the copy.

    Parameters
    ----------
    answers : array of int
        Which of the options each person chose, from 0; -1 for no answer, which stays none.
    numbers : array
        Between 0 and 1, one a person.
    how : Randomised
    options : int
    """
    if options == 1:
        return np.where(answers < 0, -1, 0)
    # The numbers above `keep` are divided evenly among the other options.
    beyond = (numbers - how.keep) / (1 - how.keep) * (options - 1)
    steps = np.where(numbers < how.keep, 0, 1 + np.clip(beyond, 0, options - 2).astype(np.intp))
    return np.where(answers < 0, -1, (answers + steps) % options)
