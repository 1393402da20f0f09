"""What is due, and why: hashes of what a run is made from, compared with those of its last run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from borgerlib.runs.planning.manifest import Record


@dataclass(frozen=True)
class Wanted:
    """A notebook that a municipality's report needs, and why it is to be run.

    Attributes
    ----------
    place, name : str
        The municipality's folder and its name.
    notebook : Path
        The notebook.
    parameters : mapping
        The values that it is run with.
    inputs : mapping
        Hashes of what it would be made from if it were run now, as `inputs.InputHashes.of` returns them.
    reasons : tuple of str
        Why the run is due; empty where it is up to date.
    """

    place: str
    name: str
    notebook: Path
    parameters: Mapping[str, Any]
    inputs: Mapping[str, str]
    reasons: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """Place and notebook, as in the manifest."""
        return self.place, self.notebook.stem


@dataclass(frozen=True)
class WantedReport:
    """A report that should be there.

    Attributes
    ----------
    place, name : str
        The municipality's folder and its name.
    pages : mapping
        Notebook → hash of its executed notebook, for all pages.
    layout : str
        Hash of what turns notebooks into pages.
    formats : tuple of str
        html, pdf, xlsx, docx.
    look : str
        Hash of the look that the municipality has saved; empty where it has saved none.
    """

    place: str
    name: str
    pages: Mapping[str, str]
    layout: str
    formats: tuple[str, ...]
    look: str = ""

    @property
    def inputs(self) -> dict[str, str]:
        """Hashes of what the report is made from."""
        return {"pages": content_hash(dict(self.pages)), "layout": self.layout, "look": self.look}


def reasons_to_run(
    inputs: Mapping[str, str], last: Record | None, kept_size: int | None, *, forced: int | None = None
) -> tuple[str, ...]:
    """Return why a run is due; nothing when it is up to date.

    Parameters
    ----------
    inputs : mapping
        Hashes of what it would be made from now.
    last : Record or None
        The last run.
    kept_size : int or None
        Bytes of the executed notebook on the disk; None where there is none.
    forced : int, optional
        The run is due anyway, unless its record has a higher number in the manifest.
    """
    if last is None:
        return ("never run",)
    reasons = _since(last, inputs)
    if last.state == "done" and kept_size != last.size:
        reasons.append("its output is missing" if kept_size is None else "its output was changed")
    if forced is not None and last.sequence <= forced and not reasons:
        reasons.append("forced")
    return tuple(reasons)


def reasons_to_report(wanted: WantedReport, last: Record | None, *, is_there: bool) -> tuple[str, ...]:
    """Return why a report is to be written again; nothing when it is up to date."""
    if last is None:
        return ("no report yet",)
    reasons = _since(last, wanted.inputs)
    reasons += [f"{name} is wanted too" for name in wanted.formats if name not in last.formats]
    if last.state == "done" and not is_there:
        reasons.append("a page of the report is missing")
    return tuple(reasons)


def content_hash(value: object) -> str:
    """Return the hash of a value that JSON can hold, the same in every run of the program."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def made_from(notebook: str, inputs: Mapping[str, str]) -> str:
    """Return the hash of a notebook and what its run is made from: runs with the same are done once."""
    return content_hash([notebook, dict(inputs)])


_WORDS = {"read": "what it read"}
_AFTER = {"failed": ["failed last time"], "held": ["was held back last time"]}


def _since(last: Record, now: Mapping[str, str]) -> list[str]:
    """Return what has changed since a record was made, and whether that run failed or was held back."""
    changed = [name for name, value in now.items() if last.inputs.get(name, "") != value]
    return [f"{_WORDS.get(name, name)} changed" for name in changed] + _AFTER.get(last.state, [])
