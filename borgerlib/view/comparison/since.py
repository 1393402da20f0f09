"""Changes since a municipality's earlier wave, for pages whose process must not hold respondents.

A separate, short-lived process reads both waves; its result is cached next to the respondents.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import Any

from borgerlib.files.atomic import one_at_a_time, replacing, settled
from borgerlib.interest.prepared import RESPONDENTS, compared_with, processed_folder

FILE = "siden-sidst.json"
# Increase this number when what the file holds changes, so that older files are made anew.
_LAYOUT = 1
_UNTOLD = (
    "Målingen i mappen »tidligere« kan ikke holdes op mod denne. Notebooken sammenlign.ipynb siger hvorfor."
)


def since_last(municipality: str, *, confidence: float = 0.95) -> dict[str, Any] | None:
    """Return the changes among everybody since the earlier wave; None if there is no such wave.

    Parameters
    ----------
    municipality : str
        Name or code; prepared.
    confidence : float
        Level of the intervals, 0–1.

    Returns
    -------
    dict or None
        said: Danish sentences; note; columns; questions: each with its text and rows of cells, as
        `borgerlib.changes_table` shows them, which has passed the gate. Where the waves cannot be compared,
        said says so and questions is empty.
    """
    earlier, _ = compared_with(municipality)
    if not earlier.is_file():
        return None
    folder = settled(processed_folder(municipality))
    made_from = [_LAYOUT, *_state(earlier), *_state(folder / RESPONDENTS), confidence]
    if (kept := _kept(folder / FILE, made_from)) is not None:
        return kept
    with one_at_a_time(folder / FILE):
        return _kept(folder / FILE, made_from) or _make(folder / FILE, municipality, confidence, made_from)


def _kept(path: Path, made_from: Sequence[Any]) -> dict[str, Any] | None:
    with suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["of"] == made_from:
            found: dict[str, Any] = kept["found"]
            return found
    return None


def _make(path: Path, municipality: str, confidence: float, made_from: Sequence[Any]) -> dict[str, Any]:
    command = [sys.executable, "-m", "borgerlib.view.comparison.since", municipality, str(confidence)]
    made = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    if made.returncode:
        return {"said": [_UNTOLD], "note": "", "columns": [], "questions": []}
    found: dict[str, Any] = json.loads(made.stdout)
    with suppress(OSError), replacing(path) as beside:
        beside.write_text(json.dumps({"of": made_from, "found": found}), encoding="utf-8")
    return found


def _state(path: Path) -> list[int]:
    state = path.stat()
    return [state.st_size, state.st_mtime_ns]


def _found(municipality: str, confidence: float) -> dict[str, Any]:
    from borgerlib.view.comparison.page import open_comparison
    from borgerlib.view.comparison.waves import changes_table, changes_text

    waves = open_comparison(municipality, confidence=confidence).waves
    if waves is None:
        raise SystemExit(1)
    table = changes_table(waves)
    return {
        "said": [line.removeprefix("- ") for line in changes_text(waves).markdown.splitlines()],
        "note": table.note,
        "columns": table.columns[1:],
        "questions": [
            {"text": text, "rows": [row[1:] for row in rows]}
            for text, rows in groupby(table.rows, key=lambda row: row[0])
        ],
    }


if __name__ == "__main__":
    # Print ASCII only, which works with any console encoding.
    print(json.dumps(_found(sys.argv[1], float(sys.argv[2]))))
