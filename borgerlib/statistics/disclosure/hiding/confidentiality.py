"""Which cells of one item's table are confidential, and which more must go so that they stay so.

The rules are those of frequency tables (Hundepool et al., 2012, ch. 5): a count of persons below the
threshold could identify; so could the few who did not choose what all others did; and where everybody in a
group chose the same, the table tells what each of them answered (group disclosure). That nobody chose an
option is shown: a zero is no person.

What everybody can add up is used: a division's groups make up the total, a single choice's options make up n.
Groups below the threshold are hidden whole, their n too, and then at least two groups of the division are
hidden, so that n cannot be had by subtraction; options below the threshold in the total are hidden in every
group in the same way. Hidden groups, and hidden options, enter the two-way tables as one: their sum is what
the reader can work out. Each division is then a table with known margins, and `suppression` does the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from borgerlib.statistics.disclosure.hiding.suppression import Counts, CountTable, suppress
from borgerlib.statistics.levels import Mask

_UNKNOWN = 1_000_000  # stands for respondents of whom nothing is shown: room for any change


@dataclass(frozen=True)
class Division:
    """Groups that divide the respondents.

    Parameters
    ----------
    groups : tuple of int
        Their columns in the item's table.
    outside_is_people : bool
        Whether respondents outside these groups are a group of people as well (a selection and the rest), or
        merely did not say where they belong.
    """

    groups: tuple[int, ...]
    outside_is_people: bool


@dataclass(frozen=True)
class ItemTable:
    """Counts of one item: options × groups.

    Parameters
    ----------
    counts : int array, options × groups
        Respondents who chose the option.
    n : int array, groups
        Respondents who answered.
    total : int or None
        The column of all respondents, where there is one.
    divisions : tuple of Division
        How the other columns divide the respondents.
    choices : int
        How many options every respondent chose: 1 for a single choice, 0 where it varies.
    at_least_one : bool
        Whether everybody who answered is known to have chosen something.
    unlisted : int or None
        The row of all options that the estimates leave out, where they leave some out: it is shown nowhere.
    """

    counts: Counts
    n: Counts
    total: int | None
    divisions: tuple[Division, ...]
    choices: int
    at_least_one: bool
    unlisted: int | None = None


@dataclass(frozen=True)
class Hidden:
    """What may not be shown of an item: counts (options × groups) and numbers of answers (groups)."""

    counts: Mask
    n: Mask


def confidential(counts: Counts, n: Counts, *, min_cell: int) -> Mask:
    """Return where fewer than `min_cell` chose (but somebody did), or fewer than `min_cell` did not."""
    few = (counts > 0) & (counts < min_cell)
    nearly_all = (n > 0) & (n - counts < min_cell)
    return few | nearly_all


def hide(table: ItemTable, *, min_cell: int, exact: bool, also: Sequence[int] = ()) -> Hidden:
    """Return what to hide of an item, so that every hidden number could be `min_cell` + 1 values or more.

    Parameters
    ----------
    table : ItemTable
        The item.
    min_cell : int
        Smallest count shown, and the least width of a hidden count's feasible interval.
    exact : bool
        Whether small tables are solved to the optimum.
    also : sequence of int
        Options to hide in all groups and the total, whatever their counts.
    """
    hidden = Hidden(np.zeros(table.counts.shape, dtype=bool), np.zeros(table.n.shape, dtype=bool))
    if table.total is not None and 0 < table.n[table.total] < min_cell:
        hidden.counts[:], hidden.n[:] = True, True
        return hidden
    merged = [_hidden_groups(table, division, min_cell) for division in table.divisions]
    options = _hidden_options(table, min_cell, any(merged), also)
    if table.total is not None:
        hidden.counts[options, table.total] = True
    for division, groups in zip(table.divisions, merged, strict=True):
        hidden.n[groups], hidden.counts[:, groups] = True, True
        _hide_in_division(table, division, groups, options, hidden.counts, min_cell=min_cell, exact=exact)
    hidden.counts[:, table.n == 0] = False
    return hidden


def _hidden_groups(table: ItemTable, division: Division, min_cell: int) -> list[int]:
    """Return the groups to hide whole: the small ones and, where n would follow, the smallest others."""
    present = sorted((g for g in division.groups if table.n[g] > 0), key=lambda g: int(table.n[g]))
    small = [group for group in present if table.n[group] < min_cell]
    outside = 0 if table.total is None else int(table.n[table.total] - table.n[present].sum())
    if not small and not (division.outside_is_people and 0 < outside < min_cell):
        return []
    if table.total is None:
        return small
    chosen, size, parts = list(small), int(table.n[small].sum()) + outside, len(small) + (outside > 0)
    for group in present[len(small) :]:
        if parts >= 2 and size >= min_cell:
            break
        chosen.append(group)
        size += int(table.n[group])
        parts += 1
    return chosen


def _hidden_options(table: ItemTable, min_cell: int, groups_hidden: bool, also: Sequence[int]) -> list[int]:
    """Return the options to hide in every group: those confidential in the total and, if need be, the rarest.

    Where a group is hidden whole, an option that nobody chose goes too: its zero would tell of that group.
    """
    if table.total is None:
        return []
    totals = table.counts[:, table.total]
    hidden = confidential(totals, table.n[table.total], min_cell=min_cell)
    if groups_hidden:
        hidden |= totals == 0
    hidden[list(also)] = True
    chosen = [int(option) for option in np.flatnonzero(hidden)]
    others = sorted(set(range(totals.size)) - set(chosen), key=lambda o: (totals[o] == 0, totals[o]))
    while chosen and others and not _hold_each_other(table, chosen, min_cell):
        chosen.append(others.pop(0))
    return chosen


def _hold_each_other(table: ItemTable, options: list[int], min_cell: int) -> bool:
    """Whether options hidden everywhere cannot be worked out from the options that are shown."""
    if table.choices:
        return len(options) >= 2 and bool(table.counts[options, table.total].sum() >= min_cell)
    if not table.at_least_one or len(options) >= 2:
        return True
    # Those who chose none of the options shown must have chosen this one.
    count, large = table.counts[options[0]], table.n >= min_cell
    spare = np.minimum(count, table.counts.sum(axis=0) - table.n)
    return bool((table.n - count + spare >= min_cell)[large].all())


def _hide_in_division(
    table: ItemTable,
    division: Division,
    hidden_groups: list[int],
    hidden_options: list[int],
    hidden: Mask,
    *,
    min_cell: int,
    exact: bool,
) -> None:
    """Mark in `hidden` the cells of a division that must go."""
    grid = _grid(table, division, hidden_groups)
    for group in division.groups:
        # In a group where nobody chose any of the hidden options, options that add up tell so themselves.
        if not table.choices or table.counts[hidden_options, group].any():
            hidden[hidden_options, group] = True
    tables = (_joint_table if table.choices else _table_an_option)(table, grid, hidden_options, min_cell)
    for options, part in tables:
        found = suppress(part, protection=min_cell, exact=exact)
        if found is None:
            # Hiding everything is always safe, for the margins that remain are not confidential.
            chosen = table.counts.any(axis=1) if table.total is None else table.counts[:, table.total] > 0
            hidden[np.ix_(np.flatnonzero(chosen), np.array(division.groups))] = True
            return
        for row, column in np.argwhere(found).tolist():
            hidden[np.ix_(options[row], grid.groups[column])] = True


@dataclass(frozen=True)
class _Grid:
    """A division's columns: the groups shown and, last, the remainder that readers get by subtraction."""

    groups: list[list[int]]
    counts: Counts
    n: Counts
    outside_is_people: bool

    def sensitive(self, counts: Counts, most: Counts, min_cell: int) -> Mask:
        """Return the cells to protect; of a remainder with hidden groups in it, small ones and zeros too."""
        found = confidential(counts, most, min_cell=min_cell)
        if self.groups[-1]:
            found[:, -1] |= counts[:, -1] < min_cell
        elif not self.outside_is_people:
            found[:, -1] = False
        return found


