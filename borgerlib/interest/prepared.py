"""Whether a municipality's survey is prepared, and what its files say: checks that import little."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from typing_extensions import TypedDict

from borgerlib import places
from borgerlib.danish import slug
from borgerlib.files.atomic import settled
from borgerlib.population.municipalities import municipality as find_municipality

RESPONDENTS = "respondents.parquet"
EARLIER, TARGETS = "tidligere", "maal.toml"
"""Where a municipality keeps its earlier wave and its council's targets, in ``data/saved/<slug>/``."""


class About(TypedDict):
    """What the respondents' file, the contact file and ``weighting.json`` say of the survey."""

    municipality: str
    codebook: str
    simulated: bool
    population_date: str
    survey_date: str
    min_age: int
    weighted: bool
    source_sha256: str
    library_version: str


class _Target(TypedDict):
    role: str
    column: str
    counts: dict[str, float]
    level_of: dict[str, str]
    merged: dict[str, list[str]]
    without_count: dict[str, int]
    source: str


class _Margin(TypedDict):
    column: str
    level: str
    n: int
    target: float
    before: float
    after: float


class Summary(TypedDict):
    """What ``weighting.json`` says; see `borgerlib.interest.weighting.plan.summary_of`."""

    population_date: str
    population_source: str
    n: int
    population: float
    design_effect: float
    effective_sample_size: float
    iterations: int
    cap: float
    capped: bool
    largest_weight: float
    margins: list[_Margin]
    targets: list[_Target]
    warnings: list[str]
    respondents: About


def processed_folder(municipality: str) -> Path:
    """Return the folder of a municipality's respondents (which need not exist)."""
    return places.processed_data(slug(find_municipality(municipality).name))


def is_prepared(municipality: str) -> bool:
    """Return True when the municipality has respondents that ``borger prepare`` wrote."""
    return (settled(processed_folder(municipality)) / RESPONDENTS).is_file()


def compared_with(municipality: str) -> tuple[Path, Path]:
    """Return an earlier wave's respondents and the council's targets (which need not exist)."""
    saved = places.saved_data(slug(find_municipality(municipality).name))
    return saved / EARLIER / RESPONDENTS, saved / TARGETS


def as_written(kind: type, content: object) -> dict[str, Any]:
    """Return content of the given kind, without what a later version has added to it.

    Raises
    ------
    ValueError
        Something is missing or of another type; its message names the keys.
    """
    from pydantic import ValidationError

    try:
        found: dict[str, Any] = _adapter(kind).validate_python(content)
    except ValidationError as error:
        keys = dict.fromkeys(".".join(map(str, each["loc"])) for each in error.errors())
        raise ValueError(", ".join(filter(None, keys))) from error
    return found


@cache
def _adapter(kind: type) -> Any:
    # Imported here: most of what imports this room reads no file.
    from pydantic import TypeAdapter

    return TypeAdapter(kind)
