"""The result of preparing a municipality's survey."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from borgerlib.interest.weighting.plan import Weighting
from borgerlib.survey.codebook.model import Codebook
from borgerlib.survey.responses import Source


@dataclass(frozen=True)
class Prepared:
    """The result of preparing a municipality's survey, for the printed page.

    Parameters
    ----------
    municipality : str
    codebook : Codebook
    simulated : bool
        SIMULEREDE DATA.
    folder : Path
        Where the respondents are.
    register : Path
        The contact register, apart.
    source : Source
        What was read, and how.
    survey_date : date
        Date at which ages and population are taken.
    rows_in, kept, rejected, contacts : int
        Rows of the export; respondents; rejected rows; respondents who may be contacted. rows_in = kept +
        rejected.
    reasons : mapping of str to int
        Rule → rejected rows (a row may break several).
    changes : mapping of str to int
        Rule → cells changed in kept rows.
    flags : mapping of str to int
        Flag → respondents, kept all the same.
    absent : tuple of str
        Items that the export does not hold.
    weighting : Weighting
    warnings : tuple of str
        What somebody should look at.
    """

    municipality: str
    codebook: Codebook
    simulated: bool
    folder: Path
    register: Path
    source: Source
    survey_date: date
    rows_in: int
    kept: int
    rejected: int
    contacts: int
    reasons: Mapping[str, int]
    changes: Mapping[str, int]
    flags: Mapping[str, int]
    absent: tuple[str, ...]
    weighting: Weighting
    warnings: tuple[str, ...]
