"""Run notebooks in fresh kernels, several at a time, and say plainly what went wrong.

papermill does the running. Around it stand: parameters checked first, the interpreter that runs this
program (not whichever kernel happens to be installed), sockets in a private folder instead of TCP ports
that collide, one time limit for the whole notebook, and no success for a notebook that stopped half way.
"""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from borgerlib.errors import ParameterError, RunError
from borgerlib.runs.attempt import Attempt, cell_number
from borgerlib.runs.kernels import Kernels, kernel_folder, kernel_log, kernel_manager
from borgerlib.runs.parameters import check_parameters

# As a library does: whoever configures logging sees papermill's messages, nobody else does.
logging.getLogger("papermill").addHandler(logging.NullHandler())


@dataclass(frozen=True)
class NotebookJob:
    """A notebook to run: its source, where the executed one goes, and its parameters."""

    source: Path
    target: Path
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NotebookRun:
    """What came of a run.

    Attributes
    ----------
    name : str
        The notebook's name without ending, as ``02_roller``.
    seconds : float
        Wall time, start of the kernel included.
    status : {"done", "failed"}
        Done only when every code cell was run.
    path : Path
        The executed notebook; of a failed run the partial one, ``….failed.ipynb``.
    error : str
        Why it failed, for the user to read; empty when done.
    """

    name: str
    seconds: float
    status: Literal["done", "failed"]
    path: Path
    error: str = ""


def run_notebook(
    source: Path, target: Path, parameters: Mapping[str, Any] | None = None, *, timeout: float = 600
) -> NotebookRun:
    """Run one notebook in a fresh kernel and save the executed one.

    Parameters
    ----------
    source, target : Path
        The notebook, and where the executed one is written (whole or not at all).
    parameters : mapping, optional
        Values in place of the notebook's defaults; checked before the kernel starts.
    timeout : float
        Seconds that the whole notebook may take.

    Raises
    ------
    ParameterError
        If the parameters do not fit the notebook.
    RunError
        If a cell fails, the kernel dies or the time is up. The message names the notebook, the cell and
        the cause; what was run is kept beside the target as ``….failed.ipynb``.
    """
    return _run(NotebookJob(source, target, parameters or {}), timeout=timeout, kernels=Kernels())


def run_notebooks(
    jobs: Iterable[NotebookJob],
    *,
    at_once: int = 2,
    timeout: float = 600,
    on_progress: Callable[[NotebookRun], None] | None = None,
) -> list[NotebookRun]:
    """Run several notebooks, some at a time; a failure stops only its own notebook.

    Parameters
    ----------
    jobs : iterable of NotebookJob
        All are checked before the first kernel starts.
    at_once : int
        How many kernels run at the same time.
    timeout : float
        Seconds that each notebook may take.
    on_progress : callable, optional
        Called with each `NotebookRun` as it ends, in the order of ending and in the caller's thread.

    Returns
    -------
    list of NotebookRun
        In the order of the jobs, failed ones included.

    Raises
    ------
    ParameterError
        If the parameters do not fit a notebook.
    """
    wanted = list(jobs)
    _check_all(wanted)
    kernels = Kernels()
    # Threads suffice: the work is done in the kernels' own processes.
    pool = ThreadPoolExecutor(max_workers=max(1, at_once), thread_name_prefix="borger-run")
    try:
        futures = {
            pool.submit(_run_safely, job, timeout=timeout, kernels=kernels): position
            for position, job in enumerate(wanted)
        }
        runs: dict[int, NotebookRun] = {}
        for future in as_completed(futures):
            run = runs[futures[future]] = future.result()
            if on_progress is not None:
                on_progress(run)
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        kernels.end()
        raise
    pool.shutdown()
    return [runs[position] for position in range(len(wanted))]


