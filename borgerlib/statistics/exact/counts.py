"""What every exact test takes and gives: whole counts, a p-value and the method's name."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Any

import pandas as pd

from borgerlib.errors import DataError
from borgerlib.said import Said


@dataclass(frozen=True)
class TestResult:
    """Result of an exact test.

    Parameters
    ----------
    p_value : float
        Two-sided; NaN where a count is hidden or not known.
    difference : float
        What is tested, on the scale that the test's function states (shares, 0–1).
    method : Said
        The test in a phrase; ``method.danish`` is what a report says of it.
    """

    p_value: float
    difference: float
    method: Said

    # pytest takes every class called Test… for a test.
    __test__ = False

    def __repr__(self) -> str:
        # The last digits of a sum hang on the processor, and tell nobody anything.
        values = f"p_value={self.p_value:.6g}, difference={self.difference:.6g}"
        return f"TestResult({values}, method={self.method!r})"


def check_counts(count: int, n: int, population: int, group: str = "") -> None:
    """Raise `DataError` unless the counts are whole, and count ≤ n ≤ population."""
    of_group = f" of group {group}" if group else ""
    values = {f"count{of_group}": count, f"n{of_group}": n, "population": population}
    problems = [
        f"{name} is {value!r}; give a whole number" for name, value in values.items() if not is_whole(value)
    ]
    if not problems:
        if n < 1:
            problems.append(f"n{of_group} is {n}; give at least 1")
        if not 0 <= count <= n:
            problems.append(f"count{of_group} is {count}; legal are 0 to n = {n}")
        if n > population:
            problems.append(f"n is {n}, more than the population of {population}")
    if problems:
        raise DataError("These counts cannot be estimated from:", problems=problems)


def missing(*counts: Any) -> bool:
    """Return whether a count is hidden or not known."""
    return any(pd.api.types.is_scalar(count) and pd.isna(count) for count in counts)


def is_whole(value: object) -> bool:
    """Return whether a value is a whole number."""
    return isinstance(value, Real) and float(value).is_integer()
