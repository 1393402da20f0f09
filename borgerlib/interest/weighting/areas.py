"""Where respondents live: levels that the municipality knows, in place of what people typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from borgerlib.errors import DataError
from borgerlib.interest.weighting.levels import Margin, find_level, folded, postcode_of
from borgerlib.interest.weighting.margins import AREA
from borgerlib.population.districts import rows_of
from borgerlib.said import said
from borgerlib.survey.cleaning.violations import mask_personal
from borgerlib.survey.codebook.model import Codebook, Item

OTHER_AREA = "andet område"
ANSWER = "svar"
_AREAS = ("area", "area_type")
_NAMED = 8
# A text that fewer people wrote may be somebody's address or name.
_SEVERAL = 5


def read_area_map(path: str | Path) -> dict[str, str]:
    """Read which area an answer belongs to: a CSV with the columns `svar` (postcode, spelling) and `omraade`.

    Raises
    ------
    DataError
        The file is missing, lacks these columns, has malformed rows, or maps an answer to two areas.
    """
    source, areas = Path(path), dict[str, str]()
    lines, problems = rows_of(source, [ANSWER, AREA])
    for line, row in lines:
        answer, area = folded(row[ANSWER]), row[AREA]
        if not answer or not area:
            problems.append(f"line {line}: a cell is empty")
        elif areas.setdefault(answer, area) != area:
            problems.append(f"line {line}: '{row[ANSWER]}' is given to '{areas[answer]}' and to '{area}'")
    if problems or not areas:
        raise DataError(
            f"The areas in {source.name} cannot be used:",
            problems=problems or ["there is no row under the heading"],
        )
    return areas


def recoded(respondents: pd.DataFrame, codebook: Codebook, areas: Mapping[str, str]) -> pd.DataFrame:
    """Return respondents with their answers replaced by the areas of a map; other answers are unchanged.

    Parameters
    ----------
    areas : mapping of str to str
        As `read_area_map` returns.
    """
    item = codebook.with_role("area")
    if not areas or item is None or item.id not in respondents:
        return respondents
    answers = respondents[item.id].astype(object)
    texts = {option.id: option.text for option in item.options}
    known = {
        answer: area
        for answer in answers.dropna().unique()
        if (area := find_level(texts.get(answer, str(answer)), areas))
    }
    return respondents.assign(**{item.id: answers.map(lambda answer: known.get(answer, answer))})


def placed(
    respondents: pd.DataFrame,
    codebook: Codebook,
    targets: Sequence[Margin],
    *,
    reviewed: Sequence[str] = (),
) -> tuple[pd.DataFrame, tuple[Margin, ...], list[str]]:
    """Return respondents whose areas are reviewed levels only, and the targets that match them.

    A reviewed level is one that the population is counted by (merged if the rules merge it), one of a map of
    areas, or an option of the codebook. Anything else that people typed, an address for example, becomes
    `OTHER_AREA`, however many typed it.

    Parameters
    ----------
    respondents : DataFrame
        One row a person.
    codebook : Codebook
    targets : sequence of Margin
        What the respondents are weighted to.
    reviewed : sequence of str
        Areas of a map.

    Returns
    -------
    DataFrame
    tuple of Margin
        The targets in terms of the new levels.
    list of str
        What somebody should look at.
    """
    notes: list[str] = []
    levels: dict[str, pd.Series] = {}
    by_column = {target.column: target for target in targets}
    for item in codebook:
        if item.role not in _AREAS or item.id not in respondents:
            continue
        answers = respondents[item.id].astype(object)
        target = by_column.get(item.id)
        if target is not None:
            found = target.levels(respondents)
            known = list(map(str, target.counts.index))
            by_column[item.id] = replace(target, level_of={level: level for level in known})
        elif item.kind == "text":
            known = list(dict.fromkeys(reviewed))
            by_fold = {folded(level): level for level in known}
            found = answers.map(lambda answer, of=by_fold: find_level(str(answer), of))
            notes += _about_others(answers, answers[found.isna()].dropna().map(str), item, known)
        else:
            continue
        levels[item.id] = _levels(answers, found, item, known)
    return respondents.assign(**levels), tuple(by_column[target.column] for target in targets), notes


def _levels(answers: pd.Series, found: pd.Series, item: Item, known: Sequence[str]) -> pd.Series:
    if item.kind == "text":
        other = answers.notna() & found.isna()
        return found.mask(other, OTHER_AREA).astype("string")
    whole = found.where(found.notna(), answers)
    options = [option.id for option in item.options if whole.eq(option.id).any() or option.id in known]
    return whole.astype(pd.CategoricalDtype(list(dict.fromkeys([*known, *options]))))


def _about_others(answers: pd.Series, others: pd.Series, item: Item, known: Sequence[str]) -> list[str]:
    """Return a note on answers in no area: the postcodes among them, and texts that several people wrote."""
    if others.empty:
        return []
    if not known:
        return [said("no_list_of_areas", item=item.id, count=len(others), other=OTHER_AREA)]
    codes = others.map(postcode_of)
    which = [*codes.replace("", pd.NA).value_counts().index]
    which += [
        text for text, n in others[codes == ""].map(mask_personal).value_counts().items() if n >= _SEVERAL
    ]
    named = ", ".join(which[:_NAMED]) + ", …" * (len(which) > _NAMED)
    return [
        said(
            "in_no_area",
            item=item.id,
            count=len(others),
            total=int(answers.notna().sum()),
            which=f" ({named})" if named else "",
            other=OTHER_AREA,
        )
    ]
