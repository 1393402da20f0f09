"""Where a municipality's respondents are stored: written completely or not at all, and read.

``data/processed/<slug>/`` holds the respondents and what was done to them, ``data/contact/<slug>/`` how to
reach those who consented: kept apart, readable only for the owner. A folder is written next to the old one
and then renamed, so an interrupted run leaves the old folder intact.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from borgerlib import places
from borgerlib.danish import slug
from borgerlib.errors import BorgerlibError, DataError, ParameterError, command, to_prepare
from borgerlib.files.atomic import replacing_folder, settled
from borgerlib.interest.prepared import RESPONDENTS, About, Summary, as_written, processed_folder
from borgerlib.population.municipalities import municipality as find_municipality
from borgerlib.survey.codebook.model import LEADERS

REJECTED = "rejected.csv"
CHANGES = "changes.csv"
WEIGHTING = "weighting.json"
CODEBOOK = "codebook.toml"
REGISTER = "register.parquet"
REFUSED = "refused.parquet"
REFUSALS = ["mark", "day", "row", "sure"]
WORDS = "consent_words"
"""The column of the contact file with the version of the words in which a form of ours asked."""
_KEY = b"borgerlib"


def contact_folder(municipality: str) -> Path:
    """Return the folder of a municipality's contact register (which need not exist)."""
    return places.workspace().joinpath("data", "contact", slug(find_municipality(municipality).name))


def prepared_municipalities() -> list[str]:
    """Return the folder names of the municipalities that have respondents.

    Returns
    -------
    list of str
        In alphabetical order: 'aeroe', 'odense'.

    See Also
    --------
    prepare : Adds one.

    Examples
    --------
    >>> import borgerlib
    >>> borgerlib.prepared_municipalities()
    ['aeroe']
    """
    root = places.processed_data()
    found = root.glob(f"*/{RESPONDENTS}") if root.is_dir() else []
    return sorted(path.parent.name for path in found if path.parent.name != LEADERS)


def load(survey: str) -> pd.DataFrame:
    """Return the respondents of a municipality's interest survey, or those of the leaders' survey.

    Parameters
    ----------
    survey : str
        A municipality, by name, code or folder ('Odense', '0461', 'odense'), that ``borger prepare`` has
        prepared; or 'lokaldemokrati-2021'.

    Returns
    -------
    DataFrame
        One row a person. Columns as the codebook's items, without contact details; `aldersgruppe` (age
        band), `weight` (people a respondent stands for), `flag_straight_lining` and `flag_speeding` (bool).
        ``attrs``: municipality, codebook (id), simulated (bool: SIMULEREDE DATA), population_date,
        survey_date (ISO 8601), min_age (years), source_sha256, library_version. The leaders' survey has
        no weights: see `borgerlib.lokaldemokrati.published.reconstruction.load_respondents`.

    Raises
    ------
    ParameterError
        There is no such municipality or survey.
    DataError
        The municipality has not been prepared, or its file is damaged.

    See Also
    --------
    load_weighting : The weights' margins.
    load_codebook : What was asked.
    prepare : Makes it.

    Notes
    -----
    Estimates weight by what they are told to and by nothing else:
    ``estimate_proportions(respondents, "emner", by=["aldersgruppe"])`` gives the shares among those who
    answered. For the people who live in the municipality, give the weights,
    ``estimate_proportions(respondents, "emner", by=["aldersgruppe"], weight="weight")``, or, for intervals
    that count what the margins explain, ``raked_to=load_weighting("odense")`` in their place.

    The examples of every public name load the simulated citizens of Ærø. Two commands make them:
    ``borger simulate Ærø --n 900 --seed 1`` and
    ``borger prepare Ærø data/processed/SIMULEREDE_DATA/aeroe``.

    Examples
    --------
    >>> import borgerlib
    >>> people = borgerlib.load("Ærø")  # simulated citizens
    >>> people.attrs["simulated"], len(people)
    (True, 864)
    """
    if survey == LEADERS:
        from borgerlib.lokaldemokrati.published.reconstruction import load_respondents

        return load_respondents()
    path = settled(_folder_of(survey)) / RESPONDENTS
    return _read_prepared(path, survey)


def load_register(municipality: str) -> pd.DataFrame:
    """Return how to reach the respondents who consented: one row a person, keyed by the respondent's id.

    Raises
    ------
    DataError
        There is none, or it belongs to another preparation than the respondents.
    """
    folder = settled(contact_folder(municipality))
    if not (folder / REGISTER).exists() and (settled(processed_folder(municipality)) / RESPONDENTS).exists():
        raise DataError(
            f"There is no contact file of '{municipality}': it has been moved into the register, or nobody "
            "gave consent and a way to be reached."
        )
    register = _read_prepared(folder / REGISTER, municipality)
    respondents = _read_prepared(settled(processed_folder(municipality)) / RESPONDENTS, municipality)
    if register.attrs["source_sha256"] != respondents.attrs["source_sha256"]:
        raise DataError(
            "The contact register and the respondents come from different exports: a run was interrupted.",
            hint=to_prepare(municipality),
        )
    return register


