"""The cube of a prepared survey: built once, kept beside the respondents, built anew when it does not fit."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from borgerlib.errors import BorgerlibError, DataError
from borgerlib.files.atomic import replacing, settled
from borgerlib.interest.filters.choices import SEGMENTS_FILE, Offer, filterable, offer_of, saved_folder
from borgerlib.interest.prepared import RESPONDENTS, processed_folder
from borgerlib.interest.weighting.plan import WEIGHT
from borgerlib.statistics.selections.cube import Cube, build_cube

FILE = "cube.npz"
# Raised when the file's layout changes, so that an older file is built anew.
_LAYOUT = 2

Origin = Literal["kept", "first", "damaged", "outdated"]


@dataclass(frozen=True)
class FilterCube:
    """The cube of a municipality's survey.

    Parameters
    ----------
    cube : Cube
        Roles are those of `borgerlib.interest.filters.choices.ROLES` that were asked and answered.
    offer : Offer
        What the cube can be filtered by, in words.
    origin : {'kept', 'first', 'damaged', 'outdated'}
        Whether it was found beside the respondents, or why it was built: there was none, it was damaged, or
        the respondents, the saved segments, the age groups or the layout are others than it was built from.
    built_from : mapping
        Tells one state of the survey from another; see `is_outdated`.
    """

    cube: Cube
    offer: Offer
    origin: Origin
    built_from: Mapping[str, Any]


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
    folder = settled(processed_folder(municipality))
    wanted = _fingerprint(folder, municipality, age_bands)
    found, origin = _kept(folder / FILE, wanted)
    if found is not None:
        return FilterCube(*found, "kept", wanted)
    ready = filterable(municipality, age_bands=age_bands)
    cube = build_cube(ready.respondents, ready.items, weight=WEIGHT)
    _keep(folder / FILE, cube, ready.offer, wanted)
    return FilterCube(cube, ready.offer, origin, wanted)


def is_outdated(municipality: str, built_from: Mapping[str, Any]) -> bool:
    """Return whether a survey has changed since its cube was opened; no, where it is gone for now."""
    try:
        folder = settled(processed_folder(municipality))
        return _fingerprint(folder, municipality, built_from["age_bands"]) != built_from
    except BorgerlibError:
        return False


def _fingerprint(folder: Path, municipality: str, age_bands: Sequence[int]) -> dict[str, Any]:
    """Return what the cube is built from, in a form that is quick to compare."""
    try:
        state = (folder / RESPONDENTS).stat()
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
        "segments": _digest(saved_folder(municipality) / SEGMENTS_FILE),
    }


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _kept(path: Path, wanted: dict[str, Any]) -> tuple[tuple[Cube, Offer] | None, Origin]:
    """Return the cube and the offer of a file, or none and why it cannot be used."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            told = json.loads(str(arrays["told"]))
            if told["of"] != wanted:
                return None, "outdated"
            return (_cube_of(arrays, told), offer_of(told["offer"])), "kept"
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


def _keep(path: Path, cube: Cube, offer: Offer, wanted: dict[str, Any]) -> None:
    told = {
        "of": wanted,
        "size": cube.size,
        "roles": {role: list(of) for role, of in cube.roles.items()},
        "offer": offer.to_json(),
    }
    arrays: dict[str, Any] = {f"chosen_{role}": rows for role, rows in cube.chosen.items()}
    arrays |= {f"answered_{role}": rows for role, rows in cube.answered.items()}
    # Whoever may only read the folder builds the cube anew each time.
    with suppress(OSError), replacing(path) as beside, beside.open("wb") as file:
        np.savez(file, told=np.array(json.dumps(told)), bits=cube.bits, weight=cube.weight, **arrays)
