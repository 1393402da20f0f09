"""The protected copy of a survey as a cube: built once, cached next to it, rebuilt when it is outdated."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import TypeAdapter

from borgerlib.errors import BorgerlibError
from borgerlib.files.atomic import one_at_a_time, replacing, settled
from borgerlib.interest import store
from borgerlib.interest.filters.choices import QUESTIONS, SEGMENTS_FILE, Offer, filterable, saved_folder
from borgerlib.interest.filters.segments import find_kinds
from borgerlib.interest.prepared import processed_folder
from borgerlib.interest.protected.files import COPY, copy_state, file_state, open_copy
from borgerlib.interest.weighting.rules import WEIGHT
from borgerlib.statistics.selections.cube import Cube, build_cube
from borgerlib.statistics.selections.protected import ProtectedCube
from borgerlib.statistics.selections.randomised import LOWEST_CHANCE, legal_chance, randomised
from borgerlib.survey.codebook.load import load_codebook

FILE = "cube.npz"
# Increase this number when the file's layout changes, so that older files are rebuilt.
_LAYOUT = 11
_OFFER = TypeAdapter(Offer)

# The errors that reading a damaged file raises.
_TORN = (
    OSError, ValueError, KeyError, TypeError, EOFError, NotImplementedError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip

Origin = Literal["kept", "first", "damaged", "outdated", "protected_anew"]


@dataclass(frozen=True)
class FilterCube:
    """The cube of a municipality's protected copy. Holds no respondents.

    Parameters
    ----------
    protected : ProtectedCube
        Roles are those of `borgerlib.interest.filters.choices.ROLES` that were asked and answered.
    offer : Offer
        What the cube can be filtered by, in words.
    origin : {'kept', 'first', 'damaged', 'outdated', 'protected_anew'}
        'kept' if it was found next to the respondents; otherwise why it was built: there was none, it was
        damaged, the respondents, the saved segments, the age groups or the layout have changed, or the
        answers were randomised again, because the key was lost or another chance was asked for.
    built_from : mapping
        Identifies the state of the survey; see `is_outdated`.
    """

    protected: ProtectedCube
    offer: Offer
    origin: Origin
    built_from: Mapping[str, Any]


def open_filter_cube(
    municipality: str, *, age_bands: Sequence[int], chance: float = LOWEST_CHANCE
) -> FilterCube:
    """Return the cube of a prepared survey's protected copy, from the cached file if that is up to date.

    Parameters
    ----------
    municipality : str
        Name or code.
    age_bands : sequence of int
        Lower ends of the age groups.
    chance : float
        How much is left to chance, as `borgerlib.statistics.selections.randomised.randomised`.

    Raises
    ------
    DataError
        The municipality has not been prepared, or there is no place for a protected copy.
    ParameterError
        The chance is not legal.
    """
    chance = legal_chance(chance)
    path = settled(processed_folder(municipality)) / FILE
    _, found, origin = _look(path, municipality, age_bands, chance)
    if found is not None:
        return found
    with one_at_a_time(path):
        # All pages of a changed survey come at the same moment: the first has made it for the others.
        wanted, made, _ = _look(path, municipality, age_bands, chance)
        return replace(made, origin=origin) if made else _make(path, municipality, wanted, origin)


def _look(
    path: Path, municipality: str, age_bands: Sequence[int], chance: float
) -> tuple[dict[str, Any], FilterCube | None, Origin]:
    """Return what the cube is to be built from, and the cube if it is there, or why it is not."""
    wanted = _fingerprint(municipality, age_bands, chance)
    return wanted, *_kept(path, str(file_state(path)), json.dumps(wanted))


def _make(path: Path, municipality: str, wanted: Mapping[str, Any], origin: Origin) -> FilterCube:
    chance, age_bands = wanted["copy"]["chance"], wanted["age_bands"]
    had_copy = path.with_name(COPY).is_file()
    copy, state = open_copy(municipality, chance=chance)
    if had_copy and wanted["copy"]["key"] is None:
        origin = "protected_anew"
    codebook = load_codebook(store.codebook_path(municipality))
    ready = filterable(copy, codebook, age_bands=age_bands, kinds=find_kinds(copy, codebook))
    cube = build_cube(ready.copy, ready.items, weight=WEIGHT)
    record = {
        "of": {**wanted, "copy": state},
        "roles": {role: list(of) for role, of in cube.roles.items()},
        "made_of": {role: sorted(of) for role, of in ready.made_of.items()},
        "rules": ready.rules,
        "offer": asdict(ready.offer),
    }
    _keep(path, cube, record)
    return _opened(cube, record, origin)


def is_outdated(municipality: str, built_from: Mapping[str, Any]) -> bool:
    """Return whether a survey has changed since its cube was opened; False while its files are missing."""
    try:
        found = _fingerprint(municipality, built_from["age_bands"], built_from["copy"]["chance"])
    except BorgerlibError:
        return False
    return found != built_from


def _fingerprint(municipality: str, age_bands: Sequence[int], chance: float) -> dict[str, Any]:
    """Return what the cube is built from, in a form that is quick to compare."""
    return {
        "layout": _LAYOUT,
        "copy": copy_state(municipality, chance=chance),
        "age_bands": [int(band) for band in age_bands],
        "segments": file_state(saved_folder(municipality) / SEGMENTS_FILE),
    }


def _opened(cube: Cube, record: Mapping[str, Any], origin: Origin) -> FilterCube:
    offer = _OFFER.validate_python(record["offer"])
    chance = record["of"]["copy"]["chance"]
    exclusive = {filter_.role: frozenset(filter_.exclusive) for filter_ in offer.filters}
    answers = {
        role: randomised(chance, len(of) if len(exclusive[role]) == len(of) else 2)
        for role, of in cube.roles.items()
        if role in QUESTIONS
    }
    made_of = {role: frozenset(of) for role, of in record["made_of"].items()}
    protected = ProtectedCube(cube, answers, made_of, exclusive, record["rules"])
    return FilterCube(protected, offer, origin, record["of"])


@lru_cache(maxsize=1)
def _kept(path: Path, _: str, wanted: str) -> tuple[FilterCube | None, Origin]:
    """Return the cube of an up-to-date file, or the reason why it cannot be used.

    An unchanged file is read only once; forked kernels share what was read.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            record, of = dict(json.loads(str(arrays["told"]))), json.loads(wanted)
            if record["of"] == of:
                roles = {role: tuple(levels) for role, levels in record["roles"].items()}
                cube = Cube(roles, arrays["bits"], arrays["weight"], arrays["rows"])
                if cube.bits.shape[1:] != cube.weight.shape or cube.rows.max() >= len(cube.bits):
                    raise ValueError(path)
                return _opened(cube, record, "kept"), "kept"
            protection = {name: of["copy"][name] for name in ("key", "chance")}
            same = {**record["of"], "copy": {**record["of"]["copy"], **protection}}
            return None, "protected_anew" if same == of else "outdated"
    except FileNotFoundError:
        return None, "first"
    except _TORN:
        return None, "damaged"


def _keep(path: Path, cube: Cube, record: Mapping[str, Any]) -> None:
    # Without permission to write to the folder, the cube is not cached.
    with suppress(OSError), replacing(path) as beside, beside.open("wb") as file:
        np.savez(file, told=np.array(json.dumps(record)), bits=cube.bits, weight=cube.weight, rows=cube.rows)
