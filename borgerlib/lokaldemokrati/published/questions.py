"""The percentages of a question that share one N, and the figures that link questions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

import pandas as pd

from borgerlib.lokaldemokrati.published.feasible import feasible_counts
from borgerlib.survey.codebook.model import Codebook, Item

Reference = tuple[str, str]


@dataclass(frozen=True)
class PublishedQuestion:
    """The percentages that share one N: those of one item, or of a battery shown in one figure.

    Parameters
    ----------
    items : tuple of str
        Ids, in the order of the questionnaire.
    percentages : mapping of (item, option) to int
    stated : frozenset of int
        The N that the report states, where it states one for every percentage.
    exclusive : bool
        The percentages partition the respondents: their counts sum to N.
    """

    items: tuple[str, ...]
    percentages: Mapping[Reference, int]
    stated: frozenset[int]
    exclusive: bool


def read_question(item: Item, values: pd.DataFrame, codebook: Codebook) -> PublishedQuestion:
    """Return the percentages that share the N of an item, from values as `standing_values` returns them."""
    plain = values[(values["group"] == "") & (values["unit"] == "pct")]
    battery = _battery(item, plain)
    items = tuple(known.id for known in codebook if known.id in battery)
    rows = plain[plain["item"].isin(items)]
    answers = zip(rows["item"], rows["option"], strict=True)
    percentages = dict(zip(answers, map(int, rows["value"]), strict=True))
    stated = frozenset(int(n) for n in rows["n_stated"]) if rows["n_stated"].notna().all() else frozenset()
    exclusive = len(items) == 1 and _shares_out(item, [option for _, option in percentages])
    return PublishedQuestion(items, MappingProxyType(percentages), stated, exclusive)


def _battery(item: Item, plain: pd.DataFrame) -> set[str]:
    """Return the items in the same figure as the item: a battery of statements shares one N."""
    own = plain[plain["item"] == item.id]
    figures = {figure for shown in own["figures"] for figure in shown} - {"tekst"}
    shown = zip(plain["item"], plain["figures"], strict=True)
    return {item.id} | {other for other, there in shown if figures & set(there)}


def solutions_of(
    question: PublishedQuestion, *, lowest: int, highest: int
) -> list[tuple[int, dict[Reference, int]]]:
    """Return every (n, counts) from the lowest to the highest n that reproduces the percentages."""
    frame = feasible_counts(list(question.percentages.values()), max_n=highest, exclusive=question.exclusive)
    return [
        (int(n), dict(zip(question.percentages, counts, strict=True)))
        for n, counts in zip(frame["n"], frame["counts"], strict=True)
        if n >= lowest and (not question.stated or n in question.stated)
    ]


# The size of a part of the respondents → whether the percentages that a figure shows of it are possible.
Fits = Callable[[int], bool]


def parts_by(item: Item, values: pd.DataFrame, codebook: Codebook) -> list[tuple[Reference, Fits]]:
    """Return every part of the respondents that a figure divides by this item: its option, and what fits."""
    groups = {f"{item.id}={option.id}": (item.id, option.id) for option in item.options}
    parts = values[values["group"].isin(groups)].groupby(["group", "item"], sort=False)
    return [
        (groups[str(group)], partial(_fits, rows, codebook.item(str(shown))))
        for (group, shown), rows in parts
    ]


def _fits(rows: pd.DataFrame, shown: Item, size: int) -> bool:
    exclusive = _shares_out(shown, list(rows["option"]))
    fitting = feasible_counts([int(value) for value in rows["value"]], max_n=size, exclusive=exclusive)
    return bool((fitting["n"] == size).any())


def _shares_out(item: Item, options: Collection[str]) -> bool:
    """Return True if every answer to the item belongs to exactly one of the options and nets."""
    covered = sorted(member for option in options for member in item.members(option))
    return item.kind == "single" and covered == sorted(option.id for option in item.options)


def with_complement(item: Item, n: int, counts: Mapping[Reference, int]) -> dict[Reference, int]:
    """Add the one option of a single item that is left when all others are known."""
    options = [(item.id, option.id) for option in item.options]
    missing = [reference for reference in options if reference not in counts]
    if item.kind != "single" or len(missing) != 1:
        return dict(counts)
    known = sum(counts[reference] for reference in options if reference in counts)
    return {**counts, missing[0]: n - known}
