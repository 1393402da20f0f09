"""What chance does to whose answers: from a key, from who somebody is, and from her answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from borgerlib.statistics.levels import Floats, Ints
from borgerlib.statistics.selections.randomised import secret_numbers
from borgerlib.survey.cleaning.ages import age_column
from borgerlib.survey.cleaning.repairs import ROW_ID
from borgerlib.survey.codebook.model import Codebook, Item

_APART = "\x1f"


def draws(
    respondents: pd.DataFrame, codebook: Codebook, asked: Sequence[Item], key: bytes
) -> dict[str, Floats]:
    """Return the number between 0 and 1 that decides on each copied answer.

    It follows from who somebody is and from her answers to the question, never from one of the two alone: an
    id can be another person's in the next export, and an answer that is changed must not meet the same
    chance. Who is alike in both is counted and numbered; all of them are drawn anew when they become more or
    fewer, so that nobody is recognised by a number that was another's.

    Parameters
    ----------
    respondents : DataFrame
        One row a person, as `borgerlib.load` returns.
    codebook : Codebook
    asked : sequence of Item
        The questions whose answers are copied.
    key : bytes

    Returns
    -------
    dict of str to array
        Column → a number for each row.
    """
    answers = {item.id: _answers(respondents, item) for item in asked}
    everything = [_APART.join(row) for row in zip(*(answers[name] for name in sorted(answers)), strict=True)]
    who = _who(respondents, codebook, everything)
    alike = np.flatnonzero(pd.Series(who).duplicated(keep=False))
    order = pd.factorize(pd.Series(everything, dtype=object).iloc[alike], sort=True)[0]
    numbers: dict[str, Floats] = {}
    for item in asked:
        names = sorted(item.columns)
        told = [_APART.join((item.id, *row)) for row in zip(who, answers[item.id], strict=True)]
        people = pd.factorize(np.array(told, dtype=object)[alike])[0]
        for row, count, number in zip(alike.tolist(), *_numbered(people, order), strict=True):
            told[row] += f"{_APART}{count} {number}" if count > 1 else ""
        numbers |= dict(zip(names, secret_numbers(key, told, len(names)).T, strict=True))
    return numbers


def _who(respondents: pd.DataFrame, codebook: Codebook, everything: Sequence[str]) -> list[str]:
    """Return what tells people apart: id, the time when they began, sex and age; else all their answers.

    Sex and age go with an id, because platforms and people number rows anew. The year of birth goes before
    the age, and no area is among it: ages and areas are put otherwise when a survey is prepared again.
    """
    ids = _texts(respondents, _column(codebook, "id"))
    ids = ids.mask(ids.str.startswith(ROW_ID), "")
    began, ended, born, sex = (
        _texts(respondents, _column(codebook, role)) for role in ("started", "submitted", "birth_year", "sex")
    )
    began = began.mask(began == "", ended)
    born = born.mask(born == "", _texts(respondents, age_column(codebook)))
    known = ids + _APART + began + _APART + sex + _APART + born
    nameless = (ids == "") & (began == "")
    return known.mask(nameless, known + _APART + pd.Series(everything, index=known.index)).tolist()


def _column(codebook: Codebook, role: str) -> str:
    item = codebook.with_role(role)
    return "" if item is None else item.id


def _texts(respondents: pd.DataFrame, column: str) -> pd.Series:
    if column not in respondents:
        return pd.Series("", index=respondents.index, dtype="string")
    return respondents[column].astype("string").fillna("")


def _answers(respondents: pd.DataFrame, item: Item) -> list[str]:
    """Return each person's answers to a question as one text, in the order of the options' names."""
    if item.kind != "multiple":
        return _texts(respondents, item.id).tolist()
    boxes = respondents[sorted(item.columns)].astype("Int8").fillna(-1).to_numpy(dtype=np.int8)
    letters = np.ascontiguousarray(boxes + ord("1")).astype(np.uint8)
    texts: list[str] = letters.view(f"S{letters.shape[1]}").ravel().astype(str).tolist()
    return texts


def _numbered(people: Ints, order: Ints) -> tuple[list[int], list[int]]:
    """Return of each how many are the same, and which of them it is.

    They are numbered by the order of all their answers: that of the rows is another in the next export.
    """
    sorted_rows = np.lexsort((order, people))
    counts = np.bincount(people)
    number = np.empty(len(people), dtype=np.intp)
    number[sorted_rows] = np.arange(len(people)) - np.repeat(np.cumsum(counts) - counts, counts)
    return counts[people].tolist(), number.tolist()
