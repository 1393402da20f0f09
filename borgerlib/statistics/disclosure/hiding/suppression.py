"""Complementary suppression: which more cells to hide so that the hidden ones cannot be worked out.

Pure arrays; what a table is and which of its cells are confidential is settled in `confidentiality`.

A two-way table with known margins is a network: rows and columns are its nodes, cells its arcs (Cox, 1980;
Hundepool et al., 2012, ch. 4). A hidden count can be larger or smaller by δ exactly where δ can be pushed
round a cycle of hidden cells, alternately subtracted and added. A hidden cell is protected when the pushes
up and down together make up at least `protection`: its feasible interval is then at least that wide.

Large tables are protected cell by cell along the cheapest such cycles (the network heuristic; Castro, 2002).
Small tables are solved as one mixed integer program (Fischetti & Salazar, 2001, in its compact form), and the
cheaper of the two patterns is taken. Either pattern is certified by the pushes themselves.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from borgerlib.statistics.levels import Floats, Mask

LARGEST_PROGRAM = 600
"""Confidential cells × cells up to which a table is solved as a mixed integer program."""

_NODE_LIMIT = 200  # a limit on nodes, not seconds: the same table gives the same pattern on every machine

Cell = tuple[int, int]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class CountTable:
    """A table of counts whose row and column sums are known to everybody.

    Parameters
    ----------
    counts, floor, ceiling : int array, rows × columns
        The true counts, and the least and greatest value of each that is not absurd on its face.
    hidden : bool array
        Cells that are hidden whatever happens.
    sensitive : bool array
        Cells that must be protected (they count as hidden).
    cost : float array
        Loss from hiding a cell that is shown.
    paired : bool
        Two rows, chosen and not chosen: a column is hidden in both or in none.
    """

    counts: Counts
    floor: Counts
    ceiling: Counts
    hidden: Mask
    sensitive: Mask
    cost: Floats
    paired: bool = False


def suppress(table: CountTable, *, protection: int, exact: bool) -> Mask | None:
    """Return the cells to hide, those of `table.hidden` and `table.sensitive` included.

    Every hidden cell that `table.hidden` does not hold gets a feasible interval at least `protection` wide.
    With `exact`, small tables are solved to the optimum. None says that no such pattern was found.
    """
    if not table.sensitive.any():
        return table.hidden
    start = table.hidden | table.sensitive
    if table.paired:
        start[:] = start.any(axis=0)
    quick = _complete(table, start, protection)
    if not exact:
        return quick
    unprotected = [c for c in _cells(table.sensitive) if not _protect(table, start.copy(), c, protection, 0)]
    if not unprotected or len(unprotected) * table.counts.size > LARGEST_PROGRAM:
        return quick
    optimal = _program(table, start, unprotected, protection)
    best = None if optimal is None else _complete(table, optimal, protection)
    if quick is None or best is None:
        return best if quick is None else quick
    return min(quick, best, key=lambda hidden: float(table.cost[hidden & ~table.hidden].sum()))


def _cells(mask: Mask) -> list[Cell]:
    return [(int(row), int(column)) for row, column in np.argwhere(mask)]


def _complete(table: CountTable, start: Mask, protection: int) -> Mask | None:
    """Hide more until every hidden cell is protected, those included that were hidden to protect others."""
    hidden = start.copy()
    done = table.hidden & ~table.sensitive
    while (pending := hidden & ~done).any():
        for cell in _cells(pending):
            if not _protect(table, hidden, cell, protection, 1):
                return None
        done = done | pending
    return hidden


def _protect(table: CountTable, hidden: Mask, cell: Cell, protection: int, may_hide: int) -> bool:
    """Protect one cell, marking in `hidden` what must go for it; with `may_hide` 0 only look."""
    counts = table.counts
    tables = {1: counts.copy(), -1: counts.copy()}
    upward_first = 2 * counts[cell] <= counts[:, cell[1]].sum()
    missing = protection
    for hide in range(may_hide + 1):
        for direction in (1, -1) if upward_first else (-1, 1):
            missing -= _push(table, tables[direction], hidden, cell, direction, missing, bool(hide))
            if missing <= 0:
                return True
    return False


def _push(
    table: CountTable, moved: Counts, hidden: Mask, cell: Cell, direction: int, wanted: int, may_hide: bool
) -> int:
    """Push up to `wanted` through `cell` in `direction`, changing `moved`; return how much went through."""
    pushed = 0
    threshold = wanted if may_hide else 1
    while threshold and pushed < wanted:
        room_up, room_down = table.ceiling - moved, moved - table.floor
        along, back = (room_up, room_down) if direction == 1 else (room_down, room_up)
        amount = min(wanted - pushed, int(along[cell]))
        threshold = min(threshold, amount)
        if not threshold:
            break
        price = np.where(hidden, 0.0, table.cost if may_hide else np.inf)
        price[cell] = np.inf
        path = _cheapest_path(
            np.where(back >= threshold, price, np.inf), np.where(along >= threshold, price, np.inf), cell
        )
        if path is None:
            threshold //= 2
            continue
        amount = min(amount, *(int((back if step % 2 == 0 else along)[at]) for step, at in enumerate(path)))
        moved[cell] += direction * amount
        for step, at in enumerate(path):
            moved[at] += direction * amount * (-1 if step % 2 == 0 else 1)
            hidden[:, at[1]] |= table.paired
            hidden[at] = True
        pushed += amount
    return pushed


def _cheapest_path(back: Floats, along: Floats, cell: Cell) -> list[Cell] | None:
    """Return the cells that balance a change of `cell`: against it, with it, …, against it (Bellman–Ford).

    `back` and `along` are the prices of moving a cell against and with the change.
    """
    end_row, start_column = cell
    rows, columns = np.arange(back.shape[0]), np.arange(back.shape[1])
    row_price, row_from = np.full(rows.size, np.inf), np.zeros(rows.size, dtype=int)
    column_price, column_from = np.full(columns.size, np.inf), np.zeros(columns.size, dtype=int)
    column_price[start_column] = 0.0
    while True:
        reach = back + column_price
        best = reach.argmin(axis=1)
        better = reach[rows, best] < row_price - 1e-9
        row_price[better], row_from[better] = reach[rows, best][better], best[better]
        reach = along + row_price[:, None]
        best = reach.argmin(axis=0)
        improved = reach[best, columns] < column_price - 1e-9
        column_price[improved], column_from[improved] = reach[best, columns][improved], best[improved]
        if not improved.any():
            break
    if not np.isfinite(row_price[end_row]):
        return None
    path, row = [], end_row
    while True:
        column = int(row_from[row])
        path.append((row, column))
        if column == start_column:
            return path
        row = int(column_from[column])
        path.append((row, column))


def _program(table: CountTable, start: Mask, protect: list[Cell], protection: int) -> Mask | None:
    """Return the cheapest pattern that protects the cells `protect`, or None where the solver found none.

    One binary variable a cell (a column, where rows are paired) says whether it is hidden. For each cell to
    protect there are two changes of the whole table, in units of `protection`: one raises it, one lowers it,
    and both keep every margin and touch hidden cells only.
    """
    from scipy import optimize, sparse

    (rows, columns), size, changes = table.counts.shape, table.counts.size, 2 * len(protect)
    unit = np.tile(np.arange(columns), rows) if table.paired else np.arange(size)
    units = int(unit.max()) + 1
    switch = sparse.csr_array((np.ones(size), (np.arange(size), unit)), shape=(size, units))
    up = np.minimum((table.ceiling - table.counts) / protection, 1.0).ravel()
    down = np.minimum((table.counts - table.floor) / protection, 1.0).ravel()
    margins = sparse.vstack(
        [
            sparse.kron(sparse.eye_array(rows), np.ones((1, columns))),
            sparse.kron(np.ones((1, rows)), sparse.eye_array(columns)),
        ]
    )
    width = sparse.lil_array((len(protect), changes * size))
    for number, (row, column) in enumerate(protect):
        at = 2 * number * size + row * columns + column
        width[number, at], width[number, at + size] = 1.0, -1.0
    keeps_margins = sparse.kron(sparse.eye_array(changes), margins)
    at_most = sparse.vstack([sparse.diags_array(up) @ switch] * changes)
    at_least = sparse.vstack([sparse.diags_array(down) @ switch] * changes)
    change = sparse.eye_array(changes * size)
    constraints = [
        (sparse.hstack([sparse.csr_array((keeps_margins.shape[0], units)), keeps_margins]), 0.0, 0.0),
        (sparse.hstack([-at_most, change]), -np.inf, 0.0),
        (sparse.hstack([at_least, change]), 0.0, np.inf),
        (sparse.hstack([sparse.csr_array((len(protect), units)), width]), 1.0, np.inf),
    ]
    already = np.zeros(units)
    already[unit[start.ravel()]] = 1.0
    loss = np.bincount(unit, weights=np.where(start, 0.0, table.cost).ravel(), minlength=units)
    lowest = np.concatenate([already, np.tile(-down, changes)])
    highest = np.concatenate([np.ones(units), np.tile(up, changes)])
    with _silent_solver():
        result = optimize.milp(
            np.concatenate([loss, np.zeros(changes * size)]),
            integrality=np.concatenate([np.ones(units), np.zeros(changes * size)]),
            bounds=optimize.Bounds(lowest, highest),
            constraints=[
                optimize.LinearConstraint(sparse.csr_array(matrix), low, high)
                for matrix, low, high in constraints
            ],
            options={"node_limit": _NODE_LIMIT},
        )
    if result.x is None:
        return None
    return start | (result.x[:units] > 0.5)[unit].reshape(rows, columns)


@contextmanager
def _silent_solver() -> Iterator[None]:
    """Keep the solver's stray remarks off the screen: HiGHS writes some past Python, whatever its options."""
    sys.stdout.flush()
    try:
        kept = os.dup(1)
    except OSError:  # a program without a standard output
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
