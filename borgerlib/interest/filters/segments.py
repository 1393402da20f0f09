"""Segments of the protected copy: kinds of citizens found in it, and those that users have saved as rules.

A kind is defined by copied answers, so it is a group of people in the copy. Estimating the answers that
define it requires knowing who would be in it if they had chosen an option in the copy, and if they had not.
So is a saved segment where it is not the same as the filters that its rule names (`as_filters`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from borgerlib.danish import capitalise
from borgerlib.errors import DataError, ParameterError
from borgerlib.interest.weighting.rules import WEIGHT
from borgerlib.statistics.segmentation.fitting import COMES_BACK
from borgerlib.statistics.segmentation.latent_classes import latent_classes
from borgerlib.statistics.segmentation.rules import Segment, assign_segments
from borgerlib.survey.codebook.model import Codebook

_MOST_LOOKED_AT = 3000
_STARTS = 3
_SAMPLES = 10
_CERTAIN = "saved given all"


@dataclass(frozen=True)
class CopiedSegments:
    """Segments, and how to say of a protected copy who is in them.

    Parameters
    ----------
    role : {'segment', 'saved'}
    names : mapping of str to str
        Segment → its Danish name.
    asks : mapping of str to tuple of str
        Multiple items that the segments are made of → the columns of theirs that matter; single ones → ().
    reads : tuple of str
        All columns that decide.
    members : callable
        Copy → one 0/1 column a segment.
    saved : sequence of Segment
        The rules of users; none of kinds.
    """

    role: str
    names: Mapping[str, str]
    asks: Mapping[str, tuple[str, ...]]
    reads: tuple[str, ...]
    members: Callable[[pd.DataFrame], pd.DataFrame]
    saved: Sequence[Segment] = ()

    @property
    def column(self) -> str:
        """The prefix of the column names; no codebook has an item of that name."""
        return f"copied {self.role}"

    def columns(self, copy: pd.DataFrame, items: Mapping[str, str]) -> pd.DataFrame:
        """Return who is in each segment, and who would be if everybody, or nobody, had chosen an option."""
        alike = copy.groupby(list(self.reads), dropna=False, observed=True, sort=False).ngroup().to_numpy()
        distinct = copy.iloc[np.unique(alike, return_index=True)[1]]
        parts = [self.members(distinct).add_prefix(f"{self.column}__")]
        for role, item in items.items():
            for column in self.asks.get(item, ()):
                for value in (0, 1):
                    answered = distinct[column].mask(distinct[column].notna(), value)
                    changed = distinct.assign(**{column: answered})
                    name = f"{self.role} given {role}={column.removeprefix(f'{item}__')}:{value}"
                    parts.append(self.members(changed).add_prefix(f"{name}__"))
        return pd.concat(parts, axis=1).iloc[alike].reset_index(drop=True)


def find_kinds(copy: pd.DataFrame, codebook: Codebook) -> CopiedSegments | None:
    """Return the kinds of citizens that the copied topics show (latent classes); None if they show none.

    Everybody is assigned to the likeliest kind. The copy is randomised independently of everything else,
    which blurs the classes but creates no new ones. In a large survey, a part is used to find them. As in
    the report, kinds that bootstrap samples do not reproduce are dropped.

    Parameters
    ----------
    copy : DataFrame
        One row a person.
    codebook : Codebook
        What was asked.
    """
    topics = codebook.with_role("topics")
    if topics is None or topics.kind != "multiple":
        return None
    asked = [f"{topics.id}__{option.id}" for option in topics.options if not option.exclusive]
    # 'None of the topics' is left out: after randomisation it identifies nobody.
    none = {name: pd.array([pd.NA] * len(copy), dtype="Int8") for name in topics.columns if name not in asked}
    part = copy.assign(**none).iloc[:: -(-len(copy) // _MOST_LOOKED_AT)]
    try:
        found = latent_classes(part, codebook, weight=WEIGHT, starts=_STARTS, samples=_SAMPLES)
    except (DataError, ParameterError):
        return None
    names = dict(zip(found.classes["class"], map(str, found.classes["name"]), strict=True))
    if len(names) < 2 or (found.agreement or 0.0) < COMES_BACK:
        return None
    chosen = found.profile.pivot(index="class", columns="option", values="proportion").loc[list(names)]
    columns = tuple(f"{topics.id}__{option}" for option in chosen.columns)
    profile, share = chosen.to_numpy().clip(1e-4, 1 - 1e-4), found.classes["share"].to_numpy()

    def members(frame: pd.DataFrame) -> pd.DataFrame:
        answers = frame[list(columns)].to_numpy(dtype=np.float32, na_value=np.nan)
        answered = np.where(np.isnan(answers), 0, 1).astype(np.float32)
        likely = np.log(share) + np.nan_to_num(answers) @ np.log(profile / (1 - profile)).T.astype(np.float32)
        likely += answered @ np.log(1 - profile).T.astype(np.float32)
        best = np.where(answered.any(axis=1), likely.argmax(axis=1), -1)
        return pd.DataFrame(
            {name: (best == number).astype(np.int8) for number, name in enumerate(names)}, index=frame.index
        )

    return CopiedSegments("segment", names, {topics.id: columns}, columns, members)


def saved_segments(copy: pd.DataFrame, segments: Sequence[Segment]) -> CopiedSegments:
    """Return the segments of users' rules. Raises `ParameterError` where they do not fit the copy."""
    names = {segment.name: capitalise(segment.name.replace("_", " ")) for segment in segments}
    asks: dict[str, tuple[str, ...]] = {}
    for segment in segments:
        for item, options in segment.rules.items():
            found = [name for option in options if (name := f"{item}__{option}") in copy]
            asks[item] = tuple(dict.fromkeys([*asks.get(item, ()), *found]))
    reads = [name for item, columns in asks.items() for name in columns or (item,)]

    def members(frame: pd.DataFrame) -> pd.DataFrame:
        return assign_segments(frame, segments).astype("Int8")

    members(copy.iloc[:0])
    return CopiedSegments("saved", names, asks, tuple(reads), members, segments)


def as_filters(
    frame: pd.DataFrame, segments: Sequence[Segment], questions: Mapping[str, str], who: Collection[str]
) -> tuple[pd.DataFrame, dict[str, dict[str, tuple[str, ...]]]]:
    """Return saved segments as the levels of other roles that say the same, where there are such levels.

    Parameters
    ----------
    frame : DataFrame
        The protected copy.
    segments : sequence of Segment
    questions : mapping of str to str
        Role → item of the answers that people can be filtered by.
    who : collection of str
        Columns that are in the copy as they are.

    Returns
    -------
    DataFrame
        One column a segment that asks who somebody is: whether they would be in it, had they answered so.
    dict
        Segment → role → levels, of those made of nothing but `questions` and `who`.
    """
    columns, rules = dict[str, pd.Series](), dict[str, dict[str, tuple[str, ...]]]()
    for segment in segments:
        certain = {item: of for item, of in segment.rules.items() if item not in questions.values()}
        asked = {
            role: tuple(o for o in segment.rules[item] if item in frame or f"{item}__{o}" in frame)
            for role, item in questions.items()
            if item in segment.rules
        }
        if certain.keys() <= {*who} and all(asked.values()):
            rules[segment.name] = asked
            if certain:
                fits = assign_segments(frame, [replace(segment, rules=certain)])[segment.name]
                columns[f"{_CERTAIN}__{segment.name}"] = fits.astype("Int8")
                rules[segment.name] = {_CERTAIN: (segment.name,), **asked}
    return pd.DataFrame(columns, index=frame.index), rules