def _grid(table: ItemTable, division: Division, hidden_groups: list[int]) -> _Grid:
    shown = [group for group in division.groups if group not in hidden_groups]
    if table.total is None:
        # Without a total nothing can be subtracted: the remainder may be anything.
        hidden_groups = []
        rest, rest_n = np.full(len(table.counts), _UNKNOWN), _UNKNOWN * max(2, len(table.counts))
    else:
        rest = table.counts[:, table.total] - table.counts[:, shown].sum(axis=1)
        rest_n = int(table.n[table.total] - table.n[shown].sum())
    counts = np.column_stack([table.counts[:, shown], rest])
    columns = [*([group] for group in shown), hidden_groups]
    return _Grid(columns, counts, np.append(table.n[shown], rest_n), division.outside_is_people)


def _joint_table(
    table: ItemTable, grid: _Grid, hidden_options: list[int], min_cell: int
) -> Iterator[tuple[list[list[int]], CountTable]]:
    """Yield the table of an item whose options add up, the hidden options as one row."""
    rows = [[option] for option in range(len(grid.counts)) if option not in hidden_options]
    rows += [hidden_options] if hidden_options else []
    sizes = np.array([len(row) for row in rows])[:, None]
    counts = np.array([grid.counts[row].sum(axis=0) for row in rows])
    ceiling = np.minimum(sizes, table.choices) * grid.n
    hidden = np.zeros(counts.shape, dtype=bool)
    hidden[:, -1] = True
    hidden[[row == [table.unlisted] for row in rows]] = True
    if hidden_options:
        hidden[-1] |= counts[-1] > 0
    cost = sizes + counts / (1 + grid.n.sum())
    sensitive = grid.sensitive(counts, ceiling, min_cell)
    yield rows, CountTable(counts, np.zeros_like(counts), ceiling, hidden, sensitive, cost)


def _table_an_option(
    table: ItemTable, grid: _Grid, hidden_options: list[int], min_cell: int
) -> Iterator[tuple[list[list[int]], CountTable]]:
    """Yield for each option of a multiple choice the table of those who chose it and those who did not."""
    spare = np.maximum(grid.counts.sum(axis=0) - grid.n, 0) if table.at_least_one else grid.n
    sensitive = grid.sensitive(grid.counts, grid.n, min_cell)
    for option in range(len(grid.counts)):
        if option in hidden_options or not sensitive[option].any():
            continue
        chosen, none = grid.counts[option], np.zeros_like(grid.n)
        counts = np.array([chosen, grid.n - chosen])
        least = np.maximum(chosen - spare, 0)
        hidden = np.zeros(counts.shape, dtype=bool)
        hidden[:, -1] = True
        cost = np.tile((1 + chosen / (1 + grid.n.sum())) / 2, (2, 1))
        marks = np.array([sensitive[option], none > 0])
        floor, ceiling = np.array([least, none]), np.array([grid.n, grid.n - least])
        yield [[option], []], CountTable(counts, floor, ceiling, hidden, marks, cost, paired=True)
