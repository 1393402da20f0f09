"""Where the protected copy is stored, and when it is remade.

The copy and its key are stored next to the respondents. The dashboard reads only the copy; if it has to be
made, a separate, short-lived process reads the respondents.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from borgerlib.errors import BorgerlibError, DataError, to_prepare
from borgerlib.files.atomic import one_at_a_time, replacing, settled, unwritable
from borgerlib.interest import store
from borgerlib.interest.prepared import RESPONDENTS, processed_folder
from borgerlib.interest.protected.copy import protected_copy
from borgerlib.survey.codebook.model import Codebook

COPY = "protected.parquet"
KEY = "protected.key"
# Increase this number when the copy is made in another way, so that older copies are remade.
_LAYOUT = 7
_KEY_BYTES = 32


def copy_state(municipality: str, *, chance: float) -> dict[str, Any]:
    """Return what a protected copy is made from, in a form that is quick to compare.

    Raises
    ------
    DataError
        The municipality has not been prepared.
    """
    state = _state(settled(processed_folder(municipality)), chance)
    if state["respondents"] is None:
        raise store.not_prepared(municipality)
    return state


def _state(folder: Path, chance: float) -> dict[str, Any]:
    files = {"respondents": file_state(folder / RESPONDENTS), "key": file_state(folder / KEY)}
    return {"layout": _LAYOUT, **files, "chance": chance}


def file_state(path: Path) -> list[int] | None:
    """Return what identifies the state of a file; None if there is no file."""
    try:
        state = path.stat()
    except OSError:
        return None
    return [state.st_size, state.st_mtime_ns]


def open_copy(municipality: str, *, chance: float) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the protected copy of a prepared survey, remade if it is outdated, and its state.

    Raises
    ------
    DataError
        The municipality has not been prepared, or the copy cannot be made.
    """
    if found := _fitting(municipality, chance):
        return found
    # However long: whoever asks for another chance replaces the copy, and must not before it is read.
    with one_at_a_time(settled(processed_folder(municipality)) / COPY, patience=-1):
        found = _fitting(municipality, chance)
        if not found:
            _make_elsewhere(municipality, chance)
            found = _fitting(municipality, chance)
    if not found:
        raise DataError(
            f"The protected copy of '{municipality}' does not fit its respondents.",
            hint="Are they being prepared at this moment? Try again.",
        )
    return found


def _fitting(municipality: str, chance: float) -> tuple[pd.DataFrame, dict[str, Any]] | None:
    state = copy_state(municipality, chance=chance)
    path = settled(processed_folder(municipality)) / COPY
    found = _read(path, state) if state["key"] is not None else None
    return None if found is None else (found, state)


def write_copy(
    folder: Path,
    respondents: pd.DataFrame,
    codebook: Codebook,
    summary: Mapping[str, Any],
    *,
    chance: float,
    key: bytes | None = None,
) -> None:
    """Write the protected copy, and a key if there is none, into the folder of the written respondents.

    Parameters
    ----------
    folder : Path
    respondents, codebook
        As written there.
    summary : mapping
        What ``weighting.json`` says.
    chance : float
    key : bytes, optional
        The key of an earlier preparation, to be kept; by default the one in the folder, or a new one.
    """
    path = folder / KEY
    key = key or read_key(folder)
    if key is None or not path.is_file():
        key = key or secrets.token_bytes(_KEY_BYTES)
        with replacing(path, private=True) as beside:
            beside.write_bytes(key)
    frame = protected_copy(respondents, codebook, key, chance=chance, targets=summary["targets"])
    about: dict[str, Any] = {**about_survey(respondents, summary), "state": _state(folder, chance)}
    with replacing(folder / COPY) as beside:
        store.write_parquet(frame, beside, about)


def about_survey(respondents: pd.DataFrame, summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts on a survey apart from its answers: what it is weighted by, people by area."""
    areas = {
        target["role"]: dict(target["counts"]) for target in summary["targets"] if "area" in target["role"]
    }
    raked_by = list(dict.fromkeys(margin["column"] for margin in summary["margins"]))
    own = {str(name): value for name, value in respondents.attrs.items()}
    return {**own, "raked_by": raked_by, "areas": areas}


def read_key(folder: Path) -> bytes | None:
    """Return the key in a survey's folder; None where there is none, or it is damaged."""
    try:
        key = (folder / KEY).read_bytes()
    except OSError:
        return None
    return key if len(key) == _KEY_BYTES else None


def _read(path: Path, state: Mapping[str, Any]) -> pd.DataFrame | None:
    try:
        frame, about = store.read_parquet(path, "")
    except DataError:
        return None
    frame.attrs.update(about)
    return frame if about.get("state") == state else None


def _make_elsewhere(municipality: str, chance: float) -> None:
    command = [sys.executable, "-m", "borgerlib.interest.protected.files", municipality, str(chance)]
    made = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    if made.returncode:
        # Of a fault that nobody foresaw, the last line says what it was.
        *_, last = made.stderr.splitlines() or ["The protected copy cannot be made."]
        message, hint = json.loads(made.stdout.splitlines()[-1]) if made.stdout else (last, "")
        raise DataError(message, hint=hint or to_prepare(municipality))


def _make(municipality: str, chance: float) -> None:
    from borgerlib.survey.codebook.load import load_codebook

    respondents, codebook = store.load(municipality), load_codebook(store.codebook_path(municipality))
    folder = settled(processed_folder(municipality))
    summary = store.read_summary(municipality)
    try:
        write_copy(folder, respondents, codebook, summary, chance=chance)
    except OSError as error:
        target = Path(error.filename2 or folder / COPY)
        raise unwritable(target, error, what="The file", kind=DataError) from error


if __name__ == "__main__":
    try:
        _make(sys.argv[1], float(sys.argv[2]))
    except BorgerlibError as error:
        print(json.dumps([error.message, error.hint]))
        sys.exit(1)
