"""The result of preparing a survey, and the folders it is written to, which every later step reads."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from borgerlib.danish import SIMULATED
from borgerlib.errors import BorgerlibError
from borgerlib.files.atomic import settled
from borgerlib.files.workbook import escape_formulas
from borgerlib.interest import store
from borgerlib.interest.prepared import RESPONDENTS
from borgerlib.interest.protected.files import read_key, write_copy
from borgerlib.interest.weighting.plan import Weighting, summary_of
from borgerlib.statistics.selections.randomised import LOWEST_CHANCE
from borgerlib.survey.cleaning.clean import CleaningResult
from borgerlib.survey.codebook.load import codebook_file
from borgerlib.survey.codebook.model import Codebook
from borgerlib.survey.responses import Source
from borgerlib.survey.simulation.export import PREFIX

_ANOTHER_WAVE = 180  # days between the dates of two surveys, at least


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


def write_prepared(
    prepared: Prepared,
    respondents: pd.DataFrame,
    cleaned: CleaningResult,
    refused: pd.DataFrame,
    *,
    export: Path,
    min_age: int,
    codebook: str | Path,
) -> None:
    """Write contact register, respondents, protected copy, rejected rows, changes, and codebook.

    Each folder is replaced in one step; readers see the old one until then.
    """
    metadata = _metadata(prepared, export, min_age)
    summary = summary_of(prepared.weighting) | {"respondents": metadata}
    # Write the register first: people who have withdrawn consent must not stay in it if the rest fails.
    with store.replacing(prepared.register.parent, private=True) as beside:
        store.write_parquet(cleaned.contact, beside / store.REGISTER, metadata)
        store.write_parquet(refused, beside / store.REFUSED, metadata)
    key = _key(prepared)
    with store.replacing(prepared.folder) as beside:
        store.write_parquet(respondents, beside / RESPONDENTS, metadata)
        respondents.attrs.update(metadata)
        write_copy(beside, respondents, prepared.codebook, summary, chance=LOWEST_CHANCE, key=key)
        escape_formulas(cleaned.rejected).to_csv(beside / store.REJECTED, index_label="row")
        escape_formulas(cleaned.changes).to_csv(beside / store.CHANGES, index=False)
        text = json.dumps(summary, ensure_ascii=False, indent=1)
        (beside / store.WEIGHTING).write_text(f"{text}\n", encoding="utf-8")
        shutil.copyfile(codebook_file(codebook), beside / store.CODEBOOK)
        if prepared.simulated:
            (beside / f"{PREFIX}.txt").write_text(f"{SIMULATED}\n", encoding="utf-8")


def _key(prepared: Prepared) -> bytes | None:
    """Return the key of an earlier preparation of this survey; none after an earlier wave.

    With the same key, somebody who answers the same in two waves would be randomised in the same way, and who
    knows the answers to one wave could recognise them in the copy of the other.
    """
    before = _earlier_date(settled(prepared.folder))
    if before is not None and abs((prepared.survey_date - before).days) > _ANOTHER_WAVE:
        return None
    return read_key(settled(prepared.folder))


def _earlier_date(folder: Path) -> date | None:
    """Return the date of the survey that is prepared now; None if there is none, or all of it is damaged."""
    # Whatever else the files lack: only their date is asked for.
    for told in (
        lambda: json.loads((folder / store.WEIGHTING).read_text(encoding="utf-8"))["respondents"],
        lambda: store.read_parquet(folder / RESPONDENTS, "")[1],
    ):
        with suppress(BorgerlibError, OSError, KeyError, TypeError, ValueError):
            return date.fromisoformat(told()["survey_date"])
    return None


def _metadata(prepared: Prepared, path: Path, min_age: int) -> dict[str, Any]:
    return {
        "municipality": prepared.municipality,
        "codebook": prepared.codebook.id,
        "simulated": prepared.simulated,
        "population_date": prepared.weighting.population_date,
        "survey_date": prepared.survey_date.isoformat(),
        "min_age": min_age,
        "weighted": bool(prepared.weighting.targets),
        "source_sha256": _hash(path, prepared.source.files),
        "library_version": importlib.metadata.version("borgerlib"),
    }


def _hash(path: Path, files: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for file in [path / name for name in sorted(files)] if path.is_dir() else [path]:
        digest.update(file.read_bytes())
    return digest.hexdigest()
