"""Random rounding whose chance follows from what is rounded, so that asking again tells nothing more.

A number is rounded up or down by chance to a multiple of a step. The chance is drawn from the very set of
people that the number is about and from what is asked of them: the same people always get the same answer,
and a set that differs by one person gets another draw (Fraser & Wooton, 2005; Thompson, Broadfoot & Elazar,
2013). Averaging repeated answers is thereby no attack.

Near a multiple of the step a number is not left to chance but rounded to it. Without that quiet zone, two
numbers on both sides of a multiple could be rounded away from each other, and would then tell on which side
each of them lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from borgerlib.statistics.levels import Floats
from borgerlib.statistics.selections.cube import Cube, Words

_RANGE = float(2**64)


@dataclass(frozen=True)
class Lottery:
    """Draws that depend on a set of people and on what is asked; made by `lottery_of`.

    Parameters
    ----------
    factors : array of uint64
        A random factor for each word of bits. They stay in the process.
    """

    factors: Words

    def ticket(self, selected: Words) -> bytes:
        """Return what stands for a set of people: equal for equal sets, unlike for others."""
        return int(np.sum(selected * self.factors, dtype=np.uint64)).to_bytes(8, "big")


def lottery_of(cube: Cube) -> Lottery:
    """Return the lottery of a cube: the same for the same respondents, in every process.

    Its factors are drawn from the respondents themselves, so that nothing secret needs to be kept: whoever
    could work them out holds the respondents already.
    """
    digest = blake2b(cube.bits.tobytes(), digest_size=16)
    digest.update(cube.weight.tobytes())
    draw = np.random.default_rng(int.from_bytes(digest.digest(), "big"))
    factors: Words = draw.integers(0, 2**64, size=len(cube.weight), dtype=np.uint64)
    # An odd factor loses no bit of its word.
    return Lottery(factors | np.uint64(1))


def drawn(ticket: bytes, asked: Sequence[str]) -> Floats:
    """Return a number between 0 and 1 for each thing that is asked of a set of people."""
    hashes = [blake2b(text.encode(), key=ticket, digest_size=8).digest() for text in asked]
    return np.array([int.from_bytes(value, "big") / _RANGE for value in hashes])


def round_randomly(value: Floats, step: float, draw: Floats, *, quiet: float = 0.0) -> Floats:
    """Round to a multiple of `step`, up or down by chance.

    Parameters
    ----------
    value : array
        What to round, 0 or more.
    step : float
        Above 0.
    draw : array
        Numbers between 0 and 1, as `drawn` returns.
    quiet : float
        Part of a step (0 to below 0.5) around each multiple within which is rounded to it.

    Returns
    -------
    array
        Multiples of the step, less than one step from the values. With no quiet zone their expectation is
        the value itself.
    """
    # A value that is a multiple but for the last bits must not be left to chance.
    position = np.round(np.asarray(value, dtype=np.float64) / step, 9)
    whole = np.floor(position)
    part = position - whole
    upwards = draw < (part - quiet) / (1 - 2 * quiet)
    return np.asarray((whole + upwards) * step, dtype=np.float64)