def load_refused(municipality: str) -> pd.DataFrame:
    """Return the marks of those who refused to be contacted, as `refused_of`; empty if there is no file."""
    path = settled(contact_folder(municipality)) / REFUSED
    kept = read_parquet(path, municipality)[0] if path.is_file() else pd.DataFrame(columns=["mark", "day"])
    if not {"mark", "day"} <= set(kept):
        raise _damaged(path, municipality, "mark, day")
    # An older file has only the sure marks, and no rows.
    return pd.DataFrame({"row": "", "sure": True, **kept}, index=kept.index)[REFUSALS]


def read_summary(municipality: str) -> dict[str, Any]:
    """Return the content of a municipality's ``weighting.json``."""
    path = settled(_folder_of(municipality)) / WEIGHTING
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise not_prepared(municipality) from error
    except (OSError, ValueError) as error:
        raise _damaged(path, municipality) from error
    return _as_written(Summary, content, path, municipality)


def codebook_path(municipality: str) -> Path:
    """Return the codebook that a municipality's respondents were read with."""
    path = settled(_folder_of(municipality)) / CODEBOOK
    if not path.is_file():
        raise not_prepared(municipality)
    return path


@contextmanager
def replacing(target: Path, *, private: bool = False) -> Iterator[Path]:
    """Yield an empty folder to write to; it then replaces `target`, unless there was an error.

    Parameters
    ----------
    target : Path
        Its old content is deleted, but only once the new folder is complete.
    private : bool
        Only the owner can read the folder and its files.

    Raises
    ------
    DataError
        The folder cannot be written to.
    """
    try:
        with replacing_folder(target, private=private) as beside:
            yield beside
    except OSError as error:
        raise DataError(
            f"{target} cannot be written: {error.strerror or error}.",
            hint="Check the folder's rights, or name another in the environment variable BORGER_WORKSPACE.",
        ) from error


def write_parquet(frame: pd.DataFrame, path: Path, metadata: Mapping[str, Any]) -> None:
    """Write a frame to Parquet, with `metadata` in the file's own metadata."""
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.Table.from_pandas(frame, nthreads=1)
    own = {_KEY: json.dumps(dict(metadata), ensure_ascii=False).encode()}
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **own})
    pyarrow.parquet.write_table(table, path, write_page_checksum=True)


def read_parquet(path: Path, name: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return a frame and its metadata as `write_parquet` wrote them; `DataError` if missing or damaged."""
    import pyarrow
    import pyarrow.parquet

    # pyarrow opens files without Python's audit event: raise it, so that a run records this input too.
    sys.audit("open", str(path), "r", os.O_RDONLY)
    try:
        # Read in one thread: a process with several threads cannot be forked safely.
        with pyarrow.parquet.ParquetFile(path, pre_buffer=False, page_checksum_verification=True) as file:
            table = file.read(use_threads=False)
        metadata = json.loads(table.schema.metadata[_KEY])
        return table.to_pandas(use_threads=False), metadata
    except FileNotFoundError as error:
        raise not_prepared(name) from error
    except (OSError, pyarrow.ArrowException, KeyError, TypeError, ValueError) as error:
        raise _damaged(path, name) from error


def _read_prepared(path: Path, name: str) -> pd.DataFrame:
    """Return a frame of a prepared survey, with what the file says of the survey in ``attrs``."""
    frame, metadata = read_parquet(path, name)
    frame.attrs.update(_as_written(About, metadata, path, name))
    return frame


def _as_written(kind: type, content: object, path: Path, name: str) -> dict[str, Any]:
    try:
        return as_written(kind, content)
    except ValueError as error:
        raise _damaged(path, name, str(error)) from error


def _folder_of(survey: str) -> Path:
    if isinstance(survey, str) and survey and survey == slug(survey):
        by_slug = places.processed_data(survey)
        if settled(by_slug).is_dir() and survey in prepared_municipalities():
            return by_slug
    try:
        return processed_folder(survey)
    except BorgerlibError as error:
        raise ParameterError(
            f"There is no survey '{survey}'. {error.message}",
            hint=f"Legal: a municipality, or '{LEADERS}'. Prepared: {_prepared()}.",
        ) from error


def _prepared() -> str:
    return ", ".join(prepared_municipalities()) or "none"


def not_prepared(name: str) -> DataError:
    """Return the error that says how a municipality's respondents are prepared."""
    return DataError(
        f"'{name}' has no prepared respondents. Prepared: {_prepared()}.",
        hint=f"{to_prepare(str(name))}\n"
        f"To try it on made-up answers: {command('simulate', str(name))}, which says what to run next.",
    )


def _damaged(path: Path, name: str, lacking: str = "") -> DataError:
    what = f" It lacks what it should say of: {lacking}." if lacking else ""
    return DataError(
        f"{path} is damaged, or was not written by this version of borgerlib.{what}",
        hint=to_prepare(str(name)),
    )
