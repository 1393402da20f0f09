"""Which counts each question of the report was computed from: identified, a set, or impossible.

The percentages of one question share one N. Every N that can reproduce them all is found, and the rules of
the questionnaire narrow the choice:

- people who completed the questionnaire answered every question put to all, so N is between 69 and 79;
- an N that the report states for all the percentages of a question is N;
- where a figure divides respondents by another question (figure 3 by strategy, figure 7 by purpose), the
  counts of that question must give whole numbers in the divided figure too.

What remains is *identified* (one N), a *set* (several) or *impossible* (none). For the reconstruction one N
is chosen within a set: the largest that is not above the N of the question before it, or, for a question put
to some only, not above the count of those. This assumes that respondents drop out one after another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal

import pandas as pd

from borgerlib import danish
from borgerlib.lokaldemokrati.published.feasible import smallest_change
from borgerlib.lokaldemokrati.published.numbers import is_open, load_published, standing_values
from borgerlib.lokaldemokrati.published.questions import (
    PublishedQuestion,
    Reference,
    parts_by,
    read_question,
    solutions_of,
    with_complement,
)
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import LEADERS, Codebook, Item

Status = Literal["identified", "set", "impossible"]


@dataclass(frozen=True)
class CountSolution:
    """An N and the counts of one item's options and nets that reproduce its published percentages."""

    n: int
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Identification:
    """What the published numbers say about the counts of one item.

    Parameters
    ----------
    item : str
        Id of the item.
    status : {'identified', 'set', 'impossible'}
        One N fits, several do, or none does.
    solutions : tuple of CountSolution
        All that fit, by N; empty when impossible.
    n : int
        The chosen N (when impossible: the nearest).
    counts : mapping of str to int
        The chosen counts by option or net id; what the report does not show is absent.
    why : str
        Danish: the status in a sentence.
    """

    item: str
    status: Status
    solutions: tuple[CountSolution, ...]
    n: int
    counts: Mapping[str, int]
    why: str

    @property
    def possible_n(self) -> tuple[int, ...]:
        """Every N that fits, in order."""
        return tuple(solution.n for solution in self.solutions)


def identify(item: str) -> Identification:
    """Return what the published numbers say about the counts of an item.

    Parameters
    ----------
    item : str
        Id in the codebook of 2021 ('strategi').

    Returns
    -------
    Identification
        Its status, every number of respondents that fits, and the counts chosen.

    Raises
    ------
    CodebookError
        There is no such item.

    See Also
    --------
    identification_table : All questions.

    Examples
    --------
    >>> import borgerlib
    >>> borgerlib.identify("strategi").why
    'Kun N = 78 giver procenttallet sammen med den figur, der er delt efter svaret.'
    """
    found = identifications()
    if item not in found:
        load_codebook(LEADERS).item(item)
    return found[item]


@cache
def identifications() -> Mapping[str, Identification]:
    """Return the `Identification` of every item, in the order of the questionnaire."""
    return solve_survey(load_published(), load_codebook(LEADERS))


def identification_table() -> pd.DataFrame:
    """Return one row an item: item, question (Danish), status, possible_n (tuple), n, counts, why.

    Returns
    -------
    DataFrame
        One row an item, in the order of the questionnaire. Columns: item, question (Danish), status
        ('identified', 'set', 'impossible'), possible_n (tuple of int), n, counts (tuple of int), why
        (Danish).

    See Also
    --------
    identify : One question.

    Examples
    --------
    >>> import borgerlib
    >>> len(borgerlib.identification_table()) > 10
    True
    """
    codebook = load_codebook(LEADERS)
    found = identifications().values()
    rows = [vars(one) | {"possible_n": one.possible_n, "counts": tuple(one.counts.values())} for one in found]
    table = pd.DataFrame(rows).assign(question=[codebook.item(one.item).text for one in found])
    return table[["item", "question", "status", "possible_n", "n", "counts", "why"]]


def solve_survey(published: pd.DataFrame, codebook: Codebook) -> Mapping[str, Identification]:
    """Identify every item of a survey from published values.

    Parameters
    ----------
    published : DataFrame
        As `load_published` returns.
    codebook : Codebook
        Its ``meta`` holds 'respondents' and 'completed'.
    """
    values = standing_values(published)
    found: dict[str, Identification] = {}
    ceiling = int(codebook.meta["respondents"])
    for item in codebook:
        if item.id in found:
            continue
        if is_open(item, values):
            found[item.id] = _from_counts(item, values)
        elif item.base:
            found[item.id] = _of_part(item, values, codebook, found)
        else:
            battery = _of_all(item, values, codebook, ceiling)
            found.update(battery)
            if battery[item.id].status != "impossible":
                ceiling = battery[item.id].n
    return MappingProxyType({item.id: found[item.id] for item in codebook})


