"""The numbers of the report of 2021, as published: figure, item, value, stated N, certainty.

The file ``data/raw/lokaldemokrati-2021/published.csv`` holds one row a published value. A value that the
text of the report repeats in another figure has one row per place, so that every place can be checked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from borgerlib import places
from borgerlib.errors import DataError
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import LEADERS, Codebook, Item

COLUMNS = (
    "value_id", "insight", "figure", "item", "option", "group", "unit", "value", "n_stated", "certainty",
    "label", "note",
)  # fmt: skip
_LEGAL = {
    "insight": ("metode", "om", "noegletal", *map(str, range(1, 11)), "case"),
    "figure": (*(f"N{number}" for number in range(1, 5)), *map(str, range(1, 14)), "tekst"),
    "unit": ("pct", "antal"),
    "certainty": ("certain", "inferred", "quoted", "contradictory", "bounded", "unreadable"),
}
_NUMBER = re.compile(r"[0-9]{1,6}\Z")
_PLACE = ["item", "option", "group"]


def load_published(path: Path | None = None) -> pd.DataFrame:
    """Read the published values and check them against the codebook.

    Parameters
    ----------
    path : Path, optional
        Another file of the same layout; by default the one that ships with the package.

    Returns
    -------
    DataFrame
        One row a published value, in the report's order: value_id (unique), insight ('1' to '10',
        'noegletal', 'metode', 'om' or 'case'), figure ('1' to '13', 'N1' to 'N4' or 'tekst'), item and
        option (ids of the codebook, the option possibly a net; '' for numbers from outside the survey),
        group ('' or 'item=option': the part of the respondents it is about), unit ('pct' or 'antal'), value
        (Int64, missing when unreadable), n_stated (Int64), certainty ('certain': number and label stand
        together; 'inferred': paired by their order; 'quoted': from outside the survey; 'contradictory';
        'bounded': lost, but known to lie between two numbers; 'unreadable'),
        label (Danish, where there is no item), note (Danish).

    Raises
    ------
    DataError
        The file is missing or damaged, or values break the rules; all breaches are listed at once.
    """
    return _shipped().copy() if path is None else _checked(path)


@cache
def _shipped() -> pd.DataFrame:
    return _checked(places.raw_data(LEADERS, "published.csv"))


def _checked(source: Path) -> pd.DataFrame:
    frame = _read(source)
    problems = _problems(frame, load_codebook(LEADERS))
    if problems:
        raise DataError(
            f"The published values in {source.name} cannot be used:",
            problems=problems,
            hint="Correct the file, or restore the one that ships with borgerlib.",
        )
    whole = frame[["value", "n_stated"]].replace("", pd.NA).astype("Int64")
    return frame.assign(**whole)


def standing_values(published: pd.DataFrame) -> pd.DataFrame:
    """Return the valid values of the survey, with contradictions resolved.

    A value that the report contradicts elsewhere is replaced by the value that is not in doubt; the remaining
    values of the doubtful figure are assigned to its other doubtful labels, largest first.

    Parameters
    ----------
    published : DataFrame
        As `load_published` returns.

    Returns
    -------
    DataFrame
        One row an item, option and group that has a value: the columns of `published`, and figures (tuple:
        every figure that shows the option).

    Raises
    ------
    DataError
        A contradiction leaves unequal numbers of values and labels.
    """
    survey = published[(published["item"] != "") & published["value"].notna()]
    sure = survey[survey["certainty"] != "contradictory"].drop_duplicates(_PLACE)
    known = dict(zip(_places(sure), map(int, sure["value"]), strict=True))
    settled = [sure]
    for figure_id in survey.loc[survey["certainty"] == "contradictory", "figure"].unique():
        figure = survey[survey["figure"] == figure_id]
        is_open = [key not in known for key in _places(figure)]
        left = Counter(int(value) for value in figure["value"])
        left.subtract(known[key] for key in _places(figure) if key in known)
        values = sorted((+left).elements(), reverse=True)
        if len(values) != sum(is_open):
            raise DataError(
                f"The contradictory values of figure {figure_id} cannot be settled: {sum(is_open)} labels "
                f"are in doubt and {len(values)} values are left for them."
            )
        settled.append(figure[is_open].assign(value=pd.array(values, dtype="Int64")))
    standing = pd.concat(settled, ignore_index=True)
    return standing.join(survey.groupby(_PLACE)["figure"].agg(tuple).rename("figures"), on=_PLACE)


def is_open(item: Item, values: pd.DataFrame) -> bool:
    """Return whether an item is an open question: only these are published as counts of answers."""
    return bool((values.loc[values["item"] == item.id, "unit"] == "antal").all())


def _places(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    return list(zip(*(frame[column] for column in _PLACE), strict=True))


def _read(source: Path) -> pd.DataFrame:
    try:
        frame = pd.read_csv(source, dtype=str, keep_default_na=False, encoding="utf-8")
    except FileNotFoundError as error:
        raise DataError(f"There is no file {source} with published values.") from error
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError, OSError) as error:
        raise DataError(f"{source.name} cannot be read as a UTF-8 table: {error}.") from error
    lacking = [column for column in COLUMNS if column not in frame.columns]
    if lacking:
        raise DataError(
            f"{source.name} lacks the columns {', '.join(lacking)}.", hint=f"It needs {', '.join(COLUMNS)}."
        )
    if frame.empty:
        raise DataError(f"{source.name} holds no published values.")
    return frame[list(COLUMNS)]


def _problems(frame: pd.DataFrame, codebook: Codebook) -> list[str]:
    identity = ["insight", "figure", "item", "option", "group"]
    repeated = frame["value_id"][frame["value_id"].duplicated()].unique()
    twice = frame.loc[(frame["item"] != "") & frame.duplicated(identity), "value_id"]
    known = {item.id: {*item.nets, *(option.id for option in item.options)} for item in codebook}
    return [
        *(f"value_id '{value_id}' stands more than once" for value_id in repeated),
        *(f"'{value_id}' repeats an option of the same figure and group" for value_id in twice),
        *(
            f"'{row['value_id']}': {breach}"
            for row in frame.to_dict("records")
            for breach in _breaches(row, known)
        ),
    ]


def _breaches(row: Mapping[Any, str], known: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Yield what is wrong with a row; `known` are the options and nets of each item."""
    for column, legal in _LEGAL.items():
        if row[column] not in legal:
            yield f"{column} '{row[column]}' is none of {', '.join(legal)}"
    value, n_stated, item = row["value"], row["n_stated"], row["item"]
    if not value:
        if row["certainty"] not in ("bounded", "unreadable"):
            yield "an empty value must be unreadable or bounded"
    elif not _NUMBER.match(value):
        yield f"value '{value}' is no whole number of at least 0"
    elif row["unit"] == "pct" and int(value) > 100:
        yield f"{value} percent is outside 0 to 100"
    if n_stated and (not _NUMBER.match(n_stated) or int(n_stated) < 1):
        yield f"n_stated '{n_stated}' is no whole number of at least 1"
    if not item:
        if not row["label"]:
            yield "a number without an item needs a label"
    elif item not in known:
        yield f"there is no item '{item}' in the codebook"
    elif row["option"] not in known[item]:
        yield f"item '{item}' has no option or net '{row['option']}'"
    group, _, group_option = row["group"].partition("=")
    if group and group_option not in known.get(group, ()):
        yield f"group '{row['group']}' is no 'item=option' of the codebook"
