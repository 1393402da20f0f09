"""Run notebooks in fresh kernels, several at a time, and say plainly what went wrong.

papermill runs the notebook. This module adds: parameters checked first, the interpreter that runs this
program (not whichever kernel happens to be installed), sockets in a private folder instead of TCP ports
that collide, one time limit for the whole notebook, and failure for a notebook that stopped half way.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from papermill import execute_notebook
from papermill.execute import remove_error_markers

from borgerlib.errors import ParameterError
from borgerlib.files.temporary import owned_temporary_folder
from borgerlib.runs.kernels.attempt import LEAST_MEMORY, MEMORY, Attempt, Cause, NotebookRunError
from borgerlib.runs.kernels.manager import LOG, READS, KernelKind, Kernels, kernel_manager
from borgerlib.runs.kernels.parameters import check_parameters
from borgerlib.runs.kernels.recorder import files_read
from borgerlib.runs.kernels.saving import failed_path, prepare_folder, refuse_unfinished, save
from borgerlib.runs.warm.engine import NAME, register_engine
from borgerlib.runs.warm.source import KernelSource

# As libraries do: papermill's messages are shown only if the application configures logging.
logging.getLogger("papermill").addHandler(logging.NullHandler())
_START_SECONDS = 300  # for a kernel that neither answers nor ends


@dataclass(frozen=True)
class NotebookJob:
    """A notebook to run: its source, where the executed one goes, parameters, extensions of IPython."""

    source: Path
    target: Path
    parameters: Mapping[str, Any] = field(default_factory=dict)
    extensions: tuple[str, ...] = ()


@dataclass(frozen=True)
class NotebookRun:
    """The result of a run.

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
    cause : str
        Why it failed, as a keyword (see `NotebookRunError`); empty when done.
    cell : int
        The cell that failed, by its number in the notebook's source; 0 for none.
    kernel : {"cold", "warm"}
        Whether its kernel was a new process or a fork of the warm server.
    attempts : int
        Number of attempts: two if the warm server ended during the run.
    note : str
        A remark for the user: that its output was cut.
    reads : tuple of str
        Files that it read, without Python's own and the system's.
    """

    name: str
    seconds: float
    status: Literal["done", "failed"]
    path: Path
    error: str = ""
    cause: Cause = ""
    cell: int = 0
    kernel: KernelKind = "cold"
    attempts: int = 1
    note: str = ""
    reads: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Terms:
    """The settings of all runs of a call."""

    timeout: float
    memory_limit: int | None
    warm: KernelSource | None
    kernels: Kernels = field(default_factory=Kernels)


def run_notebook(
    source: Path,
    target: Path,
    parameters: Mapping[str, Any] | None = None,
    *,
    timeout: float = 600,
    memory_limit: int | None = MEMORY,
    warm: KernelSource | None = None,
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
    memory_limit : int, optional
        Bytes of private memory that the kernel may use, including the libraries (300 MB);
        Linux only, elsewhere not limited; None for no limit.
    warm : KernelSource, optional
        Run in a warm kernel: see `borgerlib.runs.warm.WarmServer`. If its server dies during the run, the
        notebook is run once more, in a cold kernel.

    Raises
    ------
    ParameterError
        If the parameters do not fit the notebook, or the memory limit is too small for any notebook.
    NotebookRunError
        A RunError: a cell fails, the kernel dies, or time or memory is used up. The message names the
        notebook, the cell and the cause; what was run is kept next to the target as ``….failed.ipynb``.
    """
    check_parameters(source, parameters or {})
    run, error = _run(NotebookJob(source, target, parameters or {}), _terms(timeout, memory_limit, warm))
    if error is not None:
        raise error
    return run


