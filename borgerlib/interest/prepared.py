"""Whether a municipality's survey is prepared: a cheap check that does not import what reading needs."""

from __future__ import annotations

from pathlib import Path

from borgerlib import places
from borgerlib.danish import slug
from borgerlib.files.atomic import settled
from borgerlib.population.municipalities import municipality as find_municipality

RESPONDENTS = "respondents.parquet"
EARLIER, TARGETS = "tidligere", "maal.toml"
"""Where a municipality keeps its earlier wave and its council's targets, in ``data/saved/<slug>/``."""


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
