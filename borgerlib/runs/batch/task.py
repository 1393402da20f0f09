"""One piece of a batch's work, as it travels to a worker process or machine, and what comes back."""

from __future__ import annotations

import hashlib
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from borgerlib.errors import BorgerlibError, RunError
from borgerlib.interest.prepared import is_prepared
from borgerlib.runs.planning.inputs import beyond_plan
from borgerlib.runs.planning.manifest import State

# Causes that may pass: the kernel died or did not start, the worker was lost. Not: a cell raised.
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
        Private folder for what is made, on the machine that keeps the reports.
    timeout, memory_limit : float, int
        The limits of the kernel, and of what is made of its notebook; 0 bytes for none.
    pages : tuple of str
        The executed notebooks of a report.
    target : str
        The report's folder.
    formats : tuple of str
        html, pdf, xlsx.
    inputs : mapping
        For the manifest, and to refuse a machine whose library or data differ.
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
        """What is made, in words that begin a sentence."""
        return f"The search and saving of {self.stem}" if self.notebook else "The report"


@dataclass(frozen=True)
class Outcome:
    """What came of a task; fields as in `planning.manifest.Record`, and the path of what was made."""

    state: State
    seconds: float = 0.0
    path: str = ""
    output: str = ""
    size: int = 0
    error: str = ""
    cell: int = 0
    cause: str = ""
    kernel: str = ""
    attempts: int = 1
    note: str = ""
    files: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()


def task_from(message: Mapping[str, Any]) -> Task:
    """Return the task that a message holds."""
    lists = {name: tuple(message[name]) for name in ("pages", "formats")}
    return Task(**{**message, **lists})


def perform(task: Task, *, warm: Any = None) -> Outcome:
    """Do a task here and now; trouble becomes an outcome, so that it stays this task's own."""
    start = time.monotonic()
    try:
        return _run(task, warm) if task.notebook else _report(task, start)
    except BorgerlibError as error:
        return failure(str(error), cause="other", seconds=time.monotonic() - start)
    except MemoryError:
        words = f"{task.what} needs more than the {task.memory_limit / 1_000_000:,.0f} MB that it may use."
        return failure(words, cause="memory", seconds=time.monotonic() - start)
    except OSError as error:
        return failure(f"{type(error).__name__}: {error}", cause="other", seconds=time.monotonic() - start)


def failure(error: str, *, cause: str, seconds: float = 0.0) -> Outcome:
    """Return the outcome of a task that failed."""
    return Outcome("failed", seconds, error=error, cause=cause)


def _run(task: Task, warm: Any) -> Outcome:
    from borgerlib.runs.guard.personal_data import personal_data_in
    from borgerlib.runs.kernels.execute import NotebookJob, run_notebooks
    from borgerlib.runs.warm import OpenedServer

    name = task.parameters.get("municipality")
    if warm is not None and name and is_prepared(name):
        warm = OpenedServer(warm, {"municipality": name})
    source, folder = Path(task.notebook), Path(task.folder)
    job = NotebookJob(source, folder / source.name, task.parameters)
    # A list of one rather than run_notebook: it ends the kernel when this process is told to end.
    [run] = run_notebooks(
        [job], at_once=1, timeout=task.timeout, memory_limit=task.memory_limit or None, warm=warm
    )
    outcome = Outcome(
        run.status,
        run.seconds,
        str(run.path) if run.path.is_file() else "",
        error=run.error,
        cell=run.cell,
        cause=run.cause,
        kernel=run.kernel,
        attempts=run.attempts,
        note=run.note,
        reads=beyond_plan(run.reads, source, task.place),
    )
    if run.status != "done":
        return outcome
    if found := personal_data_in(run.path):
        return replace(outcome, state="held", error="; ".join(found), cause="personal data")
    content = run.path.read_bytes()
    return replace(outcome, output=hashlib.blake2b(content, digest_size=12).hexdigest(), size=len(content))


def _report(task: Task, start: float) -> Outcome:
    from borgerlib.runs.pages.overview_page import is_ours
    from borgerlib.runs.planning.contents import other_formats
    from borgerlib.runs.reports.municipality import write_municipality_report

    with warnings.catch_warnings(record=True, action="always", category=UserWarning) as warned:
        index = write_municipality_report(
            task.name,
            [Path(page) for page in task.pages],
            Path(task.target),
            inside=Path(task.folder),
            formats=task.formats,
        )
    # A worker's own output is read by nobody: the batch's status tells it.
    note = " ".join(str(one.message) for one in warned if one.category is UserWarning)
    others = {name for _, name in other_formats(task.name).values()}
    files = [path.name for path in index.parent.iterdir() if path.name in others or is_ours(path)]
    return Outcome("done", time.monotonic() - start, str(index), files=tuple(sorted(files)), note=note)


def refuse_other_inputs(task: Task, here: Mapping[str, str]) -> None:
    """Refuse to run where the result would be another than the manifest says.

    Raises
    ------
    RunError
        The machine's library or data differ from those of the machine that asks.
    """
    # What else the notebook read last time is not known before it runs.
    differing = [name for name in here if name != "read" and task.inputs.get(name) != here[name]]
    if differing:
        raise RunError(
            f"The worker's {' and '.join(differing)} differ from those of the machine that runs the batch.",
            hint="Install the same borgerlib there, and let both see the same prepared data "
            "(BORGER_WORKSPACE).",
        )
