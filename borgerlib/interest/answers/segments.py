"""Kinds of citizens, found once for a prepared survey and cached next to its respondents."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from borgerlib.errors import DataError, ParameterError
from borgerlib.files.atomic import replacing, settled
from borgerlib.interest import store
from borgerlib.interest.prepared import processed_folder
from borgerlib.interest.weighting.rules import WEIGHT
from borgerlib.statistics.segmentation.fitting import COMES_BACK
from borgerlib.survey.codebook.model import Codebook, Item, Option

SEGMENT = "borgertype"
FILE = "segments.parquet"
_QUESTION = (
    "Hvilken type ligner borgeren mest? Typerne er dannet ud fra, hvilke emner borgerne vælger sammen."
)
_MEASURES = ("certainty", "agreement")
_SAMPLES = 10


@dataclass(frozen=True)
class Segments:
    """The kinds of citizens of a survey.

    Parameters
    ----------
    item : Item
        The kinds as an item: one option a kind, the largest first, named after the topics that stand out.
    assigned : Series
        The most likely kind of each respondent (option ids, categorical; missing for who wants no topic).
    certainty : float
        How likely the assigned kind is, on average (share 0–1).
    agreement : float
        How well they agree with the kinds of bootstrap samples (mean adjusted Rand index, at most 1).
    """

    item: Item
    assigned: pd.Series
    certainty: float
    agreement: float

    @property
    def come_back(self) -> bool:
        """Whether bootstrap samples show the same kinds; only then are they reported."""
        return self.agreement >= COMES_BACK


def segments_of(respondents: pd.DataFrame, codebook: Codebook, municipality: str) -> Segments | None:
    """Return the latent classes of a prepared survey's topics; None where the answers show no kinds.

    Finding them is slow, so they are cached in ``segments.parquet`` next to the respondents; `borger prepare`
    replaces the whole folder, and the cache with it.

    Parameters
    ----------
    respondents : DataFrame
        As `borgerlib.load` returns.
    codebook : Codebook
        What was asked.
    municipality : str
        Name or code.
    """
    path = settled(processed_folder(municipality)) / FILE
    wanted = {key: respondents.attrs.get(key) for key in ("source_sha256", "library_version")}
    found = _kept(path, respondents, wanted)
    if found is None:
        found = _looked_for(respondents, codebook)
        _keep(path, *found, wanted)
    assigned, metadata = found
    names = metadata["names"]
    if len(names) < 2:
        return None
    options = tuple(Option(f"klasse_{number}", name, name) for number, name in enumerate(names, start=1))
    ids = [option.id for option in options]
    measures = (float(metadata[key]) for key in _MEASURES)
    kinds = pd.Series(pd.Categorical(assigned, ids), index=respondents.index, name=SEGMENT)
    return Segments(Item(SEGMENT, _QUESTION, "single", options), kinds, *measures)


def _looked_for(respondents: pd.DataFrame, codebook: Codebook) -> tuple[pd.Series, dict[str, Any]]:
    from borgerlib.statistics.segmentation.latent_classes import latent_classes

    try:
        found = latent_classes(_with_topics(respondents, codebook), codebook, weight=WEIGHT, samples=_SAMPLES)
    except (DataError, ParameterError):
        # Too few answers, or no topics to choose among: there are no kinds.
        nobody = pd.Series([None] * len(respondents), index=respondents.index, dtype=object)
        return nobody, {"names": [], "certainty": 0.0, "agreement": 0.0}
    ids = dict(zip(found.classes["name"], found.classes["class"], strict=True))
    assigned = found.assigned.astype(object).map(ids)
    return assigned, {
        "names": [str(name) for name in found.classes["name"]],
        "certainty": float(np.nanmean(found.probabilities.max(axis=1))),
        "agreement": found.agreement or 0.0,
    }


def _with_topics(respondents: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Blank the topics of those who want none: they would form a kind that says nothing else."""
    topics = codebook.with_role("topics")
    if topics is None or topics.kind != "multiple":
        return respondents
    none = [f"{topics.id}__{option.id}" for option in topics.options if option.exclusive]
    wants_none = respondents[none].eq(1).any(axis=1)
    return respondents.assign(**{column: respondents[column].mask(wants_none) for column in topics.columns})


def _kept(
    path: Path, respondents: pd.DataFrame, wanted: Mapping[str, Any]
) -> tuple[pd.Series, dict[str, Any]] | None:
    try:
        frame, metadata = store.read_parquet(path, "")
    except DataError:
        return None
    whole = SEGMENT in frame and metadata.keys() >= {"names", *_MEASURES}
    same = frame.index.equals(respondents.index) and all(metadata.get(key) == wanted[key] for key in wanted)
    return (frame[SEGMENT], metadata) if whole and same else None


def _keep(path: Path, assigned: pd.Series, metadata: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    frame = assigned.astype("string").to_frame(SEGMENT)
    # Without permission to write to the folder, the classes are not cached.
    with suppress(OSError), replacing(path) as beside:
        store.write_parquet(frame, beside, {**metadata, **wanted})