def _check_all(jobs: list[NotebookJob]) -> None:
    problems: list[str] = []
    hint = ""
    for job in jobs:
        try:
            check_parameters(job.source, job.parameters)
        except ParameterError as error:
            problems += [f"{job.source.name}: {problem}" for problem in error.problems or (error.message,)]
            hint = error.hint
    if problems:
        raise ParameterError("No notebook was run:", problems=problems, hint=hint)


def _run_safely(job: NotebookJob, *, timeout: float, kernels: Kernels) -> NotebookRun:
    start = time.monotonic()
    try:
        return _run(job, timeout=timeout, kernels=kernels)
    except RunError as error:
        seconds = time.monotonic() - start
        return NotebookRun(job.source.stem, seconds, "failed", _failed_path(job.target), str(error))


def _run(job: NotebookJob, *, timeout: float, kernels: Kernels) -> NotebookRun:
    from papermill.execute import remove_error_markers

    parameters = check_parameters(job.source, job.parameters)
    start = time.monotonic()
    attempt = Attempt(job.source, limit=timeout, kernel=kernels.new())
    _prepare_folder(job.target)
    with kernel_folder() as folder, attempt.kernel.limited_to(timeout):
        try:
            executed = _execute(job.source, parameters, attempt, kernel_manager(attempt.kernel, folder))
        except Exception as error:  # papermill, nbclient, the kernel and the notebook each have their own
            if attempt.notebook is not None:
                # Without the cells that papermill adds, cells keep the numbers that they have in the source.
                remove_error_markers(attempt.notebook)
                _save(attempt.notebook, _failed_path(job.target))
            raise attempt.explain(error, log=kernel_log(folder)) from error
    _refuse_unfinished(executed, job)
    _save(executed, job.target)
    with suppress(OSError):
        _failed_path(job.target).unlink()
    return NotebookRun(job.source.stem, time.monotonic() - start, "done", job.target)


def _execute(source: Path, parameters: Mapping[str, Any], attempt: Attempt, manager: type[Any]) -> Any:
    from papermill import execute_notebook

    executed = execute_notebook(
        str(source).replace("{", "{{").replace("}", "}}"),
        None,
        parameters=dict(parameters),
        kernel_name="python3",
        language="python",
        progress_bar=False,
        request_save_on_cell_execute=False,
        autosave_cell_every=0,
        kernel_manager_class=manager,
        shutdown_kernel="immediate",
        on_notebook_start=attempt.started,
        on_cell_start=attempt.entered,
    )
    # Where the source stood on this machine is nobody else's business.
    executed.metadata.papermill.update(input_path=source.name, output_path=None)
    return executed


def _refuse_unfinished(notebook: Any, job: NotebookJob) -> None:
    """Refuse a notebook that ended early: papermill calls ``sys.exit()`` in a cell a success."""
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        if any(output.output_type == "error" for output in cell.outputs) or cell.execution_count is None:
            _save(notebook, _failed_path(job.target))
            raise RunError(
                f"{job.source.name}, cell {cell_number(notebook, index)} ended the notebook before its end.",
                hint="Remove 'sys.exit()' or 'quit()' from the notebook: a report needs all of its cells.",
            )


def _failed_path(target: Path) -> Path:
    return target.with_name(f"{target.stem}.failed.ipynb")


def _prepare_folder(target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_write(target, error) from error


def _save(notebook: Any, target: Path) -> None:
    """Write a notebook beside its place and rename it, so that nobody reads half of one."""
    import nbformat

    beside = target.with_name(f".{target.stem}.{uuid.uuid4().hex[:8]}.part")
    try:
        nbformat.write(notebook, beside)
        beside.replace(target)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise _cannot_write(target, error) from error


def _cannot_write(target: Path, error: OSError) -> RunError:
    reason = re.sub(r"^\[Errno \d+\] ", "", error.strerror or str(error))
    return RunError(
        f"The executed notebook {target.name} cannot be written to {target.parent}: {reason}.",
        hint="Choose a folder that you may write to, on a disk with room.",
    )
