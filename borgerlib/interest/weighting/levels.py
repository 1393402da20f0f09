"""Which level of a margin each answer belongs to: matched, merged by rule, and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from borgerlib.population.merging import merge_margins
from borgerlib.said import said
from borgerlib.statistics.levels import counted
from borgerlib.survey.cleaning.violations import mask_personal

OWN_FILE = "Write it in a file of your own and give that with --weighting (in Python: weighting=)."
_LISTED = 8
_AS_NUMBER = re.compile(r"\A(?:dk[- ]?)?(\d)[.,]?(\d{3})(?:[.,]0+)?\Z")
_POSTCODE = re.compile(r"(?:DK[- ]?)?(\d[.,]?\d{3})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Margin:
    """A margin that respondents are weighted to.

    Parameters
    ----------
    role : str
        'sex', 'age', 'area' or 'area_type'.
    column : str
        The respondents' column.
    counts : Series
        People by level, after merging.
    level_of : mapping of str to str
        Answer → the level that it belongs to; other answers have no population count.
    merged : mapping of str to sequence of str
        New level → the levels that it is made of.
    without_count : mapping of str to int
        Answer without a population count ('' for no answer) → respondents.
    source : str
        Danish: who counted the people, where it is the municipality itself; '' otherwise.
    """

    role: str
    column: str
    counts: pd.Series
    level_of: Mapping[str, str]
    merged: Mapping[str, Sequence[str]]
    without_count: Mapping[str, int]
    source: str = ""

    def levels(self, respondents: pd.DataFrame) -> pd.Series:
        """Return each respondent's level; missing if the answer has no population count."""
        return respondents[self.column].astype(object).map(self.level_of)

    def respondents_by_level(self, respondents: pd.DataFrame) -> dict[str, int]:
        """Return how many respondents each level has (0 where none)."""
        found = self.levels(respondents).value_counts()
        return {str(level): int(found.get(level, 0)) for level in self.counts.index}


def target_of(
    role: str, counts: pd.Series, respondents: pd.DataFrame, texts: Mapping[str, str] | None = None
) -> Margin:
    """Match answers, or the texts of options, with the levels of a margin, whatever their case and spaces."""
    values = respondents[str(counts.name)]
    by_fold = {folded(str(level)): str(level) for level in counts.index}
    known = {
        value: level
        for value in values.dropna().unique()
        if (level := find_level((texts or {}).get(value, ""), by_fold) or find_level(str(value), by_fold))
    }
    left = values.astype(object)[~values.isin(list(known))]
    # Areas are typed by hand: no address or name may end up in a log.
    read = left.where(left.notna(), "").map(lambda value: (texts or {}).get(value, value))
    found = read.map(lambda value: mask_personal(str(value))).value_counts()
    without = {str(value): int(count) for value, count in found.items()}
    return Margin(role, str(counts.name), counts, known, {}, without, str(counts.attrs.get("own", "")))


def merge(target: Margin, rules: Mapping[str, Sequence[str]]) -> Margin:
    """Merge levels by rules: new level → the levels that it is made of.

    Raises
    ------
    MarginError
        A rule names an unknown level; all problems are listed.
    """
    if not rules:
        return target
    counts = merge_margins({target.column: target.counts}, {target.column: rules})[target.column]
    new_name = {old: new for new, members in rules.items() for old in members}
    level_of = {answer: new_name.get(level, level) for answer, level in target.level_of.items()}
    return replace(
        target,
        counts=counts.rename(target.column),
        level_of=level_of,
        merged={**target.merged, **rules},
    )


def merge_sparse_neighbours(target: Margin, respondents: pd.DataFrame, fewest: int) -> Margin:
    """Merge sparse levels with their neighbours, the sparsest first, until none is sparse or one is left.

    A sparse level is merged with the neighbour that has fewer respondents; on a tie, with the one before it.
    """
    count = target.respondents_by_level(respondents)
    groups = [[str(level)] for level in target.counts.index]
    sizes = [count[group[0]] for group in groups]
    while len(groups) > 1 and min(sizes) < fewest:
        sparsest = sizes.index(min(sizes))
        beside = [other for other in (sparsest - 1, sparsest + 1) if 0 <= other < len(groups)]
        first = min(sparsest, min(beside, key=lambda other: (sizes[other], other)))
        groups[first : first + 2] = [groups[first] + groups[first + 1]]
        sizes[first : first + 2] = [sizes[first] + sizes[first + 1]]
    return merge(target, {" + ".join(group): group for group in groups if len(group) > 1})


