"""A municipality's prepared survey, read from the disk once and passed to everything that needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from borgerlib.files.atomic import settled
from borgerlib.interest import store
from borgerlib.interest.answers.segments import Segments, segments_of
from borgerlib.interest.prepared import RESPONDENTS, processed_folder
from borgerlib.interest.weighting.plan import reweighted
from borgerlib.population.municipalities import Municipality
from borgerlib.population.municipalities import municipality as find_municipality
from borgerlib.population.table import refreshed_path
from borgerlib.statistics.disclosure.named import source_of
from borgerlib.statistics.weighting.adjustment import WeightingResult
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import Codebook


@dataclass(frozen=True)
class InterestSurvey:
    """A prepared survey; made by `open_survey`. Holds microdata.

    Parameters
    ----------
    municipality : Municipality
    respondents : DataFrame
        As `borgerlib.load` returns.
    codebook : Codebook
        What was asked.
    summary : mapping
        What ``weighting.json`` says.
    """

    municipality: Municipality
    respondents: pd.DataFrame = field(repr=False)
    codebook: Codebook = field(repr=False)
    summary: Mapping[str, Any] = field(repr=False)

    @cached_property
    def raked_to(self) -> WeightingResult | None:
        """The weighting, for ``raked_to=`` in estimates; None where the answers are not weighted.

        `DataError` if it does not reproduce the weights.
        """
        return reweighted(self.respondents, self.summary)

    @property
    def source(self) -> str:
        """Who answered and what the answers are weighted by, in the words of the estimates' source."""
        by = () if self.raked_to is None else tuple(self.raked_to.margins["column"])
        return source_of(self.respondents.attrs, self.codebook, by)

    @cached_property
    def kinds(self) -> Segments | None:
        """The kinds of citizens that the answers show; None where they show none."""
        return segments_of(self.respondents, self.codebook, self.municipality.name)


def open_survey(municipality: str) -> InterestSurvey:
    """Read a municipality's prepared survey.

    Parameters
    ----------
    municipality : str
        Name, code or folder.

    Raises
    ------
    ParameterError
        There is no such municipality.
    DataError
        The municipality has not been prepared, or a file of it is damaged.
    """
    respondents = store.load(municipality)
    found = find_municipality(str(respondents.attrs["municipality"]))
    codebook = load_codebook(store.codebook_path(found.name))
    return InterestSurvey(found, respondents, codebook, store.read_summary(found.name))


def state_of(municipality: str) -> tuple[tuple[str, int, int], ...]:
    """Return path, time of change and size of the files that a municipality's survey is opened from."""
    folder = settled(processed_folder(municipality))
    paths = [folder / name for name in (RESPONDENTS, store.WEIGHTING, store.CODEBOOK)]
    found = [(str(path), path.stat()) for path in (*paths, refreshed_path()) if path.exists()]
    return tuple((path, state.st_mtime_ns, state.st_size) for path, state in found)


def load_weighting(municipality: str) -> WeightingResult | None:
    """Return the weighting of a municipality's respondents, for ``raked_to=`` in estimates.

    None where they are not weighted (``borger prepare --unweighted``).

    It is computed anew from the counts in ``weighting.json`` and held against the weights on file.

    Parameters
    ----------
    municipality : str
        As `borgerlib.load`.

    Returns
    -------
    WeightingResult or None
        Of all respondents, by their index; None where they are not weighted.

    Raises
    ------
    DataError
        The municipality has not been prepared, or its weights and its ``weighting.json`` disagree.

    See Also
    --------
    load : The respondents.
    estimate_proportions : Takes it as ``raked_to``.

    Examples
    --------
    >>> import borgerlib
    >>> weighting = borgerlib.load_weighting("Ærø")
    >>> weighting.margins["column"].unique().tolist()
    ['koen', 'aldersgruppe']
    """
    return open_survey(municipality).raked_to
