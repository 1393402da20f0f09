"""The counts behind the published percentages, one number or one table at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import pandas as pd

from borgerlib.errors import CodebookError
from borgerlib.lokaldemokrati.published.feasible import feasible_counts
from borgerlib.lokaldemokrati.published.identification import identifications
from borgerlib.lokaldemokrati.published.numbers import load_published, standing_values
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import LEADERS, Codebook

# The only question that the report divides by another, and that other (figure 3).
DIVIDED = ("udsagn_eksperimentere", "strategi")


@dataclass(frozen=True)
class RecoveredCount:
    """A count, its base, and what the identification says about it."""

    count: int
    n: int
    status: str
    why: str

    @property
    def proportion(self) -> float:
        """The share, 0–1."""
        return self.count / self.n


def recovered_count(item: str, option: str, *, group: str = "") -> RecoveredCount | None:
    """Return the count behind an option or net of an item.

    Parameters
    ----------
    item, option : str
        Ids of the codebook; the option may be a net.
    group : str
        'item=option' for the part of the respondents that a figure shows apart ('strategi=ja').

    Returns
    -------
    RecoveredCount or None
        None when the published numbers do not give the count.

    Raises
    ------
    CodebookError
        The item, option or group is none of the codebook's.
    """
    codebook = load_codebook(LEADERS)
    members = codebook.item(item).members(option)
    by, _, by_option = group.partition("=")
    if by:
        codebook.item(by).option(by_option)
    if by and codebook.item(item).base != f"{by}.{by_option}":
        return _within(item, option, members, by, by_option)
    found = identifications()[item]
    count = count_of(found.counts, option, members)
    return None if count is None else RecoveredCount(count, found.n, found.status, found.why)


@cache
def divided_table(item: str, by: str) -> pd.DataFrame | None:
    """Return the counts of a table that the report shows divided by another question (figure 3).

    Parameters
    ----------
    item, by : str
        The item shown, and the item that divides the respondents.

    Returns
    -------
    DataFrame or None
        Counts: rows the options of `by`, columns the options of `item`, both in the order of the codebook;
        None when the report shows no such table for all options of `by`. It is kept: change a copy.
    """
    codebook = load_codebook(LEADERS)
    if codebook.item(item).base.startswith(f"{by}."):
        return None
    values = standing_values(load_published())
    own = values[values["item"] == item].set_index(["group", "option"])["value"].to_dict()
    columns = [option.id for option in codebook.item(item).options]
    counts: dict[str, tuple[int, ...]] = {}  # by option of `by`
    for option in codebook.item(by).options:
        references = [(f"{by}={option.id}", column) for column in columns]
        if any(reference not in own for reference in references):
            return None
        percentages = [int(own[reference]) for reference in references]
        size = identifications()[by].counts[option.id]
        solutions = feasible_counts(percentages, max_n=size, exclusive=True)
        # The identification has found a solution of this size; for N below 100 it is the only one.
        counts[option.id] = solutions.loc[solutions["n"] == size, "counts"].iloc[0]
    table = pd.DataFrame.from_dict(counts, orient="index", columns=columns)
    return table.rename_axis(index=by, columns=item)


def _within(
    item: str, option: str, members: tuple[str, ...], by: str, by_option: str
) -> RecoveredCount | None:
    divided = divided_table(item, by)
    if divided is None:
        return None
    row = dict(zip(map(str, divided), divided.loc[[by_option]].to_numpy()[0].tolist(), strict=True))
    count = count_of(row, option, members)
    found = identifications()[by]
    return None if count is None else RecoveredCount(count, sum(row.values()), found.status, found.why)


def count_of(counts: Mapping[str, int], option: str, members: tuple[str, ...]) -> int | None:
    """Return the count of an option, or of a net as the sum of its members; None where one is not known."""
    if option in counts:
        return counts[option]
    if all(member in counts for member in members):
        return sum(counts[member] for member in members)
    return None


def option_label(codebook: Codebook, item: str, option: str) -> str:
    """Return the Danish label of an option, or of a net as its options joined ('Enig eller meget enig')."""
    known = codebook.item(item)
    try:
        return known.option(option).short
    except CodebookError:
        first, *rest = [known.option(member).short for member in known.members(option)]
        return " eller ".join([first, *(label[:1].lower() + label[1:] for label in rest)])
