"""What cleaning refuses: whole frames, rows that are not respondents, and further rows of one person."""

from __future__ import annotations

import numpy as np
import pandas as pd

from borgerlib.errors import CodebookError, DataError
from borgerlib.personal import MASK, contact_key, refuse_cpr_columns
from borgerlib.said import said
from borgerlib.survey.cleaning.ages import age_column
from borgerlib.survey.cleaning.repairs import CONSENT_GIVEN, id_column
from borgerlib.survey.cleaning.violations import VIOLATION_COLUMNS, contact_columns, logged
from borgerlib.survey.codebook.age_options import age_options, banded_item
from borgerlib.survey.codebook.model import Codebook, Item
from borgerlib.survey.responses import TEST_ANSWER

# Roles that describe the respondent, rather than an opinion.
_BACKGROUND = {"age", "age_group", "birth_year", "sex", "area", "area_type"}
_TECHNICAL = {"id", "started", "submitted", "municipality", "contact", "consent"}

# If most values of a column are illegal, it is more likely the wrong column than careless answers.
_MISMAPPED_SHARE = 0.5
_MISMAPPED_FEWEST = 20
_ILLEGAL = ("unknown_option", "not_a_number", "not_a_date", "impossible_age", "impossible_birth_year")


def refuse_unfit(frame: pd.DataFrame, codebook: Codebook) -> None:
    """Raise `DataError` (or `CodebookError`) with all problems if a frame cannot be cleaned at all."""
    names = [column for item in codebook for column in item.columns]
    problems = []
    if frame.empty:
        problems.append("there are no rows")
    problems += [
        f"column '{name}' stands twice" for name in frame.columns[frame.columns.duplicated()].unique()
    ]
    if not frame.index.is_unique:
        again = frame.index[frame.index.duplicated()].unique()[:5]
        problems.append(f"row labels stand twice: {', '.join(map(str, again))}")
    if not set(names) & set(frame.columns):
        problems.append(f"no column belongs to the survey '{codebook.id}'; it has {', '.join(names[:10])}, …")
    if problems:
        raise DataError("The responses cannot be cleaned:", problems=problems)
    consent = codebook.with_role("consent")
    if consent is not None and CONSENT_GIVEN not in [option.id for option in consent.options]:
        raise CodebookError(said("no_consent_option", item=consent.id, option=CONSENT_GIVEN))
    refuse_cpr_columns(frame)


def refuse_mismapped(frame: pd.DataFrame, changes: pd.DataFrame) -> None:
    """Raise `DataError` if most values of a column were illegal; it names each column with an example."""
    problems = []
    for column, illegal in changes[changes["rule"].isin(_ILLEGAL)].groupby("column"):
        first, count = illegal.iloc[0], illegal["row"].nunique()
        answered = count + (int(frame[column].notna().sum()) if column in frame else 0)
        if count >= _MISMAPPED_FEWEST and count > _MISMAPPED_SHARE * answered:
            example = {"example": first["before"], "row": int(first["row"]), "rule": first["rule"]}
            problems.append(said("illegal_values", column=column, count=count, total=answered, **example))
    if problems:
        raise DataError(said("mostly_illegal"), problems=problems)


def test_answers(problems: pd.DataFrame | None) -> pd.DataFrame:
    """Return the violations of rows that the platform marks as tests of the survey."""
    if problems is None:
        return _violations(pd.Index([], dtype="int64"), "", "", TEST_ANSWER)
    return problems.loc[problems["rule"] == TEST_ANSWER, list(VIOLATION_COLUMNS)]


def below_age_limit(frame: pd.DataFrame, codebook: Codebook, *, age_limit: int) -> pd.DataFrame:
    """Return the violations (row, column, value, rule) of people below the age limit."""
    item, name = banded_item(codebook), age_column(codebook)
    if item is not None and item.id in frame:
        name = item.id
        young = [option for option, (_, oldest) in age_options(item).items() if oldest < age_limit]
        below = frame[name].astype(object).isin(young)
    elif name in frame:
        below = (frame[name] < age_limit).fillna(False).astype(bool)
    else:
        return _violations(frame.index[:0], "", "", "below_age_limit")
    values = logged(frame.loc[below, name], codebook)
    return _violations(frame.index[below], name, values, "below_age_limit")


