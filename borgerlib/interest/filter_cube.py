"""The cube of a prepared survey: built once, kept beside the respondents, built anew when it does not fit."""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from borgerlib.errors import DataError
from borgerlib.interest import store
from borgerlib.interest.segments import SEGMENT, segments_of
from borgerlib.interest.weighting_plan import WEIGHT
from borgerlib.population.ages import age_band
from borgerlib.statistics.cube import Cube, build_cube
from borgerlib.survey.age_repairs import age_column
from borgerlib.survey.codebook import Codebook, load_codebook

FILE = "cube.npz"
ROLES = ("age", "sex", "area_type", "area", "topics", "time", "formats", "segment")
_AGE = "alder i grupper"
# Raised when the file's layout changes, so that an older file is built anew.
_LAYOUT = 1

Origin = Literal["kept", "first", "damaged", "outdated"]


@dataclass(frozen=True)
class FilterCube:
    """The cube of a municipality's survey.

    Parameters
    ----------
    cube : Cube
        Roles are those of `ROLES` that were asked and answered.
    origin : {'kept', 'first', 'damaged', 'outdated'}
        Whether it was found beside the respondents, or why it was built: there was none, it was damaged, or
        the respondents, the age groups or the layout are others than it was built from.
    """

    cube: Cube
    origin: Origin


def open_filter_cube(municipality: str, *, age_bands: Sequence[int]) -> FilterCube:
    """Return the cube of a prepared survey, from the file beside its respondents where that still fits.

    Parameters
    ----------
    municipality : str
        Name or code.
    age_bands : sequence of int
        Lower ends of the age groups.

    Raises
    ------
    DataError
        The municipality has not been prepared.
    """
    folder = store.settled(store.processed_folder(municipality))
    wanted = _fingerprint(folder, municipality, age_bands)
    found, origin = _kept(folder / FILE, wanted)
    if found is not None:
        return FilterCube(found, "kept")
    cube = _built(municipality, age_bands)
    _keep(folder / FILE, cube, wanted)
    return FilterCube(cube, origin)


def _built(municipality: str, age_bands: Sequence[int]) -> Cube:
    respondents = store.load(municipality)
    codebook = load_codebook(store.codebook_path(municipality))
    roles = {
        role: item.id
        for role in ROLES
        if role not in ("age", "segment") and (item := codebook.with_role(role)) is not None
    }
    frame = _with_ages(respondents, codebook, age_bands)
    kinds = segments_of(respondents, codebook, municipality)
    if kinds is not None:
        frame = frame.assign(**{SEGMENT: kinds.assigned})
    roles |= {"age": _AGE, "segment": SEGMENT}
    answered = {role: roles[role] for role in ROLES if role in roles and _is_answered(frame, roles[role])}
    return build_cube(frame, answered, weight=WEIGHT)


def _with_ages(respondents: pd.DataFrame, codebook: Codebook, age_bands: Sequence[int]) -> pd.DataFrame:
    column = age_column(codebook)
    if column not in respondents:
        return respondents
    bands = age_band(respondents[column], bands=age_bands, min_age=int(respondents.attrs["min_age"]))
    return respondents.assign(**{_AGE: bands})


def _is_answered(frame: pd.DataFrame, item: str) -> bool:
    columns = [name for name in frame.columns if name == item or str(name).startswith(f"{item}__")]
    return bool(columns) and bool(frame[columns].notna().any(axis=None))


def _fingerprint(folder: Path, municipality: str, age_bands: Sequence[int]) -> dict[str, Any]:
    """Return what the cube is built from, in a form that is quick to compare."""
    try:
        state = (folder / store.RESPONDENTS).stat()
    except OSError as error:
        raise DataError(
            f"'{municipality}' has no prepared respondents.",
            hint=f"Run: borger prepare {municipality} EXPORT",
        ) from error
    return {
        "layout": _LAYOUT,
        "bytes": state.st_size,
        "modified": state.st_mtime_ns,
        "age_bands": [int(band) for band in age_bands],
    }


def _kept(path: Path, wanted: dict[str, Any]) -> tuple[Cube | None, Origin]:
    """Return the cube of a file, or none and why it cannot be used."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            told = json.loads(str(arrays["told"]))
            if told["of"] != wanted:
                return None, "outdated"
            return _cube_of(arrays, told), "kept"
    except FileNotFoundError:
        return None, "first"
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None, "damaged"


def _cube_of(arrays: Any, told: dict[str, Any]) -> Cube:
    roles = {role: tuple(levels) for role, levels in told["roles"].items()}
    return Cube(
        roles,
        arrays["bits"],
        arrays["weight"],
        {role: arrays[f"chosen_{role}"] for role in roles},
        {role: arrays[f"answered_{role}"] for role in roles},
        int(told["size"]),
    )


def _keep(path: Path, cube: Cube, wanted: dict[str, Any]) -> None:
    told = {"of": wanted, "size": cube.size, "roles": {role: list(of) for role, of in cube.roles.items()}}
    arrays: dict[str, Any] = {f"chosen_{role}": rows for role, rows in cube.chosen.items()}
    arrays |= {f"answered_{role}": rows for role, rows in cube.answered.items()}
    # Whoever may only read the folder builds the cube anew each time.
    with suppress(OSError):
        handle, name = tempfile.mkstemp(prefix=".cube-", suffix=".npz", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, told=np.array(json.dumps(told)), bits=cube.bits, weight=cube.weight, **arrays)
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