def run_notebooks(
    jobs: Iterable[NotebookJob],
    *,
    at_once: int = 2,
    timeout: float = 600,
    memory_limit: int | None = MEMORY,
    warm: KernelSource | None = None,
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
    memory_limit : int, optional
        Bytes of private memory that each kernel may use, as for `run_notebook`.
    warm : KernelSource, optional
        Run in warm kernels, as `run_notebook` does.
    on_progress : callable, optional
        Called with each `NotebookRun` when it ends, in the caller's thread.

    Returns
    -------
    list of NotebookRun
        In the order of the jobs, failed ones included.

    Raises
    ------
    ParameterError
        If the parameters do not fit a notebook, or the memory limit is too small for any notebook.
    """
    wanted = list(jobs)
    _check_all(wanted)
    terms = _terms(timeout, memory_limit, warm)
    # Threads suffice: the work is done in the kernels' own processes.
    pool = ThreadPoolExecutor(max_workers=max(1, at_once), thread_name_prefix="borger-run")
    try:
        futures = {pool.submit(_run, job, terms): position for position, job in enumerate(wanted)}
        runs: dict[int, NotebookRun] = {}
        for future in as_completed(futures):
            run, _ = future.result()
            runs[futures[future]] = run
            if on_progress is not None:
                on_progress(run)
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        terms.kernels.end()
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
        raise ParameterError("Notebooks that cannot be run:", problems=problems, hint=hint)


def _terms(timeout: float, memory_limit: int | None, warm: KernelSource | None) -> _Terms:
    if memory_limit is not None and memory_limit < LEAST_MEMORY:
        raise ParameterError(
            f"A memory limit of {memory_limit:,} bytes is too small: Python's libraries alone need more.",
            hint=f"Allow at least {LEAST_MEMORY:,} bytes.",
        )
    # Only Linux enforces the limit, and a limit that is not enforced must not be recorded.
    return _Terms(timeout, memory_limit if sys.platform == "linux" else None, warm)


def _run(job: NotebookJob, terms: _Terms) -> tuple[NotebookRun, NotebookRunError | None]:
    start = time.monotonic()
    attempts, attempt = 1, _new_attempt(job, terms)
    error: NotebookRunError | None = None
    note = ""
    try:
        prepare_folder(job.target)
        # The notebook's time starts when the server's imports are done, because they are not part of it.
        warm = terms.warm if terms.warm is not None and terms.warm.ready() else None
        start = time.monotonic()
        try:
            executed = _try(job, attempt, warm)
        except NotebookRunError:
            if not attempt.kernel.lost or attempt.kernel.out_of_time or terms.kernels.ended:
                raise
            # The server was killed and took the kernel along, which is not the notebook's fault.
            attempts, attempt = 2, _new_attempt(job, terms)
            executed = _try(job, attempt, None)
        save(executed, job.target)
        note = executed.metadata.papermill.get("cut", "")
        with suppress(OSError):
            failed_path(job.target).unlink()
    except NotebookRunError as failure:
        error = failure
    run = NotebookRun(
        name=job.source.stem,
        seconds=time.monotonic() - start,
        status="failed" if error else "done",
        path=failed_path(job.target) if error else job.target,
        error=str(error or ""),
        cause=error.cause if error else "",
        cell=error.cell if error else 0,
        kernel=attempt.kernel.kind,
        attempts=attempts,
        note=f"{job.source.name}: {note}" if note else "",
        reads=attempt.reads,
    )
    return run, error


def _new_attempt(job: NotebookJob, terms: _Terms) -> Attempt:
    return Attempt(job.source, terms.timeout, terms.kernels.new(), terms.memory_limit)


def _try(job: NotebookJob, attempt: Attempt, warm: KernelSource | None) -> Any:
    inside = None if warm is None else warm.folder
    with owned_temporary_folder(inside) as folder, attempt.kernel.limited_to(attempt.limit):
        manager = kernel_manager(
            attempt.kernel,
            folder,
            warm=warm,
            memory_limit=attempt.memory_limit,
            extensions=job.extensions,
        )
        try:
            executed = _execute(job.source, job.parameters, attempt, manager)
        except Exception as error:  # papermill, nbclient, the kernel and the notebook each raise their own
            if attempt.notebook is not None:
                # Remove the cells that papermill adds, so that cells keep their numbers from the source.
                remove_error_markers(attempt.notebook)
                save(attempt.notebook, failed_path(job.target))
            raise attempt.explain(error, log=folder / LOG) from error
        finally:
            attempt.reads = files_read(folder / READS)
    refuse_unfinished(executed, job.source, job.target)
    return executed


def _execute(source: Path, parameters: Mapping[str, Any], attempt: Attempt, manager: type[Any]) -> Any:
    register_engine()
    executed = execute_notebook(
        str(source).replace("{", "{{").replace("}", "}}"),
        None,
        parameters=dict(parameters),
        engine_name=NAME,
        kernel_name="python3",
        language="python",
        progress_bar=False,
        request_save_on_cell_execute=False,
        autosave_cell_every=0,
        start_timeout=_START_SECONDS,
        kernel_manager_class=manager,
        shutdown_kernel="immediate",
        on_notebook_start=attempt.started,
        on_cell_start=attempt.entered,
    )
    # Do not publish where the source is on this machine.
    executed.metadata.papermill.update(input_path=source.name, output_path=None)
    return executed