def no_answer(frame: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Return the violations of rows without an answer to any question; sex, age and area do not count.

    'Don't know' is an answer. If a codebook asks only for background, background counts as an answer. Boxes
    that are all marked as not ticked count too, unless the row has nothing else although others answered
    more: some platforms write that for people who opened the survey and left.
    """
    personal = [item for item in codebook if item.role not in _TECHNICAL]
    asked = [item for item in personal if item.role not in _BACKGROUND] or personal
    others = number_answered(frame, [item for item in personal if item.kind != "multiple"])
    boxes = [column for item in asked if item.kind == "multiple" for column in item.columns]
    unticked = frame[frame.columns.intersection(boxes)].notna().any(axis=1).to_numpy()
    stayed = (others > 0) | ~(others > 0).any()
    nothing = (number_answered(frame, asked) == 0) & ~(unticked & stayed)
    return _violations(frame.index[nothing], "", "", "no_answer")


def duplicates(frame: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Return the violations of rows that another row of the same person replaces.

    Rows are of the same person if they share an id, an e-mail address (ignoring case) or a telephone number
    (comparing digits, ignoring +45), directly or through a third row. The most complete row is kept (with
    most questions answered), of equally complete ones the latest, and of those the first in the file.
    """
    links = _links(frame, codebook)
    person = _person(links, len(frame))
    best_first = _from_best_to_worst(frame, codebook)
    _, kept = np.unique(person[best_first], return_index=True)
    dropped = np.ones(len(frame), dtype=bool)
    dropped[best_first[kept]] = False
    shared = links[links.duplicated("key", keep=False) & dropped[links["position"]]]
    why = shared.drop_duplicates("position")
    found = []
    for column, part in why.groupby("column", sort=False):
        values = frame[column].iloc[part["position"]]
        rule = "duplicate_id" if column == id_column(codebook) else "duplicate_contact"
        found.append(_violations(values.index, str(column), logged(values, codebook), rule))
    return pd.concat(found, ignore_index=True) if found else _violations(frame.index[:0], "", "", "")


def number_answered(frame: pd.DataFrame, items: list[Item]) -> np.ndarray:
    """Return how many of the items each row answers; a multiple item counts if something is ticked."""
    answered = np.zeros(len(frame), dtype=int)
    for item in items:
        names = [name for name in item.columns if name in frame]
        if item.kind == "multiple" and names:
            answered += (frame[names] == 1).any(axis=1).to_numpy(dtype=bool)
        elif names:
            answered += frame[item.id].notna().to_numpy()
    return answered


def _violations(rows: pd.Index, column: str, value: str | pd.Series, rule: str) -> pd.DataFrame:
    values = value.to_numpy() if isinstance(value, pd.Series) else value
    return pd.DataFrame({"row": rows, "column": column, "value": values, "rule": rule})


def _links(frame: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Return one row a respondent × identifying value: position, column, key. The id comes first."""
    parts = []
    for name in [id_column(codebook), *contact_columns(codebook)]:
        if name not in frame:
            continue
        texts = frame[name].astype("string").reset_index(drop=True).dropna()
        if name == id_column(codebook):
            keys = ("id " + texts).where(texts != MASK)
        else:
            # E-mail addresses and telephone numbers cannot be confused, whichever field they are in.
            keys = texts.map({text: contact_key(text) for text in texts.unique().tolist()})
        keys = keys.dropna().astype("object")
        parts.append(pd.DataFrame({"position": keys.index, "column": name, "key": keys.to_numpy()}))
    empty = pd.DataFrame({"position": pd.Series(dtype=int), "column": [], "key": []})
    return pd.concat(parts, ignore_index=True) if parts else empty


def _person(links: pd.DataFrame, rows: int) -> np.ndarray:
    """Return a number for each row, equal for rows that share a key directly or through other rows."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    code, keys = pd.factorize(links["key"])
    nodes = rows + len(keys)
    edges = (np.ones(len(links), dtype=np.int8), (links["position"].to_numpy(), rows + code))
    _, component = connected_components(coo_array(edges, shape=(nodes, nodes)), directed=False)
    return np.asarray(component[:rows])


def _from_best_to_worst(frame: pd.DataFrame, codebook: Codebook) -> np.ndarray:
    """Return positions: the most complete row first, then the latest, then the first in the file."""
    items = [item for item in codebook if item.role not in _TECHNICAL]
    ranks = pd.DataFrame({"answered": number_answered(frame, items)})
    for role in ("submitted", "started"):
        item = codebook.with_role(role)
        if item is not None and item.id in frame:
            ranks[role] = frame[item.id].to_numpy()
    ranks["label"] = frame.index if pd.api.types.is_numeric_dtype(frame.index) else frame.index.astype(str)
    keys = ranks.columns.tolist()
    return ranks.sort_values(keys, ascending=[key == "label" for key in keys]).index.to_numpy()
