"""One piece of a batch's work, as it is sent to a worker process or machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from borgerlib.errors import RunError
from borgerlib.runs.planning.manifest import Record, State

# Causes that may be temporary: the kernel died or did not start, the worker was lost. Not: a cell raised.
PASSING = frozenset({"died", "start"})


@dataclass(frozen=True)
class Task:
    """A notebook to run, or a report to write when `notebook` is empty.

    Attributes
    ----------
    place, name : str
        The municipality's folder and its name.
    notebook : str
        Path of the notebook; empty for the report.
    parameters : mapping
        The notebook's parameters.
    folder : str
        Private folder for the results, on the machine that keeps the reports.
    timeout, memory_limit : float, int
        The limits of the kernel, and of the work on its notebook afterwards; 0 bytes for no limit.
    pages : tuple of str
        The executed notebooks of a report.
    target : str
        The report's folder.
    formats : tuple of str
        html, pdf, xlsx.
    inputs : mapping
        Hashes for the manifest, and to refuse a machine whose library or data differ.
    """

    place: str
    name: str
    notebook: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    folder: str = ""
    timeout: float = 0.0
    memory_limit: int = 0
    pages: tuple[str, ...] = ()
    target: str = ""
    formats: tuple[str, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def stem(self) -> str:
        """The notebook's name without ending; empty for the report."""
        return Path(self.notebook).stem if self.notebook else ""

    @property
    def what(self) -> str:
        """What is made, as the beginning of a sentence."""
        return f"The search and saving of {self.stem}" if self.notebook else "The report"

    def record(self, state: State, seconds: float = 0.0, **known: Any) -> Record:
        """Return the record of the task, which has ended; `known` are further fields of it."""
        return Record(
            self.place,
            self.name,
            self.stem,
            state,
            seconds=round(seconds, 3),
            inputs=self.inputs,
            timeout=self.timeout,
            memory_limit=self.memory_limit,
            formats=self.formats,
            **known,
        )

    def failed(self, error: str, *, cause: str, seconds: float = 0.0) -> Record:
        """Return the record of the task, which has failed."""
        return self.record("failed", seconds, error=error, cause=cause)


def executed(folder: Path, stem: str, state: State) -> Path:
    """Return the executed notebook of a run in the run's folder, of a failed one as far as it came."""
    return folder / f"{stem}{'.failed' if state == 'failed' else ''}.ipynb"


def refuse_other_inputs(task: Task, here: Mapping[str, str]) -> None:
    """Refuse to run where the result would differ from what the manifest says.

    Raises
    ------
    RunError
        The machine's library or data differ from those of the machine that asks.
    """
    # "read" is not compared: here it is unknown before the notebook runs.
    differing = [name for name in here if name != "read" and task.inputs.get(name) != here[name]]
    if differing:
        raise RunError(
            f"The worker's {' and '.join(differing)} differ from those of the machine that runs the batch.",
            hint="Install the same borgerlib there, and let both see the same prepared data "
            "(BORGER_WORKSPACE).",
        )
