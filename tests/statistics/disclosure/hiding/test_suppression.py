"""Complementary suppression against enumeration: patterns that hold, and the cheapest one of all."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from borgerlib.statistics.disclosure.hiding.suppression import LARGEST_PROGRAM, CountTable, suppress


def table(counts, *, min_cell=5, paired=False, floor=None):
    counts = np.array(counts)
    sums = counts.sum(axis=0)
    few = (counts > 0) & (counts < min_cell)
    sensitive = few | ((sums - counts < min_cell) & (sums > 0))
    if paired:
        sensitive[1] = False
    return CountTable(
        counts=counts,
        floor=np.zeros_like(counts) if floor is None else np.array(floor),
        ceiling=np.broadcast_to(sums, counts.shape),
        hidden=np.zeros(counts.shape, dtype=bool),
        sensitive=sensitive,
        cost=1 + counts / (1 + counts.sum()),
        paired=paired,
    )


def width(counts, hidden, cell):
    """Least and greatest count of a cell by an independent linear program over the hidden cells."""
    rows, columns = counts.shape
    at = np.flatnonzero(hidden.ravel())
    equations = np.vstack([np.kron(np.eye(rows), np.ones(columns)), np.kron(np.ones(rows), np.eye(columns))])[
        :, at
    ]
    target = (at == cell[0] * columns + cell[1]).astype(float)
    known = equations @ counts.ravel()[at]
    ends = [linprog(sign * target, A_eq=equations, b_eq=known, bounds=(0, None)).fun for sign in (1, -1)]
    return -ends[1] - ends[0]


def all_wide(counts, hidden, protection):
    return all(width(counts, hidden, cell) >= protection - 1e-6 for cell in np.argwhere(hidden))


def test_nothing_sensitive_hides_nothing():
    assert not suppress(table([[10, 20], [30, 40]]), protection=5, exact=True).any()


def test_one_small_cell_takes_three_more():
    # 3 alone follows from its row; with its row's partner, from the column: a rectangle is the least.
    # Cheapest partners: 10 in the row, 12 in the column, and the corner 20.
    counts = [[3, 10, 40], [12, 20, 50], [60, 70, 80]]
    expected = [[True, True, False], [True, True, False], [False, False, False]]
    for exact in (True, False):
        assert suppress(table(counts), protection=5, exact=exact).tolist() == expected


def test_small_partners_do_not_protect():
    # 3 + 1 and 3 + 1: in the rectangle of 1s the 3 could be 2 to 4 only, so larger cells must go.
    counts = np.array([[3, 1, 40], [1, 2, 50], [60, 70, 80]])
    hidden = suppress(table(counts), protection=5, exact=True)
    assert all_wide(counts, hidden, 5)
    assert hidden.sum() > 4


def test_paired_rows_are_hidden_together():
    # Partner of the first column: the second, of 30 + 40 = 70 people, is less than the third, of 80.
    counts = [[3, 30, 20], [47, 40, 60]]
    for exact in (True, False):
        hidden = suppress(table(counts, paired=True), protection=5, exact=exact)
        assert hidden.tolist() == [[True, True, False], [True, True, False]]


def test_floor_narrows_a_cell():
    # With a floor at the counts nothing can go down, so nothing can go up either: no pattern.
    counts = [[3, 30], [47, 40]]
    assert suppress(table(counts, floor=counts), protection=5, exact=False) is None
    assert suppress(table(counts, floor=counts), protection=5, exact=True) is None


def test_margins_that_tell_cannot_be_helped():
    # The first row holds 3 in all: whatever is hidden, no cell of it can exceed 3.
    assert suppress(table([[3, 0], [10, 20]]), protection=5, exact=True) is None


def loss(problem, hidden):
    return problem.cost[hidden].sum()


@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
def test_the_optimum_is_the_cheapest_of_all_patterns_and_the_heuristic_is_safe(seed):
    rng = np.random.default_rng(seed)
    counts = rng.integers(5, 30, size=(3, 3))
    counts[rng.integers(3), rng.integers(3)] = rng.integers(1, 5)
    problem = table(counts)
    cheapest = np.inf
    for bits in product([False, True], repeat=9):
        hidden = np.array(bits).reshape(3, 3)
        cheaper = (hidden >= problem.sensitive).all() and loss(problem, hidden) < cheapest
        if cheaper and all_wide(counts, hidden, 5):
            cheapest = loss(problem, hidden)
    optimal, quick = (suppress(problem, protection=5, exact=exact) for exact in (True, False))
    assert all_wide(counts, optimal, 5)
    assert all_wide(counts, quick, 5)
    assert loss(problem, optimal) == pytest.approx(cheapest)
    assert loss(problem, quick) >= cheapest - 1e-9


@given(st.integers(0, 10**6), st.integers(2, 6), st.integers(2, 9), st.sampled_from([3, 5, 8]))
def test_whatever_is_found_is_wide_enough(seed, rows, columns, protection):
    counts = np.random.default_rng(seed).poisson(9, size=(rows, columns))
    hidden = suppress(table(counts, min_cell=protection), protection=protection, exact=False)
    if hidden is not None:
        assert all_wide(counts, hidden, protection)


def test_large_tables_are_left_to_the_heuristic():
    counts = np.random.default_rng(1).poisson(6, size=(8, 20))
    problem = table(counts)
    assert problem.sensitive.sum() * counts.size > LARGEST_PROGRAM
    exact, quick = (suppress(problem, protection=5, exact=exact) for exact in (True, False))
    assert exact.tolist() == quick.tolist()