def unusable(target: Margin, respondents: pd.DataFrame) -> list[str]:
    """Return why a margin cannot be used: nobody has a level of it, or most answers match no level."""
    column, known = target.column, int(target.levels(respondents).notna().sum())
    legal = ", ".join(map(str, target.counts.index))
    unmatched = {value: n for value, n in target.without_count.items() if value}
    if target.role in ("area", "area_type") and sum(unmatched.values()) > known:
        return [
            f"'{column}': most answers are none of the districts counted ({legal}): {_some(unmatched)}. "
            "Use the same names in the survey and in the file of districts."
        ]
    if target.role == "area" and respondents[column].isna().all():
        return [
            f"'{column}': no answer is known, though people are counted by it ({legal}). Say in the mapping "
            "which column holds it ('borger map'), or leave out --districts."
        ]
    if known == 0:
        return [
            f"'{column}': nobody has a level that the population is counted by ({legal}). Check the mapping, "
            f"or leave '{target.role}' out of 'margins'. {OWN_FILE}"
        ]
    return []


def empty_levels(target: Margin, respondents: pd.DataFrame) -> list[str]:
    """Return the levels that have people but no respondents, each with its remedy."""
    how = {
        "sex": "Leave 'sex' out of 'margins'.",
        "age": "Set merge_sparse_ages = true, or merge the level under [merge.age].",
    }.get(target.role, f"Merge it with a neighbour under [merge.{target.role}].")
    return [
        f"'{target.column}', level '{level}': {target.counts[level]:,.0f} people, no respondent. "
        f"{how} {OWN_FILE}"
        for level, n in target.respondents_by_level(respondents).items()
        if n == 0 and target.counts[level] > 0
    ]


def what_to_look_at(target: Margin, respondents: pd.DataFrame, fewest: int) -> list[str]:
    """Return notes on what the weighting of a margin changed or left out."""
    column = target.column
    notes: list[str] = [
        said("merged_levels", column=column, old=", ".join(old), new=new)
        for new, old in target.merged.items()
        if new in target.counts.index
    ]
    if len(target.counts) == 1:
        notes.append(said("single_level", column=column))
    notes += [
        said(
            "few_in_level",
            column=column,
            level=level,
            count=n,
            respondents=counted(n),
            people=round(target.counts[level]),
        )
        for level, n in target.respondents_by_level(respondents).items()
        if 0 < n < fewest and len(target.counts) > 1
    ]
    if target.without_count:
        notes.append(
            said(
                "without_count",
                column=column,
                count=(lost := sum(target.without_count.values())),
                respondents=counted(lost),
                which=_some(target.without_count),
            )
        )
    return notes


def _some(counts: Mapping[str, int]) -> str:
    listed = [f"{value or 'no answer'}: {n}" for value, n in list(counts.items())[:_LISTED]]
    more = len(counts) - len(listed)
    return ", ".join(listed) + (f" and {more} more" if more > 0 else "")


def find_level(text: str, by_fold: Mapping[str, str]) -> str | None:
    """Return the level that a text means, whatever its case and spaces; '8000 Aarhus C', '8.000' mean '8000'.

    Parameters
    ----------
    text : str
    by_fold : mapping of str to str
        Folded name (`folded`) → level.
    """
    found = by_fold.get(folded(text))
    return by_fold.get(postcode_of(text)) if found is None else found


def postcode_of(text: str) -> str:
    """Return the postcode that a text begins with, as four figures; '' where it begins with none."""
    found = _POSTCODE.match(text.strip())
    return re.sub("[.,]", "", found[1]) if found else ""


def folded(text: str) -> str:
    """Return a text folded: case and spaces, and 'DK-5000', '5.000', '5,000', '5000.00' as '5000'."""
    return _AS_NUMBER.sub(r"\1\2", " ".join(text.split()).casefold())
