"""The numbers of the report of 2021, as published: figure, item, value, stated N, certainty.

The file ``data/raw/lokaldemokrati-2021/published.csv`` holds one row a published value. A value that the
text of the report repeats in another figure stands once for each place, so that every place can be checked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from borgerlib import places
from borgerlib.errors import DataError
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import LEADERS, Codebook, Item

COLUMNS = (
    "value_id",
    "insight",
    "figure",
    "item",
    "option",
    "group",
    "unit",
    "value",
    "n_stated",
    "certainty",
    "label",
    "note",
)
INSIGHTS = ("metode", "om", "noegletal", *(str(number) for number in range(1, 11)), "case")
FIGURES = (*(f"N{number}" for number in range(1, 5)), *(str(number) for number in range(1, 14)), "tekst")
UNITS = ("pct", "antal")
_NUMBER = re.compile(r"[0-9]{1,6}\Z")
_PLACE = ["item", "option", "group"]
CERTAINTIES = ("certain", "inferred", "quoted", "contradictory", "bounded", "unreadable")


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
    return frame.assign(value=_whole_numbers(frame["value"]), n_stated=_whole_numbers(frame["n_stated"]))


def _whole_numbers(texts: pd.Series) -> pd.Series:
    return pd.Series([int(text) if text else pd.NA for text in texts], index=texts.index, dtype="Int64")


def standing_values(published: pd.DataFrame) -> pd.DataFrame:
    """Return the values of the survey that stand, contradictions settled.

    A value that the report contradicts elsewhere gives way to the value that is not in doubt; what is then
    left of the doubtful figure's values goes to its other doubtful labels, largest first.

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
        A contradiction leaves another number of values than of labels.
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
    shown_in: dict[tuple[str, ...], list[str]] = {}
    for key, shown in zip(_places(survey), survey["figure"], strict=True):
        shown_in.setdefault(key, []).append(shown)
    figures = [tuple(shown_in[key]) for key in _places(standing)]
    return standing.assign(figures=pd.Series(figures, index=standing.index, dtype=object))


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
    problems = []
    repeated = frame["value_id"][frame["value_id"].duplicated()].unique()
    problems += [f"value_id '{value_id}' stands more than once" for value_id in repeated]
    identity = ["insight", "figure", "item", "option", "group"]
    twice = frame[(frame["item"] != "") & frame.duplicated(identity)]
    problems += [
        f"'{row['value_id']}' repeats an option of the same figure and group" for row in _rows(twice)
    ]
    for row in _rows(frame):
        where = f"'{row['value_id']}'"
        problems += [f"{where}: {problem}" for problem in _row_problems(row, codebook)]
    return problems


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(column): value for column, value in row.items()} for row in frame.to_dict("records")]


def _row_problems(row: Mapping[str, Any], codebook: Codebook) -> list[str]:
    problems = []
    for column, legal in (
        ("insight", INSIGHTS),
        ("figure", FIGURES),
        ("unit", UNITS),
        ("certainty", CERTAINTIES),
    ):
        if row[column] not in legal:
            problems.append(f"{column} '{row[column]}' is none of {', '.join(legal)}")
    problems += _number_problems(row)
    if not row["item"]:
        return problems if row["label"] else [*problems, "a number without an item needs a label"]
    if row["item"] not in codebook:
        return [*problems, f"there is no item '{row['item']}' in the codebook"]
    item = codebook.item(row["item"])
    if not _names_option(item, row["option"]):
        problems.append(f"item '{item.id}' has no option or net '{row['option']}'")
    group_item, _, group_option = str(row["group"]).partition("=")
    if row["group"] and not (
        group_item in codebook and _names_option(codebook.item(group_item), group_option)
    ):
        problems.append(f"group '{row['group']}' is no 'item=option' of the codebook")
    return problems


def _number_problems(row: Mapping[str, Any]) -> list[str]:
    problems = []
    value, n_stated = row["value"], row["n_stated"]
    if not value:
        if row["certainty"] not in ("bounded", "unreadable"):
            problems.append("an empty value must be unreadable or bounded")
    elif not _NUMBER.match(value):
        problems.append(f"value '{value}' is no whole number of at least 0")
    elif row["unit"] == "pct" and int(value) > 100:
        problems.append(f"{value} percent is outside 0 to 100")
    if n_stated and (not _NUMBER.match(n_stated) or int(n_stated) < 1):
        problems.append(f"n_stated '{n_stated}' is no whole number of at least 1")
    return problems


def _names_option(item: Item, option: str) -> bool:
    return option in item.nets or option in [known.id for known in item.options]