def _of_all(item: Item, values: pd.DataFrame, codebook: Codebook, ceiling: int) -> dict[str, Identification]:
    question = read_question(item, values, codebook)
    # People who completed the questionnaire answered every question put to all.
    lowest, highest = int(codebook.meta["completed"]), int(codebook.meta["respondents"])
    solutions = solutions_of(question, lowest=lowest, highest=highest)
    divided = parts_by(item, values, codebook)
    complete = [with_complement(item, n, counts) for n, counts in solutions]
    solutions = [
        (n, counts)
        for (n, counts), full in zip(solutions, complete, strict=True)
        if all(full.get(part) and fits(full[part]) for part, fits in divided)
    ]
    return {
        member: _settle(codebook.item(member), question, solutions, range(lowest, ceiling + 1), bool(divided))
        for member in question.items
    }


def _of_part(
    item: Item, values: pd.DataFrame, codebook: Codebook, found: Mapping[str, Identification]
) -> Identification:
    base_item, _, base_option = item.base.partition(".")
    size = found[base_item].counts[base_option]
    within = f"{base_item}={base_option}"
    own = values[(values["item"] == item.id) & values["group"].isin(["", within])]
    question = read_question(item, own.assign(group=""), codebook)
    # N is fixed only if the figure names the group as its base; else the base is our reading of the text.
    named = bool((own["group"] == within).all())
    lowest, highest = (size, size) if named else (1, int(codebook.meta["respondents"]))
    solutions = solutions_of(question, lowest=lowest, highest=highest)
    return _settle(item, question, solutions, range(lowest, size + 1), False)


def _from_counts(item: Item, values: pd.DataFrame) -> Identification:
    own = values[values["item"] == item.id]
    counts = MappingProxyType({row["option"]: int(row["value"]) for _, row in own.iterrows()})
    n = int(own["n_stated"].max())
    why = f"2021-rapporten viser antal svar fra {n}. "
    lost = len(item.options) - len(counts)
    why += f"{danish.capitalise(danish.small_number(lost))} antal kan ikke læses." if lost else ""
    return Identification(item.id, "identified", (CountSolution(n, counts),), n, counts, why.strip())


def _settle(
    item: Item,
    question: PublishedQuestion,
    solutions: Sequence[tuple[int, Mapping[Reference, int]]],
    reach: range,
    divided: bool,
) -> Identification:
    """Choose the largest solution within reach: the one that drop-out before the question allows."""
    if not solutions:
        return _nearest(item, question, reach)
    own = tuple(CountSolution(n, _own_counts(item, n, counts)) for n, counts in solutions)
    chosen = [solution for solution in own if solution.n in reach][-1]
    status: Status = "identified" if len(own) == 1 else "set"
    why = _why(question, [solution.n for solution in own], chosen.n, divided)
    return Identification(item.id, status, own, chosen.n, chosen.counts, why)


def _own_counts(item: Item, n: int, counts: Mapping[Reference, int]) -> Mapping[str, int]:
    full = with_complement(item, n, {key: count for key, count in counts.items() if key[0] == item.id})
    return MappingProxyType({option: count for (_, option), count in full.items()})


def _nearest(item: Item, question: PublishedQuestion, reach: range) -> Identification:
    published = list(question.percentages.values())
    changes = smallest_change(published, max_n=reach[-1], exclusive=question.exclusive)
    first = changes[changes["n"].isin(reach)].iloc[0]
    counts = _own_counts(item, first["n"], dict(zip(question.percentages, first["counts"], strict=True)))
    new = danish.listing([f"{possible} i stedet for {old}" for _, old, possible in first["changes"]])
    why = f"Intet antal svarende giver {_values(len(published))} på én gang. Nærmest er N = {first['n']}"
    why += (
        f", som giver {new} pct." if new else ", men det går ikke op i den figur, der er delt efter svaret."
    )
    return Identification(item.id, "impossible", (), int(first["n"]), counts, why)


def _values(number: int) -> str:
    return f"alle {danish.small_number(number)} procenttal" if number > 1 else "procenttallet"


def _why(question: PublishedQuestion, possible: Sequence[int], chosen: int, divided: bool) -> str:
    values = _values(len(question.percentages))
    together = " sammen med den figur, der er delt efter svaret" if divided else ""
    if len(possible) == 1:
        stated = ", som 2021-rapporten oplyser," if question.stated else ""
        return f"{'' if stated else 'Kun '}N = {possible[0]}{stated} giver {values}{together}."
    every = danish.listing([str(n) for n in possible], last="eller")
    return (
        f"N = {every} giver {values}{together}; her er brugt {chosen}, det største, der passer med "
        "frafaldet gennem skemaet."
    )
