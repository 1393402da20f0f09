"""What is due, and why: hashes of what a run is made from, compared with those of its last run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from borgerlib.runs.planning.manifest import Record


@dataclass(frozen=True)
class Inputs:
    """Hashes of everything that a run is made from.

    Attributes
    ----------
    notebook, parameters : str
        The notebook's cells (not its outputs), and the values it is run with.
    data : str
        The shipped data, the municipality's prepared data, and its own answers to the leaders' survey.
    library : str
        borgerlib's sources and the versions of its dependencies.
    codebook : str
        The codebooks of both surveys.
    read : str
        Further files that the notebook read when it was last run; empty where there were none.
    """

    notebook: str
    parameters: str
    data: str
    library: str
    codebook: str
    read: str = ""


@dataclass(frozen=True)
class Wanted:
    """A notebook that a municipality's report needs.

    Attributes
    ----------
    place, name : str
        The municipality's folder and its name.
    notebook : Path
        The notebook.
    parameters : mapping
        The values that it is run with.
    inputs : Inputs
        What it would be made from if it were run now.
    """

    place: str
    name: str
    notebook: Path
    parameters: Mapping[str, Any]
    inputs: Inputs

    @property
    def key(self) -> tuple[str, str]:
        """Place and notebook, as in the manifest."""
        return self.place, self.notebook.stem

    @property
    def made_from(self) -> str:
        """Hash of what the run is made from; runs with the same hash are done once."""
        return made_from(self.notebook.stem, asdict(self.inputs))


@dataclass(frozen=True)
class DueRun:
    """A run that is due and the reasons."""

    wanted: Wanted
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """Which runs are due, and which are up to date."""

    due: tuple[DueRun, ...] = ()
    current: tuple[Wanted, ...] = field(default=())


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


def plan(
    wanted: Iterable[Wanted],
    latest: Mapping[tuple[str, str], Record],
    kept: Mapping[tuple[str, str], int],
    *,
    forced: int | None = None,
) -> Plan:
    """Say which of the wanted runs are due.

    Parameters
    ----------
    wanted : iterable of Wanted
        What should be there.
    latest : mapping
        (place, notebook) → the last run, from the manifest.
    kept : mapping
        (place, notebook) → size in bytes of the executed notebook on disk.
    forced : int, optional
        Treat all runs as due, except those recorded after this number in the manifest.
    """
    due: list[DueRun] = []
    current: list[Wanted] = []
    for each in wanted:
        last = latest.get(each.key)
        again = forced is not None and last is not None and last.sequence <= forced
        reasons = reasons_to_run(each, last, kept.get(each.key), force=again)
        if reasons:
            due.append(DueRun(each, reasons))
        else:
            current.append(each)
    return Plan(tuple(due), tuple(current))


def reasons_to_run(
    wanted: Wanted, last: Record | None, kept_size: int | None, *, force: bool = False
) -> tuple[str, ...]:
    """Return why a run is due; nothing when it is up to date."""
    if last is None:
        return ("never run",)
    reasons = _since(last, asdict(wanted.inputs))
    if last.state == "done" and kept_size != last.size:
        reasons.append("its output is missing" if kept_size is None else "its output was changed")
    if force and not reasons:
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
    """Return the hash of a notebook's name and of what its run is made from."""
    return content_hash([notebook, dict(inputs)])


_WORDS = {"read": "what it read"}
_AFTER = {"failed": ["failed last time"], "held": ["was held back last time"]}


def _since(last: Record, now: Mapping[str, str]) -> list[str]:
    """Return what has changed since a record was made, and whether that run failed or was held back."""
    changed = [name for name, value in now.items() if last.inputs.get(name, "") != value]
    return [f"{_WORDS.get(name, name)} changed" for name in changed] + _AFTER.get(last.state, [])
