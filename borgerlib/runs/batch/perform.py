"""Do one piece of a batch's work in this process.

Separate from `task` because of its imports: workers load them at their start, while the fork server gets
ready, and the batch itself never needs them.
"""

from __future__ import annotations

import time
import warnings
from pathlib import Path
from typing import Any

from borgerlib.errors import BorgerlibError
from borgerlib.interest.prepared import is_prepared
from borgerlib.runs.batch.task import Task
from borgerlib.runs.guard.personal_data import personal_data_in
from borgerlib.runs.kernels.execute import NotebookJob, run_notebooks
from borgerlib.runs.pages.overview_page import is_ours
from borgerlib.runs.planning.contents import other_formats
from borgerlib.runs.planning.inputs import beyond_plan
from borgerlib.runs.planning.manifest import Record, output_hash
from borgerlib.runs.reports.municipality import write_municipality_report
from borgerlib.runs.warm import OpenedServer


def perform(task: Task, *, warm: Any = None) -> Record:
    """Do a task in this process; an error becomes its record, so that other tasks go on."""
    start = time.monotonic()
    try:
        return _run(task, warm) if task.notebook else _report(task, start)
    except BorgerlibError as error:
        words, cause = str(error), "other"
    except MemoryError:
        words = f"{task.what} needs more than the {task.memory_limit / 1_000_000:,.0f} MB that it may use."
        cause = "memory"
    except OSError as error:
        words, cause = f"{type(error).__name__}: {error}", "other"
    return task.failed(words, cause=cause, seconds=time.monotonic() - start)


def _run(task: Task, warm: Any) -> Record:
    name = task.parameters.get("municipality")
    if warm is not None and name and is_prepared(name):
        warm = OpenedServer(warm, {"municipality": name})
    source, folder = Path(task.notebook), Path(task.folder)
    job = NotebookJob(source, folder / source.name, task.parameters)
    # A list of one rather than run_notebook: it ends the kernel when this process is told to end.
    [run] = run_notebooks(
        [job], at_once=1, timeout=task.timeout, memory_limit=task.memory_limit or None, warm=warm
    )
    told = {name: getattr(run, name) for name in ("error", "cell", "cause", "kernel", "attempts", "note")}
    told["reads"] = beyond_plan(run.reads, source, task.place)
    if run.status != "done":
        return task.record(run.status, run.seconds, **told)
    if found := personal_data_in(run.path):
        return task.record(
            "held", run.seconds, **told | {"error": "; ".join(found), "cause": "personal data"}
        )
    content = run.path.read_bytes()
    return task.record("done", run.seconds, output=output_hash(content), size=len(content), **told)


def _report(task: Task, start: float) -> Record:
    with warnings.catch_warnings(record=True, action="always", category=UserWarning) as warned:
        index = write_municipality_report(
            task.name,
            [Path(page) for page in task.pages],
            Path(task.target),
            inside=Path(task.folder),
            formats=task.formats,
        )
    # Nobody reads a worker's own output: warnings go into the batch's status.
    note = " ".join(str(one.message) for one in warned if one.category is UserWarning)
    others = {name for _, name in other_formats(task.name).values()}
    files = [path.name for path in index.parent.iterdir() if path.name in others or is_ours(path)]
    return task.record("done", time.monotonic() - start, files=tuple(sorted(files)), note=note)
