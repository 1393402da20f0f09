"""The four cases of the report, as data: what happened, the figures, and the insights they bear on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Ge, Le, MinLen

from borgerlib import places
from borgerlib.errors import ParameterError
from borgerlib.files.toml import Problem, Text, read_toml
from borgerlib.population.municipalities import municipality
from borgerlib.survey.codebook.model import LEADERS


@dataclass(frozen=True)
class Fact:
    """A figure of a case: what it is, and the value as published (both Danish)."""

    label: Text
    value: Text


@dataclass(frozen=True)
class Bearing:
    """An insight that a case bears on.

    Parameters
    ----------
    insight : int
        1 to 10.
    certainty : {'inferred', 'own_reading'}
        Read from the report's margin notes, or chosen by us from what the case is about.
    """

    insight: Annotated[int, Ge(1), Le(10)]
    certainty: Literal["inferred", "own_reading"]


@dataclass(frozen=True)
class Case:
    """A case of the report, retold.

    Parameters
    ----------
    id : str
        Name in addresses ('furesoe').
    municipality : str
        Name of the municipality.
    title, summary : str
        Danish, our own words.
    year : str
        The year that the report ties the case to.
    facts : tuple of Fact
    bearings : tuple of Bearing
        The insights it bears on.
    """

    id: Text
    municipality: Text
    title: Text
    year: Text
    summary: Text
    facts: Annotated[tuple[Fact, ...], MinLen(1)]
    bearings: Annotated[tuple[Bearing, ...], MinLen(1)]

    @property
    def insights(self) -> tuple[int, ...]:
        """Numbers of the insights that the case bears on."""
        return tuple(bearing.insight for bearing in self.bearings)


@dataclass(frozen=True)
class _File:
    case: Annotated[tuple[Case, ...], MinLen(1)]


def load_cases(path: Path | None = None) -> tuple[Case, ...]:
    """Read the cases, in the report's order.

    Parameters
    ----------
    path : Path, optional
        Another file of the same layout.

    Returns
    -------
    tuple of Case

    Raises
    ------
    DataError
        The file is missing, is no TOML, or cases are incomplete; all breaches are listed at once.

    See Also
    --------
    open_insight : Shows them.

    Examples
    --------
    >>> import borgerlib
    >>> borgerlib.load_cases()[0].municipality
    'Furesø'
    """
    path = path or places.raw_data(LEADERS, "cases.toml")
    return read_toml(path, "cases").validated(_File, _breaches).case


def _breaches(file: _File) -> Iterator[Problem]:
    for at, case in enumerate(file.case):
        try:
            municipality(case.municipality)
        except ParameterError as error:
            yield ("case", at, "municipality"), error.message
