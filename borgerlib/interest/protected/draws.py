"""What chance does to whose answers: from a key, from who somebody is, and from her answers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from borgerlib.statistics.levels import Floats, Ints
from borgerlib.statistics.selections.randomised import secret_numbers
from borgerlib.survey.cleaning.ages import age_column
from borgerlib.survey.cleaning.repairs import ROW_ID
from borgerlib.survey.codebook.model import Codebook, Item

_APART, _NEXT = "\x1f", "\x1e"

Coded = tuple[Ints, list[str]]
"""Which answer each person gave, and the answers as texts; the last is that of who gave none (-1)."""


def draws(
    respondents: pd.DataFrame, codebook: Codebook, asked: Sequence[Item], key: bytes
) -> dict[str, Floats]:
    """Return the number between 0 and 1 that decides on each copied answer.

    It follows from who somebody is, from her answer, and from the answers there were to choose from, never
    from one of these alone: an id can be another person's in the next export, and an answer that is changed,
    or is one of more, must not meet the same chance. An option of a multiple choice is an answer of its own.

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
    answers = {column: _coded(respondents[column]) for item in asked for column in item.columns}
    people = _people(respondents, codebook, [of for _, of in sorted(answers.items())])
    numbers: dict[str, Floats] = {}
    for item in asked:
        options = () if item.kind == "multiple" else sorted(option.id for option in item.options)
        for column in item.columns:
            codes, texts = answers[column]
            questions = [_APART.join((column, *options, text)) for text in texts]
            numbers[column] = secret_numbers(key, questions, codes, people)
    return numbers


def _coded(values: pd.Series) -> Coded:
    codes, distinct = pd.factorize(values)
    return codes, [*map(str, distinct), ""]


def _people(respondents: pd.DataFrame, codebook: Codebook, answers: Sequence[Coded]) -> list[bytes]:
    """Return what tells people apart: id, the time when they began, sex and age.

    Sex and age go with an id, because platforms and people number rows anew. The year of birth goes before
    the age, and no area is among it: ages and areas are put otherwise when a survey is prepared again.

    Who is alike in all of that is numbered by place and answers, and these, of all of them, go into the name
    of each: they are drawn anew when one comes, leaves, moves or answers otherwise. Whose chance changes with
    another person must not depend on answers, for that would tell these; and nobody may get a number that
    was another's. Those of one place who answer the same are the same to everybody: which of them is which,
    nothing that is made of the copy tells.
    """
    ids = _texts(respondents, _column(codebook, "id"))
    ids = ids.mask(ids.str.startswith(ROW_ID), "")
    began, ended, born, sex = (
        _texts(respondents, _column(codebook, role)) for role in ("started", "submitted", "birth_year", "sex")
    )
    began = began.mask(began == "", ended)
    born = born.mask(born == "", _texts(respondents, age_column(codebook)))
    who = (ids + _APART + began + _APART + sex + _APART + born).to_numpy(dtype=object)
    alike = np.flatnonzero(pd.Series(who).duplicated(keep=False))
    places = [_texts(respondents, _column(codebook, role)) for role in ("area_type", "area")]
    told = [place.to_numpy(dtype=object)[alike] for place in places]
    told += [np.array(texts, dtype=object)[codes[alike]] for codes, texts in answers]
    lines = [_APART.join(line) for line in zip(*told, strict=True)]
    frame = pd.DataFrame({"who": who[alike], "told": lines}, index=alike)
    for _, same in frame.sort_values("told").groupby("who")["told"]:
        together = hashlib.sha256(_NEXT.join(same).encode()).hexdigest()
        who[same.index] += [f"{_APART}{together} {number}" for number in range(len(same))]
    return [person.encode() for person in who.tolist()]


def _column(codebook: Codebook, role: str) -> str:
    item = codebook.with_role(role)
    return "" if item is None else item.id


def _texts(respondents: pd.DataFrame, column: str) -> pd.Series:
    """Return values as texts; of numbers and times those that do not depend on the other values there are."""
    if column not in respondents:
        return pd.Series("", index=respondents.index, dtype="string")
    values = respondents[column]
    if pd.api.types.is_datetime64_any_dtype(values):
        texts = pd.Series(values.to_numpy(dtype="datetime64[s]").astype(str), index=values.index)
        return texts.astype("string").mask(values.isna(), "")
    if pd.api.types.is_numeric_dtype(values):
        values = values.astype("Float64")
    return values.astype("string").fillna("")
