"""Weighted totals beside hidden counts, and the further counts that must be hidden for them.

A total in whole per cent tells, nearly, the sum of the weights of all who chose an option. The sum of their
counts beside it would be a second equation, from which two hidden counts follow where the groups' weights
differ. So such a total is shown without its count. Where a group weighs much, one equation may tell enough.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from borgerlib.statistics.disclosure.hiding.confidentiality import Division, Hidden, ItemTable, hide
from borgerlib.statistics.disclosure.hiding.reader import Reader, Weights
from borgerlib.statistics.disclosure.hiding.suppression import Counts
from borgerlib.statistics.levels import Floats, Mask

STEP = 0.01
"""Weighted totals of options with hidden counts are shown in steps of this, and without their counts."""


@dataclass(frozen=True)
class WeightedTable:
    """An item with a total, and the weights of who answered it.

    Parameters
    ----------
    table : ItemTable
        The counts.
    weighed : array, options × groups
        The sum of the weights of who chose the option.
    n_weighted : array, groups
        That of who answered.
    """

    table: ItemTable
    weighed: Floats
    n_weighted: Floats

    def told(self, in_steps: Mask) -> Weights:
        """Return what a reader knows of weights where the totals of some options are shown in steps."""
        table, options = self.table, len(self.weighed)
        counts, n = self._with_outside(table.counts[:options]), self._with_outside(table.n)
        usual = self._with_outside(self.n_weighted) / np.maximum(n, 1)
        mean = np.where(counts > 0, self._with_outside(self.weighed) / np.maximum(counts, 1), usual)
        # Those who chose one option may weigh more or less than their group: as much as is usual in it.
        apart = np.sqrt((counts * (mean - usual) ** 2).sum(axis=0) / np.maximum(counts.sum(axis=0), 1))
        light, heavy = np.minimum(mean, usual - apart), np.maximum(mean, usual + apart)
        whole = self.n_weighted[table.total]
        share = whole_steps(self.weighed[:, table.total] / whole)
        half = np.where(in_steps, STEP / 2 + 1e-6, np.inf)
        return Weights(light, heavy, (share - half) * whole, (share + half) * whole)

    def _with_outside(self, values: Floats | Counts) -> Floats:
        """Return values of groups, and of the respondents outside each division."""
        total, divisions = self.table.total, self.table.divisions
        rest = [
            values[..., total] - values[..., list(division.groups)].sum(axis=-1) for division in divisions
        ]
        return np.concatenate([values, np.stack(rest, axis=-1)], axis=-1).astype(float)


def whole_steps(shares: Floats) -> Floats:
    """Return shares as weighted totals are told beside hidden counts: in whole per cent, halves upwards."""
    return np.minimum(np.floor(shares / STEP + 0.5 + 1e-9) * STEP, 1.0)


def hide_for_totals(weighted: WeightedTable, found: Hidden, *, min_cell: int, exact: bool) -> Hidden:
    """Return what must be hidden of an item whose weighted totals are shown.

    Parameters
    ----------
    weighted : WeightedTable
        The item.
    found : Hidden
        What is hidden as if nobody were weighted.
    min_cell : int
        The least width of what a hidden number could be for the reader of `feasible_ranges`.
    exact : bool
        As for `hide`.

    Returns
    -------
    Hidden
        That, and more: further groups of a division; where none is left, those of all; in the end the
        total of the option.
    """
    groups = [group for division in weighted.table.divisions for group in division.groups]
    everywhere: set[int] = set()
    also: set[int] = set()
    while True:
        more = Hidden(found.counts.copy(), found.n)
        more.counts[np.ix_(sorted(everywhere), groups)] = True
        telling: set[int] = set()
        for division in weighted.table.divisions:
            telling |= _hide_groups(weighted, division, more, min_cell)
        if not telling:
            return more
        if telling <= everywhere:
            also |= telling
            found = hide(weighted.table, min_cell=min_cell, exact=exact, also=sorted(also))
        everywhere |= telling


def _hide_groups(weighted: WeightedTable, division: Division, found: Hidden, min_cell: int) -> set[int]:
    """Hide further groups of a division; return the options that tell too much where none is left to hide."""
    table, groups, hidden = weighted.table, list(division.groups), found.counts
    while True:
        partly = hidden.any(axis=1) & ~hidden[:, table.total]
        partly[len(weighted.weighed) :] = False
        gaps = partly & hidden[:, groups].any(axis=1)
        narrow = _narrow(weighted, division, found, partly, min_cell) if gaps.any() else gaps
        if not narrow.any():
            return set()
        # Where options add up a group goes from all rows with gaps: no gap is alone in its column.
        alone = not table.choices and (narrow & gaps).any()
        parts = np.flatnonzero(narrow & gaps)[:, None] if alone else [np.flatnonzero(gaps)]
        telling: set[int] = set()
        for options in parts:
            large = [g for g in groups if table.n[g] >= min_cell and not hidden[options, g].all()]
            if large:
                cheapest = min(large, key=lambda group: int(table.counts[options, group].sum()))
                hidden[options, cheapest] = True
            else:
                telling |= set(options.tolist())
        if telling:
            return telling


def _narrow(weighted: WeightedTable, division: Division, found: Hidden, partly: Mask, min_cell: int) -> Mask:
    """Return the options of which a division's hidden number could take fewer values than `min_cell` + 1."""
    table = weighted.table
    reader = Reader(table, weighted.told(partly))
    hidden = np.vstack([found.counts, found.n])
    if table.unlisted is not None:
        hidden[table.unlisted] = True
    known = np.full(reader.cells.shape, np.nan)
    known[:, : hidden.shape[1]] = np.where(hidden, np.nan, np.vstack([table.counts, table.n]))
    known[:-1, table.total][partly] = np.nan
    wanted = np.zeros_like(hidden)
    wanted[:, list(division.groups)] = hidden[:, list(division.groups)]
    wanted[len(weighted.weighed) : -1] = False
    narrow = np.zeros(hidden.shape, dtype=bool)
    narrow[wanted] = reader.narrow(known.ravel(), reader.cells[:, : hidden.shape[1]][wanted], min_cell)
    return np.asarray(narrow[:-1].any(axis=1) | narrow[-1].any())
